"""The fixtures themselves: what a test starts from is what it says."""

import pytest
from django.db import DatabaseError

from surveys.models import AuditEntry, Call, ChecklistVersion, Organisation
from surveys.querysets import standing
from tests.people import NA, build_call, build_org, build_people, callback_answers, valid_answers


def test_everybody_has_their_role(org, elsewhere, people):
    assert standing(people["manager"]).has(org.pk, "manager")
    assert not standing(people["stranger"]).roles.get(org.pk)
    assert len(standing(people["stranger"]).roles[elsewhere.pk]) == 7
    assert set(people) == {
        "administrator",
        "coordinator",
        "reviewer",
        "evaluator",
        "other_evaluator",
        "manager",
        "analyst",
        "works_council",
        "stranger",
    }


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved", "voided"])
def test_a_call_in_every_state(make_call, state):
    call = make_call(state)
    assert call.state == state
    assert (call.score is None) == (state == "draft")


@pytest.mark.parametrize("code", ["complaint_dominant", "jansen_fourth_call"])
def test_valid_answers_fit_each_scenario(make_call, code):
    assert make_call(scenario=code, department="BEL").answers


def test_valid_answers_can_be_changed():
    answers = valid_answers(greeting__own_name="no", tone__empathy=NA, tone__calm=None)
    assert answers["greeting.own_name"] == {"value": "no"}
    assert answers["tone.empathy"] == {"na": True}
    assert "tone.calm" not in answers
    assert "callback.offered" not in answers


def test_a_promised_callback(make_call):
    assert make_call(answers=callback_answers()).callback.due_at.hour == 14  # 15:00 in the organisation's winter time


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_a_transactional_test_leaves_nothing_behind(run):
    assert not Organisation.objects.exists()
    org = build_org()
    people = build_people(org, build_org("noordveld"))
    build_call(org, people["evaluator"], people["reviewer"])
    with pytest.raises(DatabaseError):
        ChecklistVersion.objects.all().delete()
    with pytest.raises(DatabaseError):
        AuditEntry.objects.all()._raw_delete("default")
    assert Call.objects.count() == 1
