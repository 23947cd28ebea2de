"""Comparison: who lies outside what is usual, and where each department probably is."""

import csv
import io
from itertools import pairwise

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from analytics import access, charts, filters, frames, metrics
from analytics.stats.intervals import Sums
from surveys.models import Department
from tests.analytics.conftest import NOW
from tests.people import client_for

PERIOD = {"from": "2026-01-01", "to": "2026-03-31"}
PAGE = ["zuiderveen", "comparison"]
ALIKE = [8000, 8200, 7800, 8100, 7900, 8050, 7950, 8150, 7850, 8000]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planted(plant):
    plant("BUR", ALIKE)
    plant("AFV", [score - 4000 for score in ALIKE])
    plant("BEL", ALIKE)


def read(people, name, args, role="analyst"):
    return client_for(people[role]).get(reverse(name, args=args), {} if role == "works_council" else PERIOD)


def test_the_first_sentence_names_who_lies_outside(people, org, departments, plant):
    for number in range(12):
        code = f"D{number:02}"
        departments[code] = Department.objects.create(organisation=org, code=code, name=f"Desk {number}")
        plant(code, [score - (900 if number == 3 else 10 * number) for score in ALIKE])
    html = read(people, "topic", PAGE).content.decode()
    assert "<b>Desk 3: below what is usual here.</b>" in html
    assert "The other 11 cannot be told from the rest." in html


def test_a_handful_of_departments_is_judged_by_chance_alone(people, plant):
    """How much they differ beyond chance cannot be told from three: the worst must not be called usual."""
    for code, less in (("BUR", 0), ("BEL", 50), ("AFV", 4000)):
        plant(code, [score - less for score in ALIKE])
    html = read(people, "topic", PAGE).content.decode()
    assert "Afval: below the rest by more than chance." in html


def test_a_period_before_all_calls_says_which_is_the_newest(people, plant):
    plant("BUR", ALIKE)
    url = reverse("topic", args=PAGE)
    html = client_for(people["analyst"]).get(url, {"from": "2001-01-01", "to": "2001-03-01"}).content.decode()
    assert "The newest counted call is of 10 March 2026." in html
    assert "No figures yet" not in html


def test_departments_alike_are_not_told_apart(people, plant):
    for code in ("BUR", "AFV", "BEL"):
        plant(code, ALIKE)
    html = read(people, "topic", PAGE).content.decode()
    assert "No department differs from the rest by more than is usual here." in html


def test_page_file_and_api_say_what_the_metrics_say(org, people, departments, planted):
    reader = access.reader_or_404(people["analyst"], org.slug, at=NOW)
    chosen = filters.parse(QueryDict("from=2026-01-01&to=2026-03-31"), reader)
    frame = frames.totals(reader, chosen, frozenset(reader.departments), ("score",))
    parts = metrics.parts(frame, ["department", "now"])
    sums = {key: parts[key, True].sums("score") for key in reader.departments if (key, True) in parts}
    own = {departments_code(reader, key): each for key, each in metrics.shrunk(sums).departments.items()}
    file = list(csv.DictReader(io.StringIO(read(people, "report_csv", ["zuiderveen", "shrunk"]).content.decode())))
    body = client_for(people["analyst"]).get("/api/v1/reports/shrunk/", {**PERIOD, "organisation": "zuiderveen"}).json()
    assert {row["department_code"]: row["shrunk"] for row in file} == {
        code: str(each.value) for code, each in own.items()
    }
    assert [[row[name] for name in ("mean", "shrunk", "shrunk_low", "shrunk_high")] for row in file] == [
        [row[name] for name in ("mean", "shrunk", "shrunk_low", "shrunk_high")] for row in body["rows"]
    ]
    assert len(file) == 3


def departments_code(reader, key):
    return reader.departments[key].code


def test_who_reads_totals_sees_no_small_department(later, people, plant):
    plant("BUR", ALIKE)
    plant("BEL", ALIKE)
    plant("AFV", [1234, 1234])
    file = list(
        csv.DictReader(
            io.StringIO(read(people, "report_csv", ["zuiderveen", "funnel"], "works_council").content.decode())
        )
    )
    by_code = {row["department_code"]: row for row in file}
    assert (by_code["AFV"]["mean"], by_code["AFV"]["note"]) == ("", "too few calls")
    assert by_code["BUR"]["mean"] == "80.00"
    seen = list(csv.DictReader(io.StringIO(read(people, "report_csv", ["zuiderveen", "funnel"]).content.decode())))
    assert {row["department_code"]: row["mean"] for row in seen}["AFV"] == "12.34"


def test_without_calls_the_page_says_so(people, org):
    html = read(people, "topic", PAGE).content.decode()
    assert "No figures yet" in html or "No calls counted" in html


def test_it_takes_few_queries(people, planted, django_assert_max_num_queries):
    client = client_for(people["analyst"])
    url = reverse("topic", args=PAGE)
    client.get(url, PERIOD)
    with django_assert_max_num_queries(15):
        client.get(url, PERIOD)


def test_names_in_the_funnel_lie_beside_each_other_and_inside_it():
    """As wide as half of the chart, which they are on a phone."""

    def ten(mean):
        scores = [mean + 20 * step for step in range(-5, 5)]
        return Sums(10, sum(scores), sum(score * score for score in scores))

    means = [*range(7000, 7009), 7900, 7930, 7960]
    found = metrics.funnel(dict(enumerate(map(ten, means))), adjust="none")
    drawn = charts.funnel(found, {key: f"Desk {key}" for key in range(12)}, "score")
    assert drawn is not None
    low, high = drawn["layout"]["yaxis"]["range"]
    pixel = (high - low) / charts.PLOT_HEIGHT
    shifts = {note["y"]: note.get("yshift", -note.get("ay", 0)) for note in drawn["layout"]["annotations"]}
    places = [y + shift * pixel for y, shift in shifts.items() if shift > 0]
    assert len(places) == 3
    assert all(other - one > 12 * pixel for one, other in pairwise(sorted(places)))
    assert max(places) + 12 * pixel < high
    # The farther out a department lies, the farther out its name.
    above = [y for y, shift in shifts.items() if shift > 0]
    assert [place for _y, place in sorted(zip(above, places, strict=True))] == sorted(places)
    # Those that made way are led back to their dots.
    assert sum(note["showarrow"] for note in drawn["layout"]["annotations"] if note.get("ay", 0) < 0) == 2


def test_a_name_at_the_right_edge_is_written_towards_the_middle():
    many, few = Sums(90, 90 * 9000, 90 * 9000**2 + 900), Sums(20, 20 * 4000, 20 * 4000**2 + 900)
    found = metrics.funnel({1: many, 2: few, 3: Sums(60, 60 * 7000, 60 * 7000**2 + 900)}, adjust="none")
    drawn = charts.funnel(found, {key: f"Desk {key}" for key in (1, 2, 3)}, "score")
    assert drawn is not None
    anchors = {note["text"]: note.get("xanchor") for note in drawn["layout"]["annotations"]}
    assert (anchors["Desk 1"], anchors["Desk 2"]) == ("right", None)
