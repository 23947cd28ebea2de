"""Small words and numbers in templates: points from hundredths, a text from its translations."""

from collections.abc import Mapping

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from surveys import definition
from surveys.points import points_text

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """`{{ department.target|points }}`: 8250 as 82.5; nothing for None."""
    return "" if hundredths is None else points_text(hundredths)


@register.filter
def in_language(texts: Mapping[str, str] | None) -> str:
    """`{{ scenario.name|in_language }}`: the reader's language, else one there is."""
    return definition.text(texts, get_language() or "")


@register.filter
def at_underscores(code: str) -> SafeString:
    """`{{ scenario.code|at_underscores }}`: a long code that may break after an underscore."""
    return mark_safe(escape(code).replace("_", "_<wbr>"))  # noqa: S308  # escaped just before
