"""Kaplan-Meier and the log-rank family against R's printed output, textbooks and statsmodels."""

# Refusals are tested with what is of the wrong type on purpose, and statsmodels has no types.
# mypy: disable-error-code="arg-type, call-overload, import-untyped, list-item, operator, var-annotated"

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from analytics.stats.log_rank import WEIGHTS, log_rank, log_rank_counts
from analytics.stats.survival import kaplan_meier, kaplan_meier_counts

# Freireich et al. (1963): weeks of remission with 6-MP and with placebo.
MP_WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
MP_RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO_WEEKS = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
BOTH = (MP_WEEKS + PLACEBO_WEEKS, MP_RELAPSE + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
# R's aml.
MAINTAINED = ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0])
NOT_MAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
# R's ovarian.
OVARIAN_TIME = [
    *(59, 115, 156, 421, 431, 448, 464, 475, 477, 563, 638, 744, 769),
    *(770, 803, 855, 1040, 1106, 1129, 1206, 1227, 268, 329, 353, 365, 377),
]
OVARIAN_DEAD = [1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0]
OVARIAN_RX = [1, 1, 1, 2, 1, 1, 2, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 1, 1, 2, 2, 2]

subjects = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def events(curve):
    return [step for step in curve.steps if step.events]


# --- the curve --------------------------------------------------------------------------------------------------------


def test_freireich_6_mp_as_r_survfit_prints_it():
    curve = kaplan_meier(MP_WEEKS, MP_RELAPSE, interval="log")
    assert (curve.n, curve.n_events, curve.n_censored) == (21, 9, 12)
    shown = [(s.time, s.at_risk, s.events, *(round(x, 4) for x in (s.survival, s.error, s.low))) for s in events(curve)]
    assert shown == [
        (6, 21, 3, 0.8571, 0.0764, 0.7198),
        (7, 17, 1, 0.8067, 0.0869, 0.6531),
        (10, 15, 1, 0.7529, 0.0963, 0.5859),
        (13, 12, 1, 0.6902, 0.1068, 0.5096),
        (16, 11, 1, 0.6275, 0.1141, 0.4394),
        (22, 7, 1, 0.5378, 0.1282, 0.3370),
        (23, 6, 1, 0.4482, 0.1346, 0.2488),
    ]
    assert [round(s.high, 3) for s in events(curve)] == [1.0, 0.996, 0.968, 0.935, 0.896, 0.858, 0.807]
    assert (curve.median, curve.median_low, curve.median_high) == (23, 16, None)
    placebo = kaplan_meier(PLACEBO_WEEKS, [1] * 21, interval="log")
    assert (placebo.median, placebo.median_low, placebo.median_high) == (8, 4, 12)


def test_freireich_log_log_as_sas_and_stata_print_it():
    curve = kaplan_meier(MP_WEEKS, MP_RELAPSE)
    assert [(round(s.low, 4), round(s.high, 4)) for s in events(curve)][:3] == [
        (0.6197, 0.9516),
        (0.5631, 0.9228),
        (0.5032, 0.8894),
    ]
    assert (curve.median, curve.median_low, curve.median_high) == (23, 13, None)


def test_aml_as_r_computes_it():
    curve = kaplan_meier(*MAINTAINED, interval="log")
    found = events(curve)
    assert [s.survival for s in found] == pytest.approx(
        [0.90909090909, 0.81818181818, 0.71590909091, 0.61363636364, 0.49090909091, 0.36818181818, 0.18409090909]
    )
    assert [s.error for s in found] == pytest.approx(
        [0.086678417204, 0.11629129983, 0.13966497056, 0.15263233103, 0.16419326722, 0.16266888583, 0.15349274579]
    )
    assert [s.low for s in found] == pytest.approx(
        [0.75413384508, 0.6192489874, 0.48842628742, 0.3768670595, 0.2548599512, 0.1548771179, 0.035917898489]
    )
    assert [s.high for s in found] == pytest.approx(
        [1, 1, 1, 0.99915760023, 0.9455849552, 0.87526067814, 0.94352576947]
    )
    other = kaplan_meier(*NOT_MAINTAINED, interval="log")
    assert (curve.median, curve.median_low, curve.median_high) == (31, 18, None)
    assert (other.median, other.median_low, other.median_high) == (23, 8, None)
    # survival 0 at the end has no error and no limits.
    assert (other.steps[-1].survival, other.steps[-1].error, other.steps[-1].low) == (0.0, None, None)


def test_restricted_mean_as_r_computes_it():
    maintained, other = kaplan_meier(*MAINTAINED), kaplan_meier(*NOT_MAINTAINED)
    # print(survfit(...), rmean = "common"), and areas to 30 and 48.
    whole = maintained.restricted_mean()
    assert (whole.until, round(whole.mean, 1), round(whole.error, 2)) == (161, 52.6, 19.83)
    common = other.restricted_mean(161)
    assert (round(common.mean, 1), round(common.error, 2)) == (22.7, 4.18)
    assert maintained.restricted_mean(30).mean == pytest.approx(24.6022727273)
    assert maintained.restricted_mean(48).mean == pytest.approx(31.8431818182)
    assert other.restricted_mean(30).mean == pytest.approx(19.6944444444)
    assert maintained.restricted_mean(162) is None


@given(subjects)
def test_curve_is_statsmodels(rows):
    times, seen = [time for time, _event in rows], [event for _time, event in rows]
    curve = kaplan_meier(times, seen)
    if not any(seen):
        assert {step.survival for step in curve.steps} == {1.0}
        assert curve.median is None
        return
    with np.errstate(all="ignore"):
        theirs = SurvfuncRight(times, np.asarray(seen, dtype=int))
    found = events(curve)
    assert [s.survival for s in found] == pytest.approx(list(theirs.surv_prob), abs=1e-12)
    assert [s.at_risk for s in found] == list(theirs.n_risk)
    for step, error in zip(found, theirs.surv_prob_se, strict=True):
        if step.error is not None:
            assert step.error == pytest.approx(error)


@given(subjects)
def test_counts_give_the_same_curve(rows):
    times = sorted({time for time, _event in rows}, reverse=True)
    happened = [sum(event for time, event in rows if time == each) for each in times]
    lost = [sum(not event for time, event in rows if time == each) for each in times]
    direct = kaplan_meier([time for time, _event in rows], [event for _time, event in rows])
    assert kaplan_meier_counts([*times, 99], [*happened, 0], [*lost, 0]) == direct


@given(subjects, st.sampled_from(["log-log", "log", "plain"]))
def test_limits_hold_the_curve(rows, interval):
    curve = kaplan_meier([time for time, _event in rows], [event for _time, event in rows], interval=interval)
    before = 1.0
    for step in curve.steps:
        assert step.survival <= before
        before = step.survival
        if step.low is not None:
            assert 0 <= step.low <= step.survival + 1e-12
            assert step.survival - 1e-12 <= step.high <= 1
    assert sum(step.events + step.censored for step in curve.steps) == curve.n == curve.steps[0].at_risk


def test_entries_left_truncation_by_hand():
    curve = kaplan_meier([3, 5, 6, 8], [1, 1, 0, 1], entries=[0, 3, 2, 5])
    # At 3 the second has not entered yet (it enters after 3), nor the fourth; at 5 the fourth has not either.
    assert [(s.time, s.at_risk) for s in curve.steps] == [(3, 2), (5, 2), (6, 2), (8, 1)]
    assert [s.survival for s in curve.steps] == pytest.approx([0.5, 0.25, 0.25, 0.0])
    without = kaplan_meier(MP_WEEKS, MP_RELAPSE)
    assert kaplan_meier(MP_WEEKS, MP_RELAPSE, entries=[0] * 21) == without


def test_survival_at_any_time():
    curve = kaplan_meier(MP_WEEKS, MP_RELAPSE)
    assert [curve.at(week).survival for week in (0, 5.9)] == [1.0, 1.0]
    assert [round(curve.at(week).survival, 4) for week in (6, 10, 22.9, 23, 35)] == [
        0.8571,
        0.7529,
        0.5378,
        0.4482,
        0.4482,
    ]
    assert curve.at(36) is None
    assert kaplan_meier(PLACEBO_WEEKS, [1] * 21).at(99).survival == 0.0
    assert curve.quantile(0.25) == 13
    assert curve.quantile(0.9) is None


def test_median_on_a_level_stretch_is_its_middle():
    # As R: 1, 2 | 3, 4: the curve is one half from 2 to 3.
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]).median == 2.5
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0]).median == 2


def test_curve_edges_and_refusals():
    assert kaplan_meier([], []) is None
    assert kaplan_meier_counts([], [], []) is None
    assert kaplan_meier_counts([1, 2], [0, 0], [0, 0]) is None
    one = kaplan_meier([5], [1])
    assert (one.steps[0].survival, one.median) == (0.0, 5)
    open_one = kaplan_meier([0], [0])
    assert (open_one.steps[0].survival, open_one.median, open_one.restricted_mean().mean) == (1.0, None, 0.0)
    for call, words in (
        (lambda: kaplan_meier([-1], [1]), "times holds -1"),
        (lambda: kaplan_meier([1], [2]), "observed holds 2"),
        (lambda: kaplan_meier([1, 2], [1]), "2 times, 1 observed"),
        (lambda: kaplan_meier([float("inf")], [1]), "times holds inf"),
        (lambda: kaplan_meier([1], [1], interval="arcsine"), "interval is 'arcsine'"),
        (lambda: kaplan_meier([1], [1], level=1), "level is 1"),
        (lambda: kaplan_meier([2], [1], entries=[2]), r"entries holds 2\.0; it lies before its time"),
        (lambda: kaplan_meier_counts([1, 1], [1, 1], [0, 0]), r"times holds 1\.0 twice"),
        (lambda: kaplan_meier_counts([1], [-1], [0]), "events is -1"),
        (lambda: kaplan_meier([1], [1]).at(-2), "time holds -2"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


# --- comparing curves -------------------------------------------------------------------------------------------------


def test_freireich_weighted_tests_kleinbaum_klein():
    found = [round(log_rank(*BOTH, weight=weight).chi2, 2) for weight in WEIGHTS[:4]]
    assert found == [16.79, 13.46, 15.12, 14.08]
    # R: survdiff(rho = 1).
    assert round(log_rank(*BOTH, weight="fleming-harrington", rho=1).chi2, 2) == 14.46
    result = log_rank(*BOTH)
    assert [(group.label, group.n, group.events, round(group.expected, 2)) for group in result.groups] == [
        ("6-MP", 21, 9, 19.25),
        ("placebo", 21, 21, 10.75),
    ]
    assert f"{result.p:.2e}" == "4.17e-05"


def test_aml_and_ovarian_as_r_survdiff():
    times, seen = MAINTAINED[0] + NOT_MAINTAINED[0], MAINTAINED[1] + NOT_MAINTAINED[1]
    labels = [1] * 11 + [0] * 12
    result = log_rank(times, seen, labels)
    assert (result.chi2, result.p) == pytest.approx((3.396388699, 0.065339322041))
    assert [group.expected for group in result.groups] == pytest.approx([10.6893359923, 7.3106640077])
    peto = log_rank(times, seen, labels, weight="fleming-harrington", rho=1)
    assert (peto.chi2, peto.p) == pytest.approx((2.7792795448, 0.095491115406))
    result = log_rank(OVARIAN_TIME, OVARIAN_DEAD, OVARIAN_RX)
    assert (result.chi2, result.p) == pytest.approx((1.0627398613, 0.30259111699))
    assert [group.expected for group in result.groups] == pytest.approx([5.2335310171, 6.7664689829])


rows_of_groups = st.lists(
    st.tuples(st.integers(1, 15), st.booleans(), st.integers(0, 2), st.integers(0, 1)), min_size=12, max_size=50
)


@settings(max_examples=60)
@given(rows_of_groups, st.sampled_from([("log-rank", None), ("gehan", "gb"), ("tarone-ware", "tw")]), st.booleans())
def test_log_rank_is_statsmodels(rows, names, stratified):
    times, seen, labels, parts = zip(*rows, strict=True)
    ours = log_rank(times, seen, labels, weight=names[0], strata=parts if stratified else None)
    try:
        with np.errstate(all="raise"):
            theirs = survdiff(
                times, np.asarray(seen, dtype=int), labels, weight_type=names[1], strata=parts if stratified else None
            )
    except (np.linalg.LinAlgError, FloatingPointError, ValueError, IndexError):
        return
    if ours is not None and ours.df == len(set(labels)) - 1 and np.isfinite(theirs[0]):
        assert (ours.chi2, ours.p) == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@given(rows_of_groups, st.sampled_from(WEIGHTS))
def test_log_rank_does_not_depend_on_order_or_names(rows, weight):
    times, seen, labels, parts = zip(*rows, strict=True)
    first = log_rank(times, seen, labels, weight=weight, strata=parts)
    again = log_rank(
        times[::-1], seen[::-1], [f"g{label}" for label in labels[::-1]], weight=weight, strata=parts[::-1]
    )
    if first is None:
        assert again is None
        return
    assert (again.chi2, again.df) == (pytest.approx(first.chi2, abs=1e-9), first.df)
    assert sum(group.observed - group.expected for group in first.groups) == pytest.approx(0, abs=1e-9)
    # Entry at 0 changes nothing.
    assert log_rank(times, seen, labels, weight=weight, strata=parts, entries=[0] * len(rows)) == first


@given(rows_of_groups)
def test_counts_give_the_same_test(rows):
    times, seen, labels, _parts = zip(*rows, strict=True)
    places = list(dict.fromkeys(zip(times, labels, strict=True)))
    happened, lost = (
        [sum((time, label) == place and event == wanted for time, event, label, _part in rows) for place in places]
        for wanted in (True, False)
    )
    one = log_rank(times, seen, labels)
    other = log_rank_counts([time for time, _label in places], happened, lost, [label for _time, label in places])
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (other.n, other.df) == (one.n, one.df)
        assert other.chi2 == pytest.approx(one.chi2, abs=1e-9)
        assert {each.label: each.n for each in other.groups} == {each.label: each.n for each in one.groups}
        assert {each.label: each.events for each in other.groups} == {each.label: each.events for each in one.groups}


def test_log_rank_edges_and_refusals():
    assert log_rank_counts([], [], [], []) is None
    assert log_rank([], [], []) is None
    assert log_rank([1, 2], [0, 0], "ab") is None
    assert log_rank([1, 2], [1, 1], "aa") is None
    # The first group is gone before the second enters.
    assert log_rank([1, 5], [1, 1], "ab", entries=[0, 2]) is None
    assert log_rank([1, 2, 1, 2], [1, 1, 1, 1], "aabb").chi2 == pytest.approx(0)
    for call, words in (
        (lambda: log_rank([1], [1], ["a"], weight="cox"), "weight is 'cox'"),
        (lambda: log_rank([1], [1], ["a"], rho=1), "rho is 1; it belongs to"),
        (lambda: log_rank([1], [1], ["a"], weight="fleming-harrington", gamma=-1), "gamma is -1"),
        (lambda: log_rank([-1], [1], ["a"]), r"times holds -1\.0"),
        (lambda: log_rank([1], [1], ["a", "b"]), "1 times, 1 observed, 2 groups"),
        (lambda: log_rank([1], [1], ["a"], strata=[]), "1 times, 0 strata"),
        (lambda: log_rank([1], [1], ["a"], entries=[1]), r"entries holds 1\.0"),
        (lambda: log_rank([1], ["yes"], ["a"]), "observed holds 'yes'"),
        (lambda: log_rank_counts([1], [-1], [1], ["a"]), "events"),
        (lambda: log_rank_counts([1], [1], [1], ["a", "b"]), "1 times, 1 events, 1 censored, 2 groups"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
