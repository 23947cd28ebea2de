"""Forms of a draft as a whole: beginning one, its settings, a section, and the weights."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import definition
from surveys.building import Published
from surveys.checklist_words import DIMENSIONS, POLICIES
from surveys.definition import editing, weights
from surveys.definition.editing import Document
from surveys.definition.reading import SECTION_CODE
from surveys.forms.fields import PointsField
from surveys.language_names import in_language, language_name

LANGUAGES: Final = ("nl", "en")


class StartForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    begin = forms.ChoiceField(
        label=gettext_lazy("Begin with"),
        choices=[
            ("default", gettext_lazy("the standard checklist, to change as you like")),
            ("blank", gettext_lazy("an empty checklist")),
        ],
        initial="default",
        widget=forms.RadioSelect,
    )


class FormSettings(forms.Form):
    """What holds for the whole version."""

    languages = forms.MultipleChoiceField(label=gettext_lazy("Languages"), widget=forms.CheckboxSelectMultiple)
    na_policy = forms.ChoiceField(
        label=gettext_lazy("“Not applicable”"), choices=list(POLICIES.items()), widget=forms.RadioSelect
    )
    pass_mark = PointsField(
        label=gettext_lazy("A call passes with"),
        required=False,
        help_text=gettext_lazy("Points from 0 to 100; without it only a failing answer makes a call fail."),
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": document, **kwargs})
        languages = self.fields["languages"]
        assert isinstance(languages, forms.MultipleChoiceField)
        codes = dict.fromkeys([*document["languages"], *LANGUAGES])
        languages.choices = [(code, language_name(code)) for code in codes]


class PartForm(forms.Form):
    """A section: its title and introduction in every language, its dimension and code."""

    dimension = forms.ChoiceField(label=gettext_lazy("Dimension"), choices=list(DIMENSIONS.items()))
    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=100, required=False, widget=forms.TextInput(attrs={"class": "code"})
    )

    def __init__(
        self, *args: Any, document: Document, section: Mapping[str, Any] | None, published: Published, **kwargs: Any
    ) -> None:
        self.document, self.section, self.published = document, section, published
        self.languages: list[str] = document["languages"]
        super().__init__(*args, **{"initial": self._initial(section), **kwargs})
        for name, label, rows in (("title", _("Title"), 1), ("intro", _("Introduction"), 2)):
            for code in self.languages:
                attrs = {"lang": code}
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=_("%(text)s, %(language)s") % {"text": label, "language": in_language(code)},
                    required=False,
                    max_length=200 if rows == 1 else definition.MAX_TEXT,
                    widget=forms.TextInput(attrs) if rows == 1 else forms.Textarea({**attrs, "rows": rows}),
                )
        self.is_published = bool(section and section["code"] in published.sections)
        self.fields["code"].disabled = self.is_published

    def _initial(self, section: Mapping[str, Any] | None) -> dict[str, Any]:
        if section is None:
            return {"dimension": "other"}
        texts = {f"{n}_{c}": (section[n] or {}).get(c, "") for n in ("title", "intro") for c in self.languages}
        return {**section, **texts}

    def clean_code(self) -> str:
        own = self.section["code"] if self.section else ""
        words = next((self.data.get(f"title_{c}") for c in ("en", *self.languages) if self.data.get(f"title_{c}")), "")
        taken = [*editing.section_codes(self.document), *self.published.sections]
        code: str = self.cleaned_data["code"].strip() or editing.fresh(editing.word(str(words)) or "part", taken)
        if not SECTION_CODE.fullmatch(code):
            raise ValidationError(_("Use small letters, digits and underscores."))
        if code != own and code in editing.section_codes(self.document):
            raise ValidationError(_("Another section of this version has this code. Choose another."))
        return code

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        texts = {
            name: {code: words for code in self.languages if (words := data[f"{name}_{code}"].strip())}
            for name in ("title", "intro")
        }
        return {
            "code": data["code"],
            "dimension": data["dimension"],
            "title": texts["title"],
            "intro": texts["intro"] or None,
        }

    @property
    def pairs(self) -> list[tuple[str, list[forms.BoundField]]]:
        labels = (("title", _("Title")), ("intro", _("Introduction")))
        return [(label, [self[f"{name}_{code}"] for code in self.languages]) for name, label in labels]


class WeightsForm(forms.Form):
    """Percentages of the form. What was typed stays; the other sections, or questions of the section, divide the rest.

    `typed` names the changed fields in the order of typing, as the script knows it; without script it is every field that
    differs from what was shown.
    """

    typed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document
        shown = weights.tenths(weights.section_shares(document))
        for code in shown:
            self._field(f"section:{code}", shown[code])
        for code, each in weights.tenths(weights.item_shares(document)).items():
            if editing.home_of(document, code)["code"] in shown:
                self._field(f"item:{code}", each)

    def _field(self, name: str, share: int) -> None:
        self.fields[name] = forms.DecimalField(
            label=_("Percent of the form"), required=False, min_value=0, max_value=100, decimal_places=2,
            initial=f"{share / 10:.1f}".removesuffix(".0"),
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "autocomplete": "off"}),
        )  # fmt: skip

    def _typed(self, prefix: str) -> list[str]:
        """Names of the fields that were typed in, in that order."""
        names = [name for name in self.fields if name.startswith(prefix)]
        order = str(self.cleaned_data.get("typed") or "").split()
        changed = [name for name in names if str(self.data.get(name)) != str(self.fields[name].initial)]
        chosen = [name for name in dict.fromkeys(order) if name in changed] if order else changed
        return [name for name in chosen if self.cleaned_data.get(name) is not None]

    def shares(self) -> tuple[dict[str, int], dict[str, int]]:
        """The new weights of sections and of items."""
        old = weights.section_weights(self.document)
        typed = {name.partition(":")[2]: self._share(name) for name in self._typed("section:")}
        whole = weights.spread(old, typed) if typed else weights.section_shares(self.document)
        sections = weights.as_weights(whole) if typed else {}
        items: dict[str, int] = {}
        said = {name.partition(":")[2]: self._share(name) for name in self._typed("item:")}
        for section in self.document["sections"]:
            mine = weights.item_weights(section)
            share = whole.get(section["code"], Fraction(0))
            within = {code: part / share for code, part in said.items() if code in mine} if share else {}
            if within:
                items |= weights.as_weights(weights.spread(mine, within))
            elif share and not any(item["weight"] for item in section["items"] if item["scored"]):
                items |= mine
        return sections, items

    def _share(self, name: str) -> Fraction:
        return Fraction(self.cleaned_data[name]) / 100


class DraftPosted:
    """What the buttons of the outline say: `do` is a verb and a code, such as "up item greeting.own_name"."""

    def __init__(self, posted: QueryDict) -> None:
        self.verb, _space, rest = posted.get("do", "").partition(" ")
        self.what, _space, self.code = rest.partition(" ")
        self.seen = posted.get("seen", "")
        self.to = posted.get("to", "")
        position = posted.get("position", "")
        self.position = int(position) if position.isascii() and position.isdigit() and len(position) < 4 else 0
