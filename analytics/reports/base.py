"""What a report is, and what all of them share."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import frames, words
from analytics.access import Reader
from analytics.figures import Mean, Share
from analytics.filters import Filters

Value = int | Decimal | str | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report: `name` is the key in CSV and API, `label` the heading on a page, `unit` what it counts.

    `metric` is the figure's key in the registry, for a column that holds one.
    """

    name: str
    label: str
    unit: str = ""
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as one reader sees it at one moment.

    `rows` are what the chart draws and what table, CSV and API show. `counted` and `left_out` are numbers of calls in the
    period: those that count, and by reason those that do not; `lacking` says how many of the counted ones tell nothing of
    what is drawn, and why (see `lacks`). `meanings` are keys of the registry beside those of the columns. `result` is what
    the page draws from. `is_of_totals`: its reader may not see every single call, so figures may be withheld.
    """

    slug: str
    title: str
    summary: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]
    filters: Filters
    start: dt.date | None
    end: dt.date
    counted: int
    data_time: dt.datetime
    newest: dt.date | None = None
    lacking: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    chart: Mapping[str, Any] | None = None
    meanings: tuple[str, ...] = ()
    result: Any = None
    is_of_totals: bool = False

    @property
    def chart_id(self) -> str:
        """The id of the element that carries the chart's data on a page."""
        return f"chart-{self.slug}"


def lacks(reader: Reader, reason: str, counted: int, known: int | None) -> dict[str, int]:
    """How many of the counted calls are not among the known ones; `reason` is a measure, or another key of
    `words.lacking`. Nothing where it is not known, and to readers of totals: less what is shown it is the size of what is not.
    """
    return {reason: counted - known} if reader.sees_calls and known is not None and known < counted else {}


def left_out(reader: Reader, filters: Filters, departments: frozenset[int]) -> dict[str, int]:
    """How many calls of the period do not count, by reason, the most frequent first."""
    found = frames.left_out(reader, filters, departments).itertuples(index=False, name=None)
    return {str(reason): int(n) for reason, n in sorted(found, key=lambda pair: (-pair[1], pair[0]))}


def note(*figures: Mean | Share) -> str:
    """Why a row lacks figures: withheld (too few calls, or others could be worked out from it), or nothing to tell."""
    if any(figure.withheld for figure in figures):
        return "too few calls"
    return "" if any(figure.n for figure in figures) else "no calls"


def mean_columns(name: str, label: str, metric: str = "") -> tuple[Column, ...]:
    """A mean with its interval."""
    return _with_ends(name, label, _("points"), metric)


def mean_values(name: str, mean: Mean) -> dict[str, Value]:
    return {name: mean.value, f"{name}_low": mean.low, f"{name}_high": mean.high}


def drift_columns(filters: Filters) -> tuple[Column, ...]:
    """How much a figure rose or fell a month or week, with interval and corrected p."""
    step = _("points a %(step)s") % {"step": words.STEPS[filters.by]}
    return (
        Column("drift", pgettext("figures", "Trend"), step, "course"),
        Column("drift_low", _("Trend, low end"), _("points"), "course"),
        Column("drift_high", _("Trend, high end"), _("points"), "course"),
        Column("drift_p", _("Trend, corrected p"), metric="course"),
    )


def share_columns(name: str, label: str, metric: str = "") -> tuple[Column, ...]:
    return _with_ends(name, label, "%", metric)


def _with_ends(name: str, label: str, unit: str, metric: str) -> tuple[Column, ...]:
    named = {"label": label}
    return (
        Column(name, label, unit, metric),
        Column(f"{name}_low", _("%(label)s, low end") % named, unit, metric),
        Column(f"{name}_high", _("%(label)s, high end") % named, unit, metric),
    )


def share_values(name: str, share: Share) -> dict[str, Value]:
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}


def checked(columns: Sequence[Column], rows: Iterable[Mapping[str, Value]]) -> tuple[Mapping[str, Value], ...]:
    """The rows with every column and no other, in the order of the columns."""
    return tuple({column.name: row[column.name] for column in columns} for row in rows)
