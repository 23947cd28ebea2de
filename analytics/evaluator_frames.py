"""Calls by who made them -> DataFrames: for what tells evaluators apart. Reports hand these on to who checks calls only.

As in `analytics.call_frames`, every frame names its columns and dtypes, and holds people as keys; `names` says what their
reader may call them.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db.models import BigIntegerField, BooleanField, Case, CharField, Count, Q, Sum, TextField, Value, When
from django.db.models.functions import Cast, Substr

from analytics.access import Reader
from analytics.call_frames import _whole_hours as is_of_whole_hours
from analytics.filters import Filters
from analytics.sources import of_calls
from surveys import access, exports, flags
from surveys.models import Call
from surveys.models.calls import measure_column
from surveys.models.people import DIMENSIONS

if TYPE_CHECKING:
    import pandas as pd

# The key of everybody together.
EVERYBODY: Final = 0
# Habits are looked at call by call, in the newest ones; more say the same.
MOST_HABITS: Final = 20_000
HANDED_IN: Final = (Call.State.SUBMITTED, Call.State.RETURNED, Call.State.APPROVED)


def names(reader: Reader) -> dict[int, tuple[str, str]]:
    """What evaluators are called, by key: the pseudonym of the exports, and the name ("" for who may not know it)."""

    def make() -> dict[int, tuple[str, str]]:
        known: dict[int, str] = {}
        if access.has_role(reader.user, reader.organisation, access.REVIEWERS):
            joined = reader.organisation.memberships.select_related("user")
            known = {each.user_id: str(each.user) for each in joined}
        codes = exports.pseudonyms(reader.organisation)
        return {key: (code, known.get(key, "")) for key, code in codes.items()}

    return reader.once("evaluators", make)


def by_half(reader: Reader, filters: Filters, departments: Iterable[int], measure: str) -> "pd.DataFrame":
    """As `call_frames.by_evaluator`, with the two halves of the period apart: `later` bool."""
    import pandas as pd

    column = measure_column(measure)
    wide = Cast(column, BigIntegerField())
    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(**{column: None})
    is_later = Case(
        When(local_date__gt=middle(reader, filters), then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )
    keys = ["evaluator", "department", "scenario"]
    rows = calls.order_by().annotate(later=is_later).values_list(*keys, "later")
    parts = rows.annotate(n=Count("pk"), total=Sum(wide), squares=Sum(wide * wide))
    frame = pd.DataFrame.from_records(list(parts), columns=[*keys, "later", "n", "sum", "squares"])
    return frame.astype(dict.fromkeys([*keys, "n", "sum", "squares"], "int64") | {"later": "bool"})


def together(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame `by_half` with both halves added up: `call_frames.by_evaluator`."""
    keys = ["evaluator", "department", "scenario"]
    return frame.drop(columns="later").groupby(keys, as_index=False).sum()


def middle(reader: Reader, filters: Filters) -> dt.date:
    """The last day of the first half of the period."""
    start = filters.start or reader.oldest or filters.end
    return start + (filters.end - start) // 2


def habits(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """The newest `MOST_HABITS` calls of the period: how long after the call they were handed in, and their dimensions.

    Columns: `evaluator`, `seconds` int64; per dimension Int64, hundredths of a point, missing where it has no score.
    """
    import pandas as pd

    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).exclude(submitted_at=None)
    columns = [measure_column(name) for name in DIMENSIONS]
    rows = calls.order_by("-local_date", "-pk").values_list("evaluator", "called_at", "submitted_at", *columns)
    records = [
        (who, int((submitted - called).total_seconds()), *scores)
        for who, called, submitted, *scores in rows[:MOST_HABITS]
    ]
    frame = pd.DataFrame.from_records(records, columns=["evaluator", "seconds", *DIMENSIONS])
    return frame.astype({"evaluator": "int64", "seconds": "int64"} | dict.fromkeys(DIMENSIONS, "Int64"))


def flagged(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """Calls that were handed in, of those that the reader may see, and those in which a rule found something.

    Columns: `evaluator`, `n_calls`, `n_flagged` and one per rule of `surveys.flags` by its name; int64.
    """
    import pandas as pd

    calls = access.visible_calls(reader.user).filter(of_calls(reader, filters, departments))
    chosen = calls.filter(kind=Call.Kind.FIELD, state__in=HANDED_IN).annotate(said=Cast("flags", TextField()))
    has_flag = Q(flag_count__gt=0)
    counts: dict[str, Any] = {"n_calls": Count("pk"), "n_flagged": Count("pk", filter=has_flag)}
    counts |= {f"n_{rule}": Count("pk", filter=has_flag & Q(said__contains=f'"{rule}"')) for rule in flags.RULES}
    rows = chosen.order_by().values_list("evaluator").annotate(**counts)
    frame = pd.DataFrame.from_records(list(rows), columns=["evaluator", "n_calls", "n_flagged", *flags.RULES])
    return frame.astype("int64")


def of_everybody(frame: "pd.DataFrame", *, additive: bool) -> "pd.DataFrame":
    """The frame `habits` or (`additive`) `flagged` as if one evaluator had made all calls."""
    whole = frame.assign(evaluator=EVERYBODY)
    return whole.groupby("evaluator", as_index=False).sum() if additive else whole


def called_hours(reader: Reader, filters: Filters, departments: Iterable[int]) -> "pd.DataFrame":
    """How many calls began in which hour of the week, on the organisation's clock, per wave.

    Columns: `wave`, `weekday` (1 is Monday), `hour` (0..23), `n` int64. Counted by the database by day and hour, as in
    `call_frames.by_hour`.
    """
    import pandas as pd

    calls = Call.objects.counting().filter(of_calls(reader, filters, departments)).order_by()
    zone = reader.organisation.zone
    width = len("2026-03-31 10") if is_of_whole_hours(zone, filters.end) else len("2026-03-31 10:12")
    moment = Substr(Cast("called_at", CharField()), 1, width)
    rows = calls.annotate(moment=moment).values_list("wave", "moment").annotate(n=Count("pk"))
    counts: dict[tuple[int, int, int], int] = {}
    for wave, text, n in rows:
        local = dt.datetime.fromisoformat(text if ":" in text else f"{text}:00").replace(tzinfo=dt.UTC).astimezone(zone)
        key = wave, local.isoweekday(), local.hour
        counts[key] = counts.get(key, 0) + n
    records = [(*key, n) for key, n in sorted(counts.items())]
    return pd.DataFrame.from_records(records, columns=["wave", "weekday", "hour", "n"])
