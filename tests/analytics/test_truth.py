"""Every method on calls whose true effects are written down (`surveys.demo.truth`): does it find them, as often as it says?

`TRUTH_SEEDS` says how many demos are drawn, 20 unless it is set: `TRUTH_SEEDS=200 pytest -s tests/analytics/test_truth.py`
prints the whole table. Calls are drawn by `truth_calls`, which is checked here against the demo's own code.

The bounds:

- An interval at 95 % must cover the truth in 93 to 97 of 100 cases. With few cases chance alone leaves that band, so it is
  widened to the central 99.9 % of the binomial distribution at 95 %; with 200 seeds the band itself is the bound wherever
  there are about 1,400 cases or more.
- A test at 5 % must give no more false alarms than the upper 99.9 % binomial limit at 5 %.
- Control charts have no level of their own: theirs is the rate at which the same chart, on limits from the same eight
  points, calls out independent normal means of as many calls. That is far above the 0.27 % of known limits (eight points
  do not know them well), and highest in the last month, which is not over: its mean rests on fewer calls, and limits from
  whole months are too narrow for it. Points of one chart share their limits, so charts are counted, not points: their mean
  number of points outside lies no more than 3.1 standard errors above that of ideal charts.
- Power is stated per effect: the share that must be found, less the 99.9 % binomial limit.
- Severities are best predictions: their intervals hold over evaluators, the planted and the others together. The few
  exceptional ones are drawn to the mean, so theirs cover less often (about 88 %), the others' more often.

Cases of one seed are treated as independent, which departments, scenarios and evaluators are in good approximation.
"""

import os
from collections import defaultdict
from functools import cache
from random import Random

import numpy as np
import pytest
from scipy.stats import binom

from surveys import scoring
from surveys.demo import days
from surveys.demo.answers import Answerer
from surveys.demo.generator import BY_CODE
from surveys.demo.plan import Calendar
from surveys.demo.words import Writer
from tests.analytics.truth_calls import BRIEFS, DEPARTMENTS, MODEL, TODAY, draw
from tests.analytics.truth_look import MONTHS, Look, chart_signals

pytestmark = pytest.mark.slow

SEEDS = int(os.environ.get("TRUTH_SEEDS", "20"))
NOMINAL = 0.95


# --- all demos --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    hits: dict = defaultdict(lambda: [0, 0])
    figures: dict = defaultdict(list)
    for seed in range(1, SEEDS + 1):
        look = Look(seed)
        for question, (so, of) in look.hits.items():
            hits[question][0] += so
            hits[question][1] += of
        for name, rows in look.figures.items():
            figures[name] += rows
    table = "\n".join(
        f"  {question:<40}{so:>7} of {of:>6}{so / max(of, 1):>9.2%}" for question, (so, of) in hits.items()
    )
    print(f"\n{SEEDS} seeds\n{table}")
    return hits, figures


@cache
def ideal_charts():
    """Signals of these charts on independent normal means of as many calls a month: outside, the last, CUSUM."""
    rng = np.random.default_rng(1931)
    calls = np.array([len(days) for days in Calendar(TODAY).days])
    looks = [chart_signals(row.tolist()) for row in rng.normal(size=(4000, MONTHS)) / calls**0.5]
    return np.array([(outside, last, above or below) for outside, last, above, below, _points in looks], dtype=float)


def covers(hits):
    so, of = hits
    low, high = binom.ppf([0.0005, 0.9995], of, NOMINAL)
    return min(0.93 * of, low) <= so <= max(0.97 * of, high)


def at_most(hits, rate):
    so, of = hits
    return so <= binom.ppf(0.999, of, rate)


def at_least(hits, rate):
    so, of = hits
    return so >= binom.ppf(0.001, of, rate)


# --- the drawing itself -----------------------------------------------------------------------------------------------


def test_drawn_calls_score_what_the_demo_and_the_rules_would_say():
    calls = draw(5, calls=300)
    for call in range(len(calls.score)):
        brief = BY_CODE[BRIEFS[calls.scenario[call]]]
        answers = Answerer(
            MODEL,
            calls.heard(call),
            rng=Random(call),
            writer=Writer(Random(call), "nl", brief.code),
            brief=brief,
            called=days.local(TODAY, days.OPENS),
            leaning=(),
        ).answers()
        score = scoring.score(MODEL.form, answers, brief.facts).score
        assert calls.score[call] == (-1 if score is None else score), call


def test_drawn_calls_have_the_expected_means(found):
    _hits, figures = found
    for row, code in enumerate(DEPARTMENTS):
        gaps = np.array([gap for department, gap in figures["corrected"] if department == row])
        assert abs(gaps.mean()) < 4 * gaps.std(ddof=1) / len(gaps) ** 0.5, code


# --- the methods ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "mean covers",
        "share harmful covers",
        "share prompt covers",
        "share kept covers",
        "before/after covers",
        "severity covers",
        "corrected mean covers",
        "uneven: corrected mean covers",
        "tone gap covers",
    ],
)
def test_intervals_cover_the_truth(found, question):
    assert covers(found[0][question]), found[0][question]


@pytest.mark.parametrize(
    ("question", "power"),
    [
        ("before/after training", 0.999),
        ("xmr training", 0.95),
        ("cusum training", 0.99),
        ("split training", 0.99),
        ("slope decline", 0.999),
        ("nine: different told apart", 0.95),
        ("planted severity found", 0.99),
        ("tone gap found PRK", 0.99),
    ],
)
def test_what_is_there_is_found(found, question, power):
    assert at_least(found[0][question], power), found[0][question]


@pytest.mark.parametrize(
    "question",
    [
        "before/after still",
        "split still",
        "slope still",
        "equal three told apart",
        "equal three outside funnel, 95",
        "nine: false among those told apart",
        "tone gap found elsewhere",
    ],
)
def test_what_is_not_there_is_not_found(found, question):
    assert at_most(found[0][question], 0.05), found[0][question]


def test_equal_departments_are_hardly_ever_beyond_the_outer_funnel_limits(found):
    assert at_most(found[0]["equal three outside funnel, 99.8"], 0.002)


def test_charts_call_out_no_more_than_on_ideal_values(found):
    charts, ideal = np.array(found[1]["charts"], dtype=float), ideal_charts()
    error = (charts.var(axis=0) / len(charts) + ideal.var(axis=0) / len(ideal)) ** 0.5
    assert (charts.mean(axis=0) <= ideal.mean(axis=0) + 3.1 * error).all(), (charts.mean(axis=0), ideal.mean(axis=0))


def test_severities_are_those_put_in(found):
    estimate, truth = np.array([row[1:] for row in found[1]["severity"]]).T
    # A best prediction is drawn to the mean so that the truth lies on average where it says: slope 1 of truth on prediction.
    slope_of_truth = np.polyfit(estimate, truth, 1)[0]
    assert 0.9 < slope_of_truth < 1.1
    assert 0.8 < np.polyfit(truth, estimate, 1)[0] < 1.0
    assert abs(np.mean(estimate - truth)) < 0.01


def test_correction_undoes_an_uneven_share_of_strict_evaluators(found):
    raw, corrected, _error = np.array(found[1]["uneven"]).T
    assert raw.mean() < -2
    assert abs(corrected.mean()) < 0.25 * abs(raw.mean())
