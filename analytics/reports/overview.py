"""Every department now: its score against its target and the period before, and its five dimensions."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import frames, lede, metrics, words
from analytics.access import Reader
from analytics.figures import ENOUGH, Cell, Mean, Row, Share, rounded
from analytics.filters import ALL_TOGETHER, Filters
from analytics.reports.base import (
    Column,
    Report,
    Value,
    checked,
    drift_columns,
    lacks,
    left_out,
    mean_columns,
    mean_values,
    note,
    share_columns,
    share_values,
)
from analytics.reports.tree import Tree, tree_of
from analytics.reports.trend import series_of
from surveys.models.people import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page draws: departments in bands, best first; then those with few calls; then parts and the whole."""

    bands: tuple[tuple[Row, ...], ...] = ()
    few: tuple[Row, ...] = ()
    together: tuple[Row, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def departments(self) -> tuple[Row, ...]:
        return (*(row for band in self.bands for row in band), *self.few)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.departments + self.together


def build(reader: Reader, filters: Filters, _department: int | None) -> Report:
    tree = tree_of(reader, filters)
    maker = _Maker(tree, filters)
    result = maker.overview()
    columns = _columns(filters)
    return Report(
        slug="overview",
        title=_("Score per department, %(dates)s") % {"dates": words.dates(filters)},
        summary=lede.plain(lede.overview(result.rows, filters, reader.organisation.callback_window_hours)),
        columns=columns,
        rows=checked(columns, (_values(row, filters) for row in result.rows)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=maker.now[ALL_TOGETHER]["n_calls"],
        lacking=lacks(
            reader, filters.measure, maker.now[ALL_TOGETHER]["n_calls"], maker.now[ALL_TOGETHER][f"n_{filters.measure}"]
        ),
        newest=maker.newest,
        data_time=reader.at,
        left_out=left_out(reader, filters, tree.keys),
        result=result,
    )


def measures_of(filters: Filters) -> tuple[str, ...]:
    """What one page reads of the period, at once."""
    return tuple(dict.fromkeys((filters.measure, "score", *DIMENSIONS)))


def row_of(reader: Reader, filters: Filters, department: int, course: tuple[str, ...]) -> Row:
    """The row of one department as the overview has it: judged with all others there, so that both pages say the same.

    `course` is what the page shows of its periods, so that these are read once.
    """
    if filters.departments and department not in tree_of(reader, filters).keys:
        filters = replace(filters, departments=())
    maker = _Maker(tree_of(reader, filters), filters, course)
    return next((row for row in maker.rows() if row.key == department), maker.row(department))


class _Maker:
    """Makes rows from the sums of the period and of the one before."""

    def __init__(self, tree: Tree, filters: Filters, course: tuple[str, ...] = ()) -> None:
        self.tree, self.filters, self.reader, self.course = tree, filters, tree.reader, course
        measures = measures_of(filters)
        frame = frames.totals(self.reader, filters, tree.keys, measures)
        sums = metrics.parts(frame, ["department", "now"])
        self.now, self.before = (
            tree.sums({key: sums[key, now] for key in tree.keys if (key, now) in sums}) for now in (True, False)
        )
        days = (day for day, now in zip(frame["newest"], frame["now"], strict=True) if now)
        self.newest: dt.date | None = max(days, default=None)
        self.hidden = {
            (column, now): tree.withheld({node: parts[column] for node, parts in sides.items()})
            for now, sides in ((True, self.now), (False, self.before))
            for column in (*(f"n_{name}" for name in measures), "n_promised", "n_timed", "n_calls")
        }

    def rows(self) -> list[Row]:
        """Everything that has calls in the period, judged together."""
        tree = self.tree
        nodes = [*tree.leaves, *tree.parents]
        if len(tree.leaves) > 1 and not any(tree.within[key] == tree.keys for key in tree.parents):
            nodes.append(ALL_TOGETHER)
        return self.judged([self.row(node) for node in nodes if self.now[node]["n_calls"]])

    def overview(self) -> Overview:
        tree = self.tree
        rows = self.rows()
        without = tuple(tree.name(key) for key in tree.leaves if not self.now[key]["n_calls"])
        departments = [row for row in rows if row.level == "department"]
        departments.sort(key=lambda row: (-(row.mean.exact or 0), row.name))
        numbers = sorted({row.band for row in departments if row.band is not None})
        return Overview(
            bands=tuple(tuple(row for row in departments if row.band == number) for number in numbers),
            few=tuple(row for row in departments if row.band is None),
            together=tuple(row for row in rows if row.level != "department"),
            without=without,
        )

    def row(self, node: int) -> Row:
        measure = self.filters.measure
        return Row(
            key=node,
            code=self.tree.code(node),
            name=self.tree.name(node),
            level=self.tree.level(node),
            mean=self.mean(node, measure),
            before=self.mean(node, measure, now=False),
            change=None,
            target=self.target(node, measure),
            dimensions=tuple(Cell(name, self.mean(node, name), self.target(node, name)) for name in DIMENSIONS),
            kept=self.share(node, "n_kept", "n_promised"),
            prompt=self.share(node, "n_prompt", "n_timed"),
            left=self.share(node, "n_left_to_fate", "n_calls"),
            open=0 if node in self.hidden["n_promised", True] else self.now[node]["n_open"],
        )

    def mean(self, node: int, measure: str, *, now: bool = True) -> Mean:
        if node in self.hidden[f"n_{measure}", now]:
            return metrics.WITHHELD
        return metrics.mean((self.now if now else self.before)[node].sums(measure))

    def share(self, node: int, count: str, of: str) -> Share:
        if node in self.hidden[of, True]:
            return metrics.WITHHELD_SHARE
        return metrics.share(self.now[node][count], self.now[node][of])

    def target(self, node: int, measure: str) -> Decimal | None:
        target = self.tree.target(node, measure)
        return None if target is None else rounded(Decimal(target) / 100)

    def judged(self, rows: list[Row]) -> list[Row]:
        """The rows with their changes, corrected for there being many, their bands and their recent course."""
        bands = metrics.bands({row.key: row.mean for row in rows if row.level == "department"})
        measure = self.filters.measure
        course = series_of(self.reader, self.filters, measure, [row.key for row in rows], self.course)
        sparks = {each.key: each for each in course}
        singles = self.singles(rows)
        changes, drifts = metrics.corrected(
            [metrics.change(row.before, row.mean) for row in rows],
            [metrics.drift(sparks[row.key].points) if row.key in sparks else None for row in rows],
        )
        return [
            replace(
                row,
                change=change,
                drift=drift,
                band=bands.get(row.key),
                spark=sparks.get(row.key),
                singles=singles.get(row.key, ()),
            )
            for row, change, drift in zip(rows, changes, drifts, strict=True)
        ]

    def singles(self, rows: list[Row]) -> dict[int, tuple[Decimal, ...]]:
        """The single scores of departments with too few calls for an interval, for those who may see single calls."""
        few = [row.key for row in rows if row.mean.n and row.mean.n < ENOUGH and row.level == "department"]
        if not few or self.filters.measure != "score" or max(self.tree.smallest.values()) > 1:
            return {}
        found: dict[int, tuple[Decimal, ...]] = {}
        frame = frames.single_scores(self.reader, self.filters, few)
        for key, score in frame.itertuples(index=False, name=None):
            found[key] = (*found.get(key, ()), rounded(Decimal(int(score)) / 100))
        return found


def _columns(filters: Filters) -> tuple[Column, ...]:
    names = {name: words.capital(str(words.MEASURES[name])) for name in (filters.measure, *DIMENSIONS)}
    return (
        Column("department_code", _("Code")),
        Column("department", _("Department")),
        Column("level", _("Level")),
        Column("band", _("Cannot be told apart"), metric="band"),
        Column("measure", _("Measure")),
        Column("calls", _("Calls"), _("calls")),
        *mean_columns("mean", names[filters.measure], filters.measure),
        Column("target", _("Target"), _("points"), "target"),
        Column("distance", _("Above target"), _("points"), "target"),
        Column("calls_before", _("Calls before"), _("calls")),
        *mean_columns("mean_before", _("Before"), filters.measure),
        Column("change", pgettext("figures", "Change"), _("points"), "change"),
        Column("change_low", _("Change, low end"), _("points"), "change"),
        Column("change_high", _("Change, high end"), _("points"), "change"),
        Column("change_p", _("Change, corrected p"), metric="change"),
        Column("change_clear", _("Clear change"), metric="change"),
        *drift_columns(filters),
        Column("drift_clear", _("Clear trend"), metric="course"),
        *(
            column
            for name in DIMENSIONS
            for column in (
                Column(name, names[name], _("points"), name),
                Column(f"{name}_calls", _("%(measure)s, calls") % {"measure": names[name]}, _("calls")),
            )
        ),
        Column("promised", _("Callbacks promised"), _("calls")),
        Column("kept", _("Callbacks kept"), _("calls")),
        *share_columns("kept_share", _("Share kept"), "kept"),
        Column("note", _("Note")),
    )


def _values(row: Row, filters: Filters) -> Mapping[str, Value]:
    change, drift = row.change, row.drift
    dimensions: dict[str, Value] = {}
    for cell in row.dimensions:
        dimensions |= {cell.measure: cell.mean.value, f"{cell.measure}_calls": cell.mean.n}
    return {
        "department_code": row.code,
        "department": row.name,
        "level": row.level,
        "band": row.band,
        "measure": filters.measure,
        "calls": row.mean.n,
        **mean_values("mean", row.mean),
        "target": row.target,
        "distance": row.distance,
        "calls_before": row.before.n,
        **mean_values("mean_before", row.before),
        "change": change.value if change else None,
        "change_low": change.low if change else None,
        "change_high": change.high if change else None,
        "change_p": rounded(change.adjusted, 4) if change else None,
        "change_clear": ("yes" if change.clear else "no") if change else "",
        "drift": drift.value if drift else None,
        "drift_low": drift.low if drift else None,
        "drift_high": drift.high if drift else None,
        "drift_p": rounded(drift.adjusted, 4) if drift else None,
        "drift_clear": ("yes" if drift.clear else "no") if drift else "",
        **dimensions,
        "promised": row.kept.n,
        "kept": row.kept.count,
        **share_values("kept_share", row.kept),
        "note": note(row.mean),
    }
