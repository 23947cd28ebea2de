"""The charts of the pages as pictures on paper: words stay words, names find a place, and nothing in a name breaks one."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from analytics.charts.base import NAME_GAP
from analytics.filters import Filters
from analytics.letters import drawings, pictures
from analytics.reports import Report
from analytics.templatetags.letter import described
from tests.analytics.conftest import NOW

LETTERS = "{http://www.w3.org/2000/svg}text"


class TestPictures:
    def chart(self, **layout):
        trace = {
            "type": "scatter",
            "mode": "lines+markers",
            "x": ["2026-01-01", "2026-02-01", "2026-03-01"],
            "y": [71.5, None, 74.25],
            "line": {"color": "#0b5563", "width": 2},
            "marker": {"color": "#0b5563", "size": 7},
            "hovertext": ["<b>A &amp; B</b><br>71.5 points", "", "<b>A &amp; B</b><br>74.3 points"],
        }
        ticks = {"type": "date", "tickvals": ["2026-01-01"], "ticktext": ["Jan<br>2026"]}
        return {"data": [trace], "layout": {"xaxis": ticks, "yaxis": {"range": [70, 80]}} | layout}

    def test_words_stay_words(self):
        note = {"text": "target <b>75</b> &lt;5", "xref": "paper", "x": 0, "y": 75, "showarrow": False}
        drawn = pictures.svg(self.chart(annotations=[note]))
        assert "target 75 &lt;5" in drawn
        assert "Jan" in drawn
        assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]+"', "", drawn)

    def test_a_name_is_no_formula(self):
        note = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "text": r"Kosten $\frac{1}{$ beheer"}
        assert r"Kosten $\frac{1}{$ beheer" in pictures.svg(self.chart(annotations=[note]))

    def test_a_name_that_a_page_turns_at_the_edge_makes_way_too(self):
        dots = {
            "type": "scatter",
            "mode": "markers",
            "x": [10, 98, 100],
            "y": [60, 72, 72],
            "marker": {"size": 10, "color": "#0b5563"},
        }
        name = {"y": 72, "yanchor": "bottom", "yshift": 6, "showarrow": False}
        notes = [name | {"x": 98, "text": "Left desk"}, name | {"x": 100, "text": "Right desk", "xanchor": "right"}]
        drawn = pictures.svg({"data": [dots], "layout": {"yaxis": {"range": [50, 90]}, "annotations": notes}})
        found = [re.search(rf'y="([\d.]+)"[^>]*>{side} desk<', drawn) for side in ("Left", "Right")]
        left, right = (float(each[1]) for each in found if each)
        assert abs(left - right) > 10

    def test_words_are_placed_from_their_start(self):
        """Readers of PDFs cut off what weasyprint makes of words that are placed from their end."""
        drawn = pictures.svg(self.chart())
        assert "text-anchor" not in drawn
        found = re.search(r'<text [^>]*x="([\d.]+)"[^>]*textLength="([\d.]+)"[^>]*>80</text>', drawn)
        assert found, "the label of the axis"
        assert float(found[1]) + float(found[2]) == pytest.approx(44 - 6, abs=0.1)

    def test_the_same_chart_is_the_same_picture(self):
        assert pictures.svg(self.chart()) == pictures.svg(self.chart())

    def test_numbers_are_written_in_the_reader_s_language(self):
        chart = self.chart(yaxis={"range": [70, 71], "title": {"text": "points"}})
        with translation.override("nl"):
            assert "70,4" in pictures.svg(chart)

    def test_another_kind_of_drawing_is_refused(self):
        chart = self.chart()
        chart["data"][0]["type"] = "pie"
        with pytest.raises(ValueError, match="pie"):
            pictures.svg(chart)

    def test_the_description_tells_the_points(self):
        assert pictures.facts(self.chart()) == ["A & B: 71.5 points", "A & B: 74.3 points"]

    def test_a_long_line_is_described_by_its_ends(self):
        chart = self.chart()
        chart["data"][0]["hovertext"] = [f"week {place}" for place in range(60)]
        assert pictures.facts(chart) == ["week 0", "week 59"]

    def test_colours_are_mixed_with_the_paper(self):
        assert drawings.mixed("brand", 0) == "#ffffff"
        assert drawings.mixed("brand", 100) == "#0b5563"

    def test_a_name_that_made_way_is_led_to_its_dot(self):
        """Of four dots close together two names stand beside theirs, and two farther off."""
        several = dict(zip(("Klachten", "Klantcontact", "Belastingen", "Burgerzaken"), (98, 99, 100, 101), strict=True))
        assert led_lines(funnel(several)) == 2
        assert led_lines(funnel({"Klachten": 20, "Klantcontact": 100})) == 0

    def test_what_a_page_leads_is_placed_anew(self):
        chart = funnel({"Klachten": 100})
        (note,) = chart["layout"]["annotations"]
        farther = {name: value for name, value in note.items() if name != "yshift"}
        line = {
            "ax": 0,
            "ay": -60,
            "showarrow": True,
            "arrowcolor": "rgba(88, 97, 104, 0.5)",
            "arrowwidth": 1,
            "standoff": 6,
        }
        chart["layout"]["annotations"] = [farther | line]
        assert led_lines(chart) == 0

    @pytest.mark.parametrize("unseen", ["\x08", "\x1b", "\ufffe", "\ud800"])
    def test_a_character_that_cannot_be_written_breaks_no_picture(self, unseen):
        drawn = pictures.svg(funnel({f"Klach{unseen}ten": 100, "Afval": 20}))
        said = [each.text for each in ET.fromstring(drawn).iter(LETTERS)]
        assert {"Klachten", "Afval"} <= set(said)
        rows = {
            "type": "scatter",
            "mode": "markers",
            "x": [1],
            "y": [f"Klach{unseen}ten"],
            "marker": {"color": "#0b5563"},
        }
        named = pictures.svg({"data": [rows], "layout": {"yaxis": {"type": "category"}}})
        assert "Klachten" in [each.text for each in ET.fromstring(named).iter(LETTERS)]


def funnel(sizes):
    """Dots side by side at one height, each with its name."""
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": list(sizes.values()),
        "y": [72] * len(sizes),
        "marker": {"size": 10, "color": "#0b5563"},
    }
    name = {"y": 72, "yanchor": "bottom", "yshift": NAME_GAP, "showarrow": False}
    notes = [name | {"x": size, "text": text} for text, size in sizes.items()]
    layout = {"xaxis": {"range": [0, 200]}, "yaxis": {"range": [50, 90]}, "annotations": notes}
    return {"data": [dots], "layout": layout}


def led_lines(chart):
    """How many of its names are led to their dots."""
    return len(re.findall(r"stroke: #586168; stroke-opacity: 0.5", pictures.svg(chart)))


def test_charts_without_points_are_described_by_their_title():
    day = NOW.date()
    chart: dict[str, Any] = {"data": [], "layout": {}}
    report = Report("x", "A title", "What it says.", (), (), Filters(None, day), None, day, 3, NOW, chart=chart)
    assert described(report) == "A title. What it says."
