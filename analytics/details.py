"""What is counted by key: answers of questions, phrases heard, scores by bin, delays of callbacks, the hours of calls.

A document each, made of additive numbers, so documents may be added up in any order:

    items     {question: {points: [n, lost, n_again, sum_again, squares_again]}}; points 0..100 as text, "na" not applicable.
              `lost` is in hundredths of a point of the score; the last three are of those calls that hold a grade for
              "would call again". Means, squares, spread and correlation all follow from these.
    phrases   {phrase: number of calls in which it was heard}
    bins      {number of the bin of five points: number of calls}, of the score
    waits     {"came" or "not_come": {whole hours from the promise, rounded up: number of promises}}, by the event that
              holds. Promises of which nothing was recorded are those of `n_promised` that stand in neither.
    hours     {weekday of the call's day, 1..7, and its hour in Greenwich, 00..23: [n_timed, n_prompt]}, such as "209". A
              week's document, so that the hour on any clock that is whole hours from Greenwich follows from it.
    marks     {weekday: [n_marked, n_held, n_long, n_transferred]}: calls with marks of their course, and of these those put
              on hold, on hold for longer than `LONG_HOLD` seconds in all, and put through

In SQL a document would have to be taken apart into a row per question and put together again, which takes longer than
reading it: see `tests/benchmarks`. So this half is one pass in Python, while the columns are counted in SQL.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db.models import CharField, TextField
from django.db.models.functions import Cast, Substr

from analytics.counting import PROMPT_SECONDS
from analytics.models import BIN, BINS
from analytics.prepared import Rows, fetched
from surveys import promises
from surveys.querysets import CallQuerySet

KINDS: Final = ("items", "phrases", "bins", "waits", "hours", "marks")
NA: Final = "na"
HOUR: Final = dt.timedelta(hours=1)
PARTS: Final = 5
# Seconds on hold that are called long.
LONG_HOLD: Final = 60
# The columns of a call that each kind is counted from.
READ: Final = {
    "items": ("items_text", "would_call_again"),
    "phrases": ("phrases_text",),
    "bins": ("score",),
    "hours": ("hour_text", "seconds_to_answer"),
    "marks": ("hold_seconds", "marks_text"),
}
TEXTS: Final[Mapping[str, Any]] = {
    "items_text": Cast("item_points", TextField()),
    "phrases_text": Cast("phrases", TextField()),
    # As text, which both databases hold alike: a function of the database's time zones is a slow detour in SQLite.
    "hour_text": Substr(Cast("called_at", CharField()), 12, 2),
    "marks_text": Cast("timeline", TextField()),
}
# As a mark is spelt in a call's timeline.
TRANSFERRED: Final = '"transferred"'

Items = dict[str, dict[str, list[int]]]


@dataclass(slots=True)
class Detail:
    """The documents of some calls, and the days of the first and the last of them."""

    items: Items = field(default_factory=dict)
    phrases: dict[str, int] = field(default_factory=dict)
    bins: dict[str, int] = field(default_factory=dict)
    waits: dict[str, dict[str, int]] = field(default_factory=dict)
    hours: dict[str, list[int]] = field(default_factory=dict)
    marks: dict[str, list[int]] = field(default_factory=dict)
    oldest: dt.date | None = None
    newest: dt.date | None = None

    def add(self, documents: Mapping[str, Any]) -> None:
        """Adds the documents of others, by kind."""
        for kind, document in documents.items():
            _merge(getattr(self, kind), document)

    def join(self, other: "Detail") -> None:
        """Adds another with its days."""
        self.add(other.documents())
        self.oldest = min(filter(None, (self.oldest, other.oldest)), default=None)
        self.newest = max(filter(None, (self.newest, other.newest)), default=None)

    def documents(self, kinds: Iterable[str] = KINDS) -> dict[str, Any]:
        return {kind: getattr(self, kind) for kind in kinds}


def holding(documents: Mapping[str, dict[str, Any]]) -> Detail:
    """A detail of these documents, by kind; of its days nothing is known."""
    found = Detail()
    for kind, document in documents.items():
        setattr(found, kind, document)
    return found


def together(found: Iterable[tuple[tuple[Any, ...], Detail]], width: int) -> dict[tuple[Any, ...], Detail]:
    """Details added up over all but the first so many of their keys."""
    whole: dict[tuple[Any, ...], Detail] = defaultdict(Detail)
    for key, detail in found:
        whole[key[:width]].join(detail)
    return dict(whole)


def summed(documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Documents of one kind added up, all of them at once: for a page that is hundreds of thousands of numbers."""
    by_key: dict[str, list[Any]] = defaultdict(list)
    for document in documents:
        for key, value in document.items():
            by_key[key].append(value)
    return {key: _sum_of(values) for key, values in by_key.items()}


@lru_cache(maxsize=512)
def sum_of_stored(documents: tuple[str, ...]) -> dict[str, Any]:
    """Documents of one kind, as they are stored, added up; what comes out must not be changed.

    It is kept, for these documents are what it depends on: most weeks of a period never change again, and reading them
    anew takes longer than anything else on a page. Whoever asks has read the documents, so nobody is given another's.
    """
    return summed(map(json.loads, documents))


def _sum_of(values: list[Any]) -> Any:
    if type(values[0]) is dict:
        return summed(values)
    return list(map(sum, zip(*values, strict=True))) if type(values[0]) is list else sum(values)


def _merge(into: dict[str, Any], other: Mapping[str, Any]) -> None:
    for key, value in other.items():
        if type(value) is dict:
            _merge(into.setdefault(key, {}), value)
        elif type(value) is list:
            held = into.get(key)
            into[key] = value[:] if held is None else list(map(add, held, value))
        else:
            into[key] = into.get(key, 0) + value


def of_calls(calls: CallQuerySet, keys: tuple[str, ...], kinds: Iterable[str] = KINDS) -> dict[tuple[Any, ...], Detail]:
    """The documents of these calls by `keys`, only of these kinds."""
    kinds = frozenset(kinds)
    try:
        rows = fetched(*read(calls, keys, kinds).query.sql_with_params()) if kinds & READ.keys() else []
        recorded = fetched(*events(calls, keys).query.sql_with_params()) if "waits" in kinds else []
    except EmptyResultSet:
        # Nothing can be asked of no days at all, such as the Tuesdays of a weekend.
        return {}
    return of_rows(rows, recorded, len(keys), kinds)


def read(calls: CallQuerySet, keys: tuple[str, ...], kinds: Collection[str] = KINDS) -> Any:
    """What is read of each call: its keys, its day, and the columns that these kinds are counted from."""
    names = _names(kinds)
    texts = {name: text for name, text in TEXTS.items() if name in names}
    return calls.annotate(**texts).order_by().values_list(*keys, "local_date", *names)


def events(calls: CallQuerySet, keys: tuple[str, ...]) -> Any:
    """What was recorded of each promise, in the order of recording."""
    event = "callback__events"
    recorded = calls.filter(callback__events__isnull=False).order_by(f"{event}__recorded_at", f"{event}__pk")
    return recorded.values_list("pk", "callback__promised_at", f"{event}__kind", f"{event}__happened_at", *keys)


def _names(kinds: Collection[str]) -> list[str]:
    return [name for kind, names in READ.items() if kind in kinds for name in names]


def of_rows(rows: Rows, recorded: Rows, width: int, kinds: Collection[str] = KINDS) -> dict[tuple[Any, ...], Detail]:
    """The documents from rows of `read` and of `events`, whose keys are so many."""
    found: dict[tuple[Any, ...], Detail] = defaultdict(Detail)
    names = _names(kinds)
    for row in rows:
        detail, day = found[row[:width]], row[width]
        if detail.oldest is None or day < detail.oldest:
            detail.oldest = day
        if detail.newest is None or day > detail.newest:
            detail.newest = day
        held = dict(zip(names, row[width + 1 :], strict=True))
        if "bins" in kinds and held["score"] is not None:
            _one_more(detail.bins, min(held["score"] // BIN, BINS - 1))
        if "phrases" in kinds and held["phrases_text"] != "[]":
            for code in json.loads(held["phrases_text"]):
                _one_more(detail.phrases, code)
        if "items" in kinds:
            _add_items(detail.items, held["items_text"], held["would_call_again"])
        _add_course(detail, day, held)
    for key, kind, hours in _waits(recorded):
        _one_more(found[key].waits.setdefault(kind, {}), hours)
    return dict(found)


def _one_more(counts: dict[str, int], key: object) -> None:
    counts[str(key)] = counts.get(str(key), 0) + 1


def _add_course(detail: Detail, day: dt.date, held: Mapping[str, Any]) -> None:
    """When a call was made and whether it was answered in time, and what happened on the way; of what was read of it."""
    seconds, hold = held.get("seconds_to_answer"), held.get("hold_seconds")
    if seconds is not None:
        parts = detail.hours.setdefault(f"{day.isoweekday()}{held['hour_text']}", [0, 0])
        parts[0] += 1
        parts[1] += seconds <= PROMPT_SECONDS
    if hold is not None:
        parts = detail.marks.setdefault(str(day.isoweekday()), [0, 0, 0, 0])
        parts[0] += 1
        parts[1] += hold > 0
        parts[2] += hold > LONG_HOLD
        parts[3] += TRANSFERRED in held["marks_text"]


def _add_items(items: Items, text: str, again: int | None) -> None:
    """The inner loop of every count: a call's questions one by one."""
    squared = 0 if again is None else again * again
    for piece in text[1:-1].split("], "):
        for code, points, lost in _answers(piece):
            of_item = items.get(code)
            if of_item is None:
                of_item = items[code] = {}
            parts = of_item.get(points)
            if parts is None:
                parts = of_item[points] = [0] * PARTS
            parts[0] += 1
            parts[1] += lost
            if again is not None:
                parts[2] += 1
                parts[3] += again
                parts[4] += squared


@lru_cache(maxsize=50_000)
def _answers(piece: str) -> tuple[tuple[str, str, int], ...]:
    """Code, points and loss of the questions in a piece of a call's document, most often one.

    The same few thousand pieces come again and again: reading each once takes a fifth of reading whole documents.
    """
    if not piece:
        return ()
    closed = piece if piece.endswith("]") else f"{piece}]"
    found: dict[str, tuple[int | None, int]] = json.loads(f"{{{closed}}}")
    return tuple((code, NA if points is None else str(points), lost) for code, (points, lost) in found.items())


def _waits(recorded: Rows) -> Iterator[tuple[tuple[Any, ...], str, int]]:
    """Of every promise that something was recorded of: whether it came, and after how many hours that was known."""
    last = {row[0]: row[1:] for row in recorded}
    for promised, kind, happened, *values in last.values():
        came = promises.came(promised, [promises.Event(kind, happened)])
        yield tuple(values), promises.CAME if came else promises.NOT_COME, _hours(happened - promised)


def _hours(waited: dt.timedelta) -> int:
    """Whole hours, rounded up: what came within 24 hours to the second is 24, whatever came later is more."""
    return max(-(-waited // HOUR), 0)
