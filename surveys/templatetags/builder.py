"""Finding a form's field by a name that is made in the template."""

from typing import Any

from django import template
from django.forms import BaseForm, BoundField

register = template.Library()


@register.filter
def named(form: BaseForm, prefix: str) -> tuple[BaseForm, str]:
    """`form|named:"item:"|for_code:item.code` is the field "item:greeting.name"."""
    return form, prefix


@register.filter
def for_code(start: tuple[BaseForm, str], code: str) -> BoundField | Any:
    form, prefix = start
    name = f"{prefix}{code}"
    return form[name] if name in form.fields else ""


@register.filter
def anchor(code: str) -> str:
    """The id of a question's or section's line on the outline, without "i-"."""
    return code.replace(".", "-")
