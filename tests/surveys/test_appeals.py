"""A department's appeal: raised in time, decided by another person, and what becomes of the call and its figures."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.models import DailySum
from surveys import workflow
from surveys.models import Appeal, AuditEntry, Call, Membership, Organisation
from tests.people import AT, build_person, callback_answers, valid_answers

LIST = "/o/zuiderveen/appeals/"
WHY = "Our colleague did say her name; <listen> at 0:07."
BECAUSE = "The recording has it."
NO_NAME = {"value": "no", "comment": "Not a word."}


@pytest.fixture
def call(make_call):
    """Approved today, so that it can be appealed against through pages, which read the clock."""
    made = make_call("submitted", answers=valid_answers(greeting__own_name=NO_NAME))
    return workflow.approve(call=made, by=Membership.objects.get(role="reviewer", organisation=made.organisation).user,
                            at=timezone.now())  # fmt: skip


@pytest.fixture
def appeal(call, people):
    return workflow.raise_appeal(
        call=call, by=people["manager"], reason=WHY, items=["greeting.own_name"], at=timezone.now()
    )


def page(client, name, pk):
    return client.get(reverse(name, args=[pk]))


def send(client, name, pk, **data):
    return client.post(reverse(name, args=[pk]), data)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


# --- raising ----------------------------------------------------------------------------------------------------------


def test_a_manager_appeals_and_others_may_not(client_for, people, call):
    for role, status in [
        ("stranger", 404),
        ("works_council", 404),
        ("evaluator", 403),
        ("analyst", 403),
        ("reviewer", 403),
    ]:
        assert page(client_for(people[role]), "appeal_new", call.pk).status_code == status, role
        assert send(client_for(people[role]), "appeal_new", call.pk, reason=WHY).status_code == status, role
    assert not Appeal.objects.exists()
    client = client_for(people["manager"])
    assert reverse("appeal_new", args=[call.pk]) in page(client, "call", call.pk).content.decode()
    response = send(client, "appeal_new", call.pk, reason=WHY, items=["greeting.own_name"])
    appeal = Appeal.objects.get()
    assert response.url == reverse("appeal", args=[appeal.pk])
    assert (appeal.raised_by, appeal.reason, appeal.items) == (people["manager"], WHY, ["greeting.own_name"])
    assert AuditEntry.objects.of(call).latest("pk").action == "appealed"


def test_a_manager_of_another_department_has_no_such_call(client_for, org, people, call):
    other = build_person(org, "other_manager", "manager", departments=("BEL",))
    assert page(client_for(other), "appeal_new", call.pk).status_code == 404
    assert page(client_for(people["manager"]), "appeal_new", call.pk).status_code == 200


@pytest.mark.parametrize("data", [{"reason": " "}, {"reason": "x" * 2001}, {"reason": WHY, "items": ["no.such"]}])
def test_an_appeal_needs_a_reason_about_this_call(client_for, people, call, data):
    response = send(client_for(people["manager"]), "appeal_new", call.pk, **data)
    assert response.status_code == 422
    assert "<title>Error: " in response.content.decode()
    assert not Appeal.objects.exists()


def test_the_last_day_ends_by_the_organisations_clock(make_call, people):
    """Approved on 10 March, 14 days: 24 March until midnight in Amsterdam, 23:00 UTC."""
    call, other = make_call(), make_call()
    assert workflow.last_day_to_appeal(call) == dt.date(2026, 3, 24)
    last = dt.datetime(2026, 3, 24, 22, 59, 59, tzinfo=dt.UTC)
    assert workflow.raise_appeal(call=call, by=people["manager"], reason=WHY, at=last).state == "open"
    with pytest.raises(workflow.NotNow) as refused:
        workflow.raise_appeal(call=other, by=people["manager"], reason=WHY, at=last + dt.timedelta(seconds=1))
    assert refused.value.code == "not_in_time"


def test_too_late_says_until_when(client_for, people, make_call):
    call = make_call()  # approved in March
    client = client_for(people["manager"])
    assert "were possible until 24 March 2026" in page(client, "appeal_new", call.pk).content.decode()
    assert "Appeal against this call" not in page(client, "call", call.pk).content.decode()
    assert send(client, "appeal_new", call.pk, reason=WHY).status_code == 422


def test_one_appeal_at_a_time_and_one_decision(people, call, appeal):
    at = timezone.now()
    with pytest.raises(workflow.NotNow):
        workflow.raise_appeal(call=call, by=people["manager"], reason=WHY, at=at)
    workflow.withdraw_appeal(appeal=appeal, by=people["manager"], at=at)
    again = workflow.raise_appeal(call=call, by=people["manager"], reason=WHY, at=at)
    workflow.reject_appeal(appeal=again, by=people["coordinator"], reason=BECAUSE, at=at)
    with pytest.raises(workflow.NotNow):
        workflow.raise_appeal(call=call, by=people["manager"], reason=WHY, at=at)


def test_while_it_is_open_nobody_returns_or_voids_the_call(client_for, people, call, appeal):
    for step in (workflow.return_call, workflow.void):
        with pytest.raises(workflow.NotNow) as refused:
            step(call=fresh(call), by=people["coordinator"], reason="x", at=timezone.now())
        assert refused.value.code == "under_appeal"
    assert fresh(call).state == "approved"
    workflow.withdraw_appeal(appeal=appeal, by=people["manager"], at=timezone.now())
    workflow.return_call(call=fresh(call), by=people["coordinator"], reason="x", at=timezone.now())


def test_the_call_page_leads_to_the_appeal_instead_of_another_decision(client_for, people, call, appeal):
    client = client_for(people["coordinator"])
    text = page(client, "call", call.pk).content.decode()
    assert reverse("appeal", args=[appeal.pk]) in text
    assert "data-decide" not in text
    response = send(client, "call_void", call.pk, seen=f"approved-{call.revision}", reason="x")
    assert response.status_code == 422
    assert "First decide on the appeal" in response.content.decode()
    workflow.withdraw_appeal(appeal=appeal, by=people["manager"], at=timezone.now())
    assert "data-decide" in page(client, "call", call.pk).content.decode()


def test_only_who_raised_it_withdraws_it(client_for, org, people, appeal):
    colleague = build_person(org, "colleague", "manager", departments=("PUB",))
    for user, status in [
        (people["stranger"], 404),
        (people["evaluator"], 404),
        (people["coordinator"], 403),
        (colleague, 403),
    ]:
        assert send(client_for(user), "appeal_withdraw", appeal.pk).status_code == status
    assert fresh(appeal).state == "open"
    assert send(client_for(people["manager"]), "appeal_withdraw", appeal.pk).status_code == 302
    assert fresh(appeal).state == "withdrawn"


# --- deciding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["appeal_reject", "appeal_void", "appeal_correct"])
def test_who_may_decide(client_for, org, people, call, appeal, name):
    data = {"reason": BECAUSE, "item": ["greeting.own_name"], "greeting.own_name": "yes"}
    roles = [("stranger", 404), ("evaluator", 404), ("analyst", 404), ("works_council", 404), ("manager", 403)]
    for role, status in roles:
        assert send(client_for(people[role]), name, appeal.pk, **data).status_code == status, role
    # Who approved it does not decide while somebody else can.
    assert send(client_for(people["reviewer"]), name, appeal.pk, **data).status_code in {302, 422}
    assert fresh(appeal).state == "open"
    assert (
        "You approved this call yourself" in page(client_for(people["reviewer"]), "appeal", appeal.pk).content.decode()
    )
    assert send(client_for(people["coordinator"]), name, appeal.pk, **data).status_code == 302
    assert fresh(appeal).state == ("rejected" if name == "appeal_reject" else "upheld")
    assert fresh(appeal).decided_by == people["coordinator"]


def test_who_approved_it_decides_when_nobody_else_can(people, call, appeal):
    with pytest.raises(workflow.NotNow) as refused:
        workflow.reject_appeal(appeal=appeal, by=people["reviewer"], reason=BECAUSE, at=timezone.now())
    assert refused.value.code == "another_decides"
    others = Membership.objects.filter(organisation=call.organisation, role__in=["coordinator", "administrator"])
    others.update(ended_at=timezone.now())
    workflow.reject_appeal(appeal=fresh(appeal), by=people["reviewer"], reason=BECAUSE, at=timezone.now())
    assert fresh(appeal).state == "rejected"


def test_neither_the_raiser_nor_the_evaluator_decides(org, people, make_call):
    both = build_person(org, "both", "manager", "coordinator", departments=("PUB",))
    call = make_call()
    appeal = workflow.raise_appeal(call=call, by=both, reason=WHY, at=AT + dt.timedelta(days=1))
    for person in (both, people["evaluator"]):
        with pytest.raises(workflow.NotNow):
            workflow.reject_appeal(appeal=appeal, by=person, reason=BECAUSE, at=AT)
    assert fresh(appeal).state == "open"


def test_of_two_deciders_the_second_is_told(client_for, people, appeal):
    send(client_for(people["coordinator"]), "appeal_reject", appeal.pk, reason=BECAUSE)
    response = send(client_for(people["administrator"]), "appeal_void", appeal.pk, reason="Mine")
    assert response.status_code == 422
    assert "Something changed in the meantime" in response.content.decode()
    assert (fresh(appeal).state, fresh(appeal).decision) == ("rejected", BECAUSE)
    assert fresh(appeal.call).state == "approved"


def test_a_rescore_corrects_answers_scores_and_figures_at_once(client_for, people, call, appeal):
    before = DailySum.objects.get(department=call.department_id)
    old = fresh(call)
    assert before.sum_score == old.score
    client = client_for(people["coordinator"])
    text = page(client, "appeal_correct", appeal.pk).content.decode()
    assert text.index('name="greeting.own_name"') < text.index("The other questions")
    response = send(
        client, "appeal_correct", appeal.pk,
        reason=BECAUSE, item=["greeting.own_name", "tone.calm"], **{"greeting.own_name": "yes", "tone.calm": "5"},
    )  # fmt: skip
    assert response.status_code == 302
    new, appeal = fresh(call), fresh(appeal)
    assert new.answers["greeting.own_name"] == {"value": "yes"}
    assert {code for code in new.answers if new.answers[code] != old.answers[code]} == {"greeting.own_name"}
    assert new.score > old.score
    assert (new.state, new.decided_at, new.revision) == ("approved", old.decided_at, old.revision + 1)
    assert appeal.rescored["score"] == [old.score, new.score]
    assert appeal.rescored["answers"] == {"greeting.own_name": [NO_NAME, {"value": "yes"}]}
    assert DailySum.objects.get(department=call.department_id).sum_score == new.score
    shown = page(client, "appeal", appeal.pk).context["page"]
    assert [(each.before, each.after) for each in shown.corrected] == [("No", "Yes")]
    assert {row.code: row.answer for row in shown.rows}["greeting.own_name"] == "No"  # what was objected to
    entry = AuditEntry.objects.of(call).get(action="rescored")
    assert entry.changes["score"] == [old.score, new.score]
    assert "Not a word" not in str(entry.changes)  # the log cannot forget words


def test_a_correction_that_could_not_be_handed_in_is_refused_whole(client_for, people, call, appeal):
    client = client_for(people["coordinator"])
    data = {"item": ["callback.helped_at_once"], "callback.helped_at_once": "no"}
    response = send(client, "appeal_correct", appeal.pk, reason=BECAUSE, **data)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'href="#callback-offered"' in text  # asked now, and not answered
    assert 'name="callback.offered"' in text
    assert fresh(appeal).state == "open"
    assert fresh(call).answers == call.answers
    given = {
        "item": ["callback.helped_at_once", "callback.offered", "callback.alternative", "closing.fate"],
        "callback.helped_at_once": "no", "callback.offered": "no", "callback.offered:comment": "No.",
        "callback.alternative": ["message"], "closing.fate": "voicemail",
    }  # fmt: skip
    assert send(client, "appeal_correct", appeal.pk, reason=BECAUSE, **given).status_code == 302
    assert fresh(call).fate == "voicemail"


@pytest.mark.parametrize(
    "data", [{"item": "tone.calm", "tone.calm": "5"}, {"item": "tone.calm", "tone.calm": "no such"}, {}]
)
def test_without_a_correction_nothing_is_upheld(client_for, people, call, appeal, data):
    response = send(client_for(people["coordinator"]), "appeal_correct", appeal.pk, reason=BECAUSE, **data)
    assert response.status_code == 422
    assert fresh(appeal).state == "open"
    assert fresh(call).score == call.score


def test_a_corrected_fate_moves_the_promise(people, make_call):
    call = make_call(answers=callback_answers())
    at = AT + dt.timedelta(days=1)
    appeal = workflow.raise_appeal(call=call, by=people["manager"], reason=WHY, at=at)
    assert call.callback
    changes = {"callback.helped_at_once": {"value": "yes"}, "closing.fate": {"value": "helped"}}
    workflow.uphold_by_rescoring(appeal=appeal, by=people["coordinator"], reason=BECAUSE, changes=changes, at=at)
    assert not hasattr(Call.objects.get(pk=call.pk), "callback")
    assert "callback.offered" not in fresh(call).answers


def test_voiding_takes_the_call_out_of_the_figures(client_for, people, call, appeal):
    assert DailySum.objects.filter(department=call.department_id, n_calls=1).exists()
    send(client_for(people["coordinator"]), "appeal_void", appeal.pk, reason=BECAUSE)
    assert fresh(call).state == "voided"
    assert not DailySum.objects.filter(department=call.department_id, n_calls=1).exists()
    text = page(client_for(people["manager"]), "appeal", appeal.pk).content.decode()
    assert BECAUSE in text
    assert page(client_for(people["manager"]), "call", call.pk).status_code == 404


# --- who reads what ---------------------------------------------------------------------------------------------------


def test_the_history_tells_each_what_they_may_know(client_for, people, call, appeal):
    workflow.reject_appeal(appeal=appeal, by=people["coordinator"], reason=BECAUSE, at=timezone.now())
    said, manager, evaluator = "&lt;listen&gt; at 0:07", str(people["manager"]), str(people["evaluator"])
    for role in ("evaluator", "manager", "reviewer"):
        client = client_for(people[role])
        # Their own name stands in the way around, so only the history itself is looked at.
        history = client.get(reverse("call", args=[call.pk])).context["page"].history
        words = " ".join(f"{step.title} {step.who} {step.reason} {step.details}" for step in history)
        assert "The department appealed" in words
        assert WHY in words
        assert BECAUSE in words
        assert "Are you told" not in words
        assert (manager in words) is (role == "reviewer"), role
        if role == "manager":
            assert evaluator not in words
        assert said in client.get(reverse("call", args=[call.pk])).content.decode()
    words = str(page(client_for(people["analyst"]), "call", call.pk).context["page"].history)
    assert "The department appealed" in words
    assert WHY not in words


def test_appeals_are_read_by_those_it_concerns(client_for, org, people, call, appeal):
    other = build_person(org, "other_manager", "manager", departments=("BEL",))
    for role in ("reviewer", "coordinator", "administrator", "manager"):
        client = client_for(people[role])
        assert WHY.replace("<", "&lt;").replace(">", "&gt;") in page(client, "appeal", appeal.pk).content.decode()
        assert call.reference in client.get(LIST).content.decode()
    for user in (other, people["evaluator"], people["other_evaluator"], people["analyst"], people["stranger"]):
        assert page(client_for(user), "appeal", appeal.pk).status_code == 404
    assert call.reference not in client_for(other).get(LIST).content.decode()
    for role in ("evaluator", "analyst", "works_council"):
        assert client_for(people[role]).get(LIST).status_code == 403
    colleague = build_person(org, "colleague", "manager", departments=("PUB",))
    text = page(client_for(colleague), "appeal", appeal.pk).content.decode()
    assert str(people["manager"]) not in text
    assert str(people["evaluator"]) not in text


def test_a_reviewer_who_made_the_call_learns_nothing_of_the_appeal(client_for, org, people):
    both = build_person(org, "both", "evaluator", "reviewer")
    from tests.people import build_call

    call = build_call(org, both, people["reviewer"])
    appeal = workflow.raise_appeal(call=call, by=people["manager"], reason=WHY, at=AT + dt.timedelta(days=1))
    assert page(client_for(both), "appeal", appeal.pk).status_code == 404
    assert call.reference not in client_for(both).get(LIST).content.decode()


def test_the_list_has_two_parts_and_few_queries(
    client_for, people, call, appeal, make_call, django_assert_max_num_queries
):
    client = client_for(people["coordinator"])
    client.get(LIST)
    with django_assert_max_num_queries(14) as queries:
        client.get(LIST)
    for _ in range(4):
        workflow.raise_appeal(call=make_call(), by=people["manager"], reason=WHY, at=AT + dt.timedelta(days=1))
    with django_assert_max_num_queries(len(queries)):
        assert len(client.get(LIST).context["lines"]) == 5
    workflow.reject_appeal(appeal=appeal, by=people["coordinator"], reason=BECAUSE, at=timezone.now())
    settled = client.get(LIST, {"show": "settled"}).content.decode()
    assert call.reference in settled
    assert "rejected" in settled
    assert call.reference not in client.get(LIST).content.decode()


def test_the_number_of_open_appeals_stands_in_the_way_around(client_for, people, appeal):
    def count(role: str) -> int:
        groups = client_for(people[role]).get("/help/").context["house"].groups
        return next(link.count for group in groups for link in group.links if link.url == LIST)

    assert count("coordinator") == 1
    assert count("manager") == 0
    assert Organisation.objects.count() == 2
