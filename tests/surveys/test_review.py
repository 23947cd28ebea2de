"""The reviewer's queue, the page of one call, and the decisions about it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys import workflow
from surveys.forms.review import seen_mark
from surveys.models import AuditEntry, Call, CallbackEvent, Conflict, User
from surveys.review_queue import TABS
from tests.people import AT, NA, build_person, callback_answers, join, valid_answers

QUEUE = "/o/zuiderveen/review/"
NASTY = '<script>alert("x")</script> & “said”'


def harmful_answers(**changes):
    heard = [{"phrase": "hang_you_up", "quote": "Ik hang u even op hoor.", "second": 192}]
    low = {"value": "no", "comment": "Said it twice.", "quote": "Ik hang u even op hoor."}
    return valid_answers(phrasing__no_harmful=low, phrasing__phrases={"value": heard}, **changes)


def post(client, name, call, seen=None, **data):
    return client.post(reverse(f"call_{name}", args=[call.pk]), {"seen": seen or seen_mark(call), **data})


def page(client, call):
    return client.get(reverse("call", args=[call.pk]))


# --- the queue --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "coordinator", "reviewer"])
def test_reviewers_see_what_waits(client_for, people, make_call, role):
    call = make_call("submitted")
    text = client_for(people[role]).get(QUEUE).content.decode()
    assert call.reference in text
    assert str(people["evaluator"]) in text


@pytest.mark.parametrize("role", ["evaluator", "manager", "analyst", "works_council"])
def test_other_members_may_not_review(client_for, people, make_call, role):
    make_call("submitted")
    assert client_for(people[role]).get(QUEUE).status_code == 403


def test_a_stranger_finds_no_queue(client_for, people, make_call):
    make_call("submitted")
    assert client_for(people["stranger"]).get(QUEUE).status_code == 404


def test_the_longest_waiting_comes_first_and_only_what_waits(client_for, people, make_call):
    late = make_call("submitted", at=AT + dt.timedelta(hours=5))
    early = make_call("submitted", at=AT + dt.timedelta(hours=2))
    others = [make_call(state) for state in ("draft", "returned", "approved", "voided")]
    text = client_for(people["reviewer"]).get(QUEUE).content.decode()
    assert text.index(early.reference) < text.index(late.reference)
    assert not [call.state for call in others if call.reference in text]


def test_tabs_show_returned_calls_and_ones_own_decisions(client_for, people, make_call):
    returned = make_call("returned")
    approved = make_call("approved")
    elsewhere = make_call("approved", reviewer=people["coordinator"])
    client = client_for(people["reviewer"])
    text = client.get(QUEUE, {"tab": "returned"}).content.decode()
    assert returned.reference in text
    assert approved.reference not in text
    text = client.get(QUEUE, {"tab": "mine"}).content.decode()
    assert returned.reference in text
    assert approved.reference in text
    assert elsewhere.reference not in text


def test_marks_say_what_to_look_at(client_for, people, make_call):
    make_call(
        "submitted", answers=harmful_answers(greeting__own_name={"value": "no", "comment": "Only the department."})
    )
    text = client_for(people["reviewer"]).get(QUEUE).content.decode()
    assert "harmful phrase quoted" in text
    assert "critical question low" in text
    assert "nothing special" not in text


def test_a_call_without_anything_says_so(client_for, people, make_call):
    make_call("submitted")
    text = client_for(people["reviewer"]).get(QUEUE).content.decode()
    assert "nothing special" in text
    assert "harmful phrase quoted" not in text


def test_ones_own_call_is_marked(client_for, org, people, make_call):
    join(people["reviewer"], org, "evaluator")
    make_call("submitted", evaluator=people["reviewer"])
    text = client_for(User.objects.get(pk=people["reviewer"].pk)).get(QUEUE).content.decode()
    assert "your own" in text


def test_filters_narrow_the_queue_with_all_below_a_department(client_for, people, departments, make_call):
    below, other = make_call("submitted", department="BUR"), make_call("submitted", department="BEL")
    client = client_for(people["reviewer"])
    text = client.get(QUEUE, {"department": departments["PUB"].pk}).content.decode()
    assert below.reference in text
    assert other.reference not in text
    text = client.get(QUEUE, {"date_from": "2026-04-01"}).content.decode()
    assert "No call fits these filters." in text


def test_another_organisations_department_is_no_choice(client_for, people, elsewhere, make_call):
    make_call("submitted")
    foreign = elsewhere.departments.first()
    response = client_for(people["reviewer"]).get(QUEUE, {"department": foreign.pk})
    assert response.context["filter"].form.errors["department"]


def test_pages_meet_every_call_once(client_for, people, make_call, monkeypatch):
    monkeypatch.setattr("surveys.views.review.PAGE", 2)
    same = AT + dt.timedelta(hours=3)
    calls = [make_call("submitted", at=same) for _ in range(5)]
    client, address, met = client_for(people["reviewer"]), QUEUE, []
    for _ in range(3):
        response = client.get(address)
        met += [line.call.pk for line in response.context["lines"]]
        address = f"{QUEUE}?after={response.context['page'].after}"
    assert met == [call.pk for call in calls]
    assert response.context["page"].after == ""


@pytest.mark.parametrize("cursor", ["x", "20260310T100000.000000Z_x", "_1", "20269910T100000.000000Z_1", "9" * 5000])
def test_a_cursor_that_is_not_ours_begins_at_the_start(client_for, people, make_call, cursor):
    call = make_call("submitted")
    assert call.reference in client_for(people["reviewer"]).get(QUEUE, {"after": cursor}).content.decode()


@pytest.mark.parametrize("tab", TABS.values(), ids=TABS)
def test_empty_lists_say_what_will_appear(client_for, people, tab):
    text = client_for(people["reviewer"]).get(QUEUE, {"tab": tab.name}).content.decode()
    assert str(tab.empty_title) in text
    assert str(tab.empty) in text


def test_the_queue_takes_as_many_queries_for_many_calls(client_for, people, make_call, django_assert_max_num_queries):
    client = client_for(people["reviewer"])
    make_call("submitted", answers=harmful_answers())
    client.get(QUEUE)
    for _ in range(12):
        make_call("submitted", answers=harmful_answers(), department="BEL")
    with django_assert_max_num_queries(16) as queries:
        client.get(QUEUE)
    for _ in range(8):
        make_call("submitted")
    with django_assert_max_num_queries(len(queries)):
        client.get(QUEUE)


# --- the page of a call -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "coordinator", "reviewer", "evaluator", "manager", "analyst"])
def test_an_approved_call_is_read_by_whom_it_concerns(client_for, people, make_call, role):
    call = make_call(answers=harmful_answers())
    response = page(client_for(people[role]), call)
    text = response.content.decode()
    assert response.status_code == 200
    assert call.reference in text
    assert "Ik hang u even op hoor." in text
    assert "Mag ik u een halve minuut" in text or "May I put you on hold" in text


@pytest.mark.parametrize("role", ["other_evaluator", "works_council", "stranger"])
def test_an_approved_call_does_not_exist_for_others(client_for, people, make_call, role):
    assert page(client_for(people[role]), make_call()).status_code == 404


def test_a_manager_sees_only_departments_of_theirs(client_for, people, make_call):
    client = client_for(people["manager"])
    assert page(client, make_call(department="AFV")).status_code == 200
    assert page(client, make_call(department="BEL")).status_code == 404


@pytest.mark.parametrize("state", ["submitted", "returned", "voided"])
@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_what_does_not_count_is_not_for_readers_of_figures(client_for, people, make_call, role, state):
    assert page(client_for(people[role]), make_call(state)).status_code == 404


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_readers_never_learn_who_the_evaluator_was(client_for, people, make_call, role):
    evaluator = people["evaluator"]
    User.objects.filter(pk=evaluator.pk).update(name="Quirine Zandstra")
    call = make_call("returned", reason="Quirine, listen again")
    workflow.submit(call=call, by=evaluator, at=AT + dt.timedelta(hours=3))
    workflow.approve(call=Call.objects.get(pk=call.pk), by=people["reviewer"], at=AT + dt.timedelta(hours=4))
    seen = page(client_for(people["reviewer"]), call).content.decode()
    assert "Quirine Zandstra" in seen
    assert "Quirine, listen again" in seen
    hidden = page(client_for(people[role]), call).content.decode()
    for secret in ("Quirine", evaluator.email, str(people["reviewer"]), people["reviewer"].email):
        assert secret not in hidden
    assert "by evaluator" in hidden
    assert "by reviewer" in hidden


def test_the_score_is_explained_to_the_last_point(client_for, people, make_call):
    call = make_call(answers=valid_answers(greeting__own_name={"value": "no", "comment": "Only “administration”."}))
    shown = page(client_for(people["reviewer"]), call).context["page"]
    assert sum(row.lost for row in shown.rows) == pytest.approx(10_000 - call.score_calculated, abs=len(shown.rows))
    assert sum(row.weight for row in shown.rows) == pytest.approx(10_000, abs=len(shown.rows))
    row = next(row for row in shown.rows if row.code == "greeting.own_name")
    assert (row.answer, row.points, row.earned, row.critical, row.low) == ("No", 0, 0, True, True)
    assert row.lost == row.weight == call.item_points["greeting.own_name"][1]
    hold = next(row for row in shown.rows if row.code == "phrasing.hold")
    assert (hold.state, hold.weight, hold.points) == ("na", 0, None)


def test_a_failed_call_says_what_failed_it(client_for, people, make_call, version):
    from surveys.models import ChecklistVersion

    document = version.document
    item = next(item for section in document["sections"] for item in section["items"] if item["code"] == "tone.calm")
    item["options"][0]["fails"] = "call"
    strict = ChecklistVersion.objects.create(
        checklist=version.checklist,
        number=2,
        document=document,
        state="published",
        published_at=AT + dt.timedelta(minutes=7),
    )
    wave = version.waves.get()
    wave.pk, wave.name, wave.version = None, "Strict", strict
    wave.save()
    answer = {"value": item["options"][0]["value"], "comment": "Shouted.", "quote": "Bel dan niet!"}
    call = make_call("submitted", wave=wave, answers=valid_answers(tone__calm=answer))
    assert (call.score, call.failed_by) == (0, ["tone.calm"])
    client = client_for(people["reviewer"])
    text = page(client, call).content.decode()
    assert "This call failed" in text
    assert "fails the whole call: its score is 0." in text
    assert "before fails" in text
    assert "call failed" in client.get(QUEUE).content.decode()


def test_whatever_was_typed_is_escaped(client_for, people, make_call):
    heard = [{"phrase": "", "quote": NASTY, "second": 4}]
    call = make_call(
        answers=valid_answers(
            phrasing__no_harmful={"value": "no", "comment": NASTY, "quote": NASTY},
            phrasing__phrases={"value": heard},
            closing__remarks=NASTY + "\n" + "x" * 3000,
        )
    )
    text = page(client_for(people["manager"]), call).content.decode()
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") >= 4


@pytest.mark.parametrize(
    ("due", "hours", "agreed", "window"),
    [
        ("2026-03-11T15:00", 20, "by the agreed time", "within 24 hours"),
        ("2026-03-10T15:00", 20, "after the agreed time", "within 24 hours"),
        ("2026-03-13T15:00", 60, "by the agreed time", "not within 24 hours"),
        ("2026-03-11T15:00", 60, "after the agreed time", "not within 24 hours"),
    ],
)
def test_a_promised_callback_and_what_came_of_it(client_for, people, make_call, due, hours, agreed, window):
    call = make_call(answers=callback_answers(due))
    client = client_for(people["manager"])
    assert ">broken</span>" in page(client, call).content.decode()  # the grace is over by now
    CallbackEvent.objects.create(
        callback=call.callback,
        kind="came",
        happened_at=AT + dt.timedelta(hours=hours),
        by_whom="Mevrouw De Wit",
        recorded_by=people["evaluator"],
    )
    text = page(client, call).content.decode()
    assert f"The promised call came {agreed}" in text
    state = "kept in time" if agreed == "by the agreed time" else "kept late"
    assert f">{state}</span> {window} of the promise" in text


def test_times_are_the_organisations(client_for, people, org, make_call):
    org.time_zone = "America/New_York"
    org.save()
    call = make_call(called_at=dt.datetime(2026, 3, 10, 2, 30, tzinfo=dt.UTC))
    assert "9 March 2026, 22:30" in page(client_for(people["reviewer"]), call).content.decode()


def test_the_page_speaks_dutch_where_words_are_the_checklists(client_for, people, make_call):
    call = make_call()
    people["reviewer"].language = "nl"
    people["reviewer"].save()
    text = page(client_for(people["reviewer"]), call).content.decode()
    assert "Noemde de medewerker de eigen naam?" in text
    assert 'lang="nl"' in text


def test_an_evaluator_goes_on_with_what_was_returned(client_for, people, make_call):
    call = make_call("returned", reason="Listen again.")
    text = page(client_for(people["evaluator"]), call).content.decode()
    assert "Listen again." in text
    assert reverse("call_resume", args=[call.pk]) in text
    assert reverse("call_resume", args=[call.pk]) not in page(client_for(people["reviewer"]), call).content.decode()


def test_a_draft_has_no_score_and_is_its_evaluators_alone(client_for, people, make_call):
    call = make_call("draft")
    text = page(client_for(people["evaluator"]), call).content.decode()
    assert "Not submitted yet" in text
    assert "of 100 points" not in text
    assert page(client_for(people["reviewer"]), call).status_code == 404


def test_the_page_takes_few_queries(client_for, people, make_call, django_assert_max_num_queries):
    call = make_call(answers=callback_answers())
    client = client_for(people["reviewer"])
    page(client, call)
    with django_assert_max_num_queries(20):
        page(client, call)


# --- deciding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("approve", {}, "approved"),
        ("return", {"reason": "Which desk?"}, "returned"),
        ("void", {"reason": "A trial."}, "voided"),
    ],
)
def test_a_reviewer_decides(client_for, people, make_call, name, data, state):
    call = make_call("submitted")
    for role, status in [("stranger", 404), ("other_evaluator", 404), ("evaluator", 403), ("manager", 404)]:
        assert post(client_for(people[role]), name, call, **data).status_code == status
    assert Call.objects.get(pk=call.pk).state == "submitted"
    response = post(client_for(people["reviewer"]), name, call, **data)
    assert response.status_code == 302
    decided = Call.objects.get(pk=call.pk)
    assert (decided.state, decided.decided_by) == (state, people["reviewer"])
    entry = AuditEntry.objects.of(call).latest("pk")
    assert (entry.action, entry.actor, entry.reason) == (state, people["reviewer"], data.get("reason", ""))


@pytest.mark.parametrize("role", ["manager", "analyst"])
def test_readers_of_an_approved_call_may_not_decide(client_for, people, make_call, role):
    call = make_call()
    assert post(client_for(people[role]), "return", call, reason="x").status_code == 403
    assert "data-decide" not in page(client_for(people[role]), call).content.decode()


def test_get_never_decides(client_for, people, make_call):
    call = make_call("submitted")
    assert client_for(people["reviewer"]).get(reverse("call_approve", args=[call.pk])).status_code == 405


def test_nobody_decides_about_their_own_call(client_for, org, people, make_call):
    both = build_person(org, "both", "evaluator", "reviewer")
    call = make_call("submitted", evaluator=both)
    client = client_for(both)
    assert "another person decides" in page(client, call).content.decode()
    assert post(client, "approve", call).status_code == 403


def test_after_a_decision_comes_the_next_waiting_call_with_a_way_back(client_for, people, make_call):
    first, second = make_call("submitted", at=AT), make_call("submitted", at=AT + dt.timedelta(hours=2))
    client = client_for(people["reviewer"])
    response = client.post(reverse("call_approve", args=[first.pk]), {"seen": seen_mark(first)}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("call", args=[second.pk])
    assert f'{first.reference} is approved. <a href="{reverse("call", args=[first.pk])}">' in response.content.decode()
    response = client.post(reverse("call_approve", args=[second.pk]), {"seen": seen_mark(second)}, follow=True)
    assert response.redirect_chain[-1][0] == QUEUE


def test_the_next_call_is_never_ones_own(client_for, org, people, make_call):
    both = build_person(org, "both", "evaluator", "reviewer")
    call = make_call("submitted")
    make_call("submitted", evaluator=both)
    assert post(client_for(both), "approve", call).url == QUEUE


def test_an_approval_is_undone_by_returning(client_for, people, make_call):
    call = make_call("approved")
    response = post(client_for(people["coordinator"]), "return", call, reason="Heard anew.")
    assert response.url == reverse("call", args=[call.pk])
    assert Call.objects.get(pk=call.pk).state == "returned"


@pytest.mark.parametrize("name", ["return", "void"])
def test_a_reason_is_required(client_for, people, make_call, name):
    call = make_call("submitted")
    response = post(client_for(people["reviewer"]), name, call, reason="   ")
    assert response.status_code == 422
    text = response.content.decode()
    assert "<title>Error: " in text
    assert f'href="#{name}-reason"' in text
    assert Call.objects.get(pk=call.pk).state == "submitted"


def test_chips_and_words_make_one_reason(client_for, people, make_call):
    call = make_call("submitted")
    post(client_for(people["reviewer"]), "return", call, quick=["0", "2"], reason="See 03:12.")
    expected = "A quote is missing.\nThe answer does not fit the quote.\nSee 03:12."
    assert Call.objects.get(pk=call.pk).return_reason == expected


def test_a_chip_alone_is_a_reason_and_an_unknown_one_is_refused(client_for, people, make_call):
    call = make_call("submitted")
    client = client_for(people["reviewer"])
    assert post(client, "return", call, quick=["99"]).status_code == 422
    assert post(client, "return", call, quick=["1"]).status_code == 302


def test_a_reason_has_an_end(client_for, people, make_call):
    call = make_call("submitted")
    assert post(client_for(people["reviewer"]), "void", call, reason="x" * 2001).status_code == 422


@pytest.mark.parametrize(
    ("name", "data"), [("approve", {}), ("return", {"reason": "Mijn reden"}), ("void", {"reason": "Mijn reden"})]
)
def test_of_two_reviewers_the_second_is_told(client_for, people, make_call, name, data):
    call = make_call("submitted")
    seen = seen_mark(call)
    assert post(client_for(people["coordinator"]), "approve", call, seen).status_code == 302
    response = post(client_for(people["reviewer"]), name, call, seen, **data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody was first" in text
    assert "as it is now: approved" in text
    assert "Mijn reden" in text or not data
    assert Call.objects.get(pk=call.pk).decided_by == people["coordinator"]
    assert AuditEntry.objects.of(call).filter(action__in=["approved", "returned", "voided"]).count() == 1


def test_the_reason_can_be_sent_again_after_looking(client_for, people, make_call):
    call = make_call("submitted")
    seen = seen_mark(call)
    post(client_for(people["coordinator"]), "approve", call, seen)
    client = client_for(people["reviewer"])
    text = post(client, "return", call, seen, reason="Mijn reden").content.decode()
    now = seen_mark(Call.objects.get(pk=call.pk))
    assert f'name="seen" value="{now}"' in text
    assert post(client, "return", call, now, reason="Mijn reden").status_code == 302


def test_an_evaluator_who_changed_the_call_meanwhile_was_first(client_for, people, make_call):
    call = make_call("submitted")
    seen = seen_mark(call)
    workflow.return_call(call=call, by=people["coordinator"], reason="x", at=AT)
    workflow.submit(call=Call.objects.get(pk=call.pk), by=people["evaluator"], at=AT + dt.timedelta(hours=3))
    assert post(client_for(people["reviewer"]), "approve", call, seen).status_code == 409
    assert Call.objects.get(pk=call.pk).state == "submitted"


def test_losing_at_the_last_moment_is_told_too(client_for, people, make_call, monkeypatch):
    call = make_call("submitted")

    def too_late(**kwargs):
        workflow.approve(call=Call.objects.get(pk=call.pk), by=people["coordinator"], at=timezone.now())
        raise workflow.Stale

    monkeypatch.setattr("surveys.views.review.workflow.void", too_late)
    response = post(client_for(people["reviewer"]), "void", call, reason="Mijn reden")
    assert response.status_code == 409
    assert "Mijn reden" in response.content.decode()


def test_without_a_mark_of_what_was_seen_nothing_is_decided(client_for, people, make_call):
    call = make_call("submitted")
    response = client_for(people["reviewer"]).post(reverse("call_approve", args=[call.pk]))
    assert response.status_code == 409
    assert Call.objects.get(pk=call.pk).state == "submitted"


def test_a_second_version_waiting_for_its_evaluator_is_mentioned(client_for, people, make_call):
    call = make_call("submitted")
    client = client_for(people["reviewer"])
    assert "another version" not in page(client, call).content.decode()
    Conflict.objects.create(call=call, answers={}, content_hash="x", sent_by=people["evaluator"], sent_at=AT)
    assert "another version" in page(client, call).content.decode()


def test_an_answer_not_applicable_is_explained(client_for, people, make_call):
    text = page(client_for(people["reviewer"]), make_call(answers=valid_answers(tone__empathy=NA))).content.decode()
    assert "gives its weight to all other questions" in text
