"""What is drawn inside tables in Python, since there is so much of it: shares in their lanes, and histograms."""

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

from django.utils.safestring import SafeString

from analytics.figures import Mean, Share
from analytics.filters import ALL_TOGETHER
from analytics.metrics import WITHHELD_SHARE, Spread
from analytics.reports.nodes import Cell, Lane, Lanes, Line, Tag
from analytics.reports.spreads import Spreading
from analytics.templatetags.questions import histograms
from analytics.templatetags.shares import lane_cells

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
    assert ("too few calls" in html, ">none<" in html, "svg" in html) == (True, True, False)


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
    assert ("too few calls" in html, "svg" in html) == (True, False)
