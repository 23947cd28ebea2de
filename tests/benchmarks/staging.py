"""Rows in bulk, by SQL that works on whole sets: patterns and picks in temporary tables, one INSERT ... SELECT a batch.

A pattern is a row of a model with its moments as seconds from the call; a pick says which pattern is copied, and to where.
What columns there are is asked of the model when it runs, so a new column is copied like the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import DateTimeField, Model

PICK_COLUMNS = ("id", "pattern", "department", "evaluator", "wave", "called", "clock", "day", "monday")
# Of a batch; small enough to hold in memory, large enough that the number of statements does not matter.
BATCH = 100_000


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


# --- expressions ------------------------------------------------------------------------------------------------------


def moment(seconds: str) -> str:
    """Seconds since 1970 as a stored moment."""
    return f"to_timestamp({seconds})" if on_postgres() else f"datetime({seconds}, 'unixepoch')"


def minute_of(day: str, seconds: str) -> str:
    """The text of a moment on a clock: a day, and seconds from its midnight."""
    if on_postgres():
        return f"to_char({day} + make_interval(secs => {seconds}), 'YYYY-MM-DD\"T\"HH24:MI')"
    return f"strftime('%%Y-%%m-%%dT%%H:%%M', {day}, ({seconds}) || ' seconds')"


def answered(column: str, item: str, marker: str, value: str) -> str:
    """A document of answers with another value for an item, where `marker` stood before."""
    if on_postgres():
        return f"jsonb_set({column}, '{{{item},value}}', to_jsonb({value}), false)"
    return f"replace({column}, '{marker}', {value})"


def uuid_of(number: str) -> str:
    """A UUID of the right form whose first half is a number; in order, so that the index grows at its end."""
    if on_postgres():
        return f"(lpad(to_hex({number}), 8, '0') || '-0000-4000-8000-0000000be9c4')::uuid"
    return f"printf('%%08x', {number}) || '0000400080000000000be9c4'"


# --- temporary tables -------------------------------------------------------------------------------------------------


def drop(*tables: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def patterns(table: str, model: type[Model], rows: Mapping[int, Model], called: Mapping[int, float]) -> None:
    """Fills `table` with rows of `model` under their numbers; `called` is when the call of each was, in seconds."""
    fields = model._meta.concrete_fields
    types = dict(zip(columns_of(model), map(_type, fields), strict=True)) | {
        "id": "bigint primary key" if on_postgres() else KEY
    }
    columns = columns_of(model)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} ({', '.join(f'{name} {types[name]}' for name in columns)})")
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
            [[_value(field, row, number, called[number]) for field in fields] for number, row in rows.items()],
        )
        cursor.execute(f"ANALYZE {table}")


KEY = "integer primary key"


def _type(field: "models.Field[Any, Any]") -> str:
    return "integer" if isinstance(field, DateTimeField) else str(field.db_type(connection))


def _value(field: "models.Field[Any, Any]", row: Model, number: int, called: float) -> Any:
    if field.primary_key:
        return number
    value = field.pre_save(row, add=True)
    if isinstance(field, DateTimeField):
        return None if value is None else round(value.timestamp() - called)
    return field.get_db_prep_save(value, connection)


def columns_of(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def make_picks() -> None:
    date = "date" if on_postgres() else "text"
    types = dict.fromkeys(PICK_COLUMNS, "bigint") | {"day": date, "monday": date}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bench_picks ({', '.join(f'{name} {types[name]}' for name in PICK_COLUMNS)})")


def put_picks(columns: Sequence[list[Any]]) -> None:
    """Replaces the picks; a list for each of `PICK_COLUMNS`."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_picks")
        if on_postgres():
            kinds = ["date" if name in {"day", "monday"} else "bigint" for name in PICK_COLUMNS]
            given = ", ".join(f"%s::{kind}[]" for kind in kinds)
            cursor.execute(f"INSERT INTO bench_picks SELECT * FROM unnest({given})", columns)
        else:
            marks = ", ".join(["%s"] * len(PICK_COLUMNS))
            cursor.executemany(f"INSERT INTO bench_picks VALUES ({marks})", list(zip(*columns, strict=True)))


def copy(model: type[Model], table: str, own: Mapping[str, str], only: str = "") -> None:
    """Inserts a copy of a pattern for every pick: `own` are the expressions of the columns that are the copy's own, over `k`
    (the pick) and `p` (the pattern); moments are moved along with the call.
    """
    values = []
    for column, field in zip(columns_of(model), model._meta.concrete_fields, strict=True):
        moved = moment(f"k.called + p.{column}") if isinstance(field, DateTimeField) else f"p.{column}"
        values.append(own.get(column, moved))
    columns = ", ".join(columns_of(model))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {', '.join(values)} "
            f"FROM bench_picks k JOIN {table} p ON p.id = k.pattern {only and 'WHERE ' + only}",
            [],
        )


# --- loading ----------------------------------------------------------------------------------------------------------


def highest_key(*several: type[Model]) -> int:
    return max(model._base_manager.aggregate(key=models.Max("pk"))["key"] or 0 for model in several)


def finish(*several: type[Model]) -> None:
    """Keys go on after those that were given, and the planner knows what there is."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), several):
            cursor.execute(statement)
        for model in several:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


@contextmanager
def in_a_hurry(*several: type[Model]) -> Iterator[None]:
    """Safety for speed while much is loaded: nothing is synced or checked, and a crash meanwhile costs the database, so this
    is for one that is thrown away. Not inside a transaction.
    """
    with connection.cursor() as cursor:
        for statement in POSTGRES_FAST if on_postgres() else SQLITE_FAST:
            cursor.execute(statement)
    if not on_postgres():
        # Rows come in the order of days, and SQLite's indexes grow at a few places: making them anew would take longer.
        yield
        # Opened anew it has the product's own settings.
        connection.close()
        return
    indexes = [index for model in several for index in _indexes(model._meta.db_table)]
    with connection.cursor() as cursor:
        for name, _made in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        for statement in (*(made for _name, made in indexes), *POSTGRES_SAFE):
            cursor.execute(statement)


SQLITE_FAST = (
    "PRAGMA foreign_keys = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA journal_mode = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -500000",
)
POSTGRES_FAST = (
    "SET session_replication_role = replica",
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '512MB'",
    # Pick by pick, in the order of days.
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
)
POSTGRES_SAFE = (
    "RESET session_replication_role",
    "RESET synchronous_commit",
    "RESET maintenance_work_mem",
    "RESET enable_hashjoin",
    "RESET enable_mergejoin",
)


def _indexes(table: str) -> list[tuple[str, str]]:
    """The names of a table's indexes and how they are made, without those that belong to constraints."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = %s AND i.schemaname = current_schema() "
            "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = quote_ident(i.indexname)::regclass)",
            [table],
        )
        return list(cursor.fetchall())
