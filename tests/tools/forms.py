"""The forms of a page as a visitor without a browser sees them: what they hold, and what an honest caller would fill in."""

import datetime as dt
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

Attributes = dict[str, str]


@dataclass
class Control:
    name: str
    kind: str
    value: str = ""
    chosen: bool = False
    mode: str = ""
    off: bool = False


@dataclass
class Form:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    @property
    def values(self) -> list[tuple[str, str]]:
        """What pressing the (unnamed) button would send."""
        return [(each.name, each.value) for each in self.controls if each.kind != "button" and each.chosen]

    def filled(self, *, at: dt.datetime, note: str) -> list[tuple[str, str]]:
        """What is asked and not answered yet is answered: the first choice, a small number, a note."""
        answered = {each.name for each in self.controls if each.chosen and each.value}
        values = [pair for pair in self.values if pair[1] or pair[0] not in self._open_names(answered)]
        for each in self.controls:
            if each.name in answered or each.off or not (guess := _guess(each, at=at, note=note)):
                continue
            answered.add(each.name)
            values.append((each.name, guess))
        return values

    def _open_names(self, answered: set[str]) -> set[str]:
        return {each.name for each in self.controls if each.name not in answered}


def _guess(control: Control, *, at: dt.datetime, note: str) -> str:
    if control.name.endswith((":na", ":none", ":unfit", ":reason", "-code", "-quote", "-second", ":second")):
        return ""
    if control.kind in {"radio", "checkbox", "option"}:
        return "" if control.value == ":na" else control.value
    if control.kind == "datetime-local":
        return f"{at + dt.timedelta(hours=20):%Y-%m-%dT%H:%M}"
    if control.kind == "number" or control.mode in {"decimal", "numeric"}:
        return "9"
    return note if control.kind in {"text", "textarea"} else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = ""
        self.off: list[str] = []
        self.textarea: Control | None = None

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in pairs}
        if tag == "form":
            self.form = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self.form)
        elif "data-item" in found:
            # A question that is not asked, given the answers so far, lasts until the next question.
            self.off = [tag] if "data-off" in found else []
        elif self.form is not None:
            self._control(tag, found)

    def _control(self, tag: str, found: Attributes) -> None:
        name = found.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self._add(Control(self.select, "option", found.get("value", ""), "selected" in found))
        elif tag == "textarea" and name:
            self.textarea = Control(name, "textarea", chosen=True)
            self._add(self.textarea)
        elif tag == "input" and name:
            kind = found.get("type", "text")
            chosen = "checked" in found if kind in {"radio", "checkbox"} else True
            value = found.get("value", "on" if kind == "checkbox" else "")
            self._add(Control(name, kind, value, chosen, found.get("inputmode", "")))

    def _add(self, control: Control) -> None:
        assert self.form is not None
        control.off = bool(self.off)
        self.form.controls.append(control)

    def handle_data(self, data: str) -> None:
        if self.textarea is not None:
            self.textarea.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = None
        elif tag == "select":
            self.select = ""
        elif tag == "form":
            self.form, self.off = None, []


def forms_of(page: str, address: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    for form in reader.forms:
        form.action = urljoin(address, form.action or address)
    return reader.forms


def form_of(page: Any, *, action: str = "", holding: str = "csrfmiddlewaretoken") -> Form:
    """The one form of an answer that posts (to an address ending in `action`) and holds a control of that name."""
    fitting = [
        form
        for form in forms_of(page.text, page.url)
        if form.method == "post"
        and form.action.endswith(action)
        and any(each.name == holding for each in form.controls)
    ]
    if not fitting:
        raise AssertionError(f"{page.url} ({page.status}) has no form {action or holding}:\n{page.text[:2000]}")
    return fitting[0]
