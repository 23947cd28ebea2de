"""Interrupted trend: Stata's published example, statsmodels' own errors, exact lines and gaps."""

import time
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS, WLS

from analytics.stats.comparison import welch
from analytics.stats.intervals import Sums
from analytics.stats.trend import before_after, interrupted

# Cigarette packs sold per head in California, 1970-2000 (Abadie, Diamond & Hainmueller 2010, JASA 105:493-505).
PACKS = [123, 121, 123.5, 124.4, 126.7, 127.1, 128, 126.4, 126.1, 121.9, 120.2, 118.6, 115.4, 110.8, 104.8, 102.8]
PACKS += [99.7, 97.5, 90.1, 82.4, 77.8, 68.7, 67.5, 63.4, 58.6, 56.4, 54.5, 53.8, 52.3, 47.2, 41.6]


def design(n, at, *, slope_change=True):
    time = np.arange(n, dtype=float) - at
    after = (time >= 0).astype(float)
    columns = [np.ones(n), time, after, time * after]
    return np.column_stack(columns if slope_change else columns[:3])


def test_linden_2015_california():
    found: Any = interrupted(PACKS, at=1989 - 1970, lags=1)
    assert (found.n, found.n_before, found.n_after, found.df, found.lags) == (31, 19, 12, 27, 1)
    # Stata Journal 15:480-500, the single-group example with one lag.
    for effect, value, error in [
        (found.slope_before, -1.779474, 0.3834188),
        (found.level_change, -20.0581, 4.724395),
        (found.slope_change, -1.494652, 0.4368201),
    ]:
        assert effect.value == pytest.approx(value, rel=1e-6)
        assert effect.error == pytest.approx(error, rel=1e-6)
        assert effect.low < effect.value < effect.high
    assert round(found.slope_after.value, 4) == -3.2741
    assert round(found.level_change.p, 4) == 0.0002
    assert not found.exact


def test_what_was_expected_and_what_was_gained_at_the_last_point():
    found: Any = interrupted(PACKS, at=19, lags=1)
    fit = OLS(PACKS, design(31, 19)).fit(cov_type="HAC", cov_kwds={"maxlags": 1, "use_correction": True}, use_t=True)
    for effect, row in [
        (found.start, [1, 0, 0, 0]),
        (found.expected, [1, 11, 0, 0]),
        (found.reached, [1, 11, 1, 11]),
        (found.gain, [0, 0, 1, 11]),
        (found.slope_after, [0, 1, 0, 1]),
    ]:
        told = fit.t_test(row)
        assert effect.value == pytest.approx(told.effect[0])
        assert effect.error == pytest.approx(told.sd.item())
        assert (effect.low, effect.high) == pytest.approx(tuple(told.conf_int()[0]))
        assert effect.p == pytest.approx(float(told.pvalue), rel=1e-6)
    assert found.last == 30
    assert found.gain.value == pytest.approx(found.reached.value - found.expected.value)


@given(st.integers(0, 2**32), st.integers(3, 9), st.integers(3, 9), st.integers(0, 3), st.booleans())
def test_errors_are_statsmodels_with_weights(seed, before, after, lags, slope_change):
    rng = np.random.default_rng(seed)
    n = before + after
    values, weights = rng.normal(50, 10, n), rng.integers(1, 60, n)
    found: Any = interrupted(values, at=before, weights=weights, lags=lags, slope_change=slope_change, level=0.9)
    options = {"maxlags": lags, "use_correction": True}
    rows = design(n, before, slope_change=slope_change)
    fit = WLS(values, rows, weights=weights).fit(cov_type="HAC", cov_kwds=options, use_t=True)
    effects = [found.start, found.slope_before, found.level_change]
    effects += [found.slope_change] if slope_change else []
    assert [effect.value for effect in effects] == pytest.approx(list(fit.params), rel=1e-7, abs=1e-7)
    assert [effect.error for effect in effects] == pytest.approx(list(fit.bse), rel=1e-5, abs=1e-7)
    half = scipy_stats.t.ppf(0.95, found.df) * found.level_change.error
    assert found.level_change.high - found.level_change.value == pytest.approx(half)


def test_without_a_slope_change():
    found: Any = interrupted([1, 2.2, 2.9, 6, 7.2, 7.9], at=3, slope_change=False)
    assert (found.slope_change, found.slope_after, found.df) == (None, None, 3)
    assert found.gain.value == pytest.approx(found.level_change.value)
    fit = OLS([1, 2.2, 2.9, 6, 7.2, 7.9], design(6, 3, slope_change=False)).fit()
    assert found.level_change.value == pytest.approx(fit.params[2])


def test_the_usual_number_of_lags():
    assert [interrupted(np.sin(np.arange(n)), at=n // 2).lags for n in (12, 31, 100, 500)] == [2, 3, 4, 5]


def test_a_perfect_fit_has_estimates_and_no_certainty():
    found: Any = interrupted([10, 11, 12, 13, 20, 22, 24, 26], at=4)
    assert found.exact
    told = {
        name: round(getattr(found, name).value, 9) for name in ("start", "slope_before", "level_change", "slope_change")
    }
    assert told == {"start": 14, "slope_before": 1, "level_change": 6, "slope_change": 1}
    assert (round(found.expected.value, 9), round(found.reached.value, 9), round(found.gain.value, 9)) == (17, 26, 9)
    for effect in (found.level_change, found.slope_change, found.gain, found.expected):
        assert (effect.n, effect.error, effect.low, effect.high, effect.p) == (8, 0.0, None, None, None)
    for values in ([5] * 8, [0.1] * 8, [1e9 + 0.1 * place for place in range(8)], [1e-150] * 8, [1e150, -1e150] * 4):
        exact: Any = interrupted(values, at=4)
        assert exact.exact == (values[0] != 1e150)
    assert interrupted([5] * 8, at=4).level_change.value == 0


def test_a_perfect_fit_on_one_side_is_certain_of_nothing_there():
    found: Any = interrupted([1, 2, 3, 9, 8.5, 9.7, 12], at=3)
    assert not found.exact
    assert (found.slope_before.error, found.slope_before.p, found.expected.p) == (0.0, None, None)
    assert 0 < found.level_change.p < 1


def test_missing_periods_keep_their_time():
    whole = [3.0, 4.1, 4.9, 6.2, 7.0, 10.1, 11.2, 11.8, 13.1, 14.0]
    holes = [value if place not in {2, 7} else None for place, value in enumerate(whole)]
    found: Any = interrupted(holes, at=5, lags=1)
    kept = [place for place in range(10) if place not in {2, 7}]
    rows = design(10, 5)
    fit = OLS(np.array(whole)[kept], rows[kept]).fit()
    assert [found.start.value, found.slope_before.value, found.level_change.value] == pytest.approx(
        list(fit.params[:3])
    )
    # Newey & West with the missing scores as 0 (Parzen), written out.
    scores = np.zeros((10, 4))
    scores[kept] = rows[kept] * np.asarray(fit.resid)[:, None]
    near = scores[1:].T @ scores[:-1]
    bread = np.linalg.inv(rows[kept].T @ rows[kept])
    covariance = bread @ (scores.T @ scores + (near + near.T) / 2) @ bread * 8 / 4
    assert found.level_change.error == pytest.approx(covariance[2, 2] ** 0.5)
    assert (found.n, found.n_before, found.n_after, found.last) == (8, 4, 4, 9)
    assert interrupted([*holes, None], at=5, lags=1) == found


def test_too_few_periods_have_nothing_to_say():
    assert interrupted([], at=0) is None
    assert interrupted([1, 2, 3, 4, 5], at=3) is None
    assert interrupted([1, 2, 3, None, 5, 4], at=3) is None
    assert interrupted([1, 2, 3, 4, 5, 7], at=0) is interrupted([1, 2, 3, 4, 5, 7], at=9) is None
    assert interrupted([1, 2, 4, 4, 6, 5], at=3).df == 2


def test_values_of_any_size_and_kind():
    plain = [3.0, 4.1, 4.9, 6.2, 10.1, 11.2, 11.8, 13.1]
    found: Any = interrupted(plain, at=4)
    for factor in (1e148, 1e-140):
        scaled: Any = interrupted([value * factor for value in plain], at=4)
        assert scaled.level_change.value == pytest.approx(found.level_change.value * factor)
        assert scaled.level_change.p == pytest.approx(found.level_change.p, rel=1e-6)
    assert interrupted([Decimal(str(value)) for value in plain], at=int(np.int64(4))) == found
    far: Any = interrupted([value + 1e8 for value in plain], at=4)
    assert far.level_change.p == pytest.approx(found.level_change.p, rel=1e-4)
    lean: Any = interrupted(plain, at=4, weights=[1e-12] * 4 + [1] * 4)
    assert np.isfinite(lean.level_change.error)


def test_refusals():
    values = [1, 2, 4, 4, 6, 5, 8]
    cases: Any = [
        ({"at": -1}, "at is -1"),
        ({"at": 2.5}, "at is 2.5"),
        ({"at": 3, "lags": -1}, "lags is -1"),
        ({"at": 3, "lags": 7}, "lags is 7"),
        ({"at": 3, "level": 95}, "level is 95"),
        ({"at": 3, "weights": [1, 2]}, "2 weights for 7 values"),
        ({"at": 3, "weights": [1, 2, 3, -4, 5, 6, 7]}, "weights is -4"),
    ]
    for options, named in cases:
        with pytest.raises(ValueError, match=named):
            interrupted(values, **options)
    with pytest.raises(ValueError, match="nan"):
        interrupted([float("nan")], at=0)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(6)
    hits = []
    for _ in range(200):
        noise = rng.standard_normal(61)
        values = noise[1:] + 0.3 * noise[:-1] + np.where(np.arange(60) >= 30, 2.0, 0.0)
        effect: Any = interrupted(values, at=30).level_change
        hits.append(effect.low <= 2 <= effect.high)
    assert 0.85 < np.mean(hits) < 0.99


def test_before_and_after_is_welch_on_the_added_sums():
    periods = [Sums(2, 3, 5), Sums(), Sums(1, 3, 9), Sums(3, 15, 77), Sums(1, 4, 16)]
    assert before_after(periods, at=3) == welch(Sums(3, 6, 14), Sums(4, 19, 93))
    assert before_after(periods, at=0) is before_after(periods, at=5) is before_after([], at=0) is None
    expected = scipy_stats.ttest_ind([4, 5, 6, 4], [1, 2, 3], equal_var=False)
    assert before_after(periods, at=3).p == pytest.approx(expected.pvalue)
    with pytest.raises(ValueError, match="level is 1"):
        before_after(periods, at=3, level=1)
    with pytest.raises(ValueError, match="at is -1"):
        before_after(periods, at=-1)


def test_a_hundred_thousand_periods_in_time():
    values = np.random.default_rng(1).standard_normal(100_000)
    started = time.process_time()
    assert interrupted(values, at=50_000).n == 100_000
    assert time.process_time() - started < 2
