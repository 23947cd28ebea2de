"""Planning fieldwork: waves, scenarios, checklists."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys import checklist_words, setting_up
from surveys.models import AuditEntry, ChecklistVersion, Scenario, Wave
from surveys.refused import Refused
from tests.people import DEFINITION, DOCUMENT, client_for

OTHERS = ("reviewer", "evaluator", "manager", "analyst", "works_council")


@pytest.fixture
def admin(people):
    return client_for(people["administrator"])


def refused(page, *words):
    assert page.status_code == 200
    assert "<title>Error:" in page.text
    for word in words:
        assert word in page.text
    return True


# --- waves ------------------------------------------------------------------------------------------------------------


def wave_form(version, **changes):
    plain = {"name": "April 2026", "version": version.pk, "starts_on": "2026-04-01", "ends_on": "2026-04-30"}
    hours = {"weekdays": [1, 2, 3, 4, 5], "calls_from": "09:00", "calls_until": "17:00", "second_share": "0"}
    hours["unassigned_allowed"] = "on"
    return plain | hours | changes


def test_a_wave_is_planned_opened_and_closed(org, people, version):
    coordinator = client_for(people["coordinator"])
    planned = {"weekdays": ["1", "6"], "calls_from": "08:30", "calls_per_evaluator": "4", "second_share": "10"}
    coordinator.post(reverse("wave_new", args=[org.slug]), wave_form(version, **planned))
    wave = Wave.objects.get(name="April 2026")
    assert (wave.weekdays, wave.calls_from, wave.calls_until) == ([1, 6], dt.time(8, 30), dt.time(17))
    assert (wave.calls_per_evaluator, wave.second_share, wave.unassigned_allowed) == (4, 10, True)
    assert (wave.organisation, wave.state, wave.ends_on) == (org, "planned", dt.date(2026, 4, 30))

    assert coordinator.post(reverse("wave_open", args=[org.slug, wave.pk])).status_code == 302
    assert Wave.objects.get(pk=wave.pk).state == "open"
    again = coordinator.post(reverse("wave_open", args=[org.slug, wave.pk]), follow=True)
    assert "Somebody else opened or closed this wave" in again.text
    coordinator.post(reverse("wave_close", args=[org.slug, wave.pk]))
    assert Wave.objects.get(pk=wave.pk).state == "closed"
    Wave.objects.filter(pk=wave.pk).update(starts_on=dt.date(2199, 4, 1), ends_on=dt.date(2199, 4, 30))
    ahead = coordinator.post(reverse("wave_open", args=[org.slug, wave.pk]), follow=True)
    told = [str(each) for each in ahead.context["messages"]]
    assert told[-1] == "April 2026 is open: evaluators can log calls in it from 1 April 2199."
    assert Wave.objects.get(pk=wave.pk).state == "open"

    actions = AuditEntry.objects.of(wave).values_list("action", "actor")
    who = people["coordinator"].pk
    assert list(actions) == [(f"wave {step}", who) for step in ("made", "opened", "closed", "opened")]


def test_a_stale_page_cannot_open_what_was_opened(wave, people):
    with pytest.raises(Refused):
        setting_up.open_wave(wave=wave, by=people["coordinator"], at=timezone.now())
    same = Wave.objects.get(pk=wave.pk)
    setting_up.close_wave(wave=wave, by=people["coordinator"], at=timezone.now())
    with pytest.raises(Refused):
        setting_up.close_wave(wave=same, by=people["coordinator"], at=timezone.now())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Maart 2026"}, "Another wave has this name."),
        ({"ends_on": "2026-03-31"}, "The last day comes before the first."),
        ({"version": ""}, "This field is required."),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"weekdays": []}, "Choose at least one day."),
        ({"weekdays": ["8"]}, "Select a valid choice"),
        ({"calls_until": "08:00"}, "not later than the hour at which calls begin"),
        ({"calls_from": "early"}, "Enter a valid time."),
        ({"calls_per_evaluator": "0"}, "greater than or equal to 1"),
        ({"second_share": "101"}, "less than or equal to 100"),
    ],
)
def test_what_is_wrong_with_a_wave_is_said(org, admin, version, changes, words):
    assert refused(admin.post(reverse("wave_new", args=[org.slug]), wave_form(version) | changes), words)
    assert Wave.objects.filter(organisation=org).count() == 1


def test_a_wave_asks_a_published_version_of_its_own_organisation(org, elsewhere, version, admin):
    draft = ChecklistVersion.objects.create(checklist=version.checklist, number=2, document=DOCUMENT)
    foreign = ChecklistVersion.objects.get(checklist__organisation=elsewhere)
    for wrong in (draft, foreign):
        assert refused(admin.post(reverse("wave_new", args=[org.slug]), wave_form(wrong)), "Select a valid choice")


def test_the_version_is_fixed_once_a_call_was_made(org, people, wave, version, admin, make_call):
    other = ChecklistVersion.objects.create(
        checklist=version.checklist, number=2, document=DOCUMENT, state="published", published_at=timezone.now()
    )
    path = reverse("wave", args=[org.slug, wave.pk])
    typed = wave_form(other, name="Maart 2026", starts_on="2026-03-01", ends_on="2026-03-31")
    assert admin.post(path, typed).status_code == 302
    assert Wave.objects.get(pk=wave.pk).version == other

    make_call("draft")
    assert "Fixed, because calls have been made" in admin.get(path).text
    assert admin.post(path, typed | {"version": version.pk, "ends_on": "2026-04-05"}).status_code == 302
    changed = Wave.objects.get(pk=wave.pk)
    assert (changed.version, changed.ends_on) == (other, dt.date(2026, 4, 5))
    with pytest.raises(Refused) as told:
        setting_up.save_wave(wave=wave, values={"version": version}, by=people["coordinator"], at=timezone.now())
    assert told.value.field == "version"


def test_a_waves_days_hold_all_of_its_calls(org, people, wave, version, admin, make_call):
    for day in (10, 10, 12):
        make_call("submitted", called_at=dt.datetime(2026, 3, day, 9, tzinfo=dt.UTC))
    make_call("voided", called_at=dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC))
    path = reverse("wave", args=[org.slug, wave.pk])
    typed = wave_form(version, name="Maart 2026", starts_on="2026-03-01", ends_on="2026-03-31")
    assert refused(admin.post(path, typed | {"starts_on": "2026-03-11"}), "2 calls of this wave were made outside")
    assert refused(admin.post(path, typed | {"ends_on": "2026-03-11"}), "1 call of this wave was made outside")
    assert Wave.objects.get(pk=wave.pk).ends_on == dt.date(2026, 3, 31)
    assert admin.post(path, typed | {"starts_on": "2026-03-10", "ends_on": "2026-03-12"}).status_code == 302
    assert Wave.objects.get(pk=wave.pk).ends_on == dt.date(2026, 3, 12)


def test_the_list_counts_calls_by_state_in_a_few_queries(org, version, admin, make_call, django_assert_max_num_queries):
    for state, times in (("approved", 3), ("draft", 2), ("voided", 1)):
        for _time in range(times):
            make_call(state)
    second = make_call("approved")
    make_call("submitted", kind="second", second_of=second)
    for number in range(15):
        Wave.objects.create(
            organisation=org,
            name=f"W{number}",
            version=version,
            starts_on=dt.date(2025, 1, 1),
            ends_on=dt.date(2025, 1, 2),
        )
    with django_assert_max_num_queries(15):
        page = admin.get(reverse("waves", args=[org.slug]))
    row = next(wave for wave in page.context["waves"] if wave.name == "Maart 2026")
    counted = [getattr(row, f"calls_{state}") for state in ("draft", "submitted", "returned", "approved", "voided")]
    assert counted == [2, 0, 0, 4, 1]
    assert "W14" in page.text


# --- scenarios --------------------------------------------------------------------------------------------------------

BRIEF = {
    "code": "lost_pass",
    "name_nl": "Paspoort kwijt",
    "name_en": "Lost passport",
    "persona_nl": "Reiziger",
    "question_en": "What now?",
    "caller_style": "dominant",
    "attempt": "2",
    "is_active": "on",
}


def test_a_scenario_is_written_in_both_languages(org, people):
    coordinator = client_for(people["coordinator"])
    assert coordinator.post(reverse("scenario_new", args=[org.slug]), BRIEF).status_code == 302
    made = Scenario.objects.get(code="lost_pass")
    assert made.name == {"nl": "Paspoort kwijt", "en": "Lost passport"}
    assert (made.persona, made.question) == ({"nl": "Reiziger"}, {"en": "What now?"})
    assert made.facts == {"caller_style": "dominant", "attempt": 2, "asked_person_absent": False}
    assert AuditEntry.objects.of(made).get().action == "scenario made"
    page = coordinator.get(reverse("scenarios", args=[org.slug])).text
    assert "Lost passport" in page
    assert 'value="Paspoort kwijt"' in coordinator.get(reverse("scenario", args=[org.slug, made.pk])).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name_nl": ""}, "This field is required."),
        ({"code": "complaint_calm"}, "Another scenario has this code."),
        ({"code": "Two words"}, "valid “slug”"),
        ({"attempt": "0"}, "greater than or equal to 1"),
        ({"attempt": "10"}, "less than or equal to 9"),
        ({"caller_style": "angry"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said(org, admin, changes, words):
    before = Scenario.objects.filter(organisation=org).count()
    assert refused(admin.post(reverse("scenario_new", args=[org.slug]), BRIEF | changes), words)
    assert Scenario.objects.filter(organisation=org).count() == before


def test_facts_are_fixed_once_a_call_was_made(org, people, scenarios, admin, make_call):
    scenario = scenarios["complaint_calm"]
    path = reverse("scenario", args=[org.slug, scenario.pk])
    typed = BRIEF | {"code": "complaint_calm", "caller_style": "calm", "attempt": "1", "name_nl": "Klacht"}
    typed["problem"] = "complaint"
    assert admin.post(path, typed | {"attempt": "3"}).status_code == 302
    assert Scenario.objects.get(pk=scenario.pk).attempt == 3
    admin.post(path, typed)

    make_call("draft", scenario="complaint_calm")
    assert "so they are fixed" in admin.get(path).text
    assert admin.post(path, typed | {"attempt": "5", "caller_style": "dominant", "is_active": ""}).status_code == 302
    changed = Scenario.objects.get(pk=scenario.pk)
    assert (changed.attempt, changed.caller_style, changed.is_active) == (1, "calm", False)
    assert admin.post(path, typed | {"problem": "other"}).status_code == 302
    assert Scenario.objects.get(pk=scenario.pk).problem == "complaint"
    plain = scenarios["opening_hours"]
    make_call("draft", scenario="opening_hours")
    by, at = people["coordinator"], timezone.now()
    named = setting_up.save_scenario(scenario=plain, values={"problem": "hours"}, by=by, at=at)
    with pytest.raises(Refused) as told:
        setting_up.save_scenario(scenario=named, values={"problem": "other"}, by=by, at=at)
    assert told.value.field == "problem"
    with pytest.raises(Refused) as told:
        setting_up.save_scenario(scenario=scenario, values={"attempt": 5}, by=people["coordinator"], at=timezone.now())
    assert told.value.field == "attempt"


# --- checklists -------------------------------------------------------------------------------------------------------


def test_a_checklist_is_read_in_either_language(org, version, admin):
    listed = admin.get(reverse("checklists", args=[org.slug])).text
    path = reverse("checklist_version", args=[org.slug, version.pk])
    assert path in listed
    english, dutch = admin.get(path).text, admin.get(path, {"language": "nl"}).text
    assert "Did the employee give their own name?" in english
    assert "Noemde de medewerker de eigen naam?" in dutch
    assert "Did the employee give their own name?" not in dutch
    assert admin.get(path, {"language": "fr"}).status_code == 200


def test_weights_are_shares_of_the_whole_form():
    sheet = checklist_words.describe(DEFINITION, "en")
    items = [item for section in sheet.sections for item in section.items]
    assert len(items) == sheet.questions == len(DEFINITION.items)
    sections = sum(float(section.weight.removesuffix(" %")) for section in sheet.sections if section.weight)
    assert sections == pytest.approx(100, abs=0.3)
    scored = sum(float(item.weight.removesuffix(" %")) for item in items if item.scored)
    assert scored == pytest.approx(100, abs=1)


def test_conditions_are_said_in_words():
    def words(condition):
        return checklist_words.condition_words(DEFINITION, condition, "en")

    answered = {"item": "greeting.answered", "is": ["yes"]}
    assert words(answered) == "“Did an employee answer the call?” is answered “Yes”"
    assert words({"item": "greeting.answered", "answered": True}) == "“Did an employee answer the call?” is answered"
    assert words({"fact": "attempt", "at_least": 2}) == "the caller rings for time 2 or later"
    assert words({"all": [answered, {"not": {"fact": "caller_style", "is": ["calm"]}}]}) == (
        "“Did an employee answer the call?” is answered “Yes” and not: the caller is calm"
    )
    either = {"any": [{"fact": "asked_person_absent", "is": [True]}, {"fact": "attempt", "is": [1, 2]}]}
    assert words({"all": [answered, either]}).endswith(
        "and (the asked-for person is absent or the caller rings for time 1 or 2)"
    )
    assert words({"item": "greeting.seconds", "at_most": 15}).endswith("is 15 or less")
    assert words(None) == ""


def test_a_draft_is_for_its_makers_only(org, elsewhere, version, people):
    draft = ChecklistVersion.objects.create(checklist=version.checklist, number=2, document=DOCUMENT)
    path = reverse("checklist_version", args=[org.slug, draft.pk])
    assert client_for(people["coordinator"]).get(path, follow=True).status_code == 200
    assert client_for(people["stranger"]).get(path).status_code == 404
    other = reverse("checklist_version", args=[elsewhere.slug, draft.pk])
    assert client_for(people["stranger"]).get(other).status_code == 404


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "route", ["waves", "wave_new", "wave", "scenarios", "scenario_new", "scenario", "checklists", "checklist_version"]
)
def test_fieldwork_is_planned_by_coordinators(org, people, wave, scenarios, version, route):
    keys = {"wave": wave.pk, "scenario": scenarios["complaint_calm"].pk, "checklist_version": version.pk}
    path = reverse(route, args=[org.slug, *([keys[route]] if route in keys else [])])
    for role in ("administrator", "coordinator"):
        assert client_for(people[role]).get(path).status_code == 200, role
    for role in OTHERS:
        assert client_for(people[role]).get(path).status_code == 403, role
    assert client_for(people["stranger"]).get(path).status_code == 404
    assert client_for(None).get(path).status_code == 302


@pytest.mark.parametrize("route", ["wave_open", "wave_close"])
def test_waves_are_turned_by_coordinators_only(org, elsewhere, people, wave, route):
    path = reverse(route, args=[org.slug, wave.pk])
    for role in OTHERS:
        assert client_for(people[role]).post(path).status_code == 403, role
    stranger = client_for(people["stranger"])
    assert stranger.post(path).status_code == 404
    assert stranger.post(reverse(route, args=[elsewhere.slug, wave.pk])).status_code == 404
    assert client_for(people["coordinator"]).get(path).status_code == 405
    assert Wave.objects.get(pk=wave.pk).state == "open"
