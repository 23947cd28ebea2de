"""The charts: in the pages' colours, in the reader's words, valid by plotly's own schema, and carried as plain JSON."""

import datetime as dt
import itertools
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from analytics import charts, marks, metrics
from analytics.figures import Mean, Row, Series, Share
from analytics.stats.intervals import Sums

CSS = (Path(settings.BASE_DIR) / "project" / "static" / "css" / "tokens.css").read_text()
SCRIPT = (Path(settings.BASE_DIR) / "analytics" / "static" / "analytics" / "charts.js").read_text()


def sums(*values):
    return Sums(len(values), sum(values), sum(value * value for value in values))


def lines(*arguments, **options):
    drawn = charts.lines(*arguments, **options)
    assert drawn is not None
    return drawn


def series(name="Afval", groups=None, hue="brand", target=None, key=1):
    groups = groups or [[7000 + 100 * month + call for call in range(8)] for month in range(12)]
    days = metrics.calendar(dt.date(2025, 4, 1), dt.date(2026, 3, 31), "month")[: len(groups)]
    points, normal = metrics.series([sums(*group) for group in groups], days)
    return Series(key=key, code="AFV", name=name, points=points, normal=normal, target=target, hue=hue)


def test_colours_are_the_tokens_of_the_light_theme():
    for name, colour in charts.TOKENS.items():
        assert re.search(rf"--{name}:\s*light-dark\({colour},", CSS), name


def test_a_chart_is_plain_json_with_no_colour_of_its_own():
    drawn = lines([series()], "month")
    text = json.dumps(drawn)
    known = {colour.lower() for colour in charts.TOKENS.values()}
    assert set(re.findall(r"#[0-9a-fA-F]{6}", text)) <= known
    rgb = {charts.faint(name, 0).rsplit(",", 1)[0] for name in charts.TOKENS} | {"rgba(0, 0, 0"}
    assert {found.rsplit(",", 1)[0] for found in re.findall(r"rgba\([^)]*\)", text)} <= rgb
    assert "bdata" not in text


def test_one_line_has_its_band_its_normal_range_and_its_target():
    drawn = lines([series(target=Decimal("80.00"))], "month")
    assert [trace.get("fill", trace["mode"]) for trace in drawn["data"]][:2] == ["toself", "lines+markers"]
    texts = [note["text"] for note in drawn["layout"]["annotations"]]
    assert texts == ["Afval", "earlier range", "target 80"]
    assert len(drawn["layout"]["shapes"]) == 2


@pytest.mark.parametrize("target", ["40.00", "70.00", "76.50", "81.00", "95.00"])
def test_the_names_of_target_and_normal_range_are_apart(target):
    drawn = lines([series(target=Decimal(target))], "month")
    _end, normal, goal = drawn["layout"]["annotations"]
    assert {normal["xanchor"], goal["xanchor"]} == {"left", "right"}
    assert {normal["x"], goal["x"]} == {0, 1}
    # Inside its band, at the edge away from the target.
    low, high = drawn["layout"]["shapes"][0]["y0"], drawn["layout"]["shapes"][0]["y1"]
    assert (normal["y"], normal["yanchor"]) in {(low, "bottom"), (high, "top")}
    assert abs(normal["y"] - float(target)) >= (high - low) / 2


def test_a_single_period_is_too_short_to_draw():
    assert charts.lines([series(groups=[[7000] * 6])], "month") is None
    assert charts.lines([series(groups=[[7000] * 6, [], []])], "month") is None
    assert charts.lines([series(groups=[[7000] * 6, [], [7100] * 6])], "month") is not None


def test_months_are_written_as_the_language_writes_them():
    with translation.override("nl"):
        months = lines([series()], "month")["layout"]["xaxis"]["ticktext"]
        days = lines([series()], "week")["layout"]["xaxis"]["ticktext"]
    assert months[:3:2] == ["apr<br>2025", "jun"]
    assert months[1] == months[1].lower()
    assert days[0] == "1 apr<br>2025"


def test_hover_is_a_sentence_in_the_readers_language():
    with translation.override("nl"):
        line = lines([series("R&D <b>")], "month")["data"][1]
    assert line["hovertext"][0].startswith("<b>R&amp;D &lt;b&gt;</b><br>")
    assert "70,0" in line["hovertext"][0]
    level = [[7000, 7100, 7200, 7300, 7400]] * 12
    assert lines([series(groups=level)], "month")["data"][1]["hovertext"][0] == (
        "<b>Afval</b><br>April 2025: 72.0 points (70.0 to 74.0), 5 calls"
    )


def test_gaps_and_few_calls_show():
    groups = [[7000] * 6, [], [7100, 7200], [7300] * 6, [7400] * 6]
    band, line = lines([series(groups=groups)], "month")["data"]
    assert line["y"] == [70.0, None, 71.5, 73.0, 74.0]
    assert line["connectgaps"] is False
    assert [colour == charts.TOKENS["sheet"] for colour in line["marker"]["color"]][2]
    # The band is drawn where two neighbouring periods have an interval.
    assert band["x"][:2] == ["2025-07-01", "2025-08-01"]


def test_labels_at_the_ends_keep_their_distance():
    several = [series(f"Line {number}", [[7000 + number] * 5 for _ in range(6)], key=number) for number in range(5)]
    drawn = lines(several, "month")
    low, high = drawn["layout"]["yaxis"]["range"]
    heights = sorted(
        note["y"] / (high - low) * charts.PLOT_HEIGHT + note["yshift"] for note in drawn["layout"]["annotations"]
    )
    assert all(after - before > charts.LABEL_HEIGHT - 2 for before, after in itertools.pairwise(heights))
    assert not drawn["layout"]["shapes"]


def test_a_long_name_is_shortened_and_has_its_room():
    drawn = lines([series("Dienst voor zeer langdurige aangelegenheden en meer")], "month")
    (label, *_rest) = drawn["layout"]["annotations"]
    assert label["text"].endswith("…")
    assert drawn["layout"]["margin"]["r"] >= 150


def test_ticks_name_the_year_where_it_begins():
    ticks = lines([series()], "month")["layout"]["xaxis"]["ticktext"]
    assert ticks[0] == "Apr<br>2025"
    assert ticks[9] == "Jan<br>2026"
    assert ticks[10] == "Feb"


def test_shares_are_dots_in_their_intervals():
    points = [(dt.date(2026, month, 1), metrics.share(month, 9)) for month in (1, 2, 3)] + [
        (dt.date(2026, 4, 1), Share())
    ]
    (trace,) = charts.shares(points, "month", "came in time")["data"]
    assert len(trace["x"]) == 3
    assert "title" not in charts.shares(points, "month", "came in time")["layout"]["yaxis"]
    assert trace["hovertext"][0].startswith("January 2026<br>came in time: 11\u202f% (2 to 44\u202f%), 1 of 9")


@pytest.mark.parametrize(
    "setting", ["displaylogo: false", "showSendToCloud: false", 'plotlyServerURL: ""', "responsive: true"]
)
def test_plotly_neither_advertises_nor_uploads(setting):
    assert setting in SCRIPT


# --- the small drawings -----------------------------------------------------------------------------------------------


def row(mean, target=None, singles=()):
    empty = Share()
    return Row(
        key=1,
        code="A",
        name="A",
        level="department",
        mean=mean,
        before=Mean(),
        change=None,
        target=target,
        dimensions=(),
        kept=empty,
        prompt=empty,
        left=empty,
        singles=singles,
    )


def test_axis_holds_everything_drawn_in_whole_tens():
    mean = metrics.mean(sums(6200, 6400, 6600, 6500, 6300))
    axis = marks.axis([row(mean, Decimal("85.00"))])
    assert (axis.low, axis.high) == (60, 90)
    assert marks.axis([]) == marks.Axis(0, 100)
    dot = marks.dot(row(mean, Decimal("85.00")), axis)
    low, middle, high, target = (float(end.rstrip("%")) for end in (dot.low, dot.middle, dot.high, dot.target))
    assert 0 < low < middle < high < target < 100


def test_few_calls_are_single_dots():
    singles = (Decimal("62.00"), Decimal("70.00"))
    dot = marks.dot(row(metrics.mean(sums(6200, 7000)), singles=singles), marks.Axis(50, 80))
    assert (dot.middle, dot.low, len(dot.singles)) == (None, None, 2)


def test_sparkline_has_gaps_rings_and_its_range():
    groups = [[7000 + 40 * (month % 2) + call for call in range(6)] for month in range(11)] + [[3000] * 6]
    spark = marks.spark(series(groups=groups))
    assert len(spark.pieces) == 1
    assert len(spark.rings) == 1
    assert spark.range_top is not None
    broken = marks.spark(series(groups=[[7000] * 5, [7000] * 5, [], [7000] * 5, [7100] * 5]))
    assert len(broken.pieces) == 2
    assert marks.spark(series(groups=[[7000] * 5])) is None
    assert marks.spark(None) is None


@pytest.mark.parametrize(
    ("distance", "name"),
    [
        (0, "above-0"),
        (1.99, "above-0"),
        (2, "above-1"),
        (20, "above-4"),
        (-0.01, "below-0"),
        (-7, "below-2"),
        (None, "plain"),
    ],
)
def test_shades_say_how_far_from_the_target(distance, name):
    assert marks.shade(metrics.mean(sums(7000)), distance) == name
    assert marks.shade(Mean(), distance) == "plain"
