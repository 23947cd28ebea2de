"""What the reports about evaluators and their calls share: how these are counted, and what an evaluator is called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from analytics import charts, evaluator_frames, frames
from analytics.access import Reader
from analytics.filters import Filters
from analytics.reports.base import Column, Report, Value, checked, lacks, left_out
from analytics.reports.tree import tree_of


def calls_of(reader: Reader, filters: Filters) -> int:
    """How many calls of the period count."""
    totals = frames.totals(reader, filters, tree_of(reader, filters).keys, ())
    return int(totals["n_calls"][totals["now"]].sum())


def base_report(
    slug: str,
    title: str,
    summary: str,
    *,
    columns: tuple[Column, ...],
    rows: Iterable[Mapping[str, Value]],
    reader: Reader,
    filters: Filters,
    result: object,
    counted: int,
    known: int | None = None,
    chart: charts.Chart | None = None,
) -> Report:
    """`known` is how many of the counted calls have the filters' measure, for what rests on it."""
    return Report(
        slug=slug,
        title=title,
        summary=summary,
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=counted,
        lacking=lacks(reader, filters.measure, counted, known),
        data_time=reader.at,
        left_out=left_out(reader, filters, tree_of(reader, filters).keys),
        chart=chart,
        result=result,
    )


@dataclass(frozen=True, slots=True)
class Person:
    """An evaluator as this reader may know them: the pseudonym of the exports and the name, "" where it is not theirs."""

    code: str
    name: str

    @property
    def called(self) -> str:
        return self.name or self.code


def people(reader: Reader) -> dict[int, Person]:
    return {key: Person(*each) for key, each in evaluator_frames.names(reader).items()}


def person_columns() -> tuple[Column, ...]:
    return Column("evaluator", _("Evaluator")), Column("name", _("Name"))


def person_values(person: Person) -> dict[str, Value]:
    return {"evaluator": person.code, "name": person.name}


UNKNOWN: Final = Person("E00", "")
