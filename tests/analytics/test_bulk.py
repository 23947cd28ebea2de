"""Bulk data is like the real thing: whatever is measured on it would be measured on calls that people made."""

import datetime as dt
import io
import uuid
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat

from surveys import definition, scoring
from surveys.models import Call, Callback, CallbackEvent, User
from surveys.workflow import approve, promise_of, return_call
from tests.benchmarks.bulk import fill
from tests.benchmarks.people import SLUG
from tests.benchmarks.pool import DUE

TODAY = dt.date(2026, 3, 31)
CALLS = 500
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def filled():
    return fill(CALLS, today=TODAY)


def rebuild():
    call_command("rebuild_sums", SLUG, stdout=io.StringIO())


def verify():
    """Fails when a stored sum is not what the calls say."""
    call_command("verify_sums", SLUG, stdout=io.StringIO())


def all_calls():
    return Call.objects.select_related(
        "organisation", "wave", "version__checklist", "department", "scenario", "evaluator"
    )


def test_consistent(filled):
    """One look at the same calls from all sides, since making them takes a second."""
    calls = list(all_calls())
    assert (len(calls), filled.calls, Call.objects.counting().count()) == (CALLS, CALLS, CALLS)
    connection.check_constraints()
    for call in calls:
        # Each field's own rules, choices and bounds; `validate_unique` would ask the database 500 times.
        call.clean_fields()
        call.clean()
        belongs(call, filled)
        scored(call)
    assert len({call.client_id for call in calls}) == CALLS
    assert {call.version.number for call in calls} == {1, 2, 3}
    assert 50 < len({call.department_id for call in calls}) <= 60
    assert 150 < len({call.evaluator_id for call in calls}) <= 200
    assert len({call.scenario_id for call in calls}) == 8
    assert 30 < len({call.wave_id for call in calls}) <= 36


def belongs(call, filled):
    org = filled.organisation
    owners = {
        each.organisation_id for each in (call, call.wave, call.department, call.scenario, call.version.checklist)
    }
    assert owners == {org.pk}
    assert call.version_id == call.wave.version_id
    assert call.wave.takes(call.called_at, org.zone)
    day, monday = call.local_date, call.week_start
    call.place_in_time(org.zone)
    assert (day, monday) == (call.local_date, call.week_start)
    assert day.weekday() < 5
    assert day < TODAY
    assert 9 <= call.called_at.astimezone(org.zone).hour < 17
    assert call.called_at < call.first_answer_at < call.submitted_at < call.decided_at <= call.changed_at


def scored(call):
    """The stored scores are those that the rules give to the stored answers."""
    form = call.version.definition
    result = scoring.score(form, call.answers, call.facts)
    assert [call.score, call.content, call.experience] == [result.score, result.content, result.experience]
    assert call.outcome == result.outcome
    assert definition.check_answers(form, call.answers, call.facts) == ()
    held = [each for each in (call.score, call.tone, call.callback_score) if each is not None]
    assert all(0 <= each <= 10_000 for each in held)
    lost = sum(lost for _points, lost in call.item_points.values())
    if call.score_calculated is not None:
        # Each item's loss is rounded by itself.
        assert abs(10_000 - lost - call.score_calculated) <= len(call.item_points)


def test_promises(filled):
    """What is in the ledger is what the answers say, and its events happened."""
    midnight = dt.datetime(2026, 3, 30, 22, tzinfo=dt.UTC)
    promised = [call for call in all_calls() if promise_of(call) is not None]
    kept = {each.call_id: each for each in Callback.objects.all()}
    assert {call.pk for call in promised} == set(kept)
    # Of a pool of a few hundred; of many it is 0.15.
    assert 0.05 < len(kept) / CALLS < 0.25
    assert filled.callbacks == len(kept)
    for call in promised:
        own = promise_of(call)
        found = kept[call.pk]
        assert (own.promised_at, own.due_at, own.who) == (found.promised_at, found.due_at, found.who)
        assert DUE not in str(call.answers)
    events = list(CallbackEvent.objects.select_related("callback__call"))
    assert Counter(event.kind for event in events).keys() == {"came", "not_come"}
    for event in events:
        assert event.callback.promised_at < event.happened_at <= event.recorded_at < midnight
        assert event.recorded_by_id == event.callback.call.evaluator_id


def test_sums(filled):
    rebuild()
    verify()


def test_work_goes_on(filled):
    """A filled database takes new calls and decisions, and the sums follow."""
    rebuild()
    call = all_calls().latest("pk")
    at = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
    return_call(call=call, by=filled.user("reviewer"), reason="Listen again.", at=at)
    verify()
    Call.objects.filter(pk=call.pk).update(state="submitted")
    call.refresh_from_db()
    approve(call=call, by=filled.user("reviewer"), at=at)
    verify()
    newer = Call.objects.get(pk=call.pk)
    newer.pk, newer.client_id, newer._state.adding = None, uuid.uuid4(), True
    newer.save()
    assert newer.pk > call.pk


def test_the_same_again(filled):
    """A seed and a day give the same data."""
    names = ("department__code", "evaluator__name", "scenario__code", "called_at", "score", "answers")
    before = list(Call.objects.order_by("pk").values_list(*names))
    Callback.objects.all().delete()
    Call.objects.all().delete()
    filled.organisation.slug = "old"
    filled.organisation.save()
    User.objects.update(email=Concat(Value("old-"), "email"))
    fill(CALLS, today=TODAY)
    assert list(Call.objects.order_by("pk").values_list(*names)) == before


def test_without_answers():
    fill(50, today=TODAY, answers=False)
    calls = list(Call.objects.all())
    assert [call.answers for call in calls] == [{}] * 50
    assert sum(bool(call.item_points) for call in calls) > 40
