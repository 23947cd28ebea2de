"""The planner page: how many calls are needed, from what was seen so far, held against a quota."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from analytics.stats import sizes
from surveys.models import Assignment, AssignmentGroup, Call, Quota
from tests.people import client_for

NOW = dt.datetime(2026, 3, 31, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ask(org, people):
    """The page's result for a question."""

    def ask(**question):
        page = client_for(people["coordinator"]).get(reverse("planner", args=[org.slug]), question)
        assert page.status_code == 200
        return page

    return ask


def scores(code, *values, **columns):
    return [{"code": code, "score": value, **columns} for value in values]


def lines(page):
    return {line.name: line for line in page.context["page"].lines}


def test_calls_for_a_mean_rest_on_the_departments_own_spread(sow, ask, wave, departments, scenarios):
    sow(scores("BUR", *[6000, 8000] * 10) + scores("AFV", *[5000, 9000] * 10) + scores("BEL", 100, 9900))
    Quota.objects.create(
        wave=wave, department=departments["BUR"], kind="single", scenario=scenarios["opening_hours"], target=40
    )
    page = ask(aim="mean", points="5", of="half", power="80", wave=wave.pk)
    found = lines(page)
    bur, afv, bel = found["Burgerzaken"], found["Afval"], found["Belastingen"]
    sd = 10 * (20 / 19) ** 0.5
    assert (bur.basis.n, bur.basis.source, float(bur.basis.shown)) == (20, "own", 10.3)
    assert bur.needed == sizes.calls_for_mean(5, sd) == 19
    assert afv.needed == sizes.calls_for_mean(5, 2 * sd) == 68
    # Two calls tell nothing of their own: the spread within all departments stands in.
    assert bel.basis.source == "pooled"
    assert (bur.quota.calls, bur.is_enough, afv.is_enough) == (40, True, False)
    assert float(bur.gives) == round(sizes.mean_half_width(40, sd), 1) == 3.3
    # Publiekszaken holds the others and is never called itself.
    assert "Publiekszaken" not in found
    assert page.context["page"].needed == sum(line.needed for line in found.values())
    assert page.context["page"].short == 2
    assert "The quota of Maart 2026 is too small for it in 2 departments." in page.text
    assert "19" in page.text


def test_without_calls_what_is_assumed_is_said(ask):
    page = ask()
    assert {line.basis.source for line in page.context["page"].lines} == {"assumed"}
    assert {line.needed for line in page.context["page"].lines} == {sizes.calls_for_mean(5, 20)}
    assert "a standard deviation of 20 points is assumed" in page.text
    page = ask(aim="share", points="10", of="left", power="80")
    assert {line.needed for line in page.context["page"].lines} == {93}
    assert "50 % is reckoned with" in page.text


def test_calls_for_a_percentage_rest_on_what_was_seen(sow, ask):
    sow(scores("BUR", *[7000] * 16) + scores("BUR", *[7000] * 4, fate="ring_again"))
    left = lines(ask(aim="share", points="10", of="left", power="80"))["Burgerzaken"]
    assert (float(left.basis.shown), left.basis.n) == (20.0, 20)
    assert left.needed == sizes.calls_for_share(0.1, 0.2) == 60
    prompt = lines(ask(aim="share", points="10", of="prompt", power="80"))["Burgerzaken"]
    assert prompt.needed == sizes.calls_for_share(0.1, 1.0)
    assert lines(ask(aim="share", points="10", of="half", power="80"))["Burgerzaken"].needed == 93


def paired(wave, department, calls):
    """Makes matched pairs of these calls, two by two."""
    for calm, dominant in zip(calls[::2], calls[1::2], strict=True):
        group = AssignmentGroup.objects.create(wave=wave, department=department, kind="pair", problem="complaint")
        for position, call in enumerate((calm, dominant), 1):
            call.assignment = Assignment.objects.create(
                organisation=wave.organisation, wave=wave, department=department, scenario=call.scenario,
                evaluator=call.evaluator, state="done", starts_at=call.called_at, until=NOW, group=group, position=position,
            )  # fmt: skip
    Call.objects.bulk_update(calls, ["assignment"])


def test_a_gap_is_seen_by_pairs_once_there_are_enough(sow, ask, wave, departments):
    both = []
    for number in range(10):
        both += scores("BUR", 7000 + 1000 * (number % 2), scenario="complaint_calm")
        both += scores("BUR", 6000, scenario="complaint_dominant")
    calls = sow(both)
    question = {"aim": "gap", "points": "5", "of": "half", "power": "90", "wave": wave.pk}
    two_groups = ask(**question)
    line = lines(two_groups)["Burgerzaken"]
    assert not line.paired
    assert line.needed == 2 * sizes.group_size_for_difference(5, line.basis.value, 0.9)
    assert "compared as two separate groups" in two_groups.text

    paired(wave, departments["BUR"], calls)
    Quota.objects.create(wave=wave, department=departments["BUR"], kind="pair", problem="complaint", target=6)
    page = ask(**question)
    line = lines(page)["Burgerzaken"]
    sd = 5 * (10 / 9) ** 0.5
    assert (line.paired, line.basis.n, line.basis.value) == (True, 10, pytest.approx(sd))
    assert line.units == sizes.pairs_for_difference(5, sd, 0.9) == 14
    assert (line.needed, line.quota.pairs, line.is_enough) == (28, 6, False)
    assert sizes.power_of_pairs(6, float(line.gives), sd) == pytest.approx(0.9, abs=0.01)
    assert "a gap of" in page.text
    # A pair of which one call no longer counts tells nothing.
    Call.objects.filter(pk=calls[0].pk).update(state="returned")
    assert lines(ask(**question))["Burgerzaken"].paired is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": "0"}, "greater than or equal to 0.5"),
        ({"points": "many"}, "Enter a number."),
        ({"aim": "all"}, "Select a valid choice"),
        ({"power": "99"}, "Select a valid choice"),
        ({"wave": "0"}, ""),
    ],
)
def test_what_cannot_be_read_is_said(ask, changes, words):
    page = ask(**{"aim": "mean", "points": "5", "of": "half", "power": "80"} | changes)
    assert words in page.text
    assert bool(page.context["page"].lines) is (words == "")


def test_who_may_plan(org, elsewhere, people, sow, django_assert_max_num_queries):
    sow(scores("BUR", *[6000, 8000] * 10))
    path = reverse("planner", args=[org.slug])
    coordinator = client_for(people["coordinator"])
    with django_assert_max_num_queries(16):
        assert "Burgerzaken" in coordinator.get(path).text
    for role in ("administrator", "analyst"):
        assert "Burgerzaken" in client_for(people[role]).get(path).text
    for role in ("reviewer", "evaluator", "manager", "works_council"):
        assert client_for(people[role]).get(path).status_code == 403, role
    assert client_for(people["stranger"]).get(path).status_code == 404
