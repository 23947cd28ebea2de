"""Calls in bulk, with the scores a test wants."""

import datetime as dt

import pytest
import time_machine

from analytics import rollups
from surveys.models import Call, Callback, CallbackEvent
from surveys.models.calls import measure_column
from surveys.workflow import cell_of

# The moment at which the pages of these tests are read.
NOW = dt.datetime(2026, 3, 31, 10, 12, tzinfo=dt.UTC)
# When readers of totals are given the quarter that lies before it.
LATER = dt.datetime(2026, 4, 20, 10, 12, tzinfo=dt.UTC)
DIMENSIONS = ("greeting", "phrasing", "callback", "listening", "tone")


def moment(who):
    """When this reader looks at the first quarter of 2026."""
    return LATER if who == "works_council" else NOW


@pytest.fixture
def later():
    with time_machine.travel(LATER, tick=False):
        yield


def planted(org, evaluator, wave, *, department, scenario, day, score, **columns):
    """One approved call, unsaved: every score column is `score` unless named."""
    called_at = dt.datetime.combine(day, dt.time(10), dt.UTC)
    scores = {measure_column(name): score for name in ("score", "content", "experience", "critical", *DIMENSIONS)}
    call = Call(
        organisation=org,
        wave=wave,
        version_id=wave.version_id,
        department=department,
        scenario=scenario,
        evaluator=evaluator,
        state="approved",
        called_at=called_at,
        submitted_at=called_at,
        decided_at=called_at,
        **({"fate": "helped", "outcome": "passed", "seconds_to_answer": 10} | scores | columns),
    )
    call.place_in_time(org.zone)
    return call


@pytest.fixture
def sow(org, people, wave, departments, scenarios):
    """`sow([{"code": "BUR", "score": 8000, "day": ..., "scenario": ..., "tone": ...}, ...])`: many calls at once."""

    def make(rows):
        calls = [
            planted(
                org,
                people["evaluator"],
                wave,
                department=departments[each.pop("code")],
                scenario=scenarios[each.pop("scenario", "complaint_calm")],
                **({"day": dt.date(2026, 3, 10)} | each),
            )
            for each in rows
        ]
        calls = Call.objects.bulk_create(calls)
        rollups.recompute({cell_of(call) for call in calls})
        return calls

    return make


@pytest.fixture
def plant(org, people, wave, departments, scenarios):
    """`plant("BUR", [8000, 7500], day=..., scenario=..., tone=5000)`: approved calls with these scores, counted."""

    def make(code, scores, *, day=dt.date(2026, 3, 10), scenario="complaint_calm", promised=0, kept=0, **columns):
        calls = [
            planted(
                org,
                people["evaluator"],
                wave,
                department=departments[code],
                scenario=scenarios[scenario],
                day=day,
                score=score,
                **columns,
            )
            for score in scores
        ]
        calls = Call.objects.bulk_create(calls)
        for number, call in enumerate(calls[:promised]):
            callback = Callback.objects.create(
                call=call, promised_at=call.called_at, due_at=call.called_at + dt.timedelta(hours=4)
            )
            if number < kept:
                CallbackEvent.objects.create(
                    callback=callback,
                    kind="came",
                    happened_at=call.called_at + dt.timedelta(hours=3),
                    recorded_by=people["evaluator"],
                )
        rollups.recompute({cell_of(call) for call in calls})
        return calls

    return make
