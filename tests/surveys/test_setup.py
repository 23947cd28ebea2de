"""Setting up the organisation and its departments."""

import datetime as dt
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from surveys import setting_up
from surveys.forms.setup import zone_choices
from surveys.models import AuditEntry, Department, Organisation
from surveys.phones import normalise
from surveys.points import points_text, read_points
from surveys.refused import Refused
from surveys.tree import in_tree_order
from tests.people import client_for
from tests.tools.threads import at_once

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
    "callback_grace_hours": "2",
    "appeal_days": "21",
    "retention_months": "24",
}


def test_settings_are_saved_and_kept_in_the_log(org, people, admin):
    path = reverse("organisation", args=[org.slug])
    assert "Gemeente Zuiderveen" in admin.get(path).text
    assert admin.post(path, SETTINGS | {"min_group_size": "8", "self_approve": "on"}).status_code == 302
    org.refresh_from_db()
    assert (org.min_group_size, org.self_approve, org.appeal_days) == (8, True, 21)
    entry = AuditEntry.objects.get(subject="organisation", subject_id=org.pk)
    assert entry.organisation == org
    assert entry.actor == people["administrator"]
    assert entry.changes == {
        "min_group_size": [5, 8],
        "self_approve": [False, True],
        "appeal_days": [14, 21],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("min_group_size", "2"),
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
        ({"code": "total"}, "This code is the one of the total in figures."),
        ({"code": " ToTal "}, "This code is the one of the total in figures."),
        ({"code": ""}, "This field is required."),
        ({"target": "101"}, "Enter points from 0 to 100"),
        ({"target": "82,555"}, "Enter points from 0 to 100"),
        ({"target": "-1"}, "Enter points from 0 to 100"),
        ({"target_callback": "tachtig"}, "Enter points from 0 to 100"),
        ({"phone_numbers": "020-6241111\nbel mij"}, "“bel mij” is not a telephone number"),
        ({"phone_numbers": "\n".join(f"02062411{number:02}" for number in range(51))}, "at most 50 numbers"),
        ({"closed_on": "31-31-2026"}, "Enter a valid date."),
        ({"name": "Par\x08keren"}, "After “Par” stands a character that cannot be seen."),
        ({"name": "Parkeren\ufffe"}, "After “Parkeren” stands a character that cannot be seen."),
        ({"name": "Par\u202ekeren"}, "After “Par” stands a character that cannot be seen."),
        ({"name": "Par\u200bkeren"}, "After “Par” stands a character that cannot be seen."),
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

    def move(department, parent):
        setting_up.save_department(
            department=department, values={"parent": parent}, by=people["administrator"], at=timezone.now()
        )

    ends = at_once(*[partial(move, *pair) for pair in pairs], refusals=Refused)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Refused"]


def test_the_code_of_the_total_is_refused_whoever_asks(org, people):
    new = setting_up.new_department(org)
    values = {"name": "Alles", "code": "Total", "parent": None}
    with pytest.raises(Refused) as refusal:
        setting_up.save_department(department=new, values=values, by=people["administrator"], at=timezone.now())
    assert refusal.value.field == "code"
    assert not Department.objects.filter(name="Alles").exists()


def test_the_smallest_group_can_be_three(org, admin):
    path = reverse("organisation", args=[org.slug])
    assert 'min="3"' in admin.get(path).text
    assert admin.post(path, SETTINGS | {"min_group_size": "3"}).status_code == 302
    org.refresh_from_db()
    assert org.min_group_size == 3


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
    assert "closed on 31 Jan 2020" in page
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
