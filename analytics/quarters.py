"""Calendar quarters. Readers of totals look at nothing else: periods of which no two overlap cannot be subtracted."""

import datetime as dt
import re
from typing import Final, NamedTuple

NAME: Final = re.compile(r"(\d{4})-q([1-4])", re.ASCII)
# By then nearly all calls of a quarter are checked: totals that grow call by call would tell each of them.
SETTLED: Final = dt.timedelta(days=14)

# Before the first that can be chosen (`filters`) lie those that it is compared with.
FIRST: Final = 1980


class Quarter(NamedTuple):
    year: int
    number: int

    @property
    def name(self) -> str:
        """As it stands in an address: “2026-q1”."""
        return f"{self.year}-q{self.number}"

    @property
    def start(self) -> dt.date:
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> dt.date:
        return self.back(-1).start - dt.timedelta(days=1)

    def back(self, count: int) -> "Quarter":
        """The quarter so many quarters earlier."""
        year, place = divmod(self.year * 4 + self.number - 1 - count, 4)
        return Quarter(year, place + 1)


def quarter_of(day: dt.date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def named(name: str) -> Quarter | None:
    """The quarter of a name; None when it is not one."""
    found = NAME.fullmatch(name)
    return Quarter(int(found[1]), int(found[2])) if found and FIRST <= int(found[1]) <= 2200 else None


def released(today: dt.date) -> Quarter:
    """The newest quarter whose totals are given."""
    return quarter_of(today - SETTLED).back(1)


def newest(last: Quarter, count: int) -> list[Quarter]:
    """So many quarters up to this one, the newest first."""
    return [last.back(each) for each in range(count)]
