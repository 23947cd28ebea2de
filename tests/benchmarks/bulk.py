"""Calls in bulk: any number of approved field calls over three years, as if an organisation had made them.

They are copies of a pool of calls that were really answered and scored, moved to other days, departments and evaluators.
Chance picks, from a seed; sets of rows are written, so a million take about a minute. What is not like life: the words of
remarks repeat, the times of callbacks ignore weekends, and there is no audit log.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from surveys.demo import days
from surveys.models import Call, Callback, CallbackEvent, Organisation, User
from tests.benchmarks import people as cast
from tests.benchmarks import pool as pools
from tests.benchmarks import staging
from tests.benchmarks.people import People
from tests.benchmarks.pool import KINDS, STRICTNESSES, Pool

if TYPE_CHECKING:
    import numpy as np

# Calls in each stratum of the pool: 8 kinds of department times 3 versions times this many. Fewer for few calls.
DEPTH, SHALLOWEST = 200, 4
# From here on indexes are dropped meanwhile.
MANY = 50_000
# Batches between two lines of what was done.
TOLD = 5
OPENS, MINUTES_OPEN = dt.time(9), 8 * 60


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made, and who can work with it."""

    organisation: Organisation
    people: People
    calls: int
    callbacks: int

    def user(self, role: str) -> User:
        return self.people.users[role]


def fill(
    calls: int,
    *,
    today: dt.date,
    seed: int = 2026,
    answers: bool = True,
    say: Callable[[str], object] = lambda _line: None,
) -> Filled:
    """Makes the organisation "bench" with this many approved field calls, all before `today`.

    Without `answers` their documents are empty, and a call takes about half the space; everything that follows from
    answers is there all the same. The stored sums are not made: `analytics.rebuilding.rebuild` does that. Many calls want
    a database to themselves, and no transaction around.
    """
    many = calls >= MANY and not connection.in_atomic_block
    with transaction.atomic():
        people = cast.start(today)
    pool = pools.make(people, depth=min(DEPTH, max(SHALLOWEST, calls // 100)), seed=seed)
    say(f"pool of {len(pool.calls):,} calls scored")
    models = (Call, Callback, CallbackEvent)
    first = staging.highest_key(*models) + 1
    with staging.in_a_hurry(*models) if many else nullcontext():
        _stage(pool, answers=answers)
        for number, columns in enumerate(_picks(people, pool, calls, first, seed), 1):
            with transaction.atomic():
                _write(pool, columns, days.local(today, dt.time(0)))
            if number % TOLD == 0:
                say(f"{number * staging.BATCH:,} calls written")
        say("all calls written")
        staging.drop(*TABLES)
    staging.finish(*models)
    say("indexes made, tables analysed")
    callbacks = Callback.objects.filter(pk__gte=first).count()
    return Filled(people.organisation, people, calls, callbacks)


# --- patterns ---------------------------------------------------------------------------------------------------------

TABLES = ("bench_calls", "bench_promises", "bench_events", "bench_picks")


def _stage(pool: Pool, *, answers: bool) -> None:
    """The pool into temporary tables."""
    called = {place: call.called_at.timestamp() for place, call in enumerate(pool.calls)}
    for call in pool.calls if not answers else ():
        call.answers = {}
    for event in pool.events.values():
        event.callback_id = 0
    staging.drop(*TABLES)
    staging.patterns("bench_calls", Call, dict(enumerate(pool.calls)), called)
    staging.patterns("bench_promises", Callback, pool.promises, called)
    staging.patterns("bench_events", CallbackEvent, pool.events, called)
    staging.make_picks()


def _write(pool: Pool, columns: list[list[Any]], limit: dt.datetime) -> None:
    """One batch of calls with their promises, and the events recorded before `limit`."""
    staging.put_picks(columns)
    own = {
        "id": "k.id",
        "department_id": "k.department",
        "evaluator_id": "k.evaluator",
        "wave_id": "k.wave",
        "local_date": "k.day",
        "week_start": "k.monday",
        "client_id": staging.uuid_of("k.id"),
        "answers": _answers(pool.due),
    }
    staging.copy(Call, "bench_calls", own)
    staging.copy(Callback, "bench_promises", {"id": "k.id", "call_id": "k.id"})
    own = {"id": "k.id", "callback_id": "k.id", "recorded_by_id": "k.evaluator"}
    staging.copy(CallbackEvent, "bench_events", own, only=f"k.called + p.recorded_at < {int(limit.timestamp())}")


def _answers(item: str) -> str:
    """The pattern's document with the moment that was agreed in this copy, on the organisation's clock."""
    after = "(SELECT q.due_at FROM bench_promises q WHERE q.id = k.pattern)"
    due = staging.minute_of("k.day", f"k.clock + {after}")
    changed = staging.answered("p.answers", item, pools.DUE, due)
    return f"CASE WHEN {after} IS NULL THEN p.answers ELSE {changed} END"


# --- picks ------------------------------------------------------------------------------------------------------------


def _picks(people: People, pool: Pool, calls: int, first: int, seed: int) -> Iterator[list[list[Any]]]:
    """Batches of columns (`staging.PICK_COLUMNS`), in the order of days: as calls come in, and kind to indexes."""
    import numpy as np

    rng = np.random.default_rng(seed)
    workdays = people.workdays
    # Some months are busier than others, and some departments are called much more often.
    busy = rng.uniform(0.7, 1.3, len(people.waves))[[wave for _day, wave in workdays]]
    counts = rng.multinomial(calls, busy / busy.sum())
    shares = rng.uniform(0.3, 2, len(people.departments))
    shares /= shares.sum()
    day_of = np.repeat(np.arange(len(workdays), dtype=np.int16), counts)
    for begin in range(0, calls, staging.BATCH):
        day = day_of[begin : begin + staging.BATCH]
        yield _batch(people, pool, rng, day, shares, first + begin)


def _batch(
    people: People, pool: Pool, rng: "np.random.Generator", day: "np.ndarray", shares: "np.ndarray", first: int
) -> list[list[Any]]:
    import numpy as np

    n, workdays = len(day), people.workdays
    wave = np.array([wave for _day, wave in workdays])[day]
    opened = np.array([int(days.local(date, OPENS).timestamp()) for date, _wave in workdays])[day]
    department = rng.choice(len(people.departments), size=n, p=shares)
    version = wave * len(people.versions) // len(people.waves)
    stratum = pool.stratum(department % len(KINDS), version)
    pattern = stratum + rng.integers(pool.depth, size=n)
    # Whoever judges as strictly as the pattern was judged.
    evaluator = np.array(pool.strictness)[pattern]
    evaluator += STRICTNESSES * rng.integers(len(people.evaluators) // STRICTNESSES, size=n)
    clock = rng.integers(MINUTES_OPEN, size=n) * 60
    dates = [date for date, _wave in workdays]
    mondays = [date - dt.timedelta(days=date.weekday()) for date in dates]
    written = [[str(each[place]) for place in day.tolist()] for each in (dates, mondays)]
    return [
        list(range(first, first + n)),
        pattern.tolist(),
        _keys(people.departments)[department].tolist(),
        _keys(people.evaluators)[evaluator].tolist(),
        _keys(people.waves)[wave].tolist(),
        (opened + clock).tolist(),
        (clock + OPENS.hour * 3600).tolist(),
        *written,
    ]


def _keys(rows: list[Any]) -> "np.ndarray":
    import numpy as np

    return np.array([row.pk for row in rows])
