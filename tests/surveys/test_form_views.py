"""The evaluator's pages as a browser without script meets them, and the address that the form's script saves to."""

import datetime as dt
import json
import re
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from surveys import workflow
from surveys.models import AuditEntry, Call, CallbackEvent, Conflict, Wave
from tests.people import AT, GOOD, callback_answers, valid_answers

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
NAME = "greeting.own_name"
MARKER = "Zegt de naam zo zacht dat niemand hem hoort"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def evaluator(people):
    return people["evaluator"]


@pytest.fixture
def web(client_for, evaluator):
    return client_for(evaluator)


@pytest.fixture
def draft(make_call):
    return make_call("draft", answers={"greeting.answered": {"value": "yes"}})


def page_of(response):
    return response.content.decode()


def fresh(call):
    return Call.objects.with_names().get(pk=call.pk)


def section_url(call, section):
    return reverse("call_section", args=[call.pk, section])


def controls(page):
    """What a browser would send from the page as it was served: hidden fields, typed text, ticked boxes."""
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        choice = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and (not choice or " checked" in tag):
            sent.setdefault(unescaped(name[1]), []).append(unescaped(value[1] if value else ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        sent.setdefault(unescaped(name), []).append(unescaped(text))
    return sent


def unescaped(text):
    for char in "\"'<>":
        text = text.replace(escape(char), char)
    return text.replace("&amp;", "&")


def fill(web, call, section, **typed):
    """Opens a section and sends it with some controls changed (`greeting__own_name="yes"`, `to="next"`)."""
    opened = web.get(section_url(call, section))
    assert opened.status_code == 200
    return web.post(section_url(call, section), controls(page_of(opened)) | named(typed))


def named(typed):
    return {name.replace("__", ".").replace("_c_", ":"): value for name, value in typed.items()}


# --- from the start to the confirmation -------------------------------------------------------------------------------


def start_form(org, departments, scenarios, **changes):
    return {
        "wave": Wave.objects.get(organisation=org).pk, "department": departments["BUR"].pk,
        "scenario": scenarios["complaint_calm"].pk, "called_at": "2026-03-10T12:15", "client_id": str(uuid.uuid4()),
    } | changes  # fmt: skip


def test_a_whole_call_without_script(web, org, departments, scenarios):
    opened = web.get(reverse("call_start", args=[org.slug]))
    assert 'name="client_id"' in page_of(opened)
    response = web.post(reverse("call_start", args=[org.slug]), start_form(org, departments, scenarios))
    call = Call.objects.get()
    assert response.url == reverse("call_resume", args=[call.pk])
    assert call.called_at == dt.datetime(2026, 3, 10, 11, 15, tzinfo=dt.UTC)
    assert web.get(response.url).url == section_url(call, "greeting")

    sections = [section.code for section in call.version.definition.sections]
    for section, after in zip(sections, [*sections[1:], None], strict=True):
        items = {item.code for item in next(s for s in call.version.definition.sections if s.code == section).items}
        given = {
            code: ":na" if answer == {"na": True} else answer
            for code, answer in GOOD.items()
            if code in items
            and not code.startswith(
                ("listening.repeat", "callback.o", "callback.c", "callback.d", "callback.w", "callback.a", "tone.comp")
            )
        }
        response = web.post(section_url(call, section), controls(page_of(web.get(section_url(call, section)))) | given)
        expected = section_url(call, after) if after else reverse("call_check", args=[call.pk])
        assert response.url == expected, page_of(web.get(section_url(call, section)))

    checked = page_of(web.get(response.url))
    assert "Every question that applies has been answered." in checked
    assert f"{section_url(call, 'greeting')}#greeting-own_name" in checked
    response = web.post(response.url, {"revision": fresh(call).revision})
    assert response.url == reverse("call_submitted", args=[call.pk])
    assert call.reference in page_of(web.get(response.url))
    assert fresh(call).state == "submitted"
    assert fresh(call).answers == valid_answers()


def test_submitting_twice_is_the_same_call(web, make_call):
    call = make_call("draft")
    sent = {"revision": call.revision}
    first, second = (web.post(reverse("call_check", args=[call.pk]), sent) for _ in range(2))
    assert first.url == second.url == reverse("call_submitted", args=[call.pk])
    assert "it counts once" in page_of(web.get(second.url))
    assert list(AuditEntry.objects.of(call).values_list("action", flat=True)).count("submitted") == 1


def test_what_is_missing_is_named_and_linked(web, make_call):
    call = make_call("draft", answers=valid_answers(tone__calm=None, closing__fate=None))
    before = page_of(web.get(reverse("call_check", args=[call.pk])))
    assert "2 questions to finish" in before
    assert "<title>Error:" not in before
    after = page_of(web.post(reverse("call_check", args=[call.pk]), {"revision": call.revision}))
    assert "<title>Error:" in after
    summary = after[after.index("error-summary") : after.index("check-row")]
    assert f'href="{section_url(call, "tone")}#tone-calm"' in summary
    assert f'href="{section_url(call, "closing")}#closing-fate"' in summary
    assert "Answer this question." in summary
    assert fresh(call).state == "draft"


def test_a_stale_check_page_says_so(web, make_call):
    call = make_call("draft")
    response = web.post(reverse("call_check", args=[call.pk]), {"revision": call.revision - 1}, follow=True)
    assert "Something changed in the meantime" in page_of(response)
    assert fresh(call).state == "draft"
    assert web.post(reverse("call_check", args=[call.pk]), {"revision": "x"}).url == reverse(
        "call_check", args=[call.pk]
    )


def test_a_missing_quote_is_asked_for(web, make_call):
    call = make_call("draft", answers=valid_answers(phrasing__no_harmful="no"))
    assert "Write down what was said, word for word." in page_of(web.get(reverse("call_check", args=[call.pk])))


# --- starting ---------------------------------------------------------------------------------------------------------


def test_the_same_page_sent_twice_opens_one_call(web, org, departments, scenarios):
    sent = start_form(org, departments, scenarios)
    first, second = (web.post(reverse("call_start", args=[org.slug]), sent) for _ in range(2))
    assert first.url == second.url
    assert Call.objects.count() == 1


def test_the_department_tree_is_indented_and_closed_ones_are_left_out(web, org, departments):
    departments["AFV"].closed_on = NOW.date()
    departments["AFV"].save()
    page = page_of(web.get(reverse("call_start", args=[org.slug])))
    assert "\u2003Burgerzaken" in page
    assert "Belastingen" in page
    assert "Afval" not in page


def test_no_open_wave_is_explained(web, org):
    Wave.objects.filter(organisation=org).update(state="closed")
    page = page_of(web.get(reverse("call_start", args=[org.slug])))
    assert "No wave is open" in page
    assert "Open the form" not in page


def test_a_wave_that_closed_in_the_meantime_is_refused(web, org, departments, scenarios):
    sent = start_form(org, departments, scenarios)
    Wave.objects.filter(organisation=org).update(state="closed")
    assert web.post(reverse("call_start", args=[org.slug]), sent).status_code == 200
    assert not Call.objects.exists()


def test_with_two_waves_one_is_chosen(web, org, wave, departments, scenarios):
    other = Wave.objects.create(
        organisation=org, name="Extra ronde", version=wave.version, state="open",
        starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 4, 30),
    )  # fmt: skip
    page = page_of(web.get(reverse("call_start", args=[org.slug])))
    assert "Extra ronde" in page
    assert "Maart 2026" in page
    sent = {
        "wave": other.pk, "department": departments["BUR"].pk, "scenario": scenarios["complaint_calm"].pk,
        "called_at": "2026-03-10T12:15", "client_id": str(uuid.uuid4()),
    }  # fmt: skip
    web.post(reverse("call_start", args=[org.slug]), sent)
    assert Call.objects.get().wave == other


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("department", "", "This field is required."),
        ("scenario", "999999", "Select a valid choice."),
        ("called_at", "2026-03-10T14:00", "still to come"),
        ("called_at", "yesterday", "Enter a valid date/time."),
        ("called_at", "1999-03-10T12:15", "This wave runs from"),
        ("called_at", "2026-02-28T23:59", "This wave runs from"),
        ("called_at", "0001-01-01T00:00", "Enter a valid date/time"),
        ("called_at", "9999-12-31T23:59", "still to come"),
    ],
)
def test_a_wrong_start_is_shown_again(web, org, departments, scenarios, field, value, words):
    sent = start_form(org, departments, scenarios, **{field: value})
    page = page_of(web.post(reverse("call_start", args=[org.slug]), sent))
    assert "<title>Error:" in page
    assert words in page
    assert sent["client_id"] in page
    assert not Call.objects.exists()


def test_a_page_opened_outside_the_wave_says_so_and_takes_a_day_within(web, org, departments, scenarios):
    address = reverse("call_start", args=[org.slug])
    assert "Today is not a day of the wave" not in page_of(web.get(address))
    Wave.objects.filter(organisation=org).update(starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 3, 9))
    response = web.get(address)
    assert "Today is not a day of the wave Maart 2026" in page_of(response)
    assert response.context["form"]["called_at"].value() is None
    sent = start_form(org, departments, scenarios, called_at="2026-03-09T12:15")
    assert web.post(address, sent).status_code == 302
    assert Call.objects.get().local_date == dt.date(2026, 3, 9)


def test_the_wave_that_today_is_a_day_of_comes_first(web, org, wave):
    Wave.objects.create(
        organisation=org, name="April", version=wave.version, state="open",
        starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 4, 30),
    )  # fmt: skip
    response = web.get(reverse("call_start", args=[org.slug]))
    assert response.context["form"]["wave"].value() == wave.pk
    assert "Today is not a day" not in page_of(response)


@pytest.mark.parametrize(
    ("called_at", "words"),
    [("1999-03-10T12:15", "This wave runs from"), ("0001-01-01T00:00", "Enter a valid date/time")],
)
def test_a_call_is_not_moved_out_of_its_wave(web, make_call, called_at, words):
    call = make_call("draft")
    facts = {"department": call.department_id, "scenario": call.scenario_id, "called_at": called_at}
    assert words in page_of(web.post(reverse("call_facts", args=[call.pk]), facts))
    assert Call.objects.get().called_at == call.called_at


def test_anothers_department_cannot_be_chosen(web, org, elsewhere, departments, scenarios):
    theirs = elsewhere.departments.get(code="BUR")
    page = page_of(
        web.post(reverse("call_start", args=[org.slug]), start_form(org, departments, scenarios, department=theirs.pk))
    )
    assert "Select a valid choice." in page
    assert not Call.objects.exists()


# --- a section --------------------------------------------------------------------------------------------------------


def test_what_was_answered_comes_back(web, draft):
    fill(web, draft, "greeting", greeting__seconds="12", greeting__own_name="no", greeting__own_name_c_comment=MARKER)
    page = page_of(web.get(section_url(draft, "greeting")))
    assert controls(page)["greeting.seconds"] == ["12"]
    assert controls(page)[NAME] == ["no"]
    assert MARKER in page
    assert web.get(reverse("call_resume", args=[draft.pk])).url == section_url(draft, "greeting")


def test_an_invalid_answer_is_shown_again_as_typed_and_the_others_are_saved(web, draft):
    response = fill(web, draft, "greeting", greeting__seconds="twelve", greeting__own_name="yes")
    page = page_of(response)
    assert response.status_code == 200
    assert "<title>Error:" in page
    assert 'href="#greeting-seconds"' in page
    assert "Enter a number, such as 12 or 12.5." in page
    assert controls(page)["greeting.seconds"] == ["twelve"]
    assert fresh(draft).answers[NAME] == {"value": "yes"}
    mended = web.post(section_url(draft, "greeting"), controls(page) | {"greeting.seconds": "12"})
    assert mended.url == section_url(draft, "phrasing")
    assert fresh(draft).answers["greeting.seconds"] == {"value": 12}


def test_an_unknown_option_is_refused(web, draft):
    page = page_of(fill(web, draft, "greeting", greeting__own_name="perhaps"))
    assert "is not one of the answers" in page
    assert NAME not in fresh(draft).answers


@pytest.mark.parametrize(
    ("to", "where"), [("list", "list"), ("tone", "tone"), ("next", "phrasing"), ("nowhere", "phrasing")]
)
def test_each_button_saves_and_goes_where_it_says(web, draft, to, where):
    response = fill(web, draft, "greeting", greeting__own_name="yes", to=to)
    expected = reverse("calls", args=[draft.organisation.slug]) if where == "list" else section_url(draft, where)
    assert response.url == expected
    assert fresh(draft).answers[NAME] == {"value": "yes"}


def test_parts_without_questions_are_passed_over(web, draft):
    draft.answers = {}
    draft.save()
    page = page_of(web.get(section_url(draft, "tone")))
    assert "hidden data-nothing" in page
    assert "hidden data-waiting" not in page
    response = fill(web, draft, "greeting", greeting__answered="no")
    assert response.url == section_url(draft, "closing")
    page = page_of(web.get(section_url(draft, "tone")))
    assert "No question of this part applies" in page
    assert "hidden data-nothing" not in page
    assert "hidden data-waiting" in page


def test_an_item_that_hangs_on_another_says_so_and_one_out_of_reach_is_hidden(web, draft):
    page = page_of(web.get(section_url(draft, "callback")))
    item = page[page.index('id="callback-offered-item"') :]
    assert "Only if you answered “No” to “Were you helped in this very call?”" in item
    assert " hidden>" not in item[: item.index("<legend")]
    listening = page_of(web.get(section_url(draft, "listening")))
    item = listening[listening.index('id="listening-repeat_caller-item"') :]
    assert "hidden" in item[: item.index("<legend")]


def test_every_kind_of_answer(web, make_call):
    call = make_call("draft", answers={"greeting.answered": {"value": "yes"}})
    fill(
        web, call, "callback", callback__helped_at_once="no", callback__offered="unasked", callback__concrete="both",
        callback__due="2026-03-11T10:00", callback__who=" Mevrouw De Wit ", callback__alternative=["self", "colleague"],
    )  # fmt: skip
    answers = fresh(call).answers
    assert answers["callback.due"] == {"value": "2026-03-11T10:00"}
    assert answers["callback.who"] == {"value": "Mevrouw De Wit"}
    assert answers["callback.alternative"] == {"value": ["colleague", "self"]}
    page = page_of(web.get(section_url(call, "callback")))
    assert controls(page)["callback.alternative"] == ["colleague", "self"]
    assert controls(page)["callback.due"] == ["2026-03-11T10:00"]


def test_not_applicable_is_an_answer_and_can_be_taken_back(web, draft):
    fill(web, draft, "phrasing", phrasing__hold=":na")
    assert fresh(draft).answers["phrasing.hold"] == {"na": True}
    assert controls(page_of(web.get(section_url(draft, "phrasing"))))["phrasing.hold"] == [":na"]
    fill(web, draft, "phrasing", phrasing__hold="told")
    assert fresh(draft).answers["phrasing.hold"] == {"value": "told"}


def test_phrases_with_quote_and_moment(web, draft):
    opened = controls(page_of(web.get(section_url(draft, "phrasing"))))
    own = max(int(match[1]) for name in opened if (match := re.fullmatch(r"phrasing\.phrases:p(\d+)-own", name)))
    typed = {
        "phrasing.phrases:p0-code": "hang_you_up", "phrasing.phrases:p0-quote": "Ik hang u even op hoor",
        "phrasing.phrases:p0-second": "3:12", f"phrasing.phrases:p{own}-quote": "Eigen zin", "phrasing.phrases:p1-quote": "left over",
    }  # fmt: skip
    web.post(section_url(draft, "phrasing"), opened | typed)
    assert fresh(draft).answers["phrasing.phrases"]["value"] == [
        {"phrase": "hang_you_up", "quote": "Ik hang u even op hoor", "second": 192},
        {"phrase": "", "quote": "Eigen zin", "second": None},
    ]
    again = page_of(web.get(section_url(draft, "phrasing")))
    assert controls(again)["phrasing.phrases:p0-second"] == ["03:12"]


def test_sending_an_untouched_page_changes_nothing(web, make_call):
    call = make_call(
        "draft",
        answers=callback_answers(
            due="2026-03-10T15:00+00:00",
            greeting__seconds={"value": "12.5"},
            tone__calm={"value": "2", "comment": "Regel een\nregel twee", "quote": "Ja hallo", "second": 75},
            phrasing__phrases=[
                {"phrase": "hang_you_up", "quote": "a", "second": 4000},
                {"phrase": "hang_you_up", "quote": "b", "second": None},
                {"phrase": "gone_from_the_bank", "quote": "", "second": 5},
                {"phrase": "", "quote": "c", "second": None},
            ],
        ),
    )
    before = fresh(call)
    for section in before.version.definition.sections:
        fill(web, call, section.code)
    assert (fresh(call).revision, fresh(call).answers) == (before.revision, before.answers)


def test_a_moment_in_another_zone_is_shown_on_the_organisations_clock(web, make_call):
    call = make_call("draft", answers=callback_answers(due="2026-03-10T15:00+00:00"))
    assert controls(page_of(web.get(section_url(call, "callback"))))["callback.due"] == ["2026-03-10T16:00"]


# --- two devices ------------------------------------------------------------------------------------------------------


def changed_elsewhere(web, call, evaluator):
    """The page is open; another device answers; then the page is sent with another answer."""
    opened = controls(page_of(web.get(section_url(call, "greeting"))))
    workflow.save_answers(call=call, by=evaluator, changes={NAME: {"value": "yes"}}, base_revision=9, at=NOW)
    return page_of(web.post(section_url(call, "greeting"), opened | {NAME: "no", "greeting.opening": "4"}))


def test_a_clash_shows_both_and_keeps_the_rest(web, draft, evaluator):
    page = changed_elsewhere(web, draft, evaluator)
    assert "<title>Error:" in page
    assert "Another device answered this differently." in page
    assert controls(page)[NAME] == ["no"]
    assert fresh(draft).answers[NAME] == {"value": "yes"}
    assert fresh(draft).answers["greeting.opening"] == {"value": "4"}


@pytest.mark.parametrize(("button", "value"), [("keep", "no"), ("take", "yes")])
def test_a_clash_is_settled_by_a_choice(web, draft, evaluator, button, value):
    page = changed_elsewhere(web, draft, evaluator)
    response = web.post(section_url(draft, "greeting"), controls(page) | {button: NAME})
    assert response.url == section_url(draft, "greeting")
    assert fresh(draft).answers[NAME] == {"value": value}


def test_an_untouched_answer_never_clashes(web, draft, evaluator):
    opened = controls(page_of(web.get(section_url(draft, "greeting"))))
    workflow.save_answers(call=draft, by=evaluator, changes={NAME: {"value": "yes"}}, base_revision=9, at=NOW)
    response = web.post(section_url(draft, "greeting"), opened | {"greeting.opening": "4"})
    assert response.status_code == 302
    assert fresh(draft).answers[NAME] == {"value": "yes"}


def test_a_page_sent_after_submitting_keeps_a_copy(web, make_call, evaluator):
    call = make_call("draft")
    opened = controls(page_of(web.get(section_url(call, "greeting"))))
    workflow.submit(call=call, by=evaluator, at=NOW)
    response = web.post(section_url(call, "greeting"), opened | {NAME: "no"}, follow=True)
    assert "There is another version of this call." in page_of(response)
    assert Conflict.objects.get(call=call).answers[NAME] == {"value": "no"}
    assert fresh(call).answers[NAME] == {"value": "yes"}


def test_two_versions_side_by_side_and_a_choice(web, make_call, evaluator):
    call = make_call("submitted")
    changes = {NAME: {"value": "no", "comment": MARKER}}
    workflow.keep_late(call=call, by=evaluator, changes=changes, at=NOW)
    assert "Two versions of a call" in page_of(web.get(reverse("calls", args=[call.organisation.slug])))
    page = page_of(web.get(reverse("call_conflicts", args=[call.pk])))
    assert MARKER in page
    assert "How did the opening" not in page
    sent = {"conflict": Conflict.objects.get().pk, "version": "copy"}
    response = web.post(reverse("call_conflicts", args=[call.pk]), sent)
    assert response.url == reverse("call_check", args=[call.pk])
    assert fresh(call).state == "draft"
    assert MARKER in page_of(web.get(response.url))
    assert web.post(reverse("call_conflicts", args=[call.pk]), sent).status_code == 404


def test_an_approved_call_only_keeps_what_is_stored(web, make_call, evaluator):
    call = make_call("approved")
    workflow.keep_late(call=call, by=evaluator, changes={NAME: {"value": "no"}}, at=NOW)
    url, sent = reverse("call_conflicts", args=[call.pk]), {"conflict": Conflict.objects.get().pk, "version": "copy"}
    assert "ask a reviewer to return the call first" in page_of(web.get(url))
    assert "can no longer be changed" in page_of(web.post(url, sent, follow=True))
    assert fresh(call).state == "approved"
    assert web.post(url, sent | {"version": "stored"}).url == reverse("call_submitted", args=[call.pk])
    assert "Nothing to choose" in page_of(web.get(url))


# --- saving with script -----------------------------------------------------------------------------------------------


def save(web, call, base, **changes):
    return send(web, call, {"base_revision": base, "changes": named(changes)})


def send(web, call, body):
    data = body if isinstance(body, str) else json.dumps(body)
    return web.post(reverse("call_save", args=[call.pk]), data, content_type="application/json")


def test_saving_one_answer(web, draft):
    reply = save(web, draft, 1, greeting__own_name={"value": "yes"}).json()
    assert (reply["revision"], reply["refused"], reply["conflicts"], reply["news"]) == (2, {}, {}, {})
    assert dt.datetime.fromisoformat(reply["saved_at"]) == NOW
    assert fresh(draft).answers[NAME] == {"value": "yes"}


def test_refusals_come_in_words(web, draft):
    reply = save(web, draft, 1, greeting__seconds={"value": "abc"}, greeting__own_name={"value": "yes"}).json()
    assert reply["refused"] == {"greeting.seconds": "Enter a number, such as 12 or 12.5."}
    assert fresh(draft).answers[NAME] == {"value": "yes"}


def test_clashes_come_with_the_other_answer_in_words(web, draft, evaluator):
    workflow.save_answers(call=draft, by=evaluator, changes={NAME: {"value": "yes"}}, base_revision=1, at=NOW)
    reply = save(web, draft, 1, greeting__own_name={"value": "no"}).json()
    assert reply["conflicts"] == {NAME: {"answer": {"value": "yes"}, "text": "Yes"}}


def test_a_late_save_is_told_and_kept(web, make_call):
    call = make_call("submitted")
    reply = save(web, call, 1, greeting__own_name={"value": "no"}, greeting__seconds={"value": "abc"})
    assert (reply.status_code, reply.json()["kept"]) == (409, [NAME])
    assert Conflict.objects.count() == 1


def test_looking_gives_the_draft_and_a_token(web, draft, evaluator):
    reply = web.get(reverse("call_save", args=[draft.pk])).json()
    assert (reply["user"], reply["revision"], reply["state"]) == (evaluator.pk, 1, "draft")
    assert reply["answers"] == {"greeting.answered": {"value": "yes"}}
    assert len(reply["token"]) > 30


def test_signed_out_is_401_and_never_a_redirect(client_for, draft):
    anonymous = client_for(None)
    for reply in (save(anonymous, draft, 1), anonymous.get(reverse("call_save", args=[draft.pk]))):
        assert (reply.status_code, reply.json()["code"]) == (401, "signed_out")


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "{}", "[" * 100_000, {"base_revision": -1, "changes": {}}, {"base_revision": True, "changes": {}},
     {"base_revision": 1, "changes": []}, {"base_revision": "1", "changes": {}}],
)  # fmt: skip
def test_an_unreadable_body_is_400(web, draft, body):
    assert send(web, draft, body).status_code == 400
    assert fresh(draft).revision == 1


def test_a_token_is_needed(draft, evaluator):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(evaluator)
    assert save(strict, draft, 1, greeting__own_name={"value": "yes"}).status_code == 403
    token = strict.get(reverse("call_save", args=[draft.pk])).json()["token"]
    body = json.dumps({"base_revision": 1, "changes": {NAME: {"value": "yes"}}})
    reply = strict.post(reverse("call_save", args=[draft.pk]), body, "application/json", headers={"X-CSRFToken": token})
    assert reply.status_code == 200


# --- whose call it is -------------------------------------------------------------------------------------------------

PAGES = ("call_facts", "call_resume", "call_save", "call_check", "call_submitted", "call_discard", "call_conflicts")


@pytest.mark.parametrize("name", [*PAGES, "call_section"])
def test_only_the_evaluator_gets_in(client_for, people, make_call, name):
    call = make_call("submitted")
    url = section_url(call, "greeting") if name == "call_section" else reverse(name, args=[call.pk])
    assert client_for(people["evaluator"]).get(url).status_code in {200, 302}
    assert client_for(people["other_evaluator"]).get(url).status_code == 404
    assert client_for(people["stranger"]).get(url).status_code == 404
    assert client_for(people["reviewer"]).get(url).status_code == 403
    assert client_for(people["manager"]).get(url).status_code == 404


def test_a_draft_does_not_exist_for_reviewers(client_for, people, draft):
    assert client_for(people["reviewer"]).get(section_url(draft, "greeting")).status_code == 404
    assert client_for(people["reviewer"]).post(section_url(draft, "greeting"), {NAME: "no"}).status_code == 404
    assert save(client_for(people["other_evaluator"]), draft, 1, greeting__own_name={"value": "no"}).status_code == 404
    assert NAME not in fresh(draft).answers


@pytest.mark.parametrize("name", ["calls", "call_start"])
def test_lists_are_for_evaluators(client_for, people, org, name):
    url = reverse(name, args=[org.slug])
    assert client_for(people["evaluator"]).get(url).status_code == 200
    assert client_for(people["reviewer"]).get(url).status_code == 403
    assert client_for(people["stranger"]).get(url).status_code == 404


def test_a_section_that_is_not_there_is_404(web, draft):
    assert web.get(section_url(draft, "nowhere")).status_code == 404


# --- the list, the facts, throwing away -------------------------------------------------------------------------------


def test_the_list_shows_what_needs_doing_first(web, make_call, org):
    make_call("returned", reason=MARKER)
    make_call("draft", answers={"greeting.answered": {"value": "yes"}})
    make_call("submitted")
    page = page_of(web.get(reverse("calls", args=[org.slug])))
    places = [page.index(words) for words in ("Returned to you", MARKER, "Drafts", "1 answer,", "Handed in")]
    assert places == sorted(places)


def test_an_empty_list_says_what_will_come(web, org):
    assert "No calls handed in yet" in page_of(web.get(reverse("calls", args=[org.slug])))


def test_only_ones_own_calls_are_listed(client_for, people, make_call, org):
    mine, theirs = make_call("draft"), make_call("draft", evaluator=people["other_evaluator"])
    page = page_of(client_for(people["evaluator"]).get(reverse("calls", args=[org.slug])))
    assert mine.reference in page
    assert theirs.reference not in page


def test_open_promises_are_listed_until_something_is_recorded(web, make_call, org, evaluator):
    call = make_call("approved", answers=callback_answers())
    url = reverse("calls", args=[org.slug])
    assert "Mevrouw De Wit" in page_of(web.get(url))
    CallbackEvent.objects.create(callback=call.callback, kind="came", happened_at=NOW, recorded_by=evaluator)
    assert "Mevrouw De Wit" not in page_of(web.get(url))


def test_the_list_goes_on_in_pages(web, make_call, org):
    calls = [make_call("submitted", called_at=AT - dt.timedelta(hours=hour)) for hour in range(23)]
    page = page_of(web.get(reverse("calls", args=[org.slug])))
    assert calls[0].reference in page
    assert calls[22].reference not in page
    older = re.search(r'href="(\?after=[^"]+)"', page)
    assert calls[22].reference in page_of(web.get(reverse("calls", args=[org.slug]) + (older[1] if older else "")))


def test_facts_are_corrected(web, draft, departments, scenarios):
    url = reverse("call_facts", args=[draft.pk])
    assert "Burgerzaken" in page_of(web.get(url))
    sent = {
        "department": departments["BEL"].pk,
        "scenario": scenarios["complaint_dominant"].pk,
        "called_at": "2026-03-09T09:00",
    }
    assert web.post(url, sent).url == reverse("call_check", args=[draft.pk])
    now = fresh(draft)
    assert (now.department.code, now.scenario.code, now.local_date) == (
        "BEL",
        "complaint_dominant",
        dt.date(2026, 3, 9),
    )


def test_a_closed_department_stays_with_its_call(web, draft, departments):
    departments["BUR"].closed_on = NOW.date()
    departments["BUR"].save()
    page = page_of(web.get(reverse("call_facts", args=[draft.pk])))
    assert "Burgerzaken" in page


def test_a_draft_is_thrown_away_after_asking(web, draft):
    url = reverse("call_discard", args=[draft.pk])
    assert "Throw this draft away?" in page_of(web.get(url))
    assert fresh(draft).state == "draft"
    response = web.post(url, follow=True)
    assert f"Call {draft.reference} has been thrown away." in page_of(response)
    assert fresh(draft).state == "voided"
    assert "can no longer be changed" in page_of(web.post(url, follow=True))


def test_what_is_not_a_draft_is_not_thrown_away(web, make_call):
    call = make_call("submitted")
    web.post(reverse("call_discard", args=[call.pk]))
    assert fresh(call).state == "submitted"


def test_a_returned_call_shows_why_and_is_submitted_again(web, make_call):
    call = make_call("returned", reason=MARKER)
    assert MARKER in page_of(web.get(section_url(call, "greeting")))
    assert MARKER in page_of(web.get(reverse("call_check", args=[call.pk])))
    web.post(reverse("call_check", args=[call.pk]), {"revision": call.revision})
    assert fresh(call).state == "submitted"


@pytest.mark.parametrize("state", ["submitted", "approved", "voided"])
def test_what_is_closed_leads_to_its_end_page(web, make_call, state):
    call = make_call(state)
    for url in (
        section_url(call, "greeting"),
        reverse("call_check", args=[call.pk]),
        reverse("call_facts", args=[call.pk]),
    ):
        assert web.get(url).url == reverse("call_submitted", args=[call.pk])
    assert call.reference in page_of(web.get(reverse("call_submitted", args=[call.pk])))


# --- cost -------------------------------------------------------------------------------------------------------------


def test_the_pages_cost_few_queries(web, make_call, org, django_assert_max_num_queries):
    for _ in range(3):
        make_call("draft")
        make_call("returned")
        call = make_call("submitted", answers=callback_answers())
    draft = make_call("draft")
    web.get(reverse("calls", args=[org.slug]))
    with django_assert_max_num_queries(13):
        web.get(reverse("calls", args=[org.slug]))
    with django_assert_max_num_queries(8):
        web.get(section_url(draft, "phrasing"))
    with django_assert_max_num_queries(9):
        web.get(reverse("call_check", args=[draft.pk]))
    with django_assert_max_num_queries(10):
        save(web, draft, draft.revision, greeting__own_name={"value": "no"})
    assert call.state == "submitted"


def test_a_page_of_the_form_is_light(web, draft):
    assert len(web.get(section_url(draft, "phrasing")).content) < 60_000


def test_nothing_inline(web, draft):
    for url in (section_url(draft, "phrasing"), reverse("call_check", args=[draft.pk])):
        page = page_of(web.get(url))
        assert " style=" not in page
        assert " onclick=" not in page
        scripts = re.findall(r"<script(?![^>]*src=)[^>]*>", page)
        assert all('type="application/json"' in script for script in scripts)
