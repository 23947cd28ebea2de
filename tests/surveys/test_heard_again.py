"""What is heard again: blind second scorings, calibration sessions and gold calls. Blind to evaluators, never in results."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from surveys import recordings, workflow
from surveys.models import Assignment, AuditEntry, CalibrationSession, Call, Clearance, GoldCall, Recording, User, Wave
from surveys.refused import Refused
from surveys.workflow import gold as golden
from surveys.workflow import seconds
from tests.heard import DAY, WAV, add_recording, allow_recordings, begin_session, fresh, make_gold, score
from tests.people import AT, api_client, build_person, client_for, join
from tests.tools.threads import at_once, crossing


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.RECORDINGS_DIR = tmp_path / "recordings"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture(autouse=True)
def allowed(org, wave):
    """Recordings are allowed, everything recorded is scored twice, and the wave goes on today."""
    allow_recordings(org)
    wave.second_share, wave.ends_on = 100, timezone.localdate() + 30 * DAY
    wave.save(update_fields=["second_share", "ends_on"])


@pytest.fixture
def record(people):
    def add(call, by="evaluator"):
        return add_recording(call, people[by])

    return add


@pytest.fixture
def recorded(make_call, record, people):
    """An approved call with its recording: the only other evaluator has it to score."""
    return record(make_call("approved"))


@pytest.fixture
def gold(recorded, people, now):
    """A gold call in use, of the recording of another call."""
    return make_gold(recorded, people["coordinator"], now)


# --- which calls, and whose -------------------------------------------------------------------------------------------


def test_a_recorded_call_goes_to_another_evaluator(recorded, people):
    """Drawn when the recording is added to an approved call."""
    drawn = Assignment.objects.get(purpose="second")
    assert (drawn.source_call, drawn.evaluator, drawn.state) == (recorded, people["other_evaluator"], "offered")
    assert drawn.recording == recorded.recording
    assert seconds.draw(recorded, at=timezone.now()) is None
    assert seconds.draw_all(recorded.wave, at=timezone.now()) == 0
    # Neither of the two could read of it in the history of the call.
    assert not AuditEntry.objects.of(recorded).filter(action__contains="second").exists()


def test_a_call_is_drawn_when_it_is_approved(make_call, record, people):
    call = record(make_call("draft"))
    assert not Assignment.objects.exists()
    workflow.submit(call=call, by=people["evaluator"], at=timezone.now())
    assert not Assignment.objects.exists()
    workflow.approve(call=Call.objects.with_names().get(pk=call.pk), by=people["reviewer"], at=timezone.now())
    assert Assignment.objects.get().source_call == call


def test_who_listened_along_scores_it_without_a_recording(make_call, people, org):
    third = build_person(org, "third_evaluator", "evaluator")
    call = make_call("approved", listener=third)
    drawn = Assignment.objects.get()
    assert (drawn.evaluator, drawn.recording, drawn.source_call) == (third, None, call)
    # Not recorded and heard by one: nothing to score it by. Heard by one who sees other people's calls: not blind.
    make_call("approved")
    join(people["other_evaluator"], org, "reviewer")
    make_call("approved", listener=people["other_evaluator"])
    assert Assignment.objects.count() == 1


def test_only_who_cannot_look_at_the_first_scoring(make_call, record, people, org):
    for role in ("reviewer", "coordinator", "administrator"):
        join(people[role], org, "evaluator")
    record(make_call("approved"))
    assert Assignment.objects.get().evaluator == people["other_evaluator"]
    join(people["other_evaluator"], org, "reviewer")
    assert seconds.draw(record(make_call("approved")), at=timezone.now()) is None


def test_whoever_has_least_to_do(make_call, record, people, org):
    build_person(org, "third_evaluator", "evaluator")
    for _number in range(4):
        record(make_call("approved"))
    counts = [
        Assignment.objects.filter(evaluator__name=name).count() for name in ("Other Evaluator", "Third Evaluator")
    ]
    assert counts == [2, 2]


@pytest.mark.parametrize("change", ["share", "closed", "voided", "kind", "consent"])
def test_what_is_not_drawn(make_call, record, people, wave, change):
    changes: dict[str, dict] = {"share": {"second_share": 0}, "closed": {"state": "closed"}}
    wave_change = changes.get(change)
    if wave_change:
        Wave.objects.filter(pk=wave.pk).update(second_share=0)
    call = record(make_call("submitted"))
    Assignment.objects.all().delete()
    Wave.objects.filter(pk=wave.pk).update(**{"second_share": 100, **(wave_change or {})})
    if change == "voided":
        Call.objects.filter(pk=call.pk).update(state="voided")
    if change == "kind":
        Call.objects.filter(pk=call.pk).update(kind="gold")
    if change == "consent":
        Clearance.objects.filter(kind="recording").update(withdrawn_at=AT)
    assert seconds.draw(Call.objects.with_names().get(pk=call.pk), at=timezone.now()) is None
    if change == "consent":
        Clearance.objects.filter(kind="recording").update(withdrawn_at=None)
        assert seconds.draw(Call.objects.with_names().get(pk=call.pk), at=timezone.now())


def test_chance_is_fixed_and_follows_the_share(settings):
    chosen = {
        share: {pk for pk in range(2000) if seconds.is_chosen(pk, seed=1, share=share)} for share in (0, 10, 30, 100)
    }
    assert chosen[0] == set()
    assert chosen[100] == set(range(2000))
    assert 150 < len(chosen[10]) < 250
    assert chosen[10] < chosen[30]
    assert chosen[10] == {pk for pk in range(2000) if seconds.is_chosen(pk, seed=1, share=10)}
    assert chosen[10] != {pk for pk in range(2000) if seconds.is_chosen(pk, seed=2, share=10)}
    # Who knows the code, the wave's seed and the call's number still cannot tell.
    settings.SECRET_KEY = "another installation"
    assert chosen[10] != {pk for pk in range(2000) if seconds.is_chosen(pk, seed=1, share=10)}


def test_never_two_for_a_call(recorded, people):
    first = Assignment.objects.get()
    copy = Assignment.objects.get()
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    # Handed back, it can go to somebody else; there is nobody here.
    Assignment.objects.filter(pk=first.pk).update(state="handed_back")
    assert seconds.draw(recorded, at=timezone.now()) is None
    third = build_person(recorded.organisation, "third_evaluator", "evaluator")
    assert seconds.draw(recorded, at=timezone.now()).evaluator == third


def test_what_was_drawn_anew_is_not_given_out_again(recorded, people, now, third, fourth):
    back, other, by = Assignment.objects.get(), people["other_evaluator"], people["coordinator"]
    workflow.hand_back(assignment=back, by=other, reason="Too loud", at=now)
    anew = seconds.draw(recorded, at=now)
    assert anew is not None
    free = third if anew.evaluator == fourth else fourth
    bulk = workflow.in_bulk(
        [anew, back], lambda each: workflow.reassign(assignment=each, evaluator=free, by=by, at=now), partly=True
    )
    assert (bulk.done, [(each.pk, error.code) for each, error in bulk.refused]) == ((anew,), [(back.pk, "drawn_anew")])
    workflow.cancel(assignment=anew, by=by, at=now)
    fifth = build_person(recorded.organisation, "fifth_evaluator", "evaluator")
    assert workflow.reassign(assignment=back, evaluator=fifth, by=by, at=now).state == "offered"


def test_a_cancelled_scoring_takes_its_draft_along(recorded, people, now, third):
    """Cancelled, the call is drawn anew; what the first one had begun can never be a second pair."""
    drawn, by = Assignment.objects.get(), people["coordinator"]
    draft, scorer = score(drawn, now, submit=False), drawn.evaluator
    assert scorer is not None
    for step in (
        lambda: workflow.hand_back(assignment=drawn, by=scorer, reason="x", at=now),
        lambda: workflow.reassign(assignment=drawn, evaluator=third, by=by, at=now),
    ):
        with pytest.raises(workflow.AssignmentError, match="form_begun"):
            step()
    workflow.cancel(assignment=drawn, by=by, reason="Not needed", at=now)
    draft = fresh(draft)
    assert (draft.state, draft.assignment, bool(draft.answers)) == ("voided", None, True)
    entry = AuditEntry.objects.of(draft).get(action="voided")
    assert (entry.actor, entry.reason) == (by, "Not needed")
    with pytest.raises(workflow.NotNow):
        workflow.submit(call=draft, by=scorer, at=now)
    assert score(seconds.draw(recorded, at=now), now).state == "approved"
    # Those that were cut loose before this was so.
    Call.objects.filter(pk=draft.pk).update(state="draft")
    with pytest.raises(workflow.AssignmentError, match="assignment_gone"):
        workflow.submit(call=fresh(draft), by=scorer, at=now)


def test_it_cannot_be_passed_to_who_knows(recorded, people, now):
    drawn = Assignment.objects.get()
    for person in (people["evaluator"], people["reviewer"]):
        with pytest.raises(workflow.WorkflowError):
            workflow.reassign(assignment=drawn, evaluator=person, by=people["coordinator"], at=now)
    join(people["reviewer"], recorded.organisation, "evaluator")
    with pytest.raises(workflow.WorkflowError):
        workflow.reassign(assignment=drawn, evaluator=people["reviewer"], by=people["coordinator"], at=now)
    third = build_person(recorded.organisation, "third_evaluator", "evaluator")
    workflow.reassign(assignment=drawn, evaluator=third, by=people["coordinator"], at=now)


def test_the_button_draws_once(recorded, people):
    Assignment.objects.all().delete()
    path = reverse("seconds_draw", args=["zuiderveen", recorded.wave_id])
    assert client_for(people["reviewer"]).post(path).status_code == 403
    client = client_for(people["coordinator"])
    for words in ("1 call was given out", "0 calls were given out"):
        assert words in client.post(path, follow=True).text
    assert Assignment.objects.count() == 1


# --- what comes of it -------------------------------------------------------------------------------------------------


def test_a_second_scoring_is_a_pair_and_nothing_else(recorded, people, now):
    second = score(Assignment.objects.get(), now, tone__calm="4")
    assert (second.kind, second.second_of, second.state) == ("second", recorded, "approved")
    assert second.evaluator == people["other_evaluator"]
    assert second not in Call.objects.waiting()
    assert second not in Call.objects.counting()


# --- blind ------------------------------------------------------------------------------------------------------------

TELLING = re.compile(r"second_of|second scoring|scored twice|blind|\bgold|purpose|baseline|source_call", re.IGNORECASE)


def addresses(assignment, call):
    """Everything about their listening work that an evaluator can ask for."""
    names = ["call_resume", "call_check", "call_submitted", "call", "call_facts", "call_recording", "call_conflicts"]
    names += ["call_discard", "call_save"]
    pages = [reverse(name, args=[call.pk]) for name in names] if call else []
    pages += [reverse("call_section", args=[call.pk, "greeting"]), f"/api/v1/calls/{call.pk}/"] if call else []
    return [
        reverse("assignment", args=[assignment.pk]),
        reverse("calls", args=["zuiderveen"]),
        reverse("calibrations", args=["zuiderveen"]),
        reverse("own_work", args=["zuiderveen"]),
        reverse("device_kit"),
        reverse("device_calls"),
        *pages,
        "/api/v1/calls/?organisation=zuiderveen",
        "/api/v1/calls/?kind=second",
        "/api/v1/calls/?kind=gold",
        "/api/v1/calls/?kind=listening",
        "/api/v1/assignments/?organisation=zuiderveen",
    ]


def plain(text):
    """A page without what differs between any two assignments: keys, marks, ids and times."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{32}|KB-\d{6}", "ID", text)
    text = re.sub(r"csrf[^>]*value=\"\w+\"|\"token\": ?\"\w+\"", "TOKEN", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?|\d\d:\d\d(:\d\d)?", "TIME", text)
    text = re.sub(r"(calls|assignments)/\d+/|heard-\d+|data-[a-z-]+=\"\d+\"", "KEY", text)
    text = re.sub(r'"(id|user|call|assignment)": ?\d+', "KEY", text)
    text = (
        text.replace("Hearer A", "NAME")
        .replace("Hearer B", "NAME")
        .replace("E09", "E10")
        .replace("hearer_b", "hearer_a")
    )
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def like_work(recorded, gold, people, org, now):
    """A second scoring and a gold call of the same department and scenario, for two evaluators who know nothing else."""
    for name in ("hearer_a", "hearer_b"):
        people[name] = build_person(org, name, "evaluator")
    Assignment.objects.all().delete()
    common = {
        "organisation": org, "wave": recorded.wave, "department": recorded.department, "scenario": recorded.scenario,
        "state": "offered", "recording": recorded.recording, "starts_at": now, "until": now + 7 * DAY,
    }  # fmt: skip
    return {
        "hearer_a": Assignment.objects.create(
            purpose="second", source_call=recorded, evaluator=people["hearer_a"], **common
        ),
        "hearer_b": Assignment.objects.create(purpose="gold", gold=gold, evaluator=people["hearer_b"], **common),
    }


@pytest.mark.parametrize("stage", ["offered", "draft", "handed in"])
def test_a_second_and_a_gold_call_cannot_be_told_apart(like_work, people, now, stage):
    """Page by page the two say the same, headers and all, and never what they are for."""
    seen: dict[str, list] = {}
    for name, assignment in like_work.items():
        call = None
        client = client_for(people[name])
        if stage == "draft":
            client.post(reverse("assignment_start", args=[assignment.pk]))
            call = Call.objects.get(assignment=assignment)
        if stage == "handed in":
            call = score(assignment, now)
        seen[name] = []
        for address in addresses(assignment, call):
            answer = client.get(address, follow=False)
            body = plain(answer.text)
            assert not TELLING.search(body), (address, TELLING.search(body))
            headers = {key: plain(value) for key, value in answer.headers.items()}
            headers.pop("Content-Length", None)
            seen[name].append((plain(address), answer.status_code, headers, body))
    for one, other in zip(*seen.values(), strict=True):
        assert one[:3] == other[:3]
        assert one[3].split(" ") == other[3].split(" "), one[0]
    if stage != "offered":
        assert {status for _address, status, *_rest in seen["hearer_a"]} <= {200, 302}


def test_the_sound_says_nothing(like_work, people, now, recorded):
    heads = []
    for name, assignment in like_work.items():
        client = client_for(people[name])
        client.post(reverse("assignment_start", args=[assignment.pk]))
        call = Call.objects.get(assignment=assignment)
        answer = client.get(reverse("call_sound", args=[call.pk]))
        assert answer.getvalue() == WAV
        heads.append(dict(answer.headers))
        # Only as long as it is theirs to score.
        score(assignment, now)
        assert client.get(reverse("call_sound", args=[call.pk])).status_code == 404
        # And nothing of where it comes from.
        assert client.get(reverse("call", args=[recorded.pk])).status_code == 404
        assert client.get(reverse("call_sound", args=[recorded.pk])).status_code == 404
    assert heads[0] == heads[1]


def test_the_kind_is_told_to_those_who_check_only(like_work, people, now):
    calls = {name: score(assignment, now) for name, assignment in like_work.items()}
    second, gold = calls["hearer_a"], calls["hearer_b"]
    for name, call in calls.items():
        client = api_client(people[name], "read", at=now)
        assert client.get(f"/api/v1/calls/{call.pk}/").json()["kind"] == "listening"
        found = {
            kind: len(client.get(f"/api/v1/calls/?kind={kind}").json()["results"])
            for kind in ("field", "second", "gold", "listening")
        }
        assert found == {"field": 0, "second": 0, "gold": 0, "listening": 1}
    client = api_client(people["coordinator"], "read", at=now)
    assert client.get(f"/api/v1/calls/{second.pk}/").json()["kind"] == "second"
    assert [row["id"] for row in client.get("/api/v1/calls/?kind=gold").json()["results"]] == [gold.pk]
    assert client.get("/api/v1/calls/?kind=listening").json()["results"] == []


def test_an_evaluator_who_exports_gets_no_blind_work(like_work, people, org, now):
    call = score(like_work["hearer_b"], now)
    join(people["hearer_b"], org, "analyst")
    page = client_for(User.objects.get(pk=people["hearer_b"].pk)).get(
        reverse("export_calls", args=[org.slug]), {"state": "any"}
    )
    assert call.reference not in page.getvalue().decode()
    whole = client_for(people["coordinator"]).get(reverse("export_calls", args=[org.slug]), {"state": "any"})
    assert call.reference in whole.getvalue().decode()


# --- never in results -------------------------------------------------------------------------------------------------


def test_nothing_of_it_is_in_results(recorded, gold, people, org, now, departments):
    """Overview, department, trend, their API, and the exports say the same before and after."""
    client = client_for(people["analyst"])
    slug = org.slug
    paths = [
        reverse("overview_csv", args=[slug]), reverse("trend_csv", args=[slug]), reverse("export_calls", args=[slug]),
        reverse("export_answers", args=[slug]), f"/api/v1/figures/results/?organisation={slug}&department=BUR",
        reverse("department_csv", args=[slug, departments["BUR"].pk, "items"]),
    ]  # fmt: skip

    def seen():
        return [_body(client.get(path)) for path in paths]

    before = seen()
    score(Assignment.objects.get(purpose="second"), now)
    third = build_person(org, "third_evaluator", "evaluator")
    [given] = workflow.slip_gold(gold=gold, wave=recorded.wave, evaluators=[third], by=people["coordinator"], at=now)
    score(given, now)
    session = begin(recorded, people, [third], now)
    for assignment in session.assignments.all():
        score(assignment, now)
    assert set(Call.objects.values_list("kind", flat=True)) == {"field", "second", "gold", "calibration"}
    assert seen() == before
    # Left out, and said to be.
    assert "1 gold call" in client_for(people["coordinator"]).get(reverse("exports", args=[slug])).text


def _body(answer):
    body = answer.getvalue() if answer.streaming else answer.content
    return re.sub(rb'"(data_time|left_out|at|updated)":[^,}]*[,}]', b"", body)


# --- calibration ------------------------------------------------------------------------------------------------------


def begin(call, people, participants, at):
    return begin_session(call, people["other_evaluator"], *participants, by=people["coordinator"], at=at)


@pytest.fixture
def third(org):
    return build_person(org, "third_evaluator", "evaluator")


@pytest.fixture
def fourth(org):
    return build_person(org, "fourth_evaluator", "evaluator")


def test_a_session_from_beginning_to_end(recorded, people, third, fourth, now):
    other = people["other_evaluator"]
    client = client_for(people["coordinator"])
    local = (now + 3 * DAY).astimezone(recorded.organisation.zone).strftime("%Y-%m-%dT%H:%M")
    form = {
        "call": recorded.pk,
        "name": "Maart",
        "expert": other.pk,
        "participants": [third.pk, fourth.pk],
        "due_at": local,
    }
    new = reverse("calibration_new", args=["zuiderveen"])
    assert "Other Evaluator" in client.get(new, {"call": recorded.pk}).text
    assert client.post(new, form).status_code == 302
    session = CalibrationSession.objects.get()
    path = reverse("calibration", args=["zuiderveen", session.pk])
    work = {each.evaluator_id: each for each in session.assignments.all()}
    assert set(work) == {other.pk, third.pk, fourth.pk}
    assert reverse("assignment", args=[work[third.pk].pk]) in client_for(third).get(path).text
    first = score(work[third.pk], now, tone__calm="4")
    score(work[other.pk], now)
    # Blind to everybody until all are in: also to those who check.
    for user in (third, fourth, people["reviewer"], people["coordinator"]):
        page = client_for(user).get(path).text
        assert "2 of 3 are in" in page
        assert "Question by question" not in page
    reviewer = client_for(people["reviewer"])
    assert reviewer.get(reverse("call", args=[first.pk])).status_code == 404
    assert reviewer.get(f"/api/v1/calls/{first.pk}/").status_code == 404
    score(work[fourth.pk], now)
    session.refresh_from_db()
    assert session.state == "closed"
    assert reviewer.get(reverse("call", args=[first.pk])).status_code == 200
    # Who took part sees the own, the expert's and how often, not who; those who check see names.
    mine = client_for(third).get(path).text
    assert "Question by question" in mine
    assert "1 of 2 answered as the expert did" in mine
    assert "different" in mine
    assert "Fourth Evaluator" not in mine.partition("<main")[2]
    assert "Fourth Evaluator" in reviewer.get(path).text
    for stranger in ("evaluator", "stranger"):
        assert client_for(people[stranger]).get(path).status_code == 404
    assert client_for(people["manager"]).get(path).status_code == 403


def test_a_coordinator_closes_without_the_last(recorded, people, third, fourth, now):
    session = begin(recorded, people, [third, fourth], now)
    work = {each.evaluator_id: each for each in session.assignments.all()}
    score(work[third.pk], now)
    score(work[people["other_evaluator"].pk], now)
    path = reverse("calibration_close", args=["zuiderveen", session.pk])
    assert client_for(people["reviewer"]).post(path).status_code == 403
    client = client_for(people["coordinator"])
    assert "missing" in client.post(path, follow=True).text
    work[fourth.pk].refresh_from_db()
    assert work[fourth.pk].state == "cancelled"
    assert "closed already" in client.post(path, follow=True).text


def test_a_session_that_cannot_be(recorded, make_call, people, third, now):
    with pytest.raises(Refused, match="made this call"):
        begin(recorded, people, [people["evaluator"]], now)
    with pytest.raises(Refused, match="besides the expert"):
        begin(recorded, people, [people["other_evaluator"]], now)
    with pytest.raises(Refused, match="no recording"):
        begin(make_call("approved"), people, [third], now)
    with pytest.raises(Refused, match="has passed"):
        workflow.start_session(
            call=recorded, name="x", expert=people["other_evaluator"], participants=[third], due_at=now - DAY,
            by=people["coordinator"], at=now,
        )  # fmt: skip
    assert not CalibrationSession.objects.exists()


# --- gold -------------------------------------------------------------------------------------------------------------


def test_a_gold_call_is_made_and_given(recorded, people, third, now):
    client = client_for(people["coordinator"])
    client.post(reverse("gold_new", args=["zuiderveen"]), {"call": recorded.pk, "name": "Burgerzaken 1"})
    gold = GoldCall.objects.get()
    path = reverse("gold_call", args=["zuiderveen", gold.pk])
    page = client.get(path).text
    assert "Right answers" in page
    assert "<audio" in page
    assert gold.answers == recorded.answers
    # An answer is corrected, another taken away: not ready for use.
    posted = posted_of(gold) | {"tone.calm": "3", "tone.calm:comment": "Kortaf.", "greeting.own_name": ""}
    assert client.post(path, posted).status_code == 302
    gold.refresh_from_db()
    assert gold.answers["tone.calm"] == {"value": "3", "comment": "Kortaf."}
    use = reverse("gold_switch", args=["zuiderveen", gold.pk])
    assert "still missing" in client.post(use, {"on": "yes"}, follow=True).text
    assert "1 question to finish" in client.get(path).text
    client.post(path, posted | {"greeting.own_name": "yes"})
    client.post(use, {"on": "yes"})
    gold.refresh_from_db()
    assert gold.is_active
    # Into the list of who has not heard it; the other evaluator has the recording as a second scoring already.
    give = reverse("gold_slip", args=["zuiderveen", gold.pk])
    assert {user.name for user in golden.can_score(gold)} == {"Third Evaluator"}
    assert (
        client.post(give, {"wave": recorded.wave_id, "evaluators": [people["other_evaluator"].pk]}).status_code == 422
    )
    assert client.post(give, {"wave": recorded.wave_id, "evaluators": [third.pk]}).status_code == 302
    # Never twice, and its answers are fixed.
    assert client.post(give, {"wave": recorded.wave_id, "evaluators": [third.pk]}).status_code == 422
    assert "answers are fixed" in client.post(path, posted, follow=True).text
    call = score(Assignment.objects.get(purpose="gold"), now)
    assert (call.kind, call.state, call.second_of) == ("gold", "approved", None)


def posted_of(gold):
    """The answers of a gold call as its form sends them."""
    posted = {}
    for code, answer in gold.answers.items():
        posted[code] = ":na" if answer.get("na") else answer["value"]
        for part in ("comment", "quote"):
            if part in answer:
                posted[f"{code}:{part}"] = answer[part]
    return posted


def test_a_wrong_answer_is_shown_beside_its_question(gold, people):
    path = reverse("gold_call", args=["zuiderveen", gold.pk])
    page = client_for(people["coordinator"]).post(path, posted_of(gold) | {"greeting.seconds": "many"})
    assert "<title>Error:" in page.text
    assert 'value="many"' in page.text
    gold.refresh_from_db()
    assert gold.answers["greeting.seconds"] == {"value": 12}


def test_who_may_see_gold(gold, people):
    """Coordinators; to nobody else does it exist, nor its sound."""
    names = {"gold_call": [gold.pk], "gold_sound": [gold.pk], "gold_calls": [], "gold_new": []}
    for name, keys in names.items():
        path = reverse(name, args=["zuiderveen", *keys])
        assert client_for(people["coordinator"]).get(path).status_code == 200, name
        for role in ("evaluator", "other_evaluator", "reviewer", "manager", "analyst", "works_council"):
            assert client_for(people[role]).get(path).status_code == 403, (name, role)
        assert client_for(people["stranger"]).get(path).status_code == 404
    entry = AuditEntry.objects.of(Recording.objects.get()).get(action="listened")
    assert entry.actor == people["coordinator"]


def test_an_erased_recording_ends_a_gold_call(gold, people, third, now):
    workflow.slip_gold(gold=gold, wave=gold.recording.call.wave, evaluators=[third], by=people["coordinator"], at=now)
    recordings.erase_now(recording=gold.recording, reason="x", by=people["coordinator"], at=now)
    assert set(Assignment.objects.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(Refused, match="cannot be played"):
        workflow.slip_gold(
            gold=gold, wave=gold.recording.call.wave, evaluators=[build_person(gold.organisation, "fifth", "evaluator")],
            by=people["coordinator"], at=now,
        )  # fmt: skip


def test_the_same_gold_call_is_never_given_twice(gold, people, third, now):
    workflow.slip_gold(gold=gold, wave=gold.recording.call.wave, evaluators=[third], by=people["coordinator"], at=now)
    copy = Assignment.objects.get(purpose="gold")
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


@pytest.mark.parametrize("begun", [False, True])
def test_an_erased_recording_ends_its_session(recorded, people, third, fourth, now, begun):
    session = begin(recorded, people, [third, fourth], now)
    work = {each.evaluator_id: each for each in session.assignments.all()}
    score(work[third.pk], now)
    draft = score(work[fourth.pk], now, submit=False) if begun else None
    recordings.erase_due(at=now + 100 * DAY)
    session.refresh_from_db()
    left = work[people["other_evaluator"].pk]
    left.refresh_from_db()
    assert (left.state, session.state) == ("cancelled", "open" if begun else "closed")
    entry = AuditEntry.objects.of(left).get(action="cancelled")
    assert (entry.actor, entry.reason) == (None, "The recording was erased.")
    if draft:
        # What had been heard may still be handed in, and is the last.
        workflow.submit(call=draft, by=fourth, at=now + 100 * DAY)
        session.refresh_from_db()
    assert (session.state, AuditEntry.objects.of(session).last().reason) == ("closed", "the recording was erased")
    page = client_for(people["reviewer"]).get(reverse("calibration", args=["zuiderveen", session.pk]))
    assert "missing" in page.text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestTheLastTwoAtOnce:
    def test_the_session_closes(self, recorded, people, third, now):
        session = begin(recorded, people, [third], now)
        work = session.assignments.all()
        drafts = [score(each, now, submit=False) for each in work]
        steps = [lambda each=each: workflow.submit(call=each, by=each.evaluator, at=now).status for each in drafts]
        assert at_once(*crossing(*steps)) == ["created", "created"]
        session.refresh_from_db()
        assert (session.state, session.seats.filter(call=None).count()) == ("closed", 0)

    def test_the_coordinator_closes_beside_the_last(self, recorded, people, third, now):
        session = begin(recorded, people, [third], now)
        first, last = session.assignments.order_by("pk")
        score(first, now)
        draft = score(last, now, submit=False)
        steps = crossing(
            lambda: workflow.submit(call=draft, by=draft.evaluator, at=now),
            lambda: workflow.close_session(session=session, by=people["coordinator"], at=now),
        )
        at_once(*steps, refusals=(workflow.WorkflowError, Refused))
        session.refresh_from_db()
        assert session.state == "closed"
        states = (fresh(draft).state, Assignment.objects.get(pk=last.pk).state)
        assert states in {("approved", "done"), ("voided", "cancelled")}
