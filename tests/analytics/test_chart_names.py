"""Where names stand among dots: upon nothing else, at any width."""

import random
from fractions import Fraction
from typing import Any

import pytest

from analytics import charts
from analytics.charts.base import NAME_HEIGHT
from analytics.charts.names import DOT, LETTER, WIDTHS, Box, Dot, Line, Plot, beside
from analytics.figures import Mean
from analytics.metrics import Aspects
from analytics.results import Estimate

PLOT = Plot((50.0, 90.0), (50.0, 90.0), 344)


def made(seed, count, spread):
    rng = random.Random(seed)
    return [
        Dot(f"Department {n} " + "x" * rng.randrange(8), rng.gauss(70, spread), rng.gauss(70, spread), "#000000")
        for n in range(count)
    ]


def words(label, wide):
    """Where a name is drawn on a plot of this width, from what plotly is told: reckoned again, from the top."""
    x = wide * (label["x"] - 50) / 40 + label.get("ax", 0)
    y = 344 * (label["y"] - 50) / 40 + label.get("yshift", -label.get("ay", 0))
    long = LETTER * len(label["text"])
    left = {"left": x, "center": x - long / 2, "right": x - long}[label["xanchor"]]
    low = y if label["yanchor"] == "bottom" else y - NAME_HEIGHT
    return left, low, left + long, low + NAME_HEIGHT


def upon(one, other):
    return min(one[2], other[2]) - max(one[0], other[0]) > 1e-9 and min(one[3], other[3]) - max(one[1], other[1]) > 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_names_lie_upon_no_name_no_dot_and_no_edge(seed):
    dots = made(seed, 12, 6)
    found = beside(dots, dots, PLOT)
    assert len(found) >= 6
    for wide in WIDTHS:
        boxes = [words(label, wide) for label in found]
        around = [
            (wide * (dot.x - 50) / 40 - DOT, 344 * (dot.y - 50) / 40 - DOT, wide * (dot.x - 50) / 40 + DOT, 344 * (dot.y - 50) / 40 + DOT)
            for dot in dots
        ]  # fmt: skip
        for place, box in enumerate(boxes):
            assert not any(upon(box, other) for other in (*boxes[:place], *around))
            assert min(box) >= -1e-9
            assert box[2] <= wide + 1e-9
            assert box[3] <= 344 + 1e-9


def test_a_name_that_makes_way_is_led_back_to_its_dot():
    dots = [Dot("Burgerzaken", 70, 70, "#000000"), Dot("Belastingen", 70.5, 70, "#000000"), Dot("Klachten", 71, 70, "#000000")]  # fmt: skip
    found = beside(dots, dots, PLOT)
    assert [label["text"] for label in found] == ["Burgerzaken", "Belastingen", "Klachten"]
    led = [label for label in found if label["showarrow"]]
    assert led
    for label in found:
        assert ("ay" in label) is label["showarrow"]
        assert ("yshift" in label) is not label["showarrow"]


def test_of_a_crowd_the_first_are_named_and_none_lies_upon_another():
    dots = made(1, 60, 1)
    found = beside(dots, dots, PLOT)
    assert 0 < len(found) < 60
    assert found[0]["text"] == dots[0].name
    boxes = [words(label, WIDTHS[0]) for label in found]
    assert not any(upon(box, other) for place, box in enumerate(boxes) for other in boxes[:place])


def test_names_make_way_for_other_words_and_long_ones_are_cut():
    dot = Dot("A department with a very long name & more", 50, 50, "#000000")
    (free,) = beside([dot], [dot], PLOT)
    assert free["text"] == "A department with a very…"
    (moved,) = beside([dot], [dot], PLOT, [[Box(0, 0, wide, 40)] for wide in WIDTHS])
    assert words(free, WIDTHS[0])[1] < 40 <= words(moved, WIDTHS[0])[1]


@pytest.mark.parametrize(
    ("line", "meets"),
    [
        (Line(0, 0, 10, 10), True),
        (Line(0, 0, 3, 3), False),
        (Line(5, 0, 0, 10), True),
        (Line(3, 0, 0, 10), False),
        (Line(0, 10, 10, 0), False),
        (Line(0, 9, 9, -9), True),
    ],
)
def test_whether_a_line_passes_through_a_box(line, meets):
    assert line.meets(Box(4, 4, 6, 6)) is meets


def test_every_department_of_a_small_organisation_is_named_beside_its_dot():
    """As the demo's lie: three upon each other in the corner, two beside each other."""
    places = {
        "Klachten": (83.5, 80.8),
        "Juridisch loket": (63.2, 61.4),
        "Bouwen en verbouwen": (80.8, 80.8),
        "Belastingen": (86.0, 86.0),
        "Burgerzaken": (86.5, 86.9),
        "Parkeervergunningen": (77.7, 78.2),
        "Afval en milieu": (63.1, 63.7),
        "Klantcontact": (85.7, 87.3),
    }
    gap = Estimate(n=20)
    means = {name: [Mean(n=20, exact=Fraction(end)) for end in ends] for name, ends in places.items()}
    dots = [(name, Aspects(content, experience, gap), gap) for name, (content, experience) in means.items()]
    drawn: Any = charts.facing(dots)
    named = {each["text"]: (each["x"], each["y"]) for each in drawn["layout"]["annotations"] if each["text"] in places}
    assert named == places
    crowd: Any = charts.facing([(f"{name} {n}", *rest) for name, *rest in dots for n in range(4)])
    assert len([each for each in crowd["layout"]["annotations"] if each["text"][:-2] in places]) < 10
