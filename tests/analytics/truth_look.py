"""What every method says about one demo, question by question; `test_truth` says how often it should be so."""

from collections import defaultdict
from functools import cache

import numpy as np

from analytics.stats.cells import cells_of
from analytics.stats.comparison import benjamini_hochberg, groups, welch
from analytics.stats.control import xmr
from analytics.stats.course import slope
from analytics.stats.funnel import funnel_means, funnel_shares
from analytics.stats.intervals import Sums, mean_interval, wilson
from analytics.stats.online import cusum
from analytics.stats.paired import paired_t_of_sums
from analytics.stats.severity import severities
from analytics.stats.shift import split
from surveys.demo import TRUTH, expected
from surveys.demo.model import PROMPT_SECONDS
from tests.analytics.truth_calls import BRIEFS, DEPARTMENTS, draw

EQUAL = ("KCC", "BZ", "BEL")
STILL = ("KCC", "BZ", "BEL", "OMG", "PRK", "JUR", "MOR")
"""Nothing changes here from month to month."""
BASELINE = TRUTH.training.month - 1
MONTHS = 18
PLANTED = tuple(number for number, each in enumerate(TRUTH.severities) if abs(each) > 0.5)
STRICT = tuple(number for number in PLANTED if TRUTH.severities[number] < 0)


# --- what is true -----------------------------------------------------------------------------------------------------


@cache
def true_scores():
    """Departments x months, in points; NaN after the last month."""
    table = np.full((len(DEPARTMENTS), MONTHS), np.nan)
    for row, (code, department) in enumerate(TRUTH.departments.items()):
        for month in range(1, department.last_month + 1):
            table[row, month - 1] = expected.expected_score(code, month)
    return table


@cache
def true_gaps():
    """Calm minus dominant: departments x pairs x months."""
    table = np.full((len(DEPARTMENTS), len(expected.PAIRS), MONTHS), np.nan)
    for row, (code, department) in enumerate(TRUTH.departments.items()):
        for at, pair in enumerate(expected.PAIRS):
            for month in range(1, department.last_month + 1):
                calm, dominant = (expected.expected_score(code, month, scenarios=[brief]) for brief in pair)
                table[row, at, month - 1] = calm - dominant
    return table


@cache
def true_severities():
    return np.array([expected.severity(number) for number in range(len(TRUTH.severities))])


# --- one demo ---------------------------------------------------------------------------------------------------------


def sums(values):
    exact = [int(value) for value in values]
    return Sums(len(exact), sum(exact), sum(value * value for value in exact))


class Look:
    """What the methods say about one demo: per question how often it was so, of how often it could be."""

    def __init__(self, seed):
        self.calls = draw(seed)
        self.scored = self.calls.score >= 0
        self.monthly = [
            [
                sums(self.calls.score[self.scored & self.of(code) & (self.calls.month == month)])
                for month in range(1, 19)
            ]
            for code in DEPARTMENTS
        ]
        self.hits: dict = defaultdict(lambda: [0, 0])
        self.figures: dict = defaultdict(list)
        self.intervals()
        self.shares()
        self.training()
        self.charts()
        self.decline()
        self.differences()
        self.strictness()
        self.uneven()
        self.tone()

    def of(self, code):
        return self.calls.department == DEPARTMENTS.index(code)

    def count(self, question, is_so):
        self.hits[question][0] += bool(is_so)
        self.hits[question][1] += 1

    def series(self, code):
        months = self.monthly[DEPARTMENTS.index(code)]
        return months[: TRUTH.departments[code].last_month]

    def truth_of(self, chosen):
        """The true mean score of these calls."""
        return float(true_scores()[self.calls.department[chosen], self.calls.month[chosen] - 1].mean())

    def intervals(self):
        for code in DEPARTMENTS:
            found = mean_interval(sum(self.series(code), Sums()))
            self.count("mean covers", found.low <= 100 * self.truth_of(self.scored & self.of(code)) <= found.high)

    def shares(self):
        calls = self.calls
        late = calls.month >= TRUTH.training.month
        for code, department in TRUTH.departments.items():
            answered, promised = calls.answered & self.of(code), calls.promised & self.of(code)
            rates = [("prompt", calls.seconds <= PROMPT_SECONDS, answered, department.prompt)]
            rates += [("kept", calls.kept, promised, department.kept)]
            if code == TRUTH.training.department:
                rates += [("harmful", calls.harmful, answered & late, TRUTH.training.harmful)]
                rates += [("harmful", calls.harmful, answered & ~late, department.harmful)]
            else:
                rates += [("harmful", calls.harmful, answered, department.harmful)]
            for name, happened, among, truth in rates:
                found = wilson(int((happened & among).sum()), int(among.sum()))
                self.count(f"share {name} covers", found.low <= truth <= found.high)

    def training(self):
        for code in (TRUTH.training.department, *STILL):
            months = self.series(code)
            found = welch(sum(months[:BASELINE], Sums()), sum(months[BASELINE:], Sums()))
            where = "still" if code in STILL else "training"
            self.count(f"before/after {where}", found.p <= 0.05)
            if where == "training":
                calls = self.scored & self.of(code)
                early = self.calls.month <= BASELINE
                truth = self.truth_of(calls & ~early) - self.truth_of(calls & early)
                self.count("before/after covers", found.low <= 100 * truth <= found.high)
            changed = split(
                [float(each.mean) for each in months if each.n], weights=[each.n for each in months if each.n]
            )
            self.count(f"split {where}", changed.p <= 0.05)
            if where == "training":
                self.count("split training, right month", changed.p <= 0.05 and changed.place == BASELINE)

    def charts(self):
        for code in (TRUTH.training.department, "AFV", *STILL):
            values = [float(each.mean) if each.n else None for each in self.series(code)]
            outside, last, above, below, points = chart_signals(values)
            if code in STILL and points == MONTHS - BASELINE:
                self.hits["xmr still, points"][0] += outside
                self.hits["xmr still, points"][1] += points
                self.count("xmr still, last month", last)
                self.count("cusum still", above or below)
                self.figures["charts"].append((outside, last, above or below))
            elif code in STILL:
                self.hits["xmr closed, points"][0] += outside
                self.hits["xmr closed, points"][1] += points
            elif code == "AFV":
                self.count("cusum decline", below)
            else:
                self.count("xmr training", outside)
                self.count("cusum training", above)

    def decline(self):
        for code in ("AFV", *STILL):
            months = self.series(code)
            found = slope(list(range(len(months))), months)
            if code == "AFV":
                self.count("slope decline", found.p <= 0.05 and found.slope < 0)
            else:
                self.count("slope still", found.p <= 0.05)

    def differences(self):
        whole = {code: sum(self.series(code), Sums()) for code in DEPARTMENTS}
        self.count("equal three told apart", len(groups([whole[code] for code in EQUAL])) > 1)
        spoken = [
            [int((among & self.of(code)).sum()) for code in EQUAL]
            for among in (self.calls.harmful & self.calls.answered, self.calls.answered)
        ]
        for funnel in (
            funnel_means([whole[code] for code in EQUAL], adjust="none"),
            funnel_shares(*spoken, adjust="none"),
        ):
            for unit in funnel.units:
                self.count("equal three outside funnel, 95", unit.verdict != "inside")
                self.count("equal three outside funnel, 99.8", unit.verdict == "outside 99.8")
        pairs = [(one, other) for at, one in enumerate(DEPARTMENTS) for other in DEPARTMENTS[at + 1 :]]
        held = benjamini_hochberg([welch(whole[one], whole[other]).p for one, other in pairs]).rejected
        wrong = [pair for pair, differs in zip(pairs, held, strict=True) if differs and set(pair) <= set(EQUAL)]
        self.hits["nine: false among those told apart"][0] += len(wrong)
        self.hits["nine: false among those told apart"][1] += sum(held)
        for pair in (("KCC", "OMG"), ("OMG", "AFV"), ("AFV", "JUR")):
            self.count("nine: different told apart", held[pairs.index(pair if pair in pairs else pair[::-1])])

    def fitted(self, chosen):
        calls = self.calls
        factors = {
            "department": calls.department[chosen].tolist(),
            "scenario": calls.scenario[chosen].tolist(),
            "evaluator": calls.evaluator[chosen].tolist(),
        }
        return severities(cells_of(calls.score[chosen] / 100, factors))

    def strictness(self):
        fit = self.fitted(self.scored)
        truth = true_severities()
        for each in fit.evaluators:
            covers = each.low <= truth[each.evaluator] <= each.high
            self.count("severity covers", covers)
            self.count(f"severity covers, {'planted' if each.evaluator in PLANTED else 'others'}", covers)
            self.figures["severity"].append((each.evaluator, each.severity, truth[each.evaluator]))
        held = benjamini_hochberg([each.p for each in fit.evaluators]).rejected
        for each, differs in zip(fit.evaluators, held, strict=True):
            if each.evaluator in PLANTED:
                self.count("planted severity found", differs)
        for each in fit.departments:
            truth_here = self.truth_of(self.scored & (self.calls.department == each.department))
            self.count("corrected mean covers", each.low <= truth_here <= each.high)
            self.figures["corrected"].append((each.department, each.mean - truth_here))

    def uneven(self):
        """As if the two strict evaluators had made half of one department's calls."""
        kept = np.random.default_rng(int(self.calls.score.sum())).random(len(self.scored)) < 2 / 23
        bz = self.of("BZ")
        chosen = self.scored & (~bz | np.isin(self.calls.evaluator, STRICT) | kept)
        fit = self.fitted(chosen)
        found = next(each for each in fit.departments if each.department == DEPARTMENTS.index("BZ"))
        truth = self.truth_of(chosen & bz)
        self.count("uneven: corrected mean covers", found.low <= truth <= found.high)
        raw = mean_interval(sums(self.calls.score[chosen & bz]))
        self.count("uneven: raw mean covers", raw.low <= 100 * truth <= raw.high)
        self.figures["uneven"].append((found.raw - truth, found.mean - truth, found.error))

    def tone(self):
        calls = self.calls
        for row, code in enumerate(DEPARTMENTS):
            gaps, truth = [], []
            for at, pair in enumerate(expected.PAIRS):
                for month in range(1, TRUTH.departments[code].last_month + 1):
                    here = self.scored & self.of(code) & (calls.month == month)
                    calm, dominant = (calls.score[here & (calls.scenario == BRIEFS.index(brief))] for brief in pair)
                    size = min(len(calm), len(dominant))
                    gaps += (calm[:size] - dominant[:size]).tolist()
                    truth += [true_gaps()[row, at, month - 1]] * size
            found = paired_t_of_sums(sums(gaps))
            where = "PRK" if code == TRUTH.tone_gap.department else "elsewhere"
            self.count("tone gap covers", found.low <= 100 * np.mean(truth) <= found.high)
            self.count(f"tone gap found {where}", found.p <= 0.05 and (where == "elsewhere" or found.mean > 0))


def chart_signals(values):
    """On limits from the first eight: points outside, the last too?, CUSUM above? below?, and how many points there were."""
    limits = xmr(values[:BASELINE])
    after = [value for value in values[BASELINE:] if value is not None]
    outside = [limits.outside(value) for value in after]
    signals = cusum(after, centre=limits.mean, sigma=limits.sigma).signals
    return (
        sum(outside),
        outside[-1],
        any(each.above for each in signals),
        any(not each.above for each in signals),
        len(after),
    )
