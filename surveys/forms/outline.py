"""A draft on one page: its sections and questions with what they weigh and what is still to be done."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from surveys import definition
from surveys.building import document_of, token
from surveys.building_words import Note, name_of_item, name_of_section, notes_of
from surveys.checklist_words import DIMENSIONS, KINDS, condition_words
from surveys.definition import weights
from surveys.definition.editing import Document
from surveys.models import ChecklistVersion


@dataclass(frozen=True, slots=True)
class ItemLine:
    code: str
    name: str
    kind: str
    percent: str
    scored: bool
    condition: str
    critical: bool
    fails: bool
    optional: bool
    to_do: int
    is_first: bool
    is_last: bool

    @property
    def anchor(self) -> str:
        return f"i-{self.code.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class SectionLine:
    code: str
    name: str
    dimension: str
    percent: str
    items: tuple[ItemLine, ...]
    to_do: int
    is_first: bool
    is_last: bool


class Outline:
    """The draft as its page shows it."""

    def __init__(self, version: ChecklistVersion, slug: str, language: str) -> None:
        self.version, self.slug, self.language = version, slug, language
        self.document: Document = document_of(version)
        self.seen = token(self.document)
        self.notes = notes_of(self.document, definition.check(self.document), language)
        self.form, _problems = definition.attempt(self.document)
        counts = Counter((note.what if note.what != "weights" else "item", note.code) for note in self.notes)
        self.to_do = counts
        self.percents = percents(self.document)

    @property
    def sections(self) -> list[SectionLine]:
        last = len(self.document["sections"]) - 1
        shares = {code: _percent(each) for code, each in weights.tenths(weights.section_shares(self.document)).items()}
        return [
            SectionLine(
                code=section["code"],
                name=name_of_section(section, self.language),
                dimension=str(DIMENSIONS[section["dimension"]]),
                percent=shares.get(section["code"], ""),
                items=tuple(self._items(section, is_first=place == 0, is_last=place == last)),
                to_do=self.to_do["section", section["code"]],
                is_first=place == 0,
                is_last=place == last,
            )
            for place, section in enumerate(self.document["sections"])
        ]

    def _items(self, section: Document, *, is_first: bool, is_last: bool) -> list[ItemLine]:
        end = len(section["items"]) - 1
        return [
            ItemLine(
                code=item["code"],
                name=name_of_item(item, self.language),
                kind=str(KINDS[item["kind"]]),
                percent=self.percents.get(item["code"], "") if item["scored"] else "",
                scored=item["scored"],
                condition=self._condition(item["code"]),
                critical=item["critical"],
                fails=any(option["fails"] for option in item.get("options", ())),
                optional=not item["required"],
                to_do=self.to_do["item", item["code"]],
                is_first=is_first and place == 0,
                is_last=is_last and place == end,
            )
            for place, item in enumerate(section["items"])
        ]

    def _condition(self, code: str) -> str:
        if self.form is None or code not in self.form or not self.form.item(code).condition:
            return ""
        try:
            return condition_words(self.form, self.form.item(code).condition, self.language)
        except (KeyError, ValueError):
            return ""

    @property
    def blocking(self) -> list[tuple[Note, str]]:
        return [(note, self.link(note)) for note in self.notes if note.blocks]

    @property
    def warnings(self) -> list[tuple[Note, str]]:
        return [(note, self.link(note)) for note in self.notes if not note.blocks]

    @property
    def questions(self) -> int:
        return sum(len(section["items"]) for section in self.document["sections"])

    @property
    def policy(self) -> str:
        return str(self.document["na_policy"])

    def link(self, note: Note) -> str:
        """The page that can mend it, at the control."""
        return link_to(note, self.slug, self.version.pk)


def link_to(note: Note, slug: str, pk: int) -> str:
    names = {"item": "draft_item", "section": "draft_section", "weights": "draft_weights", "form": "draft_settings"}
    arguments: list[object] = [slug, pk, note.code] if note.what in ("item", "section") else [slug, pk]
    if note.what == "form" and note.anchor not in ("id_languages", "id_na_policy", "id_pass_mark"):
        return reverse("draft", args=[slug, pk])
    return reverse(names[note.what], args=arguments) + (f"#{note.anchor}" if note.anchor else "")


def percents(document: Document) -> dict[str, str]:
    """What every scored item weighs in the form, in words; together exactly 100 %."""
    return {code: _percent(each) for code, each in weights.tenths(weights.item_shares(document)).items()}


def _percent(tenths: int) -> str:
    value = Fraction(tenths, 10)
    return _("%(number)s %%") % {"number": number_format(float(value), decimal_pos=1 if tenths % 10 else 0)}
