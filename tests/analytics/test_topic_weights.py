"""Sensitivity's page: what still holds under other weights."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.http import QueryDict

from analytics import metrics, reports, sensitivity
from analytics.access import Reader
from analytics.answered import from_documents
from analytics.filters import parse
from analytics.reports import weights
from analytics.weight_words import alternative
from surveys.models import Call, ChecklistVersion, User, Wave
from tests.analytics.conftest import NOW
from tests.analytics.one_report import assert_same_digits, rows_of
from tests.people import DEFINITION, DOCUMENT

pytestmark = pytest.mark.django_db
PAGE = "/o/zuiderveen/figures/sensitivity/"
REPORTS = ("sensitivity", "flips", "alternatives")
BEFORE = dt.date(2025, 12, 10)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def points(content, experience):
    """Four questions, two about what was said and two about how."""
    return {
        "greeting.own_name": [content, 0],
        "greeting.opening": [experience, 0],
        "phrasing.clear_answer": [content, 0],
        "tone.calm": [experience, 0],
    }


@pytest.fixture
def answered(sow):
    """Burgerzaken is right, Belastingen kind; Afval was bad in both and has become better."""

    def rows(code, pairs, day):
        return [{"code": code, "score": 7000, "day": day, "item_points": points(*pair)} for pair in pairs]

    now = dt.date(2026, 3, 10)
    sow(rows("BUR", [(100, 60), (100, 70), (95, 65), (90, 75)] * 3, now))
    sow(rows("BEL", [(40, 95), (50, 100), (45, 90), (40, 100)] * 3, now))
    sow(rows("AFV", [(70, 72), (75, 70), (72, 74), (70, 75)] * 3, now))
    sow(rows("AFV", [(20, 22), (25, 20), (22, 24), (20, 25)] * 3, BEFORE))


def read(org, user, query=""):
    reader = Reader(User.objects.get(pk=user.pk), org, NOW)
    return reader, parse(QueryDict(query), reader)


def lede(answer):
    found = re.search(r'<p class="lede">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<.*?>", "", found.group(1))).strip() if found else ""


def documents(**chosen):
    calls = Call.objects.filter(**chosen).order_by("pk")
    found = from_documents(DEFINITION, [call.item_points for call in calls], [call.failed_by for call in calls])
    return found, [call.department_id for call in calls]


def test_figures_are_those_of_the_metrics(answered, org, people, departments):
    reader, filters = read(org, people["analyst"])
    others = sensitivity.alternatives(DEFINITION)
    calls, where = documents(local_date__gte=dt.date(2026, 1, 1))
    targets = {departments["BUR"].pk: Decimal(75), departments["BEL"].pk: Decimal(70)}
    found = {
        (each.kind, each.departments): each
        for each in metrics.sensitivity(calls, where, others, targets=targets).conclusions
    }
    shown = reports.run("flips", reader=reader, filters=filters).result
    flips = {(each.conclusion.kind, each.conclusion.departments): each.conclusion for each in shown.lines}
    assert flips
    assert {key: each for key, each in found.items() if each.held < each.n} == flips
    assert len(shown.tried.alternatives) == len(others)


def test_right_and_kind_change_places(answered, people, client_for):
    found = {line["conclusion"]: line for line in rows_of(client_for(people["analyst"]), "flips")}
    line = found["Burgerzaken scores higher than Belastingen"]
    assert "only how it was said counts" in line["fails_under"]
    assert int(line["holds"]) < int(line["alternatives"])
    tried = {each["alternative"]: each for each in rows_of(client_for(people["analyst"]), "alternatives")}
    assert "Burgerzaken scores higher than Belastingen" in tried["only experience"]["conclusions"]


def test_changes_are_tried_too(answered, org, people, departments, client_for):
    others = sensitivity.alternatives(DEFINITION)
    now, before = documents(local_date__gte=dt.date(2026, 1, 1)), documents(local_date=BEFORE)
    (rose,) = metrics.weighted_changes(before, now, others)
    assert (rose.kind, rose.departments, rose.held) == ("rose", (departments["AFV"].pk,), len(others))
    assert metrics.weighted_changes(now, before, others)[0].kind == "fell"
    assert metrics.weighted_changes(before, now, others, 13) == ()
    (kind,) = [row for row in rows_of(client_for(people["analyst"]), "sensitivity") if row["kind"] == "change"]
    assert (kind["conclusions"], kind["hold"], kind["flip"]) == ("1", "1", "0")


def test_a_change_in_one_aspect_alone_does_not_hold_everywhere():
    low, high = (
        from_documents(DEFINITION, [points(each + step % 3, 70 + step % 5) for step in range(12)], [[]] * 12)
        for each in (30, 90)
    )
    others = sensitivity.alternatives(DEFINITION)
    (rose,) = metrics.weighted_changes((low, [1] * 12), (high, [1] * 12), others)
    assert rose.fails_under == ("only experience",)
    assert rose.value is not None
    assert (rose.n - rose.held, rose.value) == (1, round(rose.value, 2))


def test_the_first_sentence(answered, people, client_for):
    said = lede(client_for(people["analyst"]).get(PAGE))
    assert re.match(r"Of \d+ conclusions \d+ hold under all 17 other weightings and rules\. Least sure: “", said)


def test_when_everything_holds(sow, people, client_for):
    for code, each in (("BUR", 100), ("BEL", 10)):
        sow(
            {"code": code, "score": 7000, "item_points": points(each - step % 3, each - step % 2)} for step in range(12)
        )
    said = lede(client_for(people["analyst"]).get(PAGE))
    assert said == "All 4 conclusions hold whichever of 17 other weightings and rules is used."


def test_page_file_and_api_hold_the_same_digits(answered, people, client_for, api_client):
    User.objects.filter(pk=people["analyst"].pk).update(language="nl")
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    for report in REPORTS:
        assert_same_digits(browser, program, "sensitivity", report)


def test_every_alternative_has_its_words():
    said = [alternative(each.name, DEFINITION) for each in sensitivity.alternatives(DEFINITION)]
    assert len(set(said)) == len(said) == 17
    assert said[0].replace("\u202f", " ") == "Greeting counts 25 % more"
    assert all(said)


def test_readers_of_totals_and_small_departments(later, answered, sow, people, client_for):
    sow({"code": "PUB", "score": 7000, "item_points": points(0, 0)} for _each in range(3))
    pages = {
        role: client_for(people[role]).get(PAGE).content.decode() for role in ("analyst", "works_council", "manager")
    }
    assert "Publiekszaken" in pages["analyst"]
    assert "Publiekszaken is below" not in pages["works_council"]
    assert "1 department is not shown: too few calls, or others could be worked out from it." in pages["works_council"]
    assert "not shown" not in pages["analyst"]
    assert "Belastingen" in pages["works_council"]
    assert "Belastingen" not in pages["manager"]
    assert client_for(people["evaluator"]).get(PAGE).status_code == 403
    assert client_for(people["stranger"]).get(PAGE).status_code == 404


def test_calls_on_other_versions_take_no_part(answered, org, people, wave, client_for):
    other = ChecklistVersion.objects.create(
        checklist=wave.version.checklist, number=2, document=DOCUMENT, state="published", published_at=NOW
    )
    Wave.objects.create(
        organisation=org, name="April", version=other, state="open", starts_on=dt.date(2026, 3, 1), ends_on=NOW.date()
    )
    chosen = Call.objects.filter(local_date__gte=dt.date(2026, 1, 1)).order_by("-pk")[:2]
    Call.objects.filter(pk__in=[call.pk for call in chosen]).update(version=other)
    page = client_for(people["analyst"]).get(PAGE).content.decode()
    assert "34 calls on" in page
    assert "2 calls on other versions take no part." in page


@pytest.mark.parametrize(
    ("name", "said"),
    [("MOST_ANSWERED", "this period and the one before it hold 48 calls"), ("MOST_DEPARTMENTS", "for 2 at")],
)
def test_too_much_to_try(answered, people, client_for, monkeypatch, name, said):
    monkeypatch.setattr(weights, name, 47 if name == "MOST_ANSWERED" else 2)
    page = client_for(people["analyst"]).get(PAGE)
    assert said in page.content.decode()
    assert "Too much to try at once" in page.content.decode()
    assert lede(page) == "This choice is too wide to judge here: choose a department, or a shorter period."


def test_nothing_yet(org, people, client_for):
    page = client_for(people["analyst"]).get(PAGE)
    assert "No figures yet" in page.content.decode()


def test_queries(answered, people, client_for, django_assert_max_num_queries):
    analyst = client_for(people["analyst"])
    analyst.get(PAGE)
    with django_assert_max_num_queries(15):
        analyst.get(PAGE)
