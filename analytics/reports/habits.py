"""How evaluators work: whether they tell dimensions apart, hand in soon, and call when they should."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import evaluator_frames, gap_words, metrics, words
from analytics.access import Reader
from analytics.figures import Share
from analytics.filters import TOTAL, Filters
from analytics.metrics import Coverage, Flagged, Habit, HourCovered
from analytics.reports.base import Column, Report, Value, share_columns
from analytics.reports.evaluators import (
    UNKNOWN,
    Person,
    base_report,
    calls_of,
    people,
    person_columns,
    person_values,
)
from analytics.reports.nodes import Cell, Lane, Lanes, Line, Tag, counted_values, gap_columns, gap_values, most_of
from analytics.reports.tree import tree_of
from analytics.results import Estimate
from surveys.flag_words import LABELS
from surveys.models import Wave

if TYPE_CHECKING:
    import pandas as pd

# --- habits -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Working:
    """An evaluator's shares, and by share what is clear about it against the others."""

    person: Person
    habit: Habit | None
    shares: Mapping[str, Share]
    gaps: Mapping[str, Estimate]
    flags: Flagged | None

    @property
    def is_striking(self) -> bool:
        return any(gap.clear for gap in self.gaps.values())


@dataclass(frozen=True, slots=True)
class Habits:
    """Every evaluator, everybody together, and what is drawn of them: those of whom anything is clear, and the whole."""

    lines: tuple[Working, ...]
    whole: Working | None
    lanes: Lanes

    @property
    def others(self) -> int:
        """How many do as all do."""
        return sum(not each.is_striking for each in self.lines)

    def clear(self, name: str, direction: int) -> tuple[Working, ...]:
        """Those whose share clearly lies above (1) or below (-1) that of the others, the farthest first."""
        found = [
            each
            for each in self.lines
            if (gap := each.gaps.get(name)) is not None
            and gap.clear
            and gap.exact is not None
            and gap.exact * direction > 0
        ]
        return tuple(sorted(found, key=lambda each: -direction * float(each.shares[name].value or 0)))


def habits(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """Per evaluator: calls with all dimensions alike, handed in soon, and in which a rule found something."""
    lines, whole = _working(reader, filters)
    labels = _labels()
    columns = (
        *person_columns(),
        Column("calls", _("Calls"), _("calls")),
        Column("minutes", _("Handed in after (median)"), _("minutes"), "soon"),
        *(
            column
            for name, (label, _tag) in labels.items()
            for column in (
                Column(f"{name}_n", _("%(label)s, of") % {"label": label}, _("calls")),
                Column(f"{name}_count", label, _("calls")),
                *share_columns(name, _("%(label)s, share") % {"label": label}, name),
                *gap_columns(f"{name}_gap", _("%(label)s, against the others") % {"label": label}, "share_gap"),
            )
        ),
        *(Column(f"rule_{rule}", str(label), _("calls"), "flagged") for rule, label in LABELS.items()),
        Column("note", _("Note")),
    )
    return base_report(
        "habits",
        _("How forms are filled in"),
        _("Each evaluator against all others. A pointer where to look, never a verdict."),
        columns=columns,
        rows=[_habit_row(each) for each in (*lines, *((whole,) if whole else ()))],
        reader=reader,
        filters=filters,
        counted=calls_of(reader, filters),
        result=Habits(lines, whole, _lanes([each for each in lines if each.is_striking], whole)),
    )


def _labels() -> dict[str, tuple[str, Callable[[bool], str]]]:
    """By share its heading, and what is said of one that clearly lies above (or below) the others."""
    return {
        "halo": (_("All dimensions alike"), lambda up: _("more often alike") if up else _("less often alike")),
        "soon": (
            _("Handed in within 15 minutes"),
            lambda up: _("sooner than the others") if up else _("later than the others"),
        ),
        "flagged": (
            _("Something struck a rule"),
            lambda up: _("more often than the others") if up else _("less often than the others"),
        ),
    }


def _working(reader: Reader, filters: Filters) -> tuple[tuple[Working, ...], Working | None]:
    """Every evaluator, and everybody together where there are several."""
    keys, known = tree_of(reader, filters).keys, people(reader)
    calls, handed_in = (each(reader, filters, keys) for each in (evaluator_frames.habits, evaluator_frames.flagged))
    lines = _each(calls, handed_in, known, reader.smallest_group(keys))
    if len(lines) < 2:
        return lines, None
    everybody = Person(TOTAL, _("All together"))
    (whole,) = _each(
        evaluator_frames.of_everybody(calls, additive=False),
        evaluator_frames.of_everybody(handed_in, additive=True),
        {evaluator_frames.EVERYBODY: everybody},
        reader.smallest_group(keys),
    )
    return lines, whole


def _each(
    calls: "pd.DataFrame", handed_in: "pd.DataFrame", known: Mapping[int, Person], smallest: int
) -> tuple[Working, ...]:
    seen = {each.evaluator: each for each in metrics.habits(calls, smallest)}
    struck = {each.evaluator: each for each in metrics.flagged(handed_in, smallest)}
    shares = {
        "halo": {key: each.alike for key, each in seen.items()},
        "soon": {key: each.soon for key, each in seen.items()},
        "flagged": {key: each.share for key, each in struck.items()},
    }
    gaps = {name: metrics.against_others(each) for name, each in shares.items()}
    found = [
        Working(
            known.get(key, UNKNOWN),
            seen.get(key),
            {name: each.get(key, Share()) for name, each in shares.items()},
            {name: each[key] for name, each in gaps.items() if key in each},
            struck.get(key),
        )
        for key in {**seen, **struck}
    ]
    return tuple(sorted(found, key=_striking_first))


def _striking_first(each: Working) -> tuple[int, str]:
    return -sum(gap.clear for gap in each.gaps.values()), each.person.called.casefold()


def _habit_row(each: Working) -> Mapping[str, Value]:
    row: dict[str, Value] = person_values(each.person) | {
        "calls": each.habit.n if each.habit else 0,
        "minutes": each.habit.minutes if each.habit else None,
        "note": "",
    }
    for name, share in each.shares.items():
        row |= counted_values(name, share) | gap_values(f"{name}_gap", each.gaps.get(name))
    return row | {f"rule_{rule}": each.flags.rules.get(rule, 0) if each.flags else 0 for rule in LABELS}


def _lanes(striking: list[Working], whole: Working | None) -> Lanes:
    labels = _labels()
    lines = [*striking, *([whole] if whole else [])]
    lanes = tuple(Lane(label, most_of(each.shares[name] for each in lines)) for name, (label, _says) in labels.items())
    drawn = tuple(
        Line(
            each.person.called,
            tuple(Cell(each.shares[name], _tag(each.gaps.get(name), says)) for name, (_label, says) in labels.items()),
            counts=_after(each),
            whole=each is whole,
        )
        for each in lines
    )
    return Lanes(_("Evaluator"), lanes, drawn)


def _tag(gap: Estimate | None, says: Callable[[bool], str]) -> Tag | None:
    """Nothing is said of most, so that what is clear is seen."""
    if gap is None or not gap.clear or gap.exact is None:
        return None
    is_above = gap.exact > 0
    return Tag(says(is_above), "flat", "▲" if is_above else "▼")


def _after(each: Working) -> str:
    """“43 calls; half of them handed in within 24 minutes; 2 × long recall”."""
    said = [words.calls(each.habit.n if each.habit else 0)]
    if each.habit and each.habit.minutes is not None:
        facts = {"minutes": words.points(each.habit.minutes, 0)}
        said.append(_("half of them handed in within %(minutes)s minutes") % facts)
    rules = each.flags.rules if each.flags else {}
    said += [f"{count} × {LABELS[rule]}" for rule, count in rules.items() if count and rule in LABELS]
    return "; ".join(said)


# --- the week ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the week; `found` is `None` where nobody called and no wave asks to. `clear` as of the week by answers."""

    found: HourCovered | None
    clear: int
    title: str
    depth: int

    @property
    def is_outside(self) -> bool:
        return self.found is not None and self.found.expected is None


@dataclass(frozen=True, slots=True)
class Week:
    """Days across, hours down. `waves` are those of the period, newest first; `coordinates`: whether they may be opened."""

    days: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Place, ...]], ...]
    found: Coverage
    waves: tuple[Wave, ...]
    coordinates: bool


def call_hours(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """In which hours of the week calls were made, against when their waves ask for them."""
    frame = evaluator_frames.called_hours(reader, filters, tree_of(reader, filters).keys)
    waves = reader.waves
    asked = {key: metrics.Asked(tuple(each.weekdays), each.calls_from, each.calls_until) for key, each in waves.items()}
    found = metrics.coverage(frame, asked)
    columns = (
        Column("weekday", _("Weekday")),
        Column("hour", _("Hour")),
        Column("calls", _("Calls"), _("calls")),
        Column("expected", _("Calls if spread evenly"), _("calls"), "coverage"),
        *share_columns("share", _("Share of the calls"), "coverage"),
        *gap_columns("gap", _("Against an even spread"), "coverage"),
        Column("asked", _("Asked for by a wave")),
    )
    chosen = sorted({int(key) for key in frame["wave"]}, key=lambda key: (waves[key].starts_on, key), reverse=True)
    return base_report(
        "call_hours",
        _("When calls were made"),
        _outside(found),
        columns=columns,
        rows=[_hour_row(*key, each) for key, each in found.hours.items()],
        reader=reader,
        filters=filters,
        counted=calls_of(reader, filters),
        result=_week(found, tuple(waves[key] for key in chosen), coordinates=reader.coordinates),
    )


def _outside(found: Coverage) -> str:
    if not found.n:
        return ""
    if not found.outside:
        return _("All calls lie within the days and hours of their waves.")
    text = ngettext(
        "%(count)s call lies outside the days and hours of its wave.",
        "%(count)s calls lie outside the days and hours of their waves.",
        found.outside,
    )
    return text % {"count": words.whole(found.outside)}


def _hour_row(weekday: int, hour: int, each: HourCovered) -> Mapping[str, Value]:
    return {
        "weekday": str(weekday),
        "hour": f"{hour:02d}:00",
        "calls": each.n,
        "expected": each.expected,
        "share": each.share.value,
        "share_low": each.share.low,
        "share_high": each.share.high,
        **gap_values("gap", each.gap),
        "asked": "no" if each.expected is None else "yes",
    }


def _week(found: Coverage, waves: tuple[Wave, ...], *, coordinates: bool) -> Week:
    days = sorted({day for day, _hour in found.hours})
    every = [hour for _day, hour in found.hours]
    span = range(min(every), max(every) + 1) if every else ()
    names = tuple((words.capital(str(words.WEEKDAYS[day])), words.capital(str(WEEKDAYS_ABBR[day - 1]))) for day in days)
    rows = tuple(
        (f"{hour:02d}:00", tuple(_place(found.hours.get((day, hour)), day, hour) for day in days)) for hour in span
    )
    return Week(names, rows, found, waves, coordinates)


def _place(found: HourCovered | None, day: int, hour: int) -> Place:
    when = f"{words.capital(str(words.WEEKDAYS[day]))} {hour:02d}:00"
    if found is None:
        return Place(None, 0, when, 0)
    facts = {"when": when, "calls": words.calls(found.n), "expected": words.points(found.expected, 0)}
    if found.expected is None or found.gap is None:
        return Place(found, 0, _("%(when)s: %(calls)s, outside the hours of every wave") % facts, 0)
    clear = gap_words.direction(found.gap)
    return Place(found, clear, _("%(when)s: %(calls)s, %(expected)s if spread evenly") % facts, _depth(found))


def _depth(found: HourCovered) -> int:
    """How deep a cell is shaded, 0 to 4: 2 is as many calls as an even spread gives, 4 twice as many."""
    if not found.expected:
        return 0
    return min(4, round(2 * found.n / found.expected))
