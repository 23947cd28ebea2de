"""When a question is asked, as rows to choose from: an earlier question or a fact of the scenario, and what it must be.

A row is one of a list of choices, never typed text. Rows about the same question and in the same sense belong together: any
of their answers will do. A condition that rows cannot say (nested ones, from an import) is kept as it is until it is replaced.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import definition
from surveys.definition.editing import Document
from surveys.definition.shape import DIGITS

ALWAYS, ALL, ANY, KEEP = "always", "all", "any", "keep"
NUMBER_TESTS: Final = ("at_least", "at_most")
FACTS: Final = {
    "fact:caller_style|is|calm": gettext_lazy("the caller is calm"),
    "fact:caller_style|is|dominant": gettext_lazy("the caller is dominant"),
    "fact:asked_person_absent|is|true": gettext_lazy("the asked-for person is absent"),
    "fact:asked_person_absent|is|false": gettext_lazy("the asked-for person is there"),
    "fact:attempt|at_least": gettext_lazy("the caller has rung at least this often, this call included"),
    "fact:attempt|at_most": gettext_lazy("the caller has rung at most this often, this call included"),
    "fact:attempt|is": gettext_lazy("the caller has rung exactly this often, this call included"),
}

Choices = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    test: str
    number: int | None
    holds: bool


def choices_of(document: Document, earlier: Iterable[Mapping[str, Any]], language: str) -> Choices:
    """What a row can ask, by section; a question stands with its answer, as a closed list shows one line only."""
    allowed = {item["code"] for item in earlier}
    groups: Choices = [("", "---------")]
    for section in document["sections"]:
        found = [pair for item in section["items"] if item["code"] in allowed for pair in _choices(item, language)]
        if found:
            groups.append((definition.text(section["title"], language) or section["code"], found))
    return [*groups, (_("The scenario"), [(key, str(words)) for key, words in FACTS.items()])]


def _choices(item: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    code, question = item["code"], definition.text(item["text"], language) or item["code"]
    question = question if len(question) <= 90 else f"{question[:89]}…"
    for option in item.get("options", ()):
        label = definition.text(option["label"], language) or option["value"]
        yield (
            f"item:{code}|is|{option['value']}",
            _("%(question)s → %(answer)s") % {"question": question, "answer": label},
        )
    graded = item["kind"] == "scale" and all(DIGITS.fullmatch(o["value"]) for o in item.get("options", ()))
    if item["kind"] == "number" or graded:
        yield f"item:{code}|at_least", _("%(question)s → at least the number") % {"question": question}
        yield f"item:{code}|at_most", _("%(question)s → at most the number") % {"question": question}
    yield f"item:{code}|answered|", _("%(question)s → any answer") % {"question": question}


# --- rows to a condition and back -------------------------------------------------------------------------------------


def rows_of(condition: Mapping[str, Any] | None) -> tuple[str, list[Row]] | None:
    """How rows say the condition: how they are joined, and the rows; None when they cannot."""
    if not condition:
        return ALWAYS, []
    join = next((key for key in (ALL, ANY) if key in condition), "")
    parts = condition[join] if join else [condition]
    rows: list[Row] = []
    subjects: list[tuple[str, bool]] = []
    for part in parts:
        holds = "not" not in part
        leaf = part if holds else part["not"]
        if not {"item", "fact"} & set(leaf):
            return None
        found = [Row(test, number, holds) for test, number in _tests(leaf)]
        subject = (found[0].test.partition("|")[0] if found else "", holds)
        if not found or ("is" in leaf and subject in subjects):
            return None
        subjects += [subject] if "is" in leaf else []
        rows += found
    return join or ALL, rows


def _tests(leaf: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    subject = f"item:{leaf['item']}" if "item" in leaf else f"fact:{leaf['fact']}"
    for test in NUMBER_TESTS:
        if test in leaf:
            yield f"{subject}|{test}", leaf[test]
    if "answered" in leaf:
        yield f"{subject}|answered|", None
    for value in leaf.get("is", ()):
        if type(value) is int:
            yield f"{subject}|is", value
        else:
            yield f"{subject}|is|{str(value).lower() if isinstance(value, bool) else value}", None


def condition_of(join: str, rows: Iterable[Row]) -> dict[str, Any] | None:
    """The condition that these rows say."""
    tests: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for number, row in enumerate(rows):
        subject, test, value = [*row.test.split("|"), "", ""][:3]
        kind, name = subject.split(":", 1)
        if test == "is":
            wanted: Any = row.number if subject == "fact:attempt" else value
            if subject == "fact:asked_person_absent":
                wanted = value == "true"
            leaf = tests.setdefault((subject, test, row.holds), {kind: name, "is": []})
            leaf["is"] += [wanted] if wanted not in leaf["is"] else []
        else:
            asked = True if test == "answered" else row.number
            tests[subject, f"{test}{number}", row.holds] = {kind: name, test: asked}
    parts = [leaf if holds else {"not": leaf} for (_subject, _test, holds), leaf in tests.items()]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {join: parts}


# --- the form ---------------------------------------------------------------------------------------------------------


class ConditionRow(forms.Form):
    test = forms.ChoiceField(label=gettext_lazy("Question and answer, or fact"), required=False)
    number = forms.IntegerField(
        label=gettext_lazy("Number"), required=False, min_value=-1_000_000, max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    holds = forms.ChoiceField(
        label=gettext_lazy("Must this be so?"),
        choices=[("yes", gettext_lazy("is so")), ("no", gettext_lazy("is not so"))],
        required=False,
    )

    def __init__(self, *args: Any, tests: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["test"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = self._with_stored(tests)

    def _with_stored(self, tests: Choices) -> Choices:
        """What is stored stays visible, also when the question it asks about has gone or moved behind this one."""
        stored = self.initial.get("test")
        known = {key for _group, pairs in tests if isinstance(pairs, list) for key, _words in pairs}
        if not stored or stored in known:
            return tests
        return [*tests, (_("Not possible here"), [(stored, stored.partition(":")[2].replace("|", " "))])]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        test = cleaned.get("test") or ""
        needs = test.endswith(tuple(f"|{name}" for name in NUMBER_TESTS)) or test == "fact:attempt|is"
        if needs and cleaned.get("number") is None and "number" not in self.errors:
            raise ValidationError({"number": _("Enter the number.")})
        return cleaned

    @property
    def row(self) -> Row | None:
        test = self.cleaned_data.get("test")
        if not test or self.cleaned_data.get("DELETE"):
            return None
        return Row(test, self.cleaned_data.get("number"), self.cleaned_data.get("holds") != "no")
