"""The form of one question of a draft: its words in every language, its answers and points, and when it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import definition
from surveys.building import Published
from surveys.checklist_words import ASPECTS, KINDS, REMARKS, condition_words
from surveys.definition import KINDS as ALL_KINDS
from surveys.definition import OPTION_KINDS, RECORDS, SCORABLE_KINDS, editing
from surveys.definition.editing import Document
from surveys.definition.items import ITEM_CODE
from surveys.forms import conditions
from surveys.forms.rows import AnswerRow, BandRow, filled, value_of
from surveys.language_names import in_language

TEXTS: Final = (
    ("text", gettext_lazy("Question"), 2),
    ("help", gettext_lazy("Explanation"), 2),
    ("good", gettext_lazy("Good example"), 1),
    ("bad", gettext_lazy("Example that is not good"), 1),
)
RECORDED: Final = {
    "answered": gettext_lazy("whether the call was answered"),
    "fate": gettext_lazy("how the call ended"),
    "seconds_to_answer": gettext_lazy("seconds until it was answered"),
    "helped_at_once": gettext_lazy("whether the caller was helped at once"),
    "callback_offered": gettext_lazy("whether a callback was offered"),
    "callback_due": gettext_lazy("by when a callback was promised"),
    "callback_who": gettext_lazy("who will call back"),
    "would_call_again": gettext_lazy("how gladly the caller would call again"),
}
SPARE: Final = 1
CHOSEN: Final = ("single", "scale", "multiple")
"""Kinds whose answers are written by whoever builds, so that they can become one another."""


class ItemForm(forms.Form):
    """What every question has. `number` and option rows are beside it."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=100, required=False, widget=forms.TextInput(attrs={"class": "code"})
    )
    scored = forms.BooleanField(label=gettext_lazy("Counts for the score"), required=False)
    aspect = forms.ChoiceField(
        label=gettext_lazy("Says something about"), choices=list(ASPECTS.items()), widget=forms.RadioSelect
    )
    critical = forms.BooleanField(label=gettext_lazy("Critical: shown apart in figures"), required=False)
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    na_allowed = forms.BooleanField(label=gettext_lazy("“Not applicable” is possible"), required=False)
    remark = forms.ChoiceField(label=gettext_lazy("Comment or quote"), required=False)
    records = forms.ChoiceField(label=gettext_lazy("Records about the call"), required=False)
    minimum = forms.IntegerField(label=gettext_lazy("Lowest number"), required=False)
    maximum = forms.IntegerField(label=gettext_lazy("Highest number"), required=False)
    unit = forms.CharField(
        label=gettext_lazy("Unit"), required=False, max_length=20, help_text=gettext_lazy("“s” is shown as seconds.")
    )
    join = forms.ChoiceField(label=gettext_lazy("When it is asked"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, page: "ItemPage", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        for name, label, rows in TEXTS:
            for code in page.languages:
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=_("%(text)s, %(language)s") % {"text": label, "language": in_language(code)},
                    required=False,
                    max_length=definition.MAX_TEXT,
                    widget=forms.Textarea(attrs={"rows": rows, "lang": code}),
                )
        self._choices()
        if page.is_published:
            self.fields["code"].disabled = True
        if page.kind not in SCORABLE_KINDS:
            for name in ("scored", "aspect", "critical"):
                del self.fields[name]
        if page.kind != "number":
            for name in ("minimum", "maximum", "unit"):
                del self.fields[name]

    def _choices(self) -> None:
        remark, records, join = (self.fields[name] for name in ("remark", "records", "join"))
        assert isinstance(remark, forms.ChoiceField)
        assert isinstance(records, forms.ChoiceField)
        assert isinstance(join, forms.ChoiceField)
        remark.choices = [("", _("Never required")), *((" ".join(key), str(words)) for key, words in REMARKS.items())]
        kind = self.page.kind
        records.choices = [
            ("", _("Nothing")),
            *((n, str(RECORDED[n])) for n, kinds in RECORDS.items() if kind in kinds),
        ]
        join.choices = [
            (conditions.ALWAYS, _("always")),
            (conditions.ALL, _("only if all of these hold")),
            (conditions.ANY, _("only if one of these holds")),
        ]
        if self.page.complex_condition:
            join.choices = [*join.choices, (conditions.KEEP, _("only if %s") % self.page.complex_condition)]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip() or self.page.code_from(self.data)
        if not ITEM_CODE.fullmatch(code) or len(code) > 100:
            raise ValidationError(_("Write it as “greeting.own_name”: small letters, digits and underscores."))
        if code != self.page.item["code"] and code in editing.item_codes(self.page.document):
            raise ValidationError(_("Another question of this version has this code. Choose another."))
        if code != self.page.item["code"] and code in self.page.published.items:
            raise ValidationError(
                _("An earlier version used this code for another question; figures would mix the two. Choose another.")
            )
        return code

    @property
    def pairs(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The texts, each with its fields side by side."""
        return [(str(label), [self[f"{name}_{code}"] for code in self.page.languages]) for name, label, _n in TEXTS]

    def named(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def scoring(self) -> list[forms.BoundField]:
        return self.named("scored", "aspect", "critical")

    @property
    def answering(self) -> list[forms.BoundField]:
        return self.named("required", "na_allowed", "remark", "records")

    @property
    def numbers(self) -> list[forms.BoundField]:
        return self.named("minimum", "maximum", "unit")


@dataclass
class ItemPage:
    """The whole page: the form and its rows, made from an item of the draft or from what was sent."""

    document: Document
    item: dict[str, Any]
    section: str
    language: str
    published: Published
    is_new: bool = False
    posted: QueryDict | None = None

    def __post_init__(self) -> None:
        self.kind: str = self.item["kind"]
        self.languages: list[str] = self.document["languages"]
        self.is_published = not self.is_new and self.item["code"] in self.published.items
        self.stored = conditions.rows_of(self.item["condition"])
        more = self.posted.get("more", "") if self.posted is not None else ""
        earlier = editing.earlier_items(self.document, None if self.is_new else self.item["code"], self.section)
        self.form = ItemForm(self.posted, initial=self._initial(), page=self)
        self.options = self._rows(
            AnswerRow, "options", self.item.get("options", []), more=more,
            rows={"languages": self.languages, "records": self.item["records"]}, ordered=True,
            fixed=self.kind == "yes_no",
        )  # fmt: skip
        self.bands = self._rows(BandRow, "bands", self.item.get("bands", []), more=more)
        self.conditions = self._rows(
            conditions.ConditionRow, "conditions", self._condition_rows(), more=more,
            rows={"tests": conditions.choices_of(self.document, earlier, self.language)},
        )  # fmt: skip

    def _rows(
        self, row: type[forms.Form], prefix: str, initial: list[dict[str, Any]], *, more: str,
        rows: Mapping[str, Any] | None = None, ordered: bool = False, fixed: bool = False,
    ) -> Any:  # fmt: skip
        spare = 0 if fixed else SPARE if initial else 2
        made: Any = forms.formset_factory(
            row, extra=spare, can_delete=not fixed, can_order=ordered and not fixed, max_num=60
        )
        if prefix == "options":
            initial = [{**each, **{f"label_{c}": each["label"].get(c, "") for c in self.languages}} for each in initial]
        data = self.posted
        if data is not None and more == prefix:
            data = data.copy()
            data[f"{prefix}-TOTAL_FORMS"] = str(min(int(data.get(f"{prefix}-TOTAL_FORMS") or 0), 59) + 1)
        return made(data, prefix=prefix, initial=initial, form_kwargs=dict(rows or {}))

    def _initial(self) -> dict[str, Any]:
        item = self.item
        texts = {
            f"{name}_{code}": (item[name] or {}).get(code, "") for name, _l, _r in TEXTS for code in self.languages
        }
        remark = " ".join((item["remark"]["kind"], item["remark"]["when"])) if item["remark"] else ""
        join = conditions.KEEP if self.stored is None else self.stored[0]
        return {**item, **texts, "remark": remark, "join": join, "code": "" if self.is_new else item["code"]}

    def _condition_rows(self) -> list[dict[str, Any]]:
        rows = self.stored[1] if self.stored else []
        return [{"test": row.test, "number": row.number, "holds": "yes" if row.holds else "no"} for row in rows]

    @cached_property
    def complex_condition(self) -> str:
        """A condition that rows cannot say, in words."""
        if self.stored is not None:
            return ""
        form, _problems = definition.attempt(self.document)
        try:
            return condition_words(form, self.item["condition"], self.language) if form else _("what it says now")
        except (KeyError, ValueError):
            return _("what it says now")

    # --- what was sent

    @property
    def wants_more(self) -> bool:
        """A button asked for another row, not to save."""
        return self.posted is not None and bool(self.posted.get("more"))

    def is_valid(self) -> bool:
        parts = [self.form, self.conditions]
        parts += [self.options] if self.kind in OPTION_KINDS else []
        parts += [self.bands] if self.kind == "number" else []
        wrong = [part for part in parts if not part.is_valid()]  # every one, so that all problems are told at once
        if self.posted is not None and not self._has_words():
            self.form.add_error(f"text_{self.languages[0]}", _("Write the question, in one language at least."))
            return False
        return self.posted is not None and not wrong

    def _has_words(self) -> bool:
        return any((self.form.cleaned_data.get(f"text_{code}") or "").strip() for code in self.languages)

    def code_from(self, data: Any) -> str:
        """A code for a new question, made of its words."""
        words = next((data.get(f"text_{c}") for c in ("en", *self.languages) if data.get(f"text_{c}")), "")
        short = "_".join(word for word in editing.word(words, 200).split("_") if len(word) > 2)[:30].rstrip("_")
        wanted = f"{self.section}.{editing.word(short) or 'question'}"
        return editing.fresh(wanted, [*editing.item_codes(self.document), *self.published.items])

    def value(self) -> dict[str, Any]:
        """The item as the form says it."""
        data, item = self.form.cleaned_data, dict(self.item)
        for name, _label, _rows in TEXTS:
            texts = {code: words for code in self.languages if (words := data[f"{name}_{code}"].strip())}
            item[name] = texts if texts or name == "text" else None
        for name in ("code", "scored", "aspect", "critical", "required", "na_allowed", "minimum", "maximum", "unit"):
            if name in data:
                item[name] = data[name]
        remark = data["remark"].split()
        item["remark"] = {"kind": remark[0], "when": remark[1]} if remark else None
        item["records"] = data["records"] or None
        if self.kind in OPTION_KINDS:
            item["options"] = self._options()
        if self.kind == "number":
            item["bands"] = self._bands()
        if data["join"] == conditions.ALWAYS:
            item["condition"] = None
        elif data["join"] != conditions.KEEP:
            rows = [row for each in self.conditions if (row := each.row)]
            item["condition"] = conditions.condition_of(data["join"], rows)
        return item

    def _options(self) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        rows = list(self.options) if self.kind == "yes_no" else filled(self.options)
        given = [row.option() for row in rows]
        taken = {option["value"] for option in given if option["value"]}
        for option in given:
            if not option["value"]:
                option["value"] = value_of(option, self.languages, taken)
                taken.add(option["value"])
            made.append(option)
        return made

    def _bands(self) -> list[dict[str, Any]]:
        bands = [
            {"up_to": row.cleaned_data["up_to"], "points": row.cleaned_data["points"] or 0}
            for row in filled(self.bands)
        ]
        return sorted(bands, key=lambda band: (band["up_to"] is None, band["up_to"] or 0))

    # --- what is shown

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Every problem with the id of its control, for the summary."""
        found = [(self.form[name].id_for_label if name in self.form.fields else "", f"{self.form[name].label}: {words}")
                 for name, each in self.form.errors.items() if name in self.form.fields for words in each]  # fmt: skip
        for rows in (self.options, self.bands, self.conditions):
            if rows.is_bound:
                found += [
                    (row[name].id_for_label, f"{row[name].label}: {words}")
                    for row in rows for name, each in row.errors.items() if name in row.fields for words in each
                ]  # fmt: skip
        return found

    @property
    def kind_words(self) -> str:
        return str(KINDS[self.kind])

    @property
    def has_options(self) -> bool:
        return self.kind in OPTION_KINDS

    @property
    def used_values(self) -> list[str]:
        """Values of answers that earlier versions published: they stay."""
        return [value for code, value in self.published.answers if code == self.item["code"]]


def new_item(document: Document, kind: str) -> dict[str, Any]:
    """What the form of a new question starts from."""
    item: dict[str, Any] = {"code": "", "kind": kind if kind in ALL_KINDS else "yes_no", "text": {}, "weight": 0}
    languages = document["languages"]
    if kind == "scale":
        item["options"] = [
            {"value": str(n), "points": 25 * (n - 1), "label": dict.fromkeys(languages, str(n))} for n in range(1, 6)
        ]
    if kind == "number":
        item["bands"] = [{"up_to": None, "points": 100}]
    draft = {**editing.blank(languages), "sections": [{"code": "new", "items": [item]}]}
    made: dict[str, Any] = editing.complete(draft)["sections"][0]["items"][0]
    return made


def of_kind(document: Document, item: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The item as one of another kind: its words, place and condition stay, and its answers where the kind has them too."""
    made = new_item(document, kind)
    stays = ("code", "text", "help", "good", "bad", "required", "na_allowed", "condition", "weight")
    made |= {key: item[key] for key in stays}
    if kind in CHOSEN and item["kind"] in CHOSEN:
        made["options"] = item["options"]
    return made


def kind_choices() -> list[tuple[str, str]]:
    return [(kind, str(KINDS[kind])) for kind in ALL_KINDS]
