"""Comparison: who lies outside what is usual, and where each department probably is."""

import csv
import io
from itertools import combinations
from typing import Any

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
    assert "No figures yet" in html


def test_it_takes_few_queries(people, planted, django_assert_max_num_queries):
    client = client_for(people["analyst"])
    url = reverse("topic", args=PAGE)
    client.get(url, PERIOD)
    with django_assert_max_num_queries(15):
        client.get(url, PERIOD)


def ten(mean, n=10):
    scores = [mean + 20 * step for step in range(-5, 5)] * (n // 10)
    return Sums(n, sum(scores), sum(score * score for score in scores))


def boxes(drawn, wide):
    """Names and dots in pixels of a drawing that is so wide: (left, right, foot, head) by name, and the dots."""
    layout = drawn["layout"]
    (left, right), (low, high) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    tall = layout["height"] - 56

    def pixels(x, y):
        return wide * (x - left) / (right - left), tall * (y - low) / (high - low)

    names = {}
    for note in layout["annotations"]:
        x, y = pixels(note["x"], note["y"])
        x, y = x + note.get("ax", 0), y + note.get("yshift", -note.get("ay", 0))
        letters = 6.5 * len(note["text"])
        start = x - letters * {"left": 0, "center": 0.5, "right": 1}[note["xanchor"]]
        foot = y if note["yanchor"] == "bottom" else y - 14
        names[note["text"]] = (start, start + letters, foot, foot + 14)
    dots = drawn["data"][-1]
    return names, [pixels(*each) for each in zip(dots["x"], dots["y"], strict=True)], tall


@pytest.mark.parametrize("wide", [250, 900])
def test_names_in_the_funnel_lie_on_no_other_name_and_no_dot(wide):
    """A name that makes way goes where nothing else is, whoever's it is, on a phone as on a desk."""
    means = {
        "Klantcontact": (860, 8553), "Belastingen": (600, 8534), "Burgerzaken": (650, 8377), "Klachten": (560, 8065),
        "Bouwen en verbouwen": (420, 7745), "Parkeervergunningen": (540, 7636), "Meldpunt openbare ruimte": (60, 7306),
        "Afval en milieu": (470, 6769), "Juridisch loket": (60, 6229),
    }  # fmt: skip
    sums = {key: ten(mean, n) for key, (n, mean) in enumerate(means.values())}
    found = metrics.funnel(sums, adjust="none")
    drawn: Any = charts.funnel(found, dict(enumerate(means)), "score", whole="All together", rest="the rest")
    names, dots, tall = boxes(drawn, wide)
    outside = {name for key, name in enumerate(means) if found.departments[key].verdict != "inside"}
    assert set(names) == outside
    assert len(names) >= 8
    for one, other in combinations(names.values(), 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
    for left, right, foot, head in names.values():
        assert left >= 0
        assert right <= wide
        assert foot >= 0
        assert head <= tall
        assert not any(left - 4 < x < right + 4 and foot - 4 < y < head + 4 for x, y in dots)


def test_a_name_that_made_way_is_led_back_to_its_dot():
    found = metrics.funnel(
        {key: ten(mean) for key, mean in enumerate([*range(7000, 7009), 7900, 7905, 7910])}, adjust="none"
    )
    drawn: Any = charts.funnel(
        found, {key: f"Afdeling {key}" for key in range(12)}, "score", whole="All together", rest="the rest"
    )
    led = [note for note in drawn["layout"]["annotations"] if abs(note.get("yshift", note.get("ay"))) > charts.NAME_GAP]
    assert led
    assert all(note["showarrow"] for note in led)


def test_a_name_at_an_edge_is_written_towards_the_middle():
    found = metrics.funnel({1: ten(9000, 90), 2: ten(4000, 10), 3: ten(7000, 60)}, adjust="none")
    drawn: Any = charts.funnel(
        found, {key: f"Afdeling nummer {key}" for key in (1, 2, 3)}, "score", whole="All together", rest="the rest"
    )
    anchors = {note["text"]: note["xanchor"] for note in drawn["layout"]["annotations"]}
    assert (anchors["Afdeling nummer 1"], anchors["Afdeling nummer 2"]) == ("right", "left")


def test_of_very_many_departments_a_few_have_names():
    found = metrics.funnel({key: ten(4000 + 10 * key, 10 + 10 * (key % 9)) for key in range(200)}, adjust="none")
    drawn: Any = charts.funnel(
        found, {key: f"Afdeling {key}" for key in range(200)}, "score", whole="All together", rest="the rest"
    )
    assert len(drawn["layout"]["annotations"]) <= 6


def test_one_department_alone_is_compared_with_nothing(people, planted):
    """It is no department that differs from no other: there is no other."""
    url = reverse("topic", args=PAGE)
    html = client_for(people["analyst"]).get(url, {**PERIOD, "department": "BUR"}).content.decode()
    assert "Burgerzaken has nothing to be compared with: only its calls are looked at." in html
    assert html.count("To compare, at least two departments with enough calls are needed.") == 2
    assert "what chance makes of" not in html
    both = client_for(people["analyst"]).get(url, {**PERIOD, "department": ["BUR", "BEL"]}).content.decode()
    assert "has nothing to be compared with" not in both
    assert "To compare, at least two" not in both


def test_a_single_other_department_is_named(people, plant):
    plant("BUR", ALIKE)
    plant("AFV", [score - 4000 for score in ALIKE])
    plant("BEL", [score - 2000 for score in ALIKE])
    html = read(people, "topic", PAGE).content.decode()
    assert "Belastingen cannot be told from the rest." in html
    assert "The other one" not in html


def test_the_rest_is_what_this_reader_may_see(people, planted):
    """A manager reads two of three departments: the rest is of these, and the sentence itself says so."""
    url = reverse("topic", args=PAGE)
    manager = client_for(people["manager"]).get(url, PERIOD).content.decode()
    assert "Afval: below the rest of your departments by more than chance." in manager
    assert "the dotted line is the mean of the calls of your departments." in manager
    analyst = client_for(people["analyst"])
    assert "Afval: below the rest by more than chance." in analyst.get(url, PERIOD).content.decode()
    chosen = analyst.get(url, {**PERIOD, "department": ["BUR", "AFV"]}).content.decode()
    assert "Afval: below the rest of the chosen departments by more than chance." in chosen
