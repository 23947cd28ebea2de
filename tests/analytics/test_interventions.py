"""What was changed on purpose: who may mark it, what is refused, what the log keeps, and the demo's own marker."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from analytics import demo_marks, interventions
from analytics.models import Intervention
from surveys.demo.data import DemoData
from surveys.demo.loading import load
from surveys.models import AuditEntry, Department
from surveys.refused import Refused
from tests.analytics.conftest import NOW

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 5)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def mark(org, people, departments):
    def make(code="BUR", name="Training", day=DAY, by="coordinator"):
        return interventions.add(
            organisation=org, department=departments.get(code), day=day, name=name, by=people[by], at=NOW
        )

    return make


def new(slug="zuiderveen"):
    return reverse("intervention_new", args=[slug])


def form(department="", name="New script", day="2026-01-05"):
    return {"department": str(department), "name": name, "day": day}


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "coordinator"])
def test_coordinators_mark_any_department_and_all_at_once(org, people, departments, client_for, role):
    client = client_for(people[role])
    for department in ("", departments["BUR"].pk, departments["BEL"].pk):
        answer = client.post(new(), form(department))
        assert answer.status_code == 302
    made = Intervention.objects.order_by("pk")
    assert [each.department for each in made] == [None, departments["BUR"], departments["BEL"]]
    assert {(each.created_by, each.day, each.name) for each in made} == {(people[role], DAY, "New script")}


def test_managers_mark_their_own_departments_only(people, departments, client_for):
    manager = client_for(people["manager"])
    assert manager.post(new(), form(departments["AFV"].pk)).status_code == 302
    for other in (departments["BEL"].pk, "", 999_999, "nonsense"):
        answer = manager.post(new(), form(other))
        assert answer.status_code == 422, other
        assert "There is something to correct" in answer.content.decode()
    assert [each.department.code for each in Intervention.objects.all()] == ["AFV"]
    page = manager.get(new()).content.decode()
    assert "Burgerzaken" in page
    assert "Belastingen" not in page
    assert "all departments" not in page


@pytest.mark.parametrize(
    ("role", "status"),
    [("reviewer", 403), ("evaluator", 403), ("analyst", 403), ("works_council", 403), ("stranger", 404)],
)
def test_others_mark_and_remove_nothing(mark, people, client_for, role, status):
    made = mark()
    client = client_for(people[role])
    remove = reverse("intervention_remove", args=["zuiderveen", made.pk])
    for url in (new(), remove):
        assert client.get(url).status_code == status
        assert client.post(url, form()).status_code == status
    assert Intervention.objects.count() == 1
    assert client_for(people["coordinator"]).post(remove).status_code == 302
    assert not Intervention.objects.exists()


def test_a_manager_removes_only_what_is_of_managed_departments(mark, people, client_for):
    manager = client_for(people["manager"])
    own, everywhere, elsewhere = mark("BUR"), mark("", name="For all"), mark("BEL")
    for made, status in ((own, 302), (everywhere, 403), (elsewhere, 404)):
        assert manager.post(reverse("intervention_remove", args=["zuiderveen", made.pk])).status_code == status
    assert set(Intervention.objects.all()) == {everywhere, elsewhere}


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"day": "2026-04-01"}, "day"),
        ({"day": "1889-01-01"}, "day"),
        ({"day": "spring"}, "day"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(people, client_for, values, field):
    answer = client_for(people["coordinator"]).post(new(), form(**values))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in answer.content.decode()
    assert not Intervention.objects.exists()


def test_the_same_is_not_added_twice(mark, people, departments, client_for):
    mark("BUR")
    mark("")
    for code in ("BUR", ""):
        with pytest.raises(Refused):
            mark(code)
    answer = client_for(people["coordinator"]).post(new(), form(departments["BUR"].pk, name="Training"))
    assert answer.status_code == 422
    assert "has been added already" in answer.content.decode()
    assert Intervention.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"name": ""}, "intervention_named"),
        ({}, "intervention_once"),
        ({"department": None}, "intervention_of_all_once"),
    ],
)
def test_the_database_keeps_it_too(org, people, departments, changes, constraint):
    row = {
        "organisation": org,
        "department": departments["BUR"],
        "day": DAY,
        "name": "a",
        "created_by": people["analyst"],
    }
    row |= changes
    if constraint != "intervention_named":
        Intervention.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.create(**row)


def test_a_department_of_another_organisation_is_a_mistake(org, people, departments):
    departments["BUR"].organisation_id = org.pk + 1
    with pytest.raises(ValueError, match="another organisation"):
        interventions.add(
            organisation=org, department=departments["BUR"], day=DAY, name="a", by=people["analyst"], at=NOW
        )


# --- what the log keeps -----------------------------------------------------------------------------------------------


def test_adding_and_removing_are_in_the_log(mark, people):
    made = mark()
    interventions.remove(intervention=made, by=people["manager"], at=NOW)
    added, removed = AuditEntry.objects.of(made)
    assert (added.action, added.actor, added.at) == ("intervention added", people["coordinator"], NOW)
    assert added.changes == {
        "name": [None, "Training"], "day": [None, "2026-01-05"], "department": [None, str(made.department)],
    }  # fmt: skip
    assert (removed.action, removed.actor) == ("intervention removed", people["manager"])
    assert removed.changes == {name: [after, None] for name, (_before, after) in added.changes.items()}


def test_what_somebody_else_removed_is_not_removed_twice(mark, people):
    made = mark()
    interventions.remove(intervention=made, by=people["manager"], at=NOW)
    with pytest.raises(Refused):
        interventions.remove(intervention=made, by=people["coordinator"], at=NOW)
    assert AuditEntry.objects.of(made).count() == 2


# --- the demo ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_demo_has_its_training_marked_once():
    from surveys.demo import generate_small

    data: DemoData = generate_small(seed=3, today=NOW.date())
    assert demo_marks.mark_training() is None
    load(data=data, at=NOW)
    made = demo_marks.mark_training()
    assert made is not None
    assert (made.day, made.department.code) == (data.training_on, "KLA")
    assert (made.created_by.email, made.created_at.date()) == ("coordinator@demo.example", data.training_on)
    assert demo_marks.mark_training() is None
    interventions.remove(intervention=made, by=made.created_by, at=NOW)
    assert demo_marks.mark_training() is None
    assert not Intervention.objects.exists()
    assert Department.objects.filter(code="KLA").count() == 1
