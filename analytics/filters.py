"""What a reader chose to look at: everything lives in the address, so a link shows the same again.

    period     last_month, last_quarter (default), last_half_year, last_year, all; a calendar quarter (2026-q1);
               or from and to (YYYY-MM-DD)
    against    previous (default) or last_year: what the period is compared with; or against_from (YYYY-MM-DD), its first day
    department a code, may be repeated; a department includes all below it
    measure    score (default), content, experience, critical, greeting, phrasing, callback, listening, tone
    scenario   a code          caller_style   calm or dominant          attempt   1 to 9
    wave       a key           version        a key of a checklist version
    weekday    1 (Monday) to 7 fate           how the call ended; only for those who may see single calls
    by         month (default) or week: what a trend is drawn by
    line       a department's code or "total", may be repeated: the lines of a trend (default: all)
    q          words to look for, on the page of phrases
    item       a question's code, on the page of calls: those in which it cost points
    sort, page the order of single calls (newest first, oldest, lowest or highest score), and which fifty of them

Periods are whole weeks up to and including today. The period they are compared with lies whole weeks earlier, so that it holds
the same weekdays: one of 31 days is compared with the 31 that begin five weeks before. Calendar quarters are compared with
calendar quarters.

Readers of totals (who may not see every single call) choose a calendar quarter, a measure and a line, and nothing else: of
whatever else could be chosen, two choices might differ by so few calls that subtracting tells them.
"""

import datetime as dt
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics import quarters
from analytics.figures import MOST_PERIODS
from surveys.models import Call

if TYPE_CHECKING:
    from analytics.access import Reader

PERIODS = {"last_month": 28, "last_quarter": 91, "last_half_year": 182, "last_year": 364}
DEFAULT_PERIOD = "last_quarter"
MEASURES = ("score", "content", "experience", "critical", "greeting", "phrasing", "callback", "listening", "tone")
STYLES = ("calm", "dominant")
STEPS = ("month", "week")
SORTS, MOST_PAGES = ("newest", "oldest", "lowest", "highest"), 200
FATES = tuple(Call.Fate.values)
PREVIOUS, LAST_YEAR = AGAINST = ("previous", "last_year")
WEEK, YEAR = dt.timedelta(weeks=1), dt.timedelta(weeks=52)
MOST_TYPED = 100
TOTAL, ALL_TOGETHER = "total", 0
KEYS = (
    "period", "from", "to", "against", "against_from", "department", "measure", "scenario", "caller_style", "attempt", "wave", "version", "weekday",
    "fate", "by", "line", "q", "item", "sort", "page",
)  # fmt: skip

OLDEST = quarters.Quarter(1990, 1)
NOT_FOR_TOTALS = (
    "from", "to", "against_from", "scenario", "caller_style", "attempt", "wave", "version", "weekday", "fate"
)  # fmt: skip


class Query(Protocol):
    """A request's query string (`request.GET`)."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that could not be read: the key it came under and a sentence for the reader."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Filters:
    """A checked choice. `start` is None for everything since the first call; departments, scenario and wave are keys.

    `lines` are keys too, with `ALL_TOGETHER` for the line of all calls together; empty means every line.
    """

    start: dt.date | None
    end: dt.date
    period: str = DEFAULT_PERIOD
    departments: tuple[int, ...] = ()
    measure: str = "score"
    scenario: int | None = None
    caller_style: str = ""
    attempt: int | None = None
    wave: int | None = None
    version: int | None = None
    weekday: int | None = None
    fate: str = ""
    by: str = "month"
    lines: tuple[int, ...] = ()
    against: str = PREVIOUS
    against_from: dt.date | None = None
    q: str = ""
    item: str = ""
    sort: str = "newest"
    page: int = 1
    query: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def scope(self) -> tuple[object, ...]:
        """What decides which sums are read, apart from departments."""
        asked = (self.scenario, self.caller_style, self.attempt, self.wave, self.version, self.weekday, self.fate)
        return self.start, self.end, self.before, self.trend_start, self.by, *asked

    @property
    def asks_of_cells(self) -> bool:
        """Whether only a part of what was planned is looked at: sums of whole departments do not hold it apart."""
        return bool(self.caller_style) or any(
            each is not None for each in (self.scenario, self.attempt, self.wave, self.version)
        )

    @property
    def asks_of_calls(self) -> bool:
        """Whether what is looked at is held apart in no sums, only in the calls."""
        return bool(self.fate)

    @property
    def before(self) -> tuple[dt.date, dt.date] | None:
        """The period of equal length that this one is compared with: whole weeks earlier, so with the same weekdays."""
        if self.start is None:
            return None
        if quarter := self.quarter:
            earlier = quarter.back(4 if self.against == LAST_YEAR else 1)
            return earlier.start, earlier.end
        back = _whole_weeks(self.end - self.start + dt.timedelta(days=1))
        if self.against_from is not None:
            back = max(back, WEEK * round((self.start - self.against_from) / WEEK))
        elif self.against == LAST_YEAR:
            back = YEAR
        return self.start - back, self.end - back

    @property
    def quarter(self) -> quarters.Quarter | None:
        """The calendar quarter that was chosen, if one was."""
        return quarters.named(self.period)

    @property
    def weeks(self) -> int | None:
        """The length in whole weeks, where it is one."""
        days = 0 if self.start is None or self.quarter else (self.end - self.start).days + 1
        return days // 7 if days and days % 7 == 0 else None

    @property
    def trend_start(self) -> dt.date | None:
        """Where a trend begins: a period is shown with what led up to it, however it was chosen."""
        if self.start is None:
            return None
        if self.by == "week":
            return min(_monday(self.start), _monday(self.end) - dt.timedelta(weeks=25))
        return min(self.start.replace(day=1), _months_before(self.end, 11))

    def with_lines(self, lines: Iterable[int]) -> "Filters":
        return replace(self, lines=tuple(lines))

    def querystring(self, **changes: str | Sequence[str] | None) -> str:
        """The query of the same choice, at its first page, with some values replaced or (None) out; `from_` stands for from."""
        changes = {"page": None, **{key.rstrip("_"): value for key, value in changes.items()}} if changes else {}
        kept = [(key, value) for key, value in self.query if key not in changes]
        for key, value in changes.items():
            values = [] if value is None else [value] if isinstance(value, str) else value
            kept.extend((key, each) for each in values)
        return f"?{urlencode(sorted(kept, key=lambda pair: KEYS.index(pair[0])))}" if kept else "?"


def _whole_weeks(length: dt.timedelta) -> dt.timedelta:
    """The fewest whole weeks that are as long."""
    return WEEK * -(-length // WEEK)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _months_before(day: dt.date, count: int) -> dt.date:
    """The first day of the month `count` months earlier."""
    months = day.year * 12 + day.month - 1 - count
    return dt.date(months // 12, months % 12 + 1, 1)


def parse(query: Query, reader: "Reader") -> Filters:
    """The choice in a query string; what cannot be read becomes a problem, and the default is used in its place."""
    return _Parser(query, reader).filters()


class _Parser:
    def __init__(self, query: Query, reader: "Reader") -> None:
        self.asked = {key: [value.strip() for value in query.getlist(key) if value.strip()] for key in KEYS}
        self.reader = reader
        self.today = reader.today
        self.kept: list[tuple[str, str]] = []
        self.problems: list[Problem] = []

    def filters(self) -> Filters:
        if not self.reader.sees_calls:
            self.totals_only()
        period, start, end = self.dates() or self.named()
        against, against_from = self.compared(start, end)
        return Filters(
            period=period,
            start=start,
            end=end,
            departments=tuple(self.departments("department")),
            measure=self.one_of("measure", MEASURES, "score"),
            scenario=self.scenario(),
            caller_style=self.one_of("caller_style", STYLES, ""),
            attempt=self.number("attempt", range(1, 10)),
            wave=self.wave(),
            version=self.version(),
            weekday=self.number("weekday", range(1, 8)),
            fate=self.fate(),
            by=self.step(start, end),
            lines=tuple(self.departments("line")),
            q=self.words("q"),
            item=self.words("item"),
            sort=self.one_of("sort", SORTS, "newest"),
            page=self.number("page", range(1, MOST_PAGES + 1)) or 1,
            against=against,
            against_from=against_from,
            query=tuple(self.kept),
            problems=tuple(self.problems),
        )

    def totals_only(self) -> None:
        """Leaves out what totals are not given of; a chosen department is the line that is looked at, among all others."""
        found = [key for key in NOT_FOR_TOTALS if self.asked[key]]
        if found:
            words = {"values": "”, “".join(value for key in found for value in self.asked[key])}
            self.refuse(
                found[0],
                _(
                    "Totals are given of whole quarters with all their calls, so that no single call can be worked out: "
                    "“%(values)s” is left out."
                )
                % words,
            )
        lines = self.asked["line"] + self.asked["department"]
        self.asked |= {key: [] for key in (*found, "department", "by")} | {"line": lines}

    def refuse(self, key: str, message: str) -> None:
        self.problems.append(Problem(key, message))

    def first(self, key: str) -> str:
        return self.asked[key][0] if self.asked[key] else ""

    def one_of(self, key: str, known: Iterable[str], default: str) -> str:
        value = self.first(key)
        if value and value not in known:
            self.refuse(key, _("“%(value)s” is not a choice here; it is left out.") % {"value": value})
            value = ""
        if value and value != default:
            self.kept.append((key, value))
        return value or default

    def step(self, start: dt.date | None, end: dt.date) -> str:
        """What a trend is drawn by; months where there would be too many weeks."""
        chosen = self.one_of("by", STEPS, "month")
        first = start if start or chosen == "month" else self.reader.oldest
        if chosen == "month" or first is None or (_monday(end) - _monday(first)).days // 7 < MOST_PERIODS:
            return chosen
        self.kept.remove(("by", chosen))
        words = {"most": MOST_PERIODS}
        self.refuse("by", _("The period is longer than %(most)s weeks; the trend is drawn by month.") % words)
        return "month"

    def named(self) -> tuple[str, dt.date | None, dt.date]:
        newest, known, usual = quarters.quarter_of(self.today), (*PERIODS, "all"), DEFAULT_PERIOD
        if not self.reader.sees_calls:
            newest = quarters.released(self.today)
            known, usual = (), newest.name
        if (chosen := quarters.named(self.first("period"))) and OLDEST <= chosen <= newest:
            known = (*known, chosen.name)
        period = self.one_of("period", known, usual)
        if quarter := quarters.named(period):
            return period, quarter.start, min(quarter.end, self.today)
        if period == "all":
            return period, None, self.today
        return period, self.today - dt.timedelta(days=PERIODS[period] - 1), self.today

    def dates(self) -> tuple[str, dt.date, dt.date] | None:
        """The chosen dates; without a first day the named period holds, without a last day it is today."""
        if not self.asked["from"] and not self.asked["to"]:
            return None
        start, end = self.date("from"), self.date("to") if self.asked["to"] else self.today
        if start is None or end is None:
            return None
        if end > self.today:
            end = self.today
            self.refuse("to", _("The last day lies ahead; the period ends today."))
        if start > end:
            words = {"start": date_format(start, "DATE_FORMAT"), "end": date_format(end, "DATE_FORMAT")}
            self.refuse(
                "from", _("The first day, %(start)s, is after the last, %(end)s; the last quarter is shown.") % words
            )
            return None
        self.kept += [("from", start.isoformat()), ("to", end.isoformat())]
        return "dates", start, end

    def compared(self, start: dt.date | None, end: dt.date) -> tuple[str, dt.date | None]:
        """What the period is compared with; it must be over before the period begins."""
        if start is None and (self.asked["against"] or self.asked["against_from"]):
            self.refuse("against", _("All calls have no period before them to compare with."))
        if start is None:
            return PREVIOUS, None
        length = end - start + dt.timedelta(days=1)
        first = self.date("against_from") if self.asked["against_from"] else None
        if first is not None and first + length <= start:
            self.kept.append(("against_from", first.isoformat()))
            return PREVIOUS, first
        if first is not None:
            latest = {"day": date_format(start - length, "DATE_FORMAT")}
            self.refuse(
                "against_from",
                _("The period to compare with must be over before this one begins: choose %(day)s or earlier.")
                % latest,
            )
        if self.first("against") == LAST_YEAR and length > YEAR:
            self.refuse("against", _("The period is longer than a year; it is compared with the period before."))
            return PREVIOUS, None
        return self.one_of("against", AGAINST, PREVIOUS), None

    def date(self, key: str) -> dt.date | None:
        value = self.first(key)
        if not value:
            self.refuse(key, _("Give a first day as well; the last quarter is shown."))
            return None
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or not 1990 <= found.year <= 2200:
            text = _("“%(value)s” is not a date such as 2026-03-31; the last quarter is shown.")
            if key == "against_from":
                text = _("“%(value)s” is not a date such as 2026-03-31; the period before is taken.")
            self.refuse(key, text % {"value": value})
            return None
        return found

    def departments(self, key: str) -> list[int]:
        codes = {each.code.casefold(): pk for pk, each in self.reader.departments.items()} if self.asked[key] else {}
        found: list[int] = []
        for value in self.asked[key]:
            pk = codes.get(value.casefold())
            if key == "line" and value == TOTAL:
                pk = ALL_TOGETHER
            if pk is None:
                self.refuse(key, _("There is no department “%(value)s” here; it is left out.") % {"value": value})
            elif pk not in found:
                found.append(pk)
                self.kept.append((key, self.reader.departments[pk].code if pk else TOTAL))
        return found

    def scenario(self) -> int | None:
        value = self.first("scenario")
        for pk, scenario in self.reader.scenarios.items() if value else ():
            if scenario.code == value:
                self.kept.append(("scenario", value))
                return pk
        if value:
            self.refuse("scenario", _("There is no scenario “%(value)s” here; it is left out.") % {"value": value})
        return None

    def number(self, key: str, known: Iterable[int]) -> int | None:
        value = self.one_of(key, [str(each) for each in known], "")
        return int(value) if value else None

    def words(self, key: str) -> str:
        """Words to look for, as they were typed; no more of them than anybody types."""
        value = " ".join(self.first(key).replace("\0", " ").split())[:MOST_TYPED]
        if value:
            self.kept.append((key, value))
        return value

    def fate(self) -> str:
        return self.one_of("fate", FATES, "")

    def wave(self) -> int | None:
        message = _("There is no wave “%(value)s” here; it is left out.")
        return self.key("wave", lambda: self.reader.waves, message)

    def version(self) -> int | None:
        message = _("There is no checklist version “%(value)s” here; it is left out.")
        return self.key("version", lambda: self.reader.published, message)

    def key(self, name: str, known: Callable[[], Container[int]], message: str) -> int | None:
        """A primary key among those known, which are asked for only where one was given."""
        value = self.first(name)
        if value.isascii() and value.isdigit() and len(value) < 19 and int(value) in known():
            self.kept.append((name, value))
            return int(value)
        if value:
            self.refuse(name, message % {"value": value})
        return None
