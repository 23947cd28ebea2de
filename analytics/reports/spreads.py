"""The distribution behind each mean: how many calls of each department scored how much."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics import frames, metrics, words
from analytics.access import Reader
from analytics.figures import Mean
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import WITHHELD, Spread, together
from analytics.metrics.spread import BINS, WIDTH
from analytics.reports.answered import Answered, answered
from analytics.reports.base import Column, Report, Value, mean_columns, mean_values

# Of fewer calls it is chance how far they lie apart.
MANY = 10


@dataclass(frozen=True, slots=True)
class Spreading:
    """A department's scores: their mean and how they are spread."""

    key: int
    code: str
    name: str
    mean: Mean
    spread: Spread


def spreads(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How the scores of each department are spread."""
    about = answered(reader, filters)
    found = _found(about)
    columns = (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("calls", _("Calls"), _("calls")),
        *mean_columns("mean", _("Score"), "score"),
        Column("lower", _("A quarter below"), _("points"), "spread"),
        Column("middle", _("The middle call"), _("points"), "spread"),
        Column("upper", _("A quarter above"), _("points"), "spread"),
        *(Column(f"from_{low}", f"{low}–{low + WIDTH}", _("calls"), "spread") for low in range(0, 100, WIDTH)),
        Column("note", _("Note")),
    )
    title = _("The scores behind each mean")
    return about.report("spreads", title, _widest(found), columns=columns, rows=map(_values, found), result=found)


def _found(about: Answered) -> list[Spreading]:
    bins = frames.bins(about.reader, about.filters, about.tree.keys)
    if bins.empty:
        return []
    found = metrics.spreads(bins, about.smallest, about.tree.totals)
    held = {key: each.sums("score") for key, each in about.parts.items()}

    def made(key: int, spread: Spread) -> Spreading:
        sums = together(about.parts.values()).sums("score") if key == ALL_TOGETHER else held.get(key)
        mean = WITHHELD if spread.withheld else metrics.mean(sums) if sums else Mean()
        return Spreading(key, about.tree.code(key), about.tree.name(key), mean, spread)

    rows = [made(key, found.departments[key]) for key in about.tree.leaves if key in found.departments]
    return [made(ALL_TOGETHER, found.whole), *rows] if len(rows) != 1 else rows


def _widest(found: list[Spreading]) -> str:
    """Where calls differ most from each other: one mean says least there."""
    known = [each for each in found if each.key != ALL_TOGETHER and (each.spread.n or 0) >= MANY]
    known = [each for each in known if each.spread.lower and each.spread.upper]
    if not known:
        return ""
    widest = max(known, key=lambda each: _width(each.spread))
    assert widest.spread.lower
    assert widest.spread.upper
    facts = {
        "name": widest.name,
        "low": widest.spread.lower[0],
        "high": widest.spread.upper[1],
        "calls": words.calls(widest.spread.n),
    }
    return (
        _(
            "Calls differ most in %(name)s: the middle half of them lies between %(low)s and %(high)s points, of %(calls)s."
        )
        % facts
    )


def _width(spread: Spread) -> int:
    return spread.upper[1] - spread.lower[0] if spread.lower and spread.upper else 0


def _values(each: Spreading) -> Mapping[str, Value]:
    spread = each.spread
    counts = spread.bins or [None] * BINS
    return {
        "department_code": each.code,
        "department": each.name,
        "calls": spread.n,
        **mean_values("mean", each.mean),
        "lower": _step(spread.lower),
        "middle": _step(spread.median),
        "upper": _step(spread.upper),
        **{f"from_{WIDTH * place}": count for place, count in enumerate(counts)},
        "note": "too few calls" if spread.withheld else "",
    }


def _step(limits: tuple[int, int] | None) -> str | None:
    return None if limits is None else f"{limits[0]}–{limits[1]}"
