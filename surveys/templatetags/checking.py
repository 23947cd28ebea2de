"""What checking says on pages: the notes at questions of a returned call, and a value by its key."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from surveys import definition
from surveys.forms.checklist import control_id
from surveys.models import Call

register = template.Library()


@register.filter
def of(values: Mapping[str, Any] | None, key: str) -> Any:
    """`{{ notes|of:row.code }}`: the value under a key that only the page knows; "" without one."""
    return (values or {}).get(key, "")


@register.inclusion_tag("surveys/review/notes.html")
def return_notes(call: Call, links: str = "page") -> dict[str, Any]:
    """The notes of a returned call, each with a link to its question: on the call's page, or ("form") in the form."""
    form, language = call.version.definition, get_language() or ""
    notes = []
    for code, words in call.return_notes.items():
        if code in form:
            url = f"#item-{code}"
            if links == "form":
                url = f"{reverse('call_section', args=[call.pk, form.section_of(code).code])}#{control_id(code)}-item"
            notes.append((definition.text(form.item(code).text, language), words, url))
    return {"notes": notes}
