"""The same trend four ways: from stored sums, and from the calls by a direct SQL scan, DuckDB and pandas.

The mean score and its spread per department and week, over all calls. Ways must give the same numbers, or the comparison is
worth nothing; that stored sums are what the calls say is for `verify_sums`. DuckDB and pandas read a Parquet copy that is there
already; making it is timed apart. Both are imported by name: only `make bench` installs them, and types are checked without.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import database_time, engine, line, note, say, table, timed
from tests.benchmarks.people import SLUG, address

Trend = dict[tuple[int, str], tuple[int, int]]
"""By department and Monday: how many scores, and their sum in hundredths of a point."""

# Reading documents of more calls again and again would take all day.
MANY = 1_000_000
CHUNK = 50_000


def run(calls: int, *, sums_are_there: bool) -> None:
    from django.conf import settings

    from tests.benchmarks import store

    if not sums_are_there:
        store.rebuild()
    rounds = 3 if calls <= MANY else 1
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as folder:
        copy = Path(folder, "calls.parquet")
        began = time.perf_counter()
        note("Copying the calls to Parquet ...")
        write_parquet(copy)
        say(
            f"\nA Parquet copy of the calls: {copy.stat().st_size / 1e6:,.0f} MB, made in {time.perf_counter() - began:.0f} s."
        )
        table(
            f"The trend of the score per department and week, {calls:,} calls, {engine()}",
            ("way", "s, median", "times reading stored sums"),
        )
        reading = database_time(stored, rounds).median
        line("stored sums, read", f"{reading:,.3f}", "1.0")
        ways: tuple[tuple[str, Callable[[], Trend | None]], ...] = (
            ("stored sums, the whole report with its intervals", stored),
            ("a direct SQL scan of the scores", scan),
            ("DuckDB, scores in the Parquet copy", lambda: duck(copy)),
            ("pandas, scores in the Parquet copy", lambda: pandas_scores(copy)),
            ("pandas, scored anew from the points of each answer", lambda: pandas_answers(copy)),
        )
        _measure(ways, rounds, reading)


def _measure(ways: tuple[tuple[str, Callable[[], Trend | None]], ...], rounds: int, reading: float) -> None:
    truth = None
    for what, way in ways:
        found = way()
        if found is not None:
            truth = truth or found
            _same(what, truth, found)
        taken = timed(way, rounds, warm=False).median
        line(what, f"{taken:,.3f}", f"{taken / reading:,.1f}")


def _same(what: str, truth: Trend, found: Trend) -> None:
    assert truth.keys() == found.keys(), what
    # From single answers each item's loss is rounded by itself: a hundredth of a point or so a call, either way.
    slack = 0.02 if "anew" in what else 0
    for key, (n, total) in truth.items():
        others, sum_of = found[key]
        assert n == others, (what, key)
        assert abs(sum_of - total) <= slack * total, (what, key, total, sum_of)


# --- ways -------------------------------------------------------------------------------------------------------------


def stored() -> None:
    """The report as its page and its API would make it; figures it shows are means, so it is not compared."""
    from django.http import QueryDict
    from django.utils import timezone

    from analytics import filters, reports
    from analytics.access import reader_or_404
    from surveys.models import User

    reader = reader_or_404(User.objects.get(email=address("analyst")), SLUG, at=timezone.now())
    chosen = filters.parse(QueryDict("period=all&by=week"), reader)
    reports.run("trend", reader=reader, filters=chosen)


def scan() -> Trend:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT department_id, week_start, COUNT(score), SUM(score), SUM(CAST(score AS bigint) * score) FROM surveys_call "
            "WHERE organisation_id = (SELECT id FROM surveys_organisation WHERE slug = %s) AND kind = 'field' "
            "AND state = 'approved' AND score IS NOT NULL GROUP BY department_id, week_start",
            [SLUG],
        )
        return {(row[0], str(row[1])): (int(row[2]), int(row[3])) for row in cursor.fetchall()}


def duck(copy: Path) -> Trend:
    with import_module("duckdb").connect() as database:
        rows = database.execute(
            "SELECT department, week_start, count(score), sum(score), sum(score::bigint * score) FROM read_parquet(?) "
            "WHERE score IS NOT NULL GROUP BY department, week_start",
            [str(copy)],
        ).fetchall()
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


def pandas_scores(copy: Path) -> Trend:
    import pandas as pd

    frame = pd.read_parquet(copy, columns=["department", "week_start", "score"]).dropna()
    frame["squares"] = frame["score"] ** 2
    return _grouped(frame)


def pandas_answers(copy: Path) -> Trend:
    """From the documents: the points that each answer lost, subtracted from the full score, failed calls and sections apart."""
    import pandas as pd

    pq = import_module("pyarrow.parquet")

    parts = []
    for batch in pq.ParquetFile(copy).iter_batches(
        CHUNK, columns=["department", "week_start", "item_points", "score", "failed"]
    ):
        frame = batch.to_pandas()
        documents = frame["item_points"].map(json.loads)
        frame["computed"] = 10_000 - documents.map(lambda points: sum(lost for _earned, lost in points.values()))
        # What a fail costs is a rule of the checklist, not a sum; these few keep their score.
        frame["score"] = frame["computed"].where(~frame["failed"] & frame["score"].notna(), frame["score"])
        parts.append(frame[["department", "week_start", "score"]].dropna())
    return _grouped(pd.concat(parts))


def _grouped(frame: Any) -> Trend:
    found = frame.groupby(["department", "week_start"])["score"].agg(["count", "sum"])
    return {(int(key[0]), str(key[1])): (int(row.count_), int(row.total)) for key, row in _named(found)}


def _named(found: Any) -> Iterator[tuple[Any, Any]]:
    found.columns = ["count_", "total"]
    yield from zip(found.index, found.itertuples(), strict=True)


# --- the copy ---------------------------------------------------------------------------------------------------------


def write_parquet(copy: Path) -> None:
    """Department, week, score, whether something failed, and the documents of points, as text."""
    pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")

    kinds = {
        "department": pa.int64(),
        "week_start": pa.string(),
        "score": pa.int32(),
        "failed": pa.bool_(),
        "item_points": pa.string(),
    }
    schema = pa.schema(list(kinds.items()))
    with pq.ParquetWriter(copy, schema) as writer:
        for rows in _chunks():
            columns = [
                pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), kinds.values(), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _chunks() -> Iterator[list[tuple[Any, ...]]]:
    from django.db import transaction

    from surveys.models import Call

    calls = Call.objects.counting().filter(organisation__slug=SLUG).order_by("pk")
    names = ("department_id", "week_start", "score", "failed_by", "item_points")
    with transaction.atomic():
        rows: list[tuple[Any, ...]] = []
        for department, week, score, failed, points in calls.values_list(*names).iterator(CHUNK):
            rows.append((department, str(week), score, bool(failed), json.dumps(points)))
            if len(rows) == CHUNK:
                yield rows
                rows = []
        if rows:
            yield rows
