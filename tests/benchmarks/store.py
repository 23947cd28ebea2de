"""Stored sums and what rests on them, on bulk data of one size."""

import datetime as dt
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Times, database_time, engine, line, ms, note, queries, say, table, timed
from tests.benchmarks.pages import client_of, exports, seen
from tests.benchmarks.people import SLUG, address
from tests.benchmarks.places import LEAN, ROOT
from tests.benchmarks.redraw import redraw

ORGANISATION = f"/o/{SLUG}"
# Exports of more calls take minutes, and their rows a second are the same.
EXPORTED = 100_000
PAGE_COLUMNS = (
    "page",
    "database, ms, median",
    "ms, slowest",
    "queries",
    "the longest query, ms",
    "whole page, ms",
)


def fill(calls: int) -> None:
    """Makes the data and says what it took."""
    from django.db import connection
    from django.utils import timezone

    from tests.benchmarks import bulk

    note(f"Making {calls:,} calls ...")
    began = time.perf_counter()
    filled = bulk.fill(calls, today=timezone.localdate(), answers=calls < LEAN, say=note)
    took = time.perf_counter() - began
    people, days = filled.people, len(filled.people.workdays)
    say(
        f"\n{engine()}, {calls:,} approved calls ({filled.callbacks:,} with a promised callback) of "
        f"{len(people.departments)} departments, {len(people.evaluators)} evaluators, {len(people.scenarios)} scenarios, "
        f"{len(people.waves)} waves, {len(people.versions)} checklist versions and {days} days: made in {took:.0f} s"
        f"{'' if calls < LEAN else '; the documents of answers are left empty'}."
    )
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")


def run(calls: int, rounds: int) -> None:
    rebuild()
    say(f"\nThe database takes {_size() / 1e9:.2f} GB, stored sums included.")
    table(f"Pages, {calls:,} calls, {engine()}", PAGE_COLUMNS)
    pages(rounds)
    redraw(calls, rounds)
    table(f"Steps, {calls:,} calls, {engine()}", ("step", "ms, median", "ms, slowest", "queries"))
    steps(rounds)
    if calls <= EXPORTED:
        exports(client_of(address("analyst")), ORGANISATION)


def rebuild() -> None:
    """In a process of its own, whose memory is only this."""
    from django.db import connection

    connection.close()
    note("Rebuilding the sums ...")
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "manage.py", "rebuild_sums", SLUG], cwd=ROOT, stdout=subprocess.DEVNULL)
    peak = 0
    try:
        while child.poll() is None:
            peak = _peak(child.pid) or peak
            time.sleep(0.2)
    except BaseException:
        child.kill()
        child.wait()
        raise
    took = time.perf_counter() - began
    if child.returncode:
        raise SystemExit("The sums could not be rebuilt; what was said about it stands above.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    memory = f"{peak / 1e3:,.0f} MB of memory at most (whole process, starting included)" if peak else "memory unknown"
    say(f"\nRebuilding all sums: {took:.1f} s, {memory}.")


def _peak(pid: int) -> int:
    """The most memory a process has had so far, in kB. What the kernel says when it has ended counts its parent's too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _size() -> int:
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    return sum(file.stat().st_size for file in Path(settings.VAR_DIR).glob("klankbord.sqlite3*"))


# --- pages ------------------------------------------------------------------------------------------------------------


def pages(rounds: int) -> None:
    from analytics.topics import TOPICS
    from surveys.models import Call, Department

    department = Department.objects.get(organisation__slug=SLUG, code="D30")
    top = Department.objects.get(organisation__slug=SLUG, code="T01")
    call = Call.objects.filter(organisation__slug=SLUG).select_related("scenario", "wave").latest("pk")
    style = f"caller_style={call.scenario.caller_style}&scenario={call.scenario.code}&wave={call.wave_id}"
    thursday = call.local_date - dt.timedelta(days=call.local_date.weekday() + 4)
    dates = f"from={thursday - dt.timedelta(days=400)}&to={thursday}"
    overview = f"{ORGANISATION}/overview/"
    one, with_parts = (f"{ORGANISATION}/results/{each.pk}/" for each in (department, top))
    for what, path in (
        ("overview", overview),
        ("overview, by week", f"{overview}?by=week"),
        ("overview, everything since the first call", f"{overview}?period=all"),
        ("overview, caller style + scenario + wave", f"{overview}?{style}"),
        ("overview, caller style + scenario + wave, by week", f"{overview}?{style}&by=week"),
        ("overview, scenario, all time, by week", f"{overview}?scenario={call.scenario.code}&period=all&by=week"),
        ("overview, chosen dates that begin mid-week", f"{overview}?{dates}"),
        ("overview, chosen dates, caller style, by week", f"{overview}?{dates}&caller_style=dominant&by=week"),
        ("department", one),
        ("department with nine below it", with_parts),
        ("department, caller style + scenario + wave", f"{one}?{style}"),
        ("department, chosen dates, by week", f"{one}?{dates}&by=week"),
        ("overview, one ending", f"{overview}?fate=helped"),
        ("overview, one ending, everything", f"{overview}?fate=helped&period=all"),
        *((f"page {slug}", f"{ORGANISATION}/figures/{slug}/") for slug in TOPICS),
    ):
        _page(what, path, rounds)
    for what, path in (("overview", overview), ("page heard", f"{ORGANISATION}/figures/heard/")):
        _page(f"{what}, as a manager", path, rounds, who="manager")


def _page(what: str, path: str, rounds: int, *, who: str = "analyst") -> None:
    client = client_of(address(who))
    spent = database_time(lambda: seen(client, path), rounds)
    whole = timed(lambda: seen(client, path), min(rounds, 5))
    line(what, ms(spent.median), ms(spent.slowest), spent.count, ms(spent.longest), ms(whole.median))
    if spent.longest > 0.05:
        note(f"{what}: {spent.longest_sql[:2000]}")


# --- steps ------------------------------------------------------------------------------------------------------------


def steps(rounds: int) -> None:
    """What a reviewer does, each step with its commit, on other calls every time."""
    from analytics import rollups
    from surveys import workflow
    from surveys.models import Call, User

    reviewer = User.objects.get(email=address("reviewer"))
    waiting = list(_submitted(3 * rounds + 3))
    at = max(call.submitted_at for call in waiting) + dt.timedelta(hours=3)
    calls = iter(waiting)
    _step("one approval with its cells", lambda call: workflow.approve(call=call, by=reviewer, at=at), calls, rounds)
    approved = iter(Call.objects.filter(pk__in=[call.pk for call in waiting], state="approved").with_names())
    reason = "Listen again."
    _step(
        "one return of an approved call",
        lambda call: workflow.return_call(call=call, by=reviewer, reason=reason, at=at),
        approved,
        rounds,
    )
    some = iter(Call.objects.filter(organisation__slug=SLUG, state="approved").order_by("-pk")[: 3 * rounds + 3])
    _step("of it counting anew", lambda call: rollups.recompute({workflow.cell_of(call)}), some, rounds)


def _step(what: str, step: Callable[[Any], Any], calls: Iterator[Any], rounds: int) -> None:
    step(next(calls))
    times = []
    for _ in range(rounds):
        call = next(calls)
        began = time.perf_counter()
        step(call)
        times.append(time.perf_counter() - began)
    with queries() as found:
        step(next(calls))
    measured = Times(times)
    line(what, ms(measured.median), ms(measured.slowest), len(found))


def _submitted(count: int) -> Iterator[Any]:
    """Calls as they come in: like recent ones, waiting for the reviewer."""
    from surveys.models import Call

    recent = Call.objects.filter(organisation__slug=SLUG, wave__state="open").order_by("-pk")[: 20 * count : 20]
    made = []
    for call in recent:
        call.pk, call.client_id, call.state = None, uuid.uuid4(), Call.State.SUBMITTED
        call.decided_at = call.decided_by = None
        made.append(call)
    keys = [call.pk for call in Call.objects.bulk_create(made)]
    # As the view hands them to the step: with all that it needs.
    yield from Call.objects.filter(pk__in=keys).with_names()
