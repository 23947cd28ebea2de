"""From quota to assignments: the pages, what is stored, and the progress that follows."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from surveys import planning_work, quotas, workflow
from surveys.models import Assignment, AssignmentGroup, AuditEntry, Call, Department, Quota, Scenario, Wave
from surveys.planning_work import Wish
from surveys.progress import Key, Standing
from surveys.refused import Refused
from tests.people import api_client, client_for

# Sunday morning before the first week of the wave that is planned.
NOW = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def coordinator(people):
    return client_for(people["coordinator"])


@pytest.fixture
def keys(departments, scenarios):
    return {
        "bur": Key("single", departments["BUR"].pk, scenarios["opening_hours"].pk),
        "afv": Key("single", departments["AFV"].pk, scenarios["invoice_calm"].pk),
        "pair": Key("pair", departments["BUR"].pk, "complaint"),
        "chain": Key("chain", departments["AFV"].pk, "jansen"),
    }


@pytest.fixture
def ask(wave, people):
    def ask(values):
        quotas.save(wave=wave, values=values, seen=quotas.fingerprint(wave), by=people["coordinator"], at=NOW)

    return ask


def put(wave, people, wish=None, at=NOW):
    """Draws and confirms in one go."""
    wish = wish or Wish(seed=1)
    plan = planning_work.draw(wave, wish, at=at)
    return planning_work.confirm(wave=wave, wish=wish, fingerprint=plan.fingerprint, by=people["coordinator"], at=at)


def field(key):
    return f"n-{key.department}-{key.kind}-{key.subject}"


# --- quota ------------------------------------------------------------------------------------------------------------


def test_a_quota_is_set_changed_and_logged(org, wave, people, coordinator, keys):
    path = reverse("wave_quota", args=[org.slug, wave.pk])
    page = coordinator.get(path)
    assert f'name="{field(keys["pair"])}"' in page.text
    sent = {field(keys["bur"]): "10", field(keys["pair"]): "2", "seen": quotas.fingerprint(wave)}
    assert coordinator.post(path, sent).status_code == 302
    assert quotas.stored(wave) == {keys["bur"]: 10, keys["pair"]: 2}
    page = coordinator.get(path)
    assert [row.total for row in page.context["page"].form.rows if row.department.code == "BUR"] == [14]
    assert page.context["page"].form.total == 14
    stale = coordinator.post(path, sent | {field(keys["bur"]): "3"})
    assert "Somebody else changed this quota" in stale.text
    sent = {field(keys["bur"]): "0", field(keys["pair"]): "2", "seen": quotas.fingerprint(wave)}
    coordinator.post(path, sent)
    assert quotas.stored(wave) == {keys["pair"]: 2}
    first, second = AuditEntry.objects.of(wave)
    assert first.changes == {"BUR opening_hours": [0, 10], "BUR pair complaint": [0, 2]}
    assert (second.action, second.actor, second.changes) == (
        "quota changed", people["coordinator"], {"BUR opening_hours": [10, 0]},
    )  # fmt: skip


def test_what_is_wrong_stands_in_its_row_and_nothing_is_saved(org, wave, coordinator, keys):
    path = reverse("wave_quota", args=[org.slug, wave.pk])
    sent = {field(keys["bur"]): "10", field(keys["afv"]): "-1", field(keys["chain"]): "many"}
    page = coordinator.post(path, sent | {"seen": quotas.fingerprint(wave)})
    assert "<title>Error:" in page.text
    rows = {row.department.code: row.errors for row in page.context["page"].form.rows}
    assert rows["BUR"] == []
    assert len(rows["AFV"]) == 2
    assert not Quota.objects.exists()
    Wave.objects.filter(pk=wave.pk).update(state="closed")
    page = coordinator.post(path, {field(keys["bur"]): "1", "seen": quotas.fingerprint(wave)})
    assert "This wave is closed" in page.text
    assert not Quota.objects.exists()


def test_many_are_filled_in_at_once_and_saved_only_when_asked(
    org, wave, departments, coordinator, scenarios, ask, keys
):
    ask({keys["afv"]: 7})
    Department.objects.filter(code="BEL").update(closed_on="2026-02-01")
    path = reverse("wave_quota", args=[org.slug, wave.pk])
    over = [f"single-{scenarios[code].pk}" for code in ("opening_hours", "invoice_calm", "complaint_calm")]
    page = coordinator.get(path, {"each": "10", "over": over, "pair": "1", "empty_only": "on"})
    assert "not saved yet" in page.text
    form = page.context["page"].form
    found = {row.department.code: row.total for row in form.rows}
    # Two pairs are four calls more; Belastingen is closed, Afval has its numbers already, Publiekszaken holds the others.
    assert found == {"AFV": 7, "BUR": 14, "PUB": 0}
    assert sorted(number for column, number in form.totals if column.size == 1 and number) == [3, 4, 10]
    Department.objects.filter(code="PUB").update(phone_numbers=["0201234567"])
    more = coordinator.get(path, {"each": "10", "over": over, "pair": "1"}).context["page"].form
    assert {row.department.code: row.total for row in more.rows} == {"AFV": 14, "BUR": 14, "PUB": 14}
    assert [number for column, number in more.totals if column.size == 1 and number] == [10, 10, 10]
    assert quotas.stored(wave) == {keys["afv"]: 7}

    other = Wave.objects.create(
        organisation=org, name="Mei", version=wave.version, starts_on="2026-05-01", ends_on="2026-05-31"
    )
    page = coordinator.get(reverse("wave_quota", args=[org.slug, other.pk]), {"copy": wave.pk})
    assert page.context["page"].form.total == 7
    assert not Quota.objects.filter(wave=other).exists()


def test_what_is_no_longer_in_use_can_be_taken_back(org, wave, coordinator, ask, keys):
    ask({keys["bur"]: 3, keys["pair"]: 2})
    Scenario.objects.filter(code__in=["opening_hours", "complaint_dominant"]).update(is_active=False)
    path = reverse("wave_quota", args=[org.slug, wave.pk])
    page = coordinator.get(path)
    assert page.context["page"].form.total == 7
    assert page.text.count("no longer in use") > 1
    coordinator.post(path, {"seen": quotas.fingerprint(wave)})
    assert quotas.stored(wave) == {}
    assert "no longer in use" not in coordinator.get(path).text


def test_a_large_organisation_turns_pages(org, wave, coordinator, django_assert_max_num_queries):
    Department.objects.bulk_create(Department(organisation=org, code=f"X{n}", name=f"Team {n:03}") for n in range(120))
    path = reverse("wave_quota", args=[org.slug, wave.pk])
    with django_assert_max_num_queries(18):
        page = coordinator.get(path)
    assert len(page.context["page"].form.fields) < 1000
    assert "?page=2" in page.text


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_a_plan_is_shown_first_and_stored_when_confirmed(org, wave, people, coordinator, ask, keys):
    ask({keys["bur"]: 6, keys["pair"]: 2, keys["chain"]: 1})
    path = reverse("wave_plan", args=[org.slug, wave.pk])
    page = coordinator.get(path)
    shown = page.context["page"]
    assert shown.count == 14
    assert sum(total for _day, _counts, total in shown.grid) == 14
    assert sorted(person.calls for person in shown.people) == [7, 7]
    assert not Assignment.objects.exists()
    sent = {"seed": 1, "minutes": 240, "pair_days": 5, "chain_days": 14, "plan": shown.plan.fingerprint}
    sent["evaluators"] = [people["evaluator"].pk, people["other_evaluator"].pk]
    assert "Something changed" in coordinator.post(path, sent | {"plan": "another"}).text
    assert "<title>Error:" in coordinator.post(path).text
    assert coordinator.post(path, sent).status_code == 302

    rows = list(Assignment.objects.select_related("group").order_by("starts_at", "pk"))
    assert len(rows) == 14
    assert {row.state for row in rows} == {"offered"}
    assert [(row.starts_at, row.department_id) for row in rows] == [
        (dt.datetime.combine(v.day, shown.parts[v.part].starts, org.zone), v.department) for v in shown.plan.visits
    ]
    groups = AssignmentGroup.objects.filter(wave=wave)
    assert sorted((g.kind, g.problem, g.within_days, g.assignments.count()) for g in groups) == [
        ("chain", "jansen", 14, 4), ("pair", "complaint", 5, 2), ("pair", "complaint", 5, 2),
    ]  # fmt: skip
    chain = [row for row in rows if row.group and row.group.kind == "chain"]
    assert [row.scenario.attempt for row in chain] == [row.position for row in chain] == [1, 2, 3, 4]
    entry = AuditEntry.objects.of(wave).get(action="plan confirmed")
    assert entry.changes == {"calls": [0, 14], "replaced": [0, 0], "seed": [1, 1]}
    assert AuditEntry.objects.filter(subject="assignment", action="assigned").count() == 14
    assert "Nothing left to plan" in coordinator.get(path).text

    # Shorter hours leave planned calls outside: saving the wave tells how many.
    late = sum(row.until.astimezone(org.zone).hour == 17 for row in rows)
    assert late
    address = reverse("wave", args=[org.slug, wave.pk])
    shown = coordinator.get(address).context["form"]
    same = {field.html_name: field.value() for field in shown if field.value() not in (None, "")}
    assert "planned calls lie outside" not in coordinator.post(address, same, follow=True).text
    told = coordinator.post(address, same | {"calls_until": "16:00"}, follow=True).text
    assert f"{late} planned calls lie outside these days or hours" in told


def test_days_can_be_left_out(org, wave, people, coordinator, ask, keys):
    ask({keys["bur"]: 40})
    path = reverse("wave_plan", args=[org.slug, wave.pk])
    chosen = {"seed": 1, "minutes": 240, "pair_days": 5, "chain_days": 14, "evaluators": [people["evaluator"].pk]}
    used = {visit.day for visit in coordinator.get(path, chosen).context["page"].plan.visits}
    off = sorted(used)[:2]
    page = coordinator.get(path, chosen | {"without": f"{off[0]}, {off[1]}"})
    assert not {visit.day for visit in page.context["page"].plan.visits} & set(off)
    assert f'type="hidden" name="without" value="{off[0]}, {off[1]}"' in page.text
    assert "Enter a valid date" in coordinator.get(path, chosen | {"without": "Easter"}).text


def test_what_cannot_be_planned_is_told_in_numbers(org, wave, coordinator, ask, keys):
    ask({keys["bur"]: 9, keys["chain"]: 1})
    Wave.objects.filter(pk=wave.pk).update(calls_per_evaluator=3)
    page = coordinator.get(reverse("wave_plan", args=[org.slug, wave.pk])).text
    assert "Burgerzaken: 9 calls, but the evaluators may make 6 there: 3 too many." in page
    assert "Afval: 1 chains, each by one evaluator, and the limit leaves room for 0: 1 too many." in page
    assert "Confirm" not in page
    Wave.objects.filter(pk=wave.pk).update(calls_per_evaluator=None, ends_on="2026-03-01")
    assert "No window is left" in coordinator.get(reverse("wave_plan", args=[org.slug, wave.pk])).text
    assert not Assignment.objects.exists()


def test_without_evaluators_calls_wait(org, wave, people, ask, keys, coordinator):
    ask({keys["bur"]: 2})
    done = put(wave, people, Wish(seed=4, evaluators=()))
    assert (done.made, done.offered) == (2, False)
    rows = Assignment.objects.all()
    assert [(row.state, row.evaluator) for row in rows] == [("planned", None)] * 2


def test_a_new_plan_leaves_alone_what_was_accepted_or_begun(
    org, coordinator, wave, people, ask, keys, departments, scenarios
):
    ask({keys["bur"]: 4, keys["pair"]: 2, keys["chain"]: 1})
    put(wave, people)
    single = Assignment.objects.filter(group=None).earliest("pk")
    workflow.accept(assignment=single, by=single.evaluator, at=NOW)
    begun = Assignment.objects.filter(group__kind="chain", position=1).get()
    workflow.accept(assignment=begun, by=begun.evaluator, at=NOW)
    told = coordinator.get(
        reverse("wave_plan", args=[org.slug, wave.pk]),
        {
            "anew": "on",
            "minutes": 240,
            "pair_days": 5,
            "chain_days": 14,
            "seed": 9,
            "evaluators": [people["evaluator"].pk, people["other_evaluator"].pk],
        },
    ).text
    assert "7 give way." in told
    done = put(wave, people, Wish(seed=9, anew=True))
    # Three of four single calls and both pairs are dealt out again; the chain goes on as it was.
    assert (done.made, done.replaced) == (7, 7)
    assert Assignment.objects.filter(state="cancelled").count() == 7
    assert Assignment.objects.open().count() == 12
    assert not Assignment.objects.filter(group=begun.group, state="cancelled").exists()
    with pytest.raises(Refused, match="nothing left"):
        put(wave, people)


def test_a_plan_that_is_out_of_date_is_refused(wave, people, ask, keys):
    ask({keys["bur"]: 4})
    wish = Wish(seed=1)
    plan = planning_work.draw(wave, wish, at=NOW)
    ask({keys["bur"]: 5})
    with pytest.raises(Refused, match="Something changed"):
        planning_work.confirm(wave=wave, wish=wish, fingerprint=plan.fingerprint, by=people["coordinator"], at=NOW)
    Wave.objects.filter(pk=wave.pk).update(state="closed")
    with pytest.raises(Refused, match="closed"):
        put(wave, people)
    assert not Assignment.objects.exists()


def test_what_is_lost_is_topped_up(wave, people, ask, keys, make_call, now):
    ask({keys["bur"]: 3, keys["pair"]: 1})
    put(wave, people)
    back, kept, late = Assignment.objects.filter(group=None).order_by("starts_at")[:3]
    workflow.hand_back(assignment=back, by=back.evaluator, reason="Ill.", at=NOW)
    workflow.accept(assignment=kept, by=kept.evaluator, at=NOW)
    one, other = Assignment.objects.filter(group__kind="pair").order_by("position")
    workflow.hand_back(assignment=other, by=other.evaluator, reason="Ill.", at=NOW)
    # The pair is lost, so its other call is called off too; both, and the call handed back, are planned once more.
    done = put(wave, people)
    assert (done.made, done.replaced) == (3, 3)
    states = dict(
        Assignment.objects.filter(pk__in=[back.pk, kept.pk, late.pk, one.pk, other.pk]).values_list("pk", "state")
    )
    assert states == {
        back.pk: "cancelled", kept.pk: "accepted", late.pk: "offered", one.pk: "cancelled", other.pk: "cancelled",
    }  # fmt: skip

    # A week before the end nothing was made: what has expired is lacking again, but for what was accepted.
    last = dt.datetime(2026, 3, 30, 5, tzinfo=dt.UTC)
    now.move_to(last)
    assert sum(cell.to_plan * cell.size for cell in Standing(wave, at=last).cells) > 0
    put(wave, people, at=last)
    assert all(cell.to_plan == 0 for cell in Standing(wave, at=last).cells)
    assert Assignment.objects.get(pk=kept.pk).state == "accepted"


def test_nobody_calls_where_they_were_recognised(wave, people, ask, keys, make_call):
    call = make_call("submitted", department="BUR", scenario="opening_hours")
    Call.objects.filter(pk=call.pk).update(recognised=True, state="voided")
    ask({keys["bur"]: 3})
    put(wave, people)
    assert set(Assignment.objects.values_list("evaluator", flat=True)) == {people["other_evaluator"].pk}


def test_a_problem_without_its_scenarios_is_named(org, wave, coordinator, ask, keys):
    ask({keys["pair"]: 2})
    Scenario.objects.filter(code="complaint_dominant").update(is_active=False)
    page = coordinator.get(reverse("wave_plan", args=[org.slug, wave.pk])).text
    assert "Burgerzaken: 2 matched pairs of “complaint”, a problem that no longer has" in page


# --- progress ---------------------------------------------------------------------------------------------------------


def test_progress_follows_calls_and_assignments(org, wave, people, ask, keys, make_call, coordinator, departments):
    ask({keys["bur"]: 4, keys["pair"]: 1, keys["chain"]: 1})
    put(wave, people)
    moment = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    make_call("approved", department="BUR", scenario="opening_hours", called_at=moment)
    make_call("submitted", department="BUR", scenario="opening_hours", called_at=moment)
    make_call("voided", department="BUR", scenario="opening_hours", called_at=moment)
    make_call("draft", department="BUR", scenario="opening_hours", called_at=moment)
    make_call("approved", department="BUR", scenario="change_of_address", called_at=moment)
    for row in Assignment.objects.filter(group__kind="pair"):
        call = make_call("approved", department="BUR", scenario=row.scenario, evaluator=row.evaluator, called_at=moment)
        Call.objects.filter(pk=call.pk).update(assignment=row)
        Assignment.objects.filter(pk=row.pk).update(state="done")
    standing = Standing(wave, at=NOW)
    lines = {line.department: line for line in standing.lines}
    bur, afv = lines[departments["BUR"].pk], lines[departments["AFV"].pk]
    # A call with another brief does not make up for one that is lacking.
    assert (bur.target, bur.assigned, bur.made, bur.approved, bur.remaining, bur.percent) == (6, 4, 5, 4, 2, 66)
    assert (afv.target, afv.assigned, afv.made, afv.remaining) == (4, 4, 0, 4)
    assert (standing.groups_of("pair").complete, standing.groups_of("chain").under_way) == (1, 1)
    page = coordinator.get(reverse("wave", args=[org.slug, wave.pk])).text
    assert "Matched pairs: <b>1 of 1</b> complete" in page
    assert "Chains: <b>0 of 1</b> complete, 1 under way" in page
    assert "<b>5 calls made</b> on a quota of 10" in page


def test_progress_by_the_api(org, wave, people, ask, keys, departments):
    ask({keys["bur"]: 4, keys["pair"]: 1})
    put(wave, people)
    path = reverse("api:wave_progress", args=[wave.pk])
    told = api_client(people["coordinator"], "read").get(path).json()
    bur = told["departments"][0]
    assert bur["department"]["code"] == "BUR"
    assert [bur[name] for name in ("target", "assigned", "made", "remaining")] == [6, 6, 0, 6]
    single, pair = told["quotas"]
    assert (single["scenario"], single["target"], single["open"], single["to_plan"]) == (keys["bur"].subject, 4, 4, 0)
    assert (pair["kind"], pair["problem"], pair["scenario"], pair["open"]) == ("pair", "complaint", None, 1)
    assert api_client(people["manager"], "read").get(path).status_code == 403
    assert api_client(people["stranger"], "read").get(path).status_code == 404


def test_progress_costs_the_same_few_queries_however_much_there_is(
    org, wave, people, ask, keys, coordinator, make_call, django_assert_max_num_queries
):
    path = reverse("wave", args=[org.slug, wave.pk])
    ask({keys["bur"]: 40, keys["afv"]: 40, keys["pair"]: 5, keys["chain"]: 3})
    put(wave, people)
    make_call("approved", called_at=dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC))
    with django_assert_max_num_queries(24):
        assert coordinator.get(path).status_code == 200
    with django_assert_max_num_queries(15):
        coordinator.get(reverse("waves", args=[org.slug]))
    with django_assert_max_num_queries(45):
        coordinator.get(reverse("wave_plan", args=[org.slug, wave.pk]))


@pytest.mark.parametrize("route", ["wave_quota", "wave_plan", "wave"])
def test_only_those_who_plan_see_it(org, elsewhere, wave, people, coordinator, route):
    path = reverse(route, args=[org.slug, wave.pk])
    assert coordinator.get(path).status_code == 200
    for role in ("reviewer", "evaluator", "manager", "analyst", "works_council"):
        assert client_for(people[role]).get(path).status_code == 403, role
        assert client_for(people[role]).post(path).status_code == 403, role
    stranger = client_for(people["stranger"])
    assert stranger.get(path).status_code == 404
    assert stranger.get(reverse(route, args=[elsewhere.slug, wave.pk])).status_code == 404
    assert timezone.now() == NOW


def test_no_window_lies_in_the_hour_that_is_not_there(org, wave, people, ask, keys, scenarios):
    """On 29 March 2026 the clocks go from two to three; a window across it is an hour shorter, one within it is none."""
    Wave.objects.filter(pk=wave.pk).update(calls_from=dt.time(1), calls_until=dt.time(5), weekdays=[7])
    wave.refresh_from_db()
    ask({keys["bur"]: 12})
    at = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
    plan = planning_work.draw(wave, Wish(seed=1, minutes=60), at=at)
    assert [wave.calls_from.hour + slot.part for slot in plan.request.slots] == [1, 3, 4]
    put(wave, people, Wish(seed=1, minutes=60), at=at)
    stored = Assignment.objects.filter(wave=wave, starts_at__gte=at).values_list("starts_at", "until")
    assert {(first.astimezone(org.zone).hour, until - first) for first, until in stored} <= {
        (hour, dt.timedelta(hours=1)) for hour in (1, 3, 4)
    }
    assert len(stored) == 12
    missing = [dt.datetime(2026, 3, 29, hour, tzinfo=org.zone) for hour in (2, 3)]
    with pytest.raises(workflow.AssignmentError) as error:
        workflow.assign(
            wave=wave, department=Department.objects.get(pk=keys["bur"].department), evaluator=None, at=at,
            scenario=scenarios["opening_hours"], starts_at=missing[0], until=missing[1], by=people["coordinator"],
        )  # fmt: skip
    assert error.value.code == "window_outside"
