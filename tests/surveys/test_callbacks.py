"""The callback ledger: one reading of a promise wherever it is shown, and recording what became of it."""

import csv
import datetime as dt
import io
import re

import pytest
import time_machine
from django.urls import reverse

from analytics.models import DailySum
from surveys import exports, ledger, promises, workflow
from surveys.call_checks import check_call, contradiction
from surveys.models import AuditEntry, Call, Callback, CallbackEvent
from surveys.promises import Event, Terms, outcome
from tests.people import AT, DEFINITION, api_client, callback_answers, client_for, valid_answers

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
DUE = dt.datetime(2026, 3, 10, 14, 0, tzinfo=dt.UTC)  # 15:00 in Amsterdam
GRACE = 2
TERMS = Terms(AT, DUE, GRACE, 24)
SECOND = dt.timedelta(seconds=1)


def came(hours: float) -> Event:
    return Event("came", AT + hours * HOUR)


def no(at: dt.datetime) -> Event:
    return Event("not_come", at)


# --- reading ----------------------------------------------------------------------------------------------------------

READINGS = [
    ([], AT, "waiting", None, None),
    ([], DUE - promises.SOON, "due_soon", None, None),
    ([], DUE - promises.SOON - SECOND, "waiting", None, None),
    ([], DUE, "due_soon", None, None),
    ([], DUE + SECOND, "overdue", None, None),
    ([], DUE + GRACE * HOUR, "overdue", None, None),
    ([], DUE + GRACE * HOUR + SECOND, "broken", False, None),
    ([], AT + 24 * HOUR + SECOND, "broken", False, False),
    ([came(2)], AT + 3 * HOUR, "kept_in_time", True, True),
    ([Event("came", DUE)], DUE, "kept_in_time", True, True),
    ([Event("came", DUE + SECOND)], DUE + HOUR, "kept_late", False, True),
    ([came(25)], AT + 26 * HOUR, "kept_late", False, False),
    ([no(DUE + SECOND)], DUE + HOUR, "broken", False, None),
    # the last one recorded holds, whichever way
    ([no(DUE + HOUR), came(3)], DUE + 2 * HOUR, "kept_in_time", True, True),
    ([came(3), no(DUE + HOUR)], DUE + HOUR, "broken", False, None),
    ([came(2), came(24.5)], AT + 48 * HOUR, "kept_late", False, False),
    # a call taken back before the agreed moment leaves the promise open
    ([came(2), no(AT + 3 * HOUR)], AT + 3.2 * HOUR, "due_soon", None, None),
    ([came(2), no(AT + 3 * HOUR)], DUE + 3 * HOUR, "broken", False, None),
    # a call before the promise is not the one that was promised
    ([came(-1)], DUE + HOUR, "overdue", None, None),
]


@pytest.mark.parametrize(("events", "at", "state", "in_time", "within"), READINGS)
def test_what_became_of_a_promise(events, at, state, in_time, within):
    found = outcome(TERMS, events, at=at)
    assert (found.state, found.in_time, found.within_window) == (state, in_time, within)
    assert found.is_open == (state in promises.OPEN)


@pytest.mark.slow
def test_the_database_the_list_the_page_the_api_and_the_exports_agree(org, people, make_call):
    """Each reading of the table, asked in every place that tells of promises."""
    call = make_call(answers=callback_answers())
    Call.objects.filter(pk=call.pk).update(called_at=AT)
    callback = call.callback
    Callback.objects.filter(pk=callback.pk).update(promised_at=AT, due_at=DUE)
    for events, at, state, in_time, within in READINGS:
        CallbackEvent.objects.all().delete()
        for number, event in enumerate(events):
            CallbackEvent.objects.create(
                callback=callback, kind=event.kind, happened_at=event.happened_at,
                recorded_by=people["evaluator"], recorded_at=AT + number * SECOND,
            )  # fmt: skip
        found = {
            each for each in promises.STATES if Callback.objects.all().in_state(each, grace_hours=GRACE, at=at).exists()
        }
        assert found == {state}, (events, at)
        export = exports.export_of(Call.objects.counting(), organisation=org, at=at)
        header, row = (list(each) for each in export.wide(with_answers=False))
        cells = dict(zip(header, row, strict=True))
        said = {True: "yes", False: "no", None: ""}
        assert (cells["callback_state"], cells["callback_in_time"], cells["callback_within_window"]) == (
            state, said[in_time], said[within],
        )  # fmt: skip
        workflow.announce([call])
        assert DailySum.objects.get().n_kept == (within is True)
        with time_machine.travel(at, tick=False):
            told = api_client(people["reviewer"], "read").get(f"/api/v1/calls/{call.pk}/").json()["callback"]
            assert (told["state"], told["in_time"], told["within_window"]) == (state, in_time, within)
            page = client_for(people["reviewer"]).get(reverse("call", args=[call.pk])).content.decode()
            assert f">{ledger.WORDS[state]}</span>" in page
            mine = client_for(people["evaluator"]).get(reverse("calls", args=[org.slug])).content.decode()
            assert ("Mevrouw De Wit" in mine) == (state in promises.OPEN or not events)


# --- recording --------------------------------------------------------------------------------------------------------


@pytest.fixture
def promise(make_call) -> Callback:
    return make_call(answers=callback_answers(), called_at=AT).callback


def test_recording_is_kept_audited_counted_and_safe_to_repeat(promise, people):
    call, by = promise.call, people["evaluator"]
    steps = {"callback": promise, "by": by, "kind": "came", "happened_at": AT + 2 * HOUR, "by_whom": "De Wit"}
    first = workflow.record_callback(**steps, at=AT + 3 * HOUR)
    again = workflow.record_callback(**steps, at=AT + 4 * HOUR)
    assert (first.is_new, again.is_new, again.event) == (True, False, first.event)
    assert DailySum.objects.get().n_kept == 1
    entry = AuditEntry.objects.of(call).get(action="callback recorded")
    assert (entry.actor, entry.changes["callback"]) == (by, ["due_soon", "kept_in_time"])
    workflow.record_callback(callback=promise, by=people["coordinator"], kind="not_come", at=DUE + HOUR)
    repeated = workflow.record_callback(callback=promise, by=by, kind="not_come", at=DUE + 2 * HOUR)
    assert (repeated.is_new, repeated.event.recorded_by) == (False, people["coordinator"])
    assert [event.kind for event in promise.events.all()] == ["came", "not_come"]
    assert DailySum.objects.get().n_kept == 0
    assert AuditEntry.objects.of(call).filter(action="callback recorded").latest("pk").actor == people["coordinator"]


@pytest.mark.parametrize(
    ("said", "at", "field", "words"),
    [
        ({"kind": "came", "happened_at": AT - HOUR}, DUE, "happened_at", "The promise was made at"),
        ({"kind": "came", "happened_at": DUE + HOUR}, DUE, "happened_at", "still to come"),
        ({"kind": "not_come"}, DUE - SECOND, "kind", "It may still come: the agreed moment is 10 Mar 2026, 15:00"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_and_reason(promise, people, said, at, field, words):
    with time_machine.travel(at, tick=False):
        sent = {name: value.isoformat() if name == "happened_at" else value for name, value in said.items()}
        url = f"/api/v1/calls/{promise.call_id}/callback/"
        problem = api_client(people["evaluator"]).post(url, sent, content_type="application/json")
        assert problem.status_code == 422
        (error,) = problem.json()["errors"]
        assert (error["field"], words in error["message"]) == (field, True)
        local = said.get("happened_at", at).astimezone(promise.call.organisation.zone)
        form = {"kind": said["kind"], "happened_at": local.strftime("%Y-%m-%dT%H:%M")}
        page = client_for(people["evaluator"]).post(reverse("callback", args=[promise.pk]), form)
        assert page.status_code == 422
        assert words in page.content.decode()
        assert "Error: " in page.content.decode()
    assert not promise.events.exists()


def test_a_voided_call_takes_nothing_and_second_scorings_promise_nothing(make_call, people):
    voided = make_call("voided", answers=callback_answers())
    with pytest.raises(workflow.WorkflowError) as caught:
        workflow.record_callback(callback=voided.callback, by=people["evaluator"], kind="not_come", at=DUE + HOUR)
    assert caught.value.code == "callback_closed"
    first = make_call(answers=callback_answers())
    Callback.objects.all().delete()
    for columns in ({"kind": "second", "second_of": first}, {"kind": "gold"}, {"kind": "calibration"}):
        call = make_call("draft", answers=callback_answers(), **columns)
        call.fate = "callback_agreed"
        workflow.keep_promise(call)
        assert workflow.promise_of(call) is None
    assert not Callback.objects.exists()


def test_a_promise_moves_with_its_call(promise, people):
    """Also one that is kept for what was recorded of it, when the call turns out to have ended otherwise."""
    workflow.record_callback(callback=promise, by=people["evaluator"], kind="not_come", at=DUE + HOUR)
    call = promise.call
    call.called_at, call.fate = call.called_at - dt.timedelta(days=10), "helped"
    workflow.keep_promise(call)
    promise.refresh_from_db()
    assert promise.promised_at == call.called_at


def test_who_may_record(promise, people):
    url, said = reverse("callback", args=[promise.pk]), {"kind": "not_come"}
    statuses = {
        "stranger": 404, "other_evaluator": 404, "works_council": 404,
        "manager": 403, "analyst": 403, "reviewer": 403, "evaluator": 302, "coordinator": 302, "administrator": 302,
    }  # fmt: skip
    for role, status in statuses.items():
        client = client_for(people[role])
        assert client.post(url, said).status_code == status, role
        page = client.get(url)
        assert page.status_code == (200 if status == 302 else status)
        assert (b"Mevrouw De Wit" in page.content) == (status == 302)
        assert (b"What was recorded before stays" in page.content) == (role in {"coordinator", "administrator"})
    assert b"your name stands in the history" in client_for(people["coordinator"]).get(url).content
    assert b"your name stands" not in client_for(people["evaluator"]).get(url).content
    read_only = api_client(people["evaluator"], "read")
    api = f"/api/v1/calls/{promise.call_id}/callback/"
    assert read_only.get(api).json()["state"] == "broken"
    assert read_only.post(api, said, content_type="application/json").status_code == 403


def test_by_the_form_and_corrected_by_it(promise, people):
    client, url = client_for(people["evaluator"]), reverse("callback", args=[promise.pk])
    assert client.post(url, {"kind": "came", "happened_at": ""}).status_code == 422
    assert client.post(url, {"kind": "came", "happened_at": "2026-03-10T12:00", "by_whom": "Jan"}).status_code == 302
    page = client.get(url).content.decode()
    assert "kept in time" in page
    assert 'value="2026-03-10T12:00"' in page
    # What was typed for the other choice does not matter.
    assert client.post(url, {"kind": "not_come", "happened_at": "nonsense"}).status_code == 302
    page = client.get(url).content.decode()
    assert ">broken</span>" in page
    assert "The call came, 10 Mar 2026, 12:00" in page
    story = client.get(reverse("call", args=[promise.call_id])).content.decode()
    assert "corrected later" in story


def test_by_the_api_twice(promise, people):
    client, url = api_client(people["evaluator"]), f"/api/v1/calls/{promise.call_id}/callback/"
    sent = {"kind": "came", "happened_at": "2026-03-10T12:00:00+01:00", "by_whom": "Jan"}
    found = [client.post(url, sent, content_type="application/json") for _time in range(2)]
    assert [each.status_code for each in found] == [201, 200]
    assert found[1].json()["state"] == "kept_in_time"
    assert len(found[1].json()["events"]) == 1
    for wrong, field in (({"kind": "came"}, "happened_at"), (sent | {"kind": "not_come"}, "happened_at"), ({}, "kind")):
        problem = client.post(url, wrong, content_type="application/json")
        assert problem.status_code == 400
        assert problem.json()["errors"][0]["field"] == field


# --- the ledger -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_ledger_by_department_and_state_in_pages(
    org, people, make_call, departments, django_assert_max_num_queries
):
    for hours in range(27):
        call = make_call(answers=callback_answers(), called_at=AT)
        Callback.objects.filter(call=call).update(due_at=DUE + hours * HOUR)
    other = make_call(answers=callback_answers(callback__who="Anna"), department="BEL", called_at=AT)
    workflow.record_callback(
        callback=other.callback, by=people["evaluator"], kind="came", happened_at=AT + HOUR, at=AT + HOUR
    )
    hidden = make_call("voided", answers=callback_answers(callback__who="Voided One"))
    url, client = reverse("callbacks", args=[org.slug]), client_for(people["reviewer"])

    def show(query: str = "") -> str:
        with time_machine.travel(DUE + 5 * HOUR, tick=False):
            return client.get(url + query).content.decode()

    show()
    with django_assert_max_num_queries(14):
        page = show()
    rows = re.findall(r'<th scope="row"><span><a href="/calls/(\d+)/">', page)
    older = re.search(r'href="(\?after=[^"]+)"', page)
    assert older is not None
    assert len(rows) == 25
    rows += re.findall(r'<th scope="row"><span><a href="/calls/(\d+)/">', show(older[1]))
    assert len(set(rows)) == 27
    assert str(hidden.pk) not in rows
    assert str(other.pk) not in rows
    # Overdue since at most two hours, soon within two; 3 are broken, by the hours of grace.
    counts = [show(f"?state={state}").count('<th scope="row"><span>') for state in promises.STATES]
    assert counts == [19, 3, 2, 1, 0, 3]
    assert "Anna" in show(f"?state=all&department={departments['BEL'].pk}")
    assert "No promise fits this filter" in show(f"?department={departments['BEL'].pk}")
    assert show(f"?department={departments['PUB'].pk}").count('<th scope="row"><span>') == 25
    assert re.search(r"Publiekszaken › Burgerzaken</a></th><td class=\"num\">24</td><td class=\"num\">3</td>", page)
    assert "Error: " in show("?state=nonsense")
    assert client_for(people["manager"]).get(url).status_code == 403
    assert client_for(people["stranger"]).get(url).status_code == 404


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (30, "now"), (60, "in 1 minute"), (-60, "1 minute ago"), (59 * 60, "in 59 minutes"), (3600, "in 1 hour"),
        (-5 * 3600, "5 hours ago"), (47 * 3600, "in 47 hours"), (48 * 3600, "in 2 days"), (-72 * 3600, "3 days ago"),
    ],
)  # fmt: skip
def test_the_countdown_in_words(left, words):
    assert ledger.until(AT + dt.timedelta(seconds=left), at=AT) == words


# --- deadlines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "code"),
    [
        ("2026-03-10T10:30", None),
        ("2026-03-10T10:29", "due_before_call"),
        ("2025-03-10T15:00", "due_before_call"),
        ("2026-05-09T10:30", None),
        ("2026-05-10T10:00", "due_too_late"),
        ("2126-03-10T15:00", "due_too_late"),
    ],
)
def test_an_absurd_deadline_is_refused_when_given_and_when_handed_in(make_call, people, due, code):
    call = make_call("draft", called_at=AT + 20 * SECOND)
    answers = callback_answers(due)
    saved = workflow.save_answers(call=call, by=people["evaluator"], changes=answers, base_revision=1, at=AT + HOUR)
    assert {each: problem.code for each, problem in saved.refused.items()} == ({"callback.due": code} if code else {})
    found = check_call(DEFINITION, answers, call.facts, called_at=call.called_at, zone=call.organisation.zone)
    assert [problem.code for problem in found] == ([code] if code else [])
    # Not refused where it does not belong to the call.
    other = valid_answers(callback__due=due)
    assert not check_call(DEFINITION, other, call.facts, called_at=call.called_at, zone=call.organisation.zone)


def test_a_fate_and_a_promise_that_disagree_are_explained_before_handing_in(make_call, people):
    client = client_for(people["evaluator"])
    lost = callback_answers(closing__fate="helped")
    unsaid = valid_answers(closing__fate="callback_agreed")
    for answers, words in ((lost, "Without that nobody waits"), (unsaid, "usual hours then count"), (None, "")):
        call = make_call("draft", answers=answers)
        page = client.get(reverse("call_check", args=[call.pk])).content.decode()
        assert words in page
        assert ("Look at how the call ended" in page) == bool(words)
        found = contradiction(DEFINITION, call.answers, call.facts)
        assert (found is not None) == bool(words)


def test_the_export_is_read_by_a_program_too(org, people, promise):
    with time_machine.travel(DUE, tick=False):
        got = client_for(people["analyst"]).get(reverse("export_calls", args=[org.slug])).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(got))
    assert (row["callback_state"], row["callback_came"]) == ("due_soon", "")
