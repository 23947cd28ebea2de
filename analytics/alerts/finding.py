"""One thing found, as facts that can be kept: exact figures as text, and days. `wording` makes sentences of them.

Exact, because what is rounded twice may differ in its last digit from what the page says.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analytics.figures import Change, Drift, Mean

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be told; `about` names it. `period` is the first day of the period it was found in, of what may go on."""

    kind: str
    about: str
    department: int | None = None
    call: int | None = None
    period: dt.date | None = None
    facts: Facts = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.about if self.period is None else f"{self.about}:{self.period.isoformat()}"


def finished_month(today: dt.date) -> dt.date:
    """The first day of the newest month that is over."""
    return months_before(today, 1)


def months_before(day: dt.date, count: int) -> dt.date:
    """The first day of the month so many months earlier."""
    months = day.year * 12 + day.month - 1 - count
    return dt.date(months // 12, months % 12 + 1, 1)


def last_day(month: dt.date) -> dt.date:
    return months_before(month, -1) - dt.timedelta(days=1)


# --- figures as they are kept -----------------------------------------------------------------------------------------


def kept_mean(mean: Mean) -> Facts:
    return {"n": mean.n, "exact": str(mean.exact), "low": _text(mean.low), "high": _text(mean.high)}


def mean_of(kept: Mapping[str, Any]) -> Mean:
    return Mean(kept["n"], Fraction(kept["exact"]), _decimal(kept["low"]), _decimal(kept["high"]))


def kept_change(change: Change) -> Facts:
    return {"exact": str(change.exact), "low": str(change.low), "high": str(change.high)}


def change_of(kept: Mapping[str, Any]) -> Change:
    """With what a sentence says of it; its p is not kept."""
    return Change(Fraction(kept["exact"]), Decimal(kept["low"]), Decimal(kept["high"]), p=0.0, clear=True)


def kept_drift(drift: Drift) -> Facts:
    return {"value": str(drift.value), "low": str(drift.low), "high": str(drift.high)}


def drift_of(kept: Mapping[str, Any]) -> Drift:
    return Drift(Decimal(kept["value"]), Decimal(kept["low"]), Decimal(kept["high"]), periods=0, p=0.0, clear=True)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
