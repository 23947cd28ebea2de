"""What the reports about questions share: the answers of the period, read once, and what the checklist says of each question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import frames, metrics, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.metrics import Items, Parts
from analytics.reports.base import Column, Report, Value, checked, lacks, left_out
from analytics.reports.tree import Tree, tree_of
from surveys.definition import text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is asked now; `place` is where it stands in the newest checklist that asks it."""

    code: str
    text: str
    dimension: str
    section: str
    place: tuple[int, int]


@dataclass(frozen=True)
class Answered:
    """How questions were answered in one period by the chosen departments."""

    reader: Reader
    filters: Filters
    tree: Tree

    @cached_property
    def frame(self) -> "pd.DataFrame":
        frames.read_together(self.reader, self.filters, self.tree.keys, "items", "bins")
        return frames.answers(self.reader, self.filters, self.tree.keys)

    @cached_property
    def before(self) -> "pd.DataFrame | None":
        """The frame of the period before, where there is one."""
        if self.filters.before is None:
            return None
        start, end = self.filters.before
        return frames.answers(self.reader, replace(self.filters, start=start, end=end, period="dates"), self.tree.keys)

    @cached_property
    def totals(self) -> "pd.DataFrame":
        return frames.totals(self.reader, self.filters, self.tree.keys, ("score",))

    @cached_property
    def parts(self) -> dict[int, Parts]:
        """The sums of the period, by department."""
        sums = metrics.parts(self.totals, ["department", "now"])
        return {key: sums[key, True] for key in self.tree.keys if (key, True) in sums}

    @cached_property
    def smallest(self) -> int:
        return self.reader.smallest_group(self.tree.keys)

    @cached_property
    def items(self) -> Items:
        return metrics.items(self.frame, {key: each["n_score"] for key, each in self.parts.items()}, self.smallest)

    @cached_property
    def calls(self) -> int:
        return sum(each["n_calls"] for each in self.parts.values())

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """By code, in the order of the checklist."""
        newest: dict[str, int] = {}
        for code, version in self.frame[["item", "version"]].drop_duplicates().itertuples(index=False, name=None):
            newest[str(code)] = max(int(version), newest.get(str(code), 0))
        language = get_language() or "en"
        forms = {each.pk: each.definition for each in self.reader.versions(set(newest.values()))}
        found = []
        for code, version in newest.items():
            form = forms.get(version)
            if form is None or code not in form:
                found.append(Question(code, code, "other", "", (len(newest), 0)))
                continue
            section = form.section_of(code)
            place = form.sections.index(section), [item.code for item in section.items].index(code)
            found.append(
                Question(
                    code,
                    text(form.item(code).text, language),
                    section.dimension,
                    words.section(section.dimension, text(section.title, language)),
                    place,
                )
            )
        return {each.code: each for each in sorted(found, key=lambda each: (each.place, each.code))}

    def report(
        self,
        slug: str,
        title: str,
        summary: str,
        *,
        columns: tuple[Column, ...],
        rows: Iterable[Mapping[str, Value]],
        result: object,
    ) -> Report:
        days = (day for day, now in zip(self.totals["newest"], self.totals["now"], strict=True) if now)
        return Report(
            slug=slug,
            title=title,
            summary=summary,
            columns=columns,
            rows=checked(columns, rows),
            filters=self.filters,
            start=self.filters.start,
            end=self.filters.end,
            counted=self.calls,
            newest=max(days, default=None),
            lacking=lacks(self.reader, "score", self.calls, sum(each["n_score"] for each in self.parts.values())),
            data_time=self.reader.at,
            left_out=left_out(self.reader, self.filters, self.tree.keys),
            result=result,
        )


def question_columns() -> tuple[Column, ...]:
    return Column("item", _("Code")), Column("question", _("Question")), Column("section", _("Section"))


def question_values(question: Question) -> dict[str, Value]:
    return {"item": question.code, "question": question.text, "section": question.section}


def answered(reader: Reader, filters: Filters) -> Answered:
    tree = tree_of(reader, filters)
    return reader.once(("answered", filters.scope, tree.keys), lambda: Answered(reader, filters, tree))
