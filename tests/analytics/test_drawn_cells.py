"""What is written inside tables in Python, since there is so much of it: dots, courses, shares in lanes, histograms, quotes."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from analytics import marks
from analytics.figures import Mean, Point, Series, Share
from analytics.filters import ALL_TOGETHER
from analytics.metrics import WITHHELD_SHARE, Spread, share
from analytics.quotes import Quote
from analytics.reports.heard import EXEMPLARY, HARMFUL, Entry, PlaceHeard, Said
from analytics.reports.nodes import Cell, Lane, Lanes, Line, Tag
from analytics.reports.spreads import Spreading
from analytics.results import Estimate
from analytics.stats.control import Limits
from analytics.templatetags.figures import dot, dot_svg, spark
from analytics.templatetags.questions import MOST_PLACES, histograms, said_items, widest
from analytics.templatetags.shares import from_norm, lane_cells

PAGE = {"page": SimpleNamespace(query="?by=week", reader=SimpleNamespace(organisation=SimpleNamespace(slug="town")))}


def test_a_share_lies_in_its_lane_with_what_is_clear_about_it():
    share = Share(100, 30, Decimal("30.00"), Decimal("21.00"), Decimal("40.00"))
    line = Line(
        "Desk", (Cell(share, Tag("less <b>", "warn", "▼")), Cell(share, Tag("no clear difference")), Cell(share))
    )
    lanes = Lanes("Department", (Lane("Back", 100, 64, "benchmark: 64 %"), Lane("Half", 50), Lane("Plain")), ())
    first, second, third = lane_cells(line, lanes).split("</td>")[:3]
    # From 2 to 98 % of the width; of the second lane 50 % is the end.
    assert 'cx="30.80%"' in first
    assert 'x1="22.16%" x2="40.40%"' in first
    assert 'x1="63.44%" x2="63.44%"' in first
    assert 'aria-label="30\u202f% (21 to 40\u202f%); benchmark: 64 %"' in first
    assert '<span class="tag warn"><span aria-hidden="true">▼</span> less &lt;b&gt;</span>' in first
    assert 'cx="59.60%"' in second
    assert ("dot-target" in second, '<span class="mute small">no clear difference</span>' in second) == (False, True)
    assert "tag" not in third


def test_what_is_not_there_or_not_to_be_seen_is_not_drawn():
    html = lane_cells(Line("Desk", (Cell(WITHHELD_SHARE), Cell(Share()))), Lanes("", (Lane("One"), Lane("Two")), ()))
    assert ("not shown" in html, ">none<" in html, "svg" in html) == (True, True, False)


def test_a_share_of_too_few_calls_for_a_verdict_has_no_tint():
    assert [from_norm(share(0, n), 85) for n in (0, 4, 5)] == ["plain", "plain", "below-4"]


def test_a_histogram_has_a_bar_for_each_step_that_holds_calls():
    bins = tuple({12: 3, 14: 4}.get(place, 0) for place in range(20))
    spread = Spread(7, bins, (60, 65), (70, 75), (70, 75))
    mean = Mean(7, Fraction(68), Decimal("60.00"), Decimal("76.00"))
    several = [Spreading(ALL_TOGETHER, "", "All <together>", mean, spread), Spreading(7, "BUR", "Desk", mean, spread)]
    html = histograms(PAGE, several)
    assert isinstance(html, SafeString)
    whole, desk = html.split("\n")
    assert '<path class="histogram-bar" d="M60.4 10.0h4.2v30.0h-4.2zM70.4 0.0h4.2v40.0h-4.2z"/>' in whole
    assert '<rect class="histogram-half" x="60" y="0" width="15" height="40"/>' in whole
    assert 'x1="68.0" x2="68.0"' in whole
    assert "middle half: 60 to 75" in whole
    assert "<h3>All &lt;together&gt;</h3>" in whole
    assert '<h3><a href="/o/town/results/7/?by=week">Desk</a></h3>' in desk


def test_withheld_scores_have_no_histogram():
    html = histograms(PAGE, [Spreading(7, "BUR", "Desk", Mean(n=None, withheld=True), Spread(n=None, withheld=True))])
    assert ("not shown" in html, "svg" in html) == (True, False)


# --- rows of the overview ---------------------------------------------------------------------------------------------


def _row(**facts: Any) -> Any:
    return SimpleNamespace(**facts)


def test_a_mean_is_a_dot_in_its_interval_with_its_target():
    mean = Mean(40, Fraction(70), Decimal("60.00"), Decimal("80.00"))
    html = dot(_row(mean=mean, target=Decimal(90), singles=()), marks.Axis(50, 100))
    assert isinstance(html, SafeString)
    assert '<line class="dot-interval" x1="21.20%" x2="59.60%" y1="16" y2="16"/>' in html
    assert '<line class="dot-target" x1="78.80%" x2="78.80%" y1="3" y2="29"/>' in html
    assert '<circle class="dot-mean" cx="40.40%" cy="16" r="5.5"/>' in html
    assert 'aria-label="70.0 points (60.0 to 80.0), 40 calls; target 90"' in html


def test_the_target_is_written_under_its_tick_where_no_number_stands_beside_it():
    mean = Mean(40, Fraction(70), Decimal("60.00"), Decimal("80.00"))
    with_target, without = (_row(mean=mean, target=target, singles=()) for target in (Decimal(90), None))
    html = dot(with_target, marks.Axis(50, 100), numbered=True)
    assert '<line class="dot-target" x1="78.80%" x2="78.80%" y1="3" y2="22"/>' in html
    assert 'x="78.80%" y="32"><tspan class="dot-word">target </tspan>90</text>' in html
    assert "<text" not in dot(with_target, marks.Axis(50, 100))
    assert "<text" not in dot(without, marks.Axis(50, 100), numbered=True)


def test_few_calls_are_dots_without_a_mean_or_an_interval():
    row = _row(mean=Mean(2, Fraction(66)), target=None, singles=(Decimal(62), Decimal(70)))
    html = dot(row, marks.Axis(50, 100))
    assert html.count('<circle class="dot-single"') == 2
    assert ("dot-mean" in html, "dot-interval" in html, "dot-target" in html) == (False, False, False)


def _course(*scores: int | None) -> Series:
    points = tuple(
        Point(
            dt.date(2026, month, 1),
            dt.date(2026, month, 28),
            Mean() if score is None else Mean(9, Fraction(score)),
            outside=score == 40,
        )
        for month, score in enumerate(scores, 1)
    )
    return Series(1, "BUR", "Desk", points, normal=Limits(6, 70, 2, 64, 76))


def test_a_course_has_its_range_its_rings_and_says_where_it_began_and_ended():
    html = spark(_row(spark=_course(70, 71, None, 69, 40)), "month")
    assert (html.count("<polyline"), html.count("spark-ring"), html.count("spark-range")) == (2, 1, 1)
    label = "from 70.0 in January 2026 to 40.0 in May 2026; circled: outside the range of the periods before"
    assert html.count(label) == 2


def test_one_period_is_no_course():
    assert spark(_row(spark=_course(70)), "month") == '<span class="mute">–</span>'
    assert spark(_row(spark=None), "month") == '<span class="mute">–</span>'


# --- what was heard ---------------------------------------------------------------------------------------------------


def test_a_quote_is_escaped_and_leads_to_its_call():
    quotes = (
        (Quote("hang", "I <b>hang</b> up", 75, 31, dt.date(2026, 3, 2), 7), "Desk & co"),
        (Quote("hang", "Bye", None, 32, dt.date(2026, 3, 3), 7), "Desk"),
    )
    html = said_items(Said(Entry("hang", HARMFUL, "", ""), quotes))
    first, second = html.split("</li>")[:2]
    assert "<q>I &lt;b&gt;hang&lt;/b&gt; up</q>" in first
    assert "Desk &amp; co, " in first
    assert ", at 1 min 15 s into the call · " in first
    assert f'<a href="{reverse("call", args=[31])}">{quotes[0][0].reference}</a>' in first
    assert ("into the call" in second, reverse("call", args=[32]) in second) == (False, True)


def test_of_each_kind_the_widest_are_shown():
    def places(kind: str, count: int) -> list[PlaceHeard]:
        entry = Entry(kind, kind, "", "")
        return [PlaceHeard(entry, str(number), "", Share(), Estimate(9)) for number in range(count)]

    found = widest([*places(HARMFUL, MOST_PLACES + 3), *places(EXEMPLARY, 2)])
    assert [each.entry.kind for each in found] == [HARMFUL] * MOST_PLACES + [EXEMPLARY] * 2
    assert [each.code for each in found] == [*map(str, range(MOST_PLACES)), "0", "1"]


def test_words_of_a_drawing_are_escaped_once():
    drawn = dot_svg(marks.Dot("10%", None, None, None, ()), 'a < b & "c"', tall=24, size="5")
    assert 'aria-label="a &lt; b &amp; &quot;c&quot;"' in drawn
