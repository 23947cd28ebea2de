"""Every statistics function on the sizes it will meet; what takes more than two seconds is named.

Sizes are those of three years of a large organisation: 100,000 calls, 200 evaluators, 60 departments, 156 weeks, 20 questions,
10,000 calls scored twice.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from analytics.stats import (
    agreement,
    bridge,
    cells,
    comparison,
    control,
    corrections,
    course,
    drivers,
    fleiss,
    funnel,
    icc,
    importance,
    intervals,
    log_rank,
    online,
    paired,
    pcharts,
    reliability,
    rules,
    severity,
    share_shrinkage,
    shares,
    shift,
    shrinkage,
    signed_rank,
    sizes,
    survival,
    trend,
)
from analytics.stats.intervals import Sums
from tests.benchmarks.measuring import line, ms, say, table, timed

LONGEST = 2.0
CALLS, EVALUATORS, DEPARTMENTS, SCENARIOS, WEEKS, DAYS, ITEMS, UNITS = 100_000, 200, 60, 8, 156, 760, 20, 10_000

Case = tuple[str, str, Callable[[], Any]]


def run() -> int:
    """Measures all of them; 1 when one takes too long."""
    table("Statistics, each on the size it will meet", ("function", "size", "ms, median"))
    slow = []
    for what, size, action in cases():
        # The first time a library may have to be loaded.
        first = timed(action, 1, warm=False).median
        taken = timed(action, 5 if first < 0.3 else 2, warm=False).median
        line(f"`{what}`", size, ms(taken))
        if taken > LONGEST:
            slow.append(what)
    say(f"\nMore than {LONGEST:.0f} s: {', '.join(slow) or 'none'}.")
    return 1 if slow else 0


def cases() -> Iterator[Case]:
    rng = np.random.default_rng(2026)
    yield from _scorings(rng)
    yield from _effects(rng)
    yield from _series(rng)
    yield from _departments(rng)
    yield from _promises(rng)
    yield from _pairs(rng)
    yield from _items(rng)
    yield from _plans()


def _scorings(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{UNITS:,} units"
    first = rng.integers(0, 5, UNITS)
    second = np.where(rng.random(UNITS) < 0.7, first, rng.integers(0, 5, UNITS))
    both = list(zip(first.tolist(), second.tolist(), strict=True))
    yield "agreement.cohen", size, lambda: agreement.cohen(both)
    yield "agreement.cohen_weighted", size, lambda: agreement.cohen_weighted(both, weights="quadratic")
    yield "agreement.percent_agreement", size, lambda: agreement.percent_agreement(both)
    several = np.where(rng.random((UNITS, 3)) < 0.7, first[:, None], rng.integers(0, 5, (UNITS, 3))).tolist()
    size = f"{UNITS:,} units, 3 raters"
    yield "fleiss.fleiss_ratings", size, lambda: fleiss.fleiss_ratings(several)
    yield "reliability.pairwise_agreement", size, lambda: reliability.pairwise_agreement(several)
    for scale in ("nominal", "ordinal", "interval"):
        yield (
            f"reliability.krippendorff, {scale}",
            size,
            lambda scale=scale: reliability.krippendorff(several, scale=scale),
        )
    yield (
        "reliability.krippendorff, with its bootstrap",
        size,
        lambda: reliability.krippendorff(several, scale="ordinal", rng=np.random.default_rng(1)),
    )
    scores = (rng.normal(7500, 1200, (UNITS, 1)) + rng.normal(0, 400, (UNITS, 3))).clip(0, 10_000).round()
    yield "reliability.krippendorff, ratio, scores", size, lambda: reliability.krippendorff(scores, scale="ratio")
    yield "icc.icc", size, lambda: icc.icc(scores)


def _effects(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{CALLS:,} calls, {EVALUATORS} evaluators, {DEPARTMENTS} departments, {SCENARIOS} scenarios"
    who, where, what = (rng.integers(0, count, CALLS) for count in (EVALUATORS, DEPARTMENTS, SCENARIOS))
    strict, level = rng.normal(0, 500, EVALUATORS), rng.normal(0, 700, DEPARTMENTS)
    scores = (7500 + strict[who] + level[where] + rng.normal(0, 1200, CALLS)).clip(0, 10_000).round()
    factors = {"evaluator": who.tolist(), "department": where.tolist(), "scenario": what.tolist()}
    made = cells.cells_of(scores, factors)
    yield "cells.cells_of", size, lambda: cells.cells_of(scores, factors)
    yield "severity.severities", size, lambda: severity.severities(made)


def _series(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{WEEKS} weeks"
    values = (rng.normal(75, 2, WEEKS) + np.where(np.arange(WEEKS) > 100, 2, 0)).tolist()
    weights = rng.integers(200, 900, WEEKS).tolist()
    yield "control.xmr", size, lambda: control.xmr(values)
    yield "control.individuals", size, lambda: control.individuals(values)
    yield "rules.western_electric", size, lambda: rules.western_electric(values, centre=75, sigma=2)
    yield "online.cusum", size, lambda: online.cusum(values, centre=75, sigma=2)
    yield "online.ewma", size, lambda: online.ewma(values, centre=75, sigma=2)
    counts = [int(weight * 0.7) for weight in weights]
    yield "pcharts.p_chart", size, lambda: pcharts.p_chart(counts, weights)
    yield "pcharts.laney", size, lambda: pcharts.laney(counts, weights)
    yield "pcharts.dispersion", size, lambda: pcharts.dispersion(counts, weights)
    yield "shift.split", size, lambda: shift.split(values, weights=weights)
    yield (
        "shift.split, with its permutations",
        size,
        lambda: shift.split(values, weights=weights, rng=np.random.default_rng(1)),
    )
    yield "shift.pelt", size, lambda: shift.pelt(values)
    yield "trend.interrupted", size, lambda: trend.interrupted(values, at=100, weights=weights)
    sums = _sums(rng, WEEKS)
    yield "trend.before_after", size, lambda: trend.before_after(sums, at=100)
    yield "course.slope", size, lambda: course.slope(list(range(WEEKS)), sums)
    single = rng.normal(75, 10, CALLS).tolist()
    yield "shift.split", f"{CALLS:,} calls", lambda: shift.split(single)
    yield "shift.pelt", f"{DAYS} days", lambda: shift.pelt(single[:DAYS])
    yield "control.individuals", f"{CALLS:,} calls", lambda: control.individuals(single)
    yield "online.cusum", f"{CALLS:,} calls", lambda: online.cusum(single, centre=75, sigma=10)


def _sums(rng: np.random.Generator, count: int) -> list[Sums]:
    found = []
    for n, mean in zip(rng.integers(200, 900, count), rng.normal(7500, 300, count), strict=True):
        scores = rng.normal(mean, 1200, n).clip(0, 10_000).round().astype(int).tolist()
        found.append(Sums(len(scores), sum(scores), sum(score * score for score in scores)))
    return found


def _departments(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{DEPARTMENTS} departments"
    sums = _sums(rng, DEPARTMENTS)
    yield "comparison.groups", size, lambda: comparison.groups(sums)
    yield "comparison.welch", "2 departments", lambda: comparison.welch(sums[0], sums[1])
    yield "intervals.mean_interval", "1 department", lambda: intervals.mean_interval(sums[0])
    yield "intervals.wilson", "1 department", lambda: intervals.wilson(700, 1000)
    yield "shares.share_difference", "2 departments", lambda: shares.share_difference(700, 1000, 650, 1000)
    yield "funnel.funnel_means", size, lambda: funnel.funnel_means(sums)
    yield "shrinkage.random_intercept", size, lambda: shrinkage.random_intercept(sums)
    trials = rng.integers(200, 20_000, DEPARTMENTS).tolist()
    successes = [int(n * rng.uniform(0.6, 0.8)) for n in trials]
    yield "funnel.funnel_shares", size, lambda: funnel.funnel_shares(successes, trials)
    yield "share_shrinkage.beta_binomial", size, lambda: share_shrinkage.beta_binomial(successes, trials)
    expected = [n * 0.7 for n in trials]
    yield "funnel.funnel_ratios", size, lambda: funnel.funnel_ratios(successes, expected)
    tests = f"{DEPARTMENTS * ITEMS:,} tests"
    p_values = rng.random(DEPARTMENTS * ITEMS).tolist()
    for method in ("bh", "holm", "bonferroni"):
        yield (
            f"corrections.correct, {method}",
            tests,
            lambda method=method: corrections.correct(p_values, method=method),
        )


def _promises(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{CALLS:,} promises"
    times = (rng.exponential(20, CALLS).clip(0.1, 200)).round(1).tolist()
    came = (rng.random(CALLS) < 0.7).tolist()
    where = rng.integers(0, DEPARTMENTS, CALLS).tolist()
    yield "survival.kaplan_meier", size, lambda: survival.kaplan_meier(times, came)
    yield "log_rank.log_rank", f"{size}, {DEPARTMENTS} departments", lambda: log_rank.log_rank(times, came, where)
    minutes = rng.exponential(20, CALLS).tolist()
    yield "survival.kaplan_meier, no ties", size, lambda: survival.kaplan_meier(minutes, came)
    yield (
        "log_rank.log_rank, no ties",
        f"{size}, 2 groups",
        lambda: log_rank.log_rank(minutes, came, [w % 2 for w in where]),
    )


def _pairs(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{UNITS:,} pairs"
    calm = rng.normal(7600, 1200, UNITS).round().astype(int).tolist()
    dominant = [score - draw for score, draw in zip(calm, rng.integers(-900, 1200, UNITS).tolist(), strict=True)]
    yield "paired.paired_t", size, lambda: paired.paired_t(calm, dominant)
    yield "paired.mcnemar", size, lambda: paired.mcnemar([[6000, 1500], [1200, 1300]])
    yield "signed_rank.signed_rank", size, lambda: signed_rank.signed_rank(calm, dominant)


def _items(rng: np.random.Generator) -> Iterator[Case]:
    size = f"{CALLS:,} calls, {ITEMS} questions"
    points = rng.choice([0, 25, 50, 75, 100, -1], (CALLS, ITEMS))
    grades = (points.clip(0).mean(axis=1) / 10 + rng.normal(0, 1, CALLS)).clip(0, 10).round().astype(int)
    applied = np.where(points < 0, np.nan, points / 100)
    codes = [f"item.{number:02}" for number in range(ITEMS)]
    first = np.where(points[:, 0] < 0, np.nan, points[:, 0])
    yield "drivers.grades_by_points", f"{CALLS:,} calls", lambda: drivers.grades_by_points(first, grades)
    parts = drivers.grades_by_points(first, grades)
    yield "drivers.item_and_grade", f"{CALLS:,} calls", lambda: drivers.item_and_grade(parts)
    yield "drivers.joint", size, lambda: drivers.joint(grades, applied, codes)
    weights = rng.integers(1, 9, ITEMS).tolist()
    scored = bridge.shared_scores(points, weights)
    yield "bridge.shared_scores", size, lambda: bridge.shared_scores(points, weights)
    side = bridge.Side(bridge.sums_of(scored), bridge.sums_of(scored))
    yield "bridge.link", f"{CALLS:,} calls", lambda: bridge.link(side, side)
    known = np.corrcoef(points.clip(0), rowvar=False)
    with_grade = [float(np.corrcoef(points[:, place].clip(0), grades)[0, 1]) for place in range(ITEMS)]
    yield "importance.relative_weights", f"{ITEMS} questions", lambda: importance.relative_weights(known, with_grade)
    most = importance.MOST_LMG
    some = known[:most, :most]
    yield "importance.lmg", f"{most} questions", lambda: importance.lmg(some, with_grade[:most])


def _plans() -> Iterator[Case]:
    yield "sizes.calls_for_mean", "a plan", lambda: sizes.calls_for_mean(2, 12)
    yield "sizes.calls_for_share", "a plan", lambda: sizes.calls_for_share(0.03)
    yield "sizes.pairs_for_difference", "a plan", lambda: sizes.pairs_for_difference(0.5, 12)
    yield "sizes.group_size_for_difference", "a plan", lambda: sizes.group_size_for_difference(0.5, 12)
