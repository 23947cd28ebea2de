"""What a report is."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from analytics.filters import Filters

Value = int | Decimal | str | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report: `name` is the key in CSV and API, `label` the heading on a page, `unit` what it counts."""

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as one reader sees it at one moment.

    `rows` are what the chart draws and what table, CSV and API show. `counted` and `left_out` are numbers of calls in the
    period: those the figures rest on, and by reason those they do not. `result` is what the page draws from.
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
    newest: dt.date | None
    data_time: dt.datetime
    left_out: Mapping[str, int] = field(default_factory=dict)
    chart: Mapping[str, Any] | None = None
    result: Any = None
