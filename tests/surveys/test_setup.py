"""Set-up pages: the organisation, departments, waves, scenarios, checklists."""

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from surveys import checklist_words, setting_up
from surveys.forms.setup import zone_choices
from surveys.models import AuditEntry, ChecklistVersion, Department, Organisation, Scenario, Wave
from surveys.phones import normalise
from surveys.points import points_text, read_points
from surveys.refused import Refused
from surveys.tree import in_tree_order
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


# --- the organisation -------------------------------------------------------------------------------------------------

SETTINGS = {
    "name": "Gemeente Zuiderveen",
    "language": "nl",
    "time_zone": "Europe/Amsterdam",
    "min_group_size": "5",
    "callback_window_hours": "24",
    "works_council_consent_on": "2026-01-05",
    "retention_months": "24",
}


def test_settings_are_saved_and_kept_in_the_log(org, people, admin):
    path = reverse("organisation", args=[org.slug])
    assert "Gemeente Zuiderveen" in admin.get(path).text
    assert admin.post(path, SETTINGS | {"min_group_size": "8", "self_approve": "on"}).status_code == 302
    org.refresh_from_db()
    assert (org.min_group_size, org.self_approve, org.works_council_consent_on) == (8, True, dt.date(2026, 1, 5))
    entry = AuditEntry.objects.get(subject="organisation", subject_id=org.pk)
    assert entry.organisation == org
    assert entry.actor == people["administrator"]
    assert entry.changes == {
        "min_group_size": [5, 8],
        "self_approve": [False, True],
        "works_council_consent_on": [None, "2026-01-05"],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("min_group_size", "0"),
        ("callback_window_hours", "0"),
        ("callback_window_hours", "241"),
        ("retention_months", "121"),
        ("name", ""),
        ("language", "fr"),
    ],
)
def test_settings_that_make_no_sense_are_refused(org, admin, field, value):
    page = admin.post(reverse("organisation", args=[org.slug]), SETTINGS | {field: value})
    assert refused(page, f'href="#id_{field}"')
    assert Organisation.objects.filter(pk=org.pk, name="Gemeente Zuiderveen", min_group_size=5).exists()


def test_a_page_shown_before_anothers_change_overwrites_nothing(org, admin):
    path = reverse("organisation", args=[org.slug])
    seen = admin.get(path).context["form"]["seen"].value()
    Organisation.objects.filter(pk=org.pk).update(retention_months=12)

    page = admin.post(path, SETTINGS | {"name": "Zuiderveen", "seen": seen})

    assert refused(page, "Somebody else changed this meanwhile", 'value="Zuiderveen"')
    assert Organisation.objects.get(pk=org.pk).name == "Gemeente Zuiderveen"
    again = page.context["form"]["seen"].value()
    assert again != seen
    assert admin.post(path, SETTINGS | {"name": "Zuiderveen", "seen": again}).status_code == 302
    assert Organisation.objects.get(pk=org.pk).retention_months == 24


def test_every_known_zone_can_be_chosen():
    zones = {name for _region, group in zone_choices("Europe/Amsterdam") for name, _label in group}
    assert {"Europe/Amsterdam", "America/Paramaribo", "UTC"} <= zones
    assert "Factory" not in zones
    assert "Factory" in {name for _region, group in zone_choices("Factory") for name, _label in group}


# --- departments ------------------------------------------------------------------------------------------------------

NEW = {"name": "Parkeren", "code": "PAR", "phone_numbers": "020 - 624 11 11\r\n+31 (0)20 6241112", "target": "82,5"}


def test_a_department_is_made_as_it_is_typed(org, people, departments, admin):
    path = reverse("department_new", args=[org.slug])
    response = admin.post(path, NEW | {"parent": departments["PUB"].pk, "target_tone": "90.25", "target_greeting": "0"})
    assert response["Location"] == reverse("departments", args=[org.slug])
    made = Department.objects.get(code="PAR")
    assert (made.organisation, made.parent) == (org, departments["PUB"])
    assert made.phone_numbers == ["0206241111", "+31206241112"]
    assert (made.target, made.target_tone, made.target_greeting, made.target_callback) == (8250, 9025, 0, None)
    entry = AuditEntry.objects.of(made).get()
    assert (entry.action, entry.actor) == ("department made", people["administrator"])
    assert entry.changes["parent"] == [None, "Publiekszaken"]


def test_a_department_shows_and_keeps_what_it_has(org, people, departments, admin):
    tax = departments["BEL"]
    path = reverse("department_edit", args=[org.slug, tax.pk])
    form = admin.get(path).context["form"]
    typed = {field.html_name: field.value() or "" for field in form}
    assert (typed["target"], typed["target_tone"]) == ("70", "85")
    assert admin.post(path, typed).status_code == 302
    assert not AuditEntry.objects.of(tax).exists()
    assert admin.post(path, typed | {"closed_on": "2026-04-01", "target": ""}).status_code == 302
    tax.refresh_from_db()
    assert (tax.closed_on, tax.target, tax.target_tone) == (dt.date(2026, 4, 1), None, 8500)
    assert AuditEntry.objects.of(tax).get().changes == {"closed_on": [None, "2026-04-01"], "target": [7000, None]}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "pub"}, "Publiekszaken has this code already."),
        ({"code": ""}, "This field is required."),
        ({"target": "101"}, "Enter points from 0 to 100"),
        ({"target": "82,555"}, "Enter points from 0 to 100"),
        ({"target": "-1"}, "Enter points from 0 to 100"),
        ({"target_callback": "tachtig"}, "Enter points from 0 to 100"),
        ({"phone_numbers": "020-6241111\nbel mij"}, "“bel mij” is not a telephone number"),
        ({"phone_numbers": "\n".join(f"02062411{number:02}" for number in range(51))}, "at most 50 numbers"),
        ({"closed_on": "31-31-2026"}, "Enter a valid date."),
    ],
)
def test_what_is_wrong_with_a_department_is_said(org, admin, departments, fields, words):
    assert refused(admin.post(reverse("department_new", args=[org.slug]), NEW | fields), words)
    assert Department.objects.filter(organisation=org).count() == 4


def test_a_parent_is_neither_below_nor_elsewhere(org, elsewhere, departments, admin):
    top = departments["PUB"]
    typed = {"name": top.name, "code": top.code}
    path = reverse("department_edit", args=[org.slug, top.pk])
    foreign = Department.objects.get(organisation=elsewhere, code="BEL")
    for parent in (top, departments["BUR"], foreign):
        assert refused(admin.post(path, typed | {"parent": parent.pk}), "Select a valid choice")
    assert admin.post(path, typed | {"parent": departments["BEL"].pk}).status_code == 302


def test_two_moves_cannot_close_a_circle(org, people, departments):
    """Both forms were right when they were shown; the second step finds what the first has done."""
    step = {"by": people["administrator"], "at": timezone.now()}
    tax, front = departments["BEL"], departments["PUB"]
    setting_up.save_department(department=tax, values={"parent": front}, **step)
    with pytest.raises(Refused) as told:
        setting_up.save_department(department=front, values={"parent": tax}, **step)
    assert told.value.field == "parent"
    with pytest.raises(Refused):
        setting_up.save_department(department=front, values={"parent": departments["BUR"]}, **step)
    with pytest.raises(Refused):
        setting_up.save_department(department=front, values={"parent": front}, **step)
    assert Department.objects.get(pk=front.pk).parent is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_moves_at_the_same_moment_cannot_close_a_circle(org, people, departments):
    pairs = [(departments["BEL"], departments["PUB"]), (departments["PUB"], departments["BEL"])]
    start, ends = Barrier(2), []

    def move(department, parent):
        start.wait()
        try:
            values = {"parent": parent}
            setting_up.save_department(
                department=department, values=values, by=people["administrator"], at=timezone.now()
            )
            ends.append("moved")
        except Refused:
            ends.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=move, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["moved", "refused"]


def test_the_code_taken_meanwhile_is_blamed_on_the_code(org, people):
    new = setting_up.new_department(org)
    values = {"name": "Anders", "code": "bel", "parent": None}
    with pytest.raises(Refused) as told:
        setting_up.save_department(department=new, values=values, by=people["administrator"], at=timezone.now())
    assert told.value.field == "code"


def test_the_list_is_the_tree_in_a_few_queries(org, departments, admin, django_assert_max_num_queries):
    Department.objects.bulk_create(
        Department(organisation=org, code=f"D{number}", name=f"Loket {number:02}", parent=departments["BUR"])
        for number in range(30)
    )
    Department.objects.filter(code="AFV").update(closed_on=dt.date(2020, 1, 31), phone_numbers=["14030"])
    with django_assert_max_num_queries(12):
        page = admin.get(reverse("departments", args=[org.slug])).text
    order = [
        page.index(name) for name in ("Belastingen", "Publiekszaken", "Afval", "Burgerzaken", "Loket 00", "Loket 29")
    ]
    assert order == sorted(order)
    assert 'class="depth-2"' in page
    assert "closed on 01/31/2020" in page
    assert "14030" in page


def test_an_empty_organisation_is_shown_the_way(elsewhere, people):
    stranger = client_for(people["stranger"])
    path = reverse("departments", args=[elsewhere.slug])
    assert "Add the first department" not in stranger.get(path).text
    people["stranger"].memberships.get(role="manager").departments.clear()
    Department.objects.filter(organisation=elsewhere, parent__isnull=False).delete()
    Department.objects.filter(organisation=elsewhere).delete()
    assert "Add the first department" in stranger.get(path).text


@pytest.mark.parametrize("route", ["organisation", "departments", "department_new", "department_edit"])
def test_the_organisation_is_the_administrators_business(org, people, departments, admin, route):
    args = [org.slug] if route != "department_edit" else [org.slug, departments["BUR"].pk]
    path = reverse(route, args=args)
    assert admin.get(path).status_code == 200
    for role in ("coordinator", *OTHERS):
        assert client_for(people[role]).get(path).status_code == 403, role
        assert client_for(people[role]).post(path, NEW).status_code in {403, 405}, role
    assert client_for(people["stranger"]).get(path).status_code == 404
    assert client_for(None).get(path).status_code == 302
    assert Department.objects.filter(organisation=org).count() == 4


def test_anothers_department_is_not_here(org, elsewhere, departments, people):
    path = reverse("department_edit", args=[elsewhere.slug, departments["BUR"].pk])
    assert client_for(people["stranger"]).get(path).status_code == 404


def test_the_tree_keeps_those_whose_parent_is_out_of_sight(departments):
    shown = in_tree_order([departments["BUR"], departments["BEL"]])
    assert [(branch.department.code, branch.depth, branch.path) for branch in shown] == [
        ("BUR", 0, "Burgerzaken"),
        ("BEL", 0, "Belastingen"),
    ]
    paths = {branch.path for branch in in_tree_order(departments.values())}
    assert "Publiekszaken › Burgerzaken" in paths


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("020 - 624 11 11", "0206241111"),
        ("+31 (0)20 6241111", "+31206241111"),
        ("0031 20 6241111", "+31206241111"),
        ("(020) 624.11.11", "0206241111"),
        ("14030", "14030"),
        ("14\u00a00\u2013548", "140548"),
        ("112", "112"),
    ],
)
def test_a_number_is_kept_as_digits(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "12", "bel mij", "+", "=1+1", "0206241111 toestel 5", "+31+20", "1" * 16, "٠٢٠٦٢٤"]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match="not a telephone number"):
        normalise(typed)


@pytest.mark.parametrize(
    ("typed", "hundredths"), [("80", 8000), ("82,5", 8250), ("82.05", 8205), ("0", 0), ("100,00", 10000), ("007", 700)]
)
def test_points_are_read_exactly(typed, hundredths):
    assert read_points(typed) == hundredths


@pytest.mark.parametrize("typed", ["100.01", "101", "8e1", "82.", ",5", "82,555", "-1", "NaN", "８０"])
def test_what_is_no_points_is_refused(typed):
    with pytest.raises(ValueError, match="not a number of points"):
        read_points(typed)


def test_points_are_written_as_the_reader_writes_them():
    assert [points_text(value) for value in (8250, 8205, 8000, 0, 5)] == ["82.5", "82.05", "80", "0", "0.05"]
    with translation.override("nl"):
        assert points_text(8250) == "82,5"


# --- waves ------------------------------------------------------------------------------------------------------------


def wave_form(version, **changes):
    return {"name": "April 2026", "version": version.pk, "starts_on": "2026-04-01", "ends_on": "2026-04-30"} | changes


def test_a_wave_is_planned_opened_and_closed(org, people, version):
    coordinator = client_for(people["coordinator"])
    coordinator.post(reverse("wave_new", args=[org.slug]), wave_form(version))
    wave = Wave.objects.get(name="April 2026")
    assert (wave.organisation, wave.state, wave.ends_on) == (org, "planned", dt.date(2026, 4, 30))

    assert coordinator.post(reverse("wave_open", args=[org.slug, wave.pk])).status_code == 302
    assert Wave.objects.get(pk=wave.pk).state == "open"
    again = coordinator.post(reverse("wave_open", args=[org.slug, wave.pk]), follow=True)
    assert "Somebody else opened or closed this wave" in again.text
    coordinator.post(reverse("wave_close", args=[org.slug, wave.pk]))
    assert Wave.objects.get(pk=wave.pk).state == "closed"
    coordinator.post(reverse("wave_open", args=[org.slug, wave.pk]))
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


def test_the_list_counts_calls_by_state_in_a_few_queries(org, version, admin, make_call, django_assert_max_num_queries):
    for state, times in (("approved", 3), ("draft", 2), ("voided", 1)):
        for _time in range(times):
            make_call(state)
    second = make_call("approved")
    make_call("approved", kind="second", second_of=second)
    for number in range(15):
        Wave.objects.create(
            organisation=org,
            name=f"W{number}",
            version=version,
            starts_on=dt.date(2025, 1, 1),
            ends_on=dt.date(2025, 1, 2),
        )
    with django_assert_max_num_queries(12):
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
    assert admin.post(path, typed | {"attempt": "3"}).status_code == 302
    assert Scenario.objects.get(pk=scenario.pk).attempt == 3
    admin.post(path, typed)

    make_call("draft", scenario="complaint_calm")
    assert "so they are fixed" in admin.get(path).text
    assert admin.post(path, typed | {"attempt": "5", "caller_style": "dominant", "is_active": ""}).status_code == 302
    changed = Scenario.objects.get(pk=scenario.pk)
    assert (changed.attempt, changed.caller_style, changed.is_active) == (1, "calm", False)
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
    assert client_for(people["coordinator"]).get(path).status_code == 200
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
