"""Statements that Django writes once a process, and that then take the choice of calls as SQL.

Django needs longer to write such a statement than the database to answer it, when a single call is counted.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from surveys.models import Call
from surveys.querysets import CallQuerySet

Rows = list[tuple[Any, ...]]
# No call has this key.
MARK = -1
# Before the names of a call's columns in a statement that reads other tables too.
CALLS = f"{connection.ops.quote_name(Call._meta.db_table)}."


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL with its parameters."""

    sql: str
    params: tuple[Any, ...]

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(f"{self.sql} AND {other.sql}", self.params + other.params)


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT in two halves, between which the choice of calls goes: a condition on columns of `CALLS`."""

    before: str
    after: str
    params: tuple[Any, ...]
    more_params: tuple[Any, ...]

    def of(self, chosen: Condition) -> tuple[str, list[Any]]:
        """SQL and parameters for the calls that hold the condition."""
        return f"{self.before}{chosen.sql}{self.after}", [*self.params, *chosen.params, *self.more_params]


def marked() -> CallQuerySet:
    """The calls that a statement is prepared over: those that count, of a choice that is made later."""
    return Call.objects.counting().filter(pk__in=[MARK])


def prepare(rows: Any) -> Statement:
    """The statement of a QuerySet over `marked` calls."""
    sql, params = rows.query.sql_with_params()
    before, after = sql.split(f"{CALLS}{connection.ops.quote_name('id')} IN (%s)")
    place = params.index(MARK)
    return Statement(before, after, params[:place], params[place + 1 :])


def fetched(sql: str, params: Sequence[Any]) -> Rows:
    """The rows as the driver gives them: what Django would make of them takes a third of a count's time."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: Rows = cursor.fetchall()
    return rows


def moment(text: str) -> dt.datetime:
    """A moment that the database gives as text: in Greenwich, whether or not it says so.

    What a driver, and Django, make of thousands of moments takes longer than asking for them.
    """
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def within(column: str, values: Collection[Any]) -> Condition:
    """That a column holds one of these values, of which there is one at least."""
    return Condition(f"{column} IN ({marks(values)})", tuple(values))


def marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))
