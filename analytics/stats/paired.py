"""Two measurements of the same things: the paired t test, and McNemar for yes/no (by ranks: `signed_rank`).

Every difference here is the FIRST minus the second, as in `scipy.stats.ttest_rel` and in the published examples (`welch`, for
independent samples, is the second minus the first).
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, SupportsFloat

from analytics.stats.given import differences_of, inside, numbers, one_of, same_length, whole
from analytics.stats.intervals import LEVEL, Sums, normal_quantile, t_quantile, t_two_sided, wilson

PairedInterval = Literal["newcombe", "agresti-min"]


@dataclass(frozen=True, slots=True)
class PairedT:
    """Mean difference of `n` pairs (first minus second, in the unit of the values) with its interval and t test.

    `effect` is Cohen's dz, the mean difference in standard deviations of the differences; `None` when these do not vary.
    """

    n: int
    mean: float
    low: float
    high: float
    sd: float
    t: float
    df: int
    p: float
    effect: float | None


@dataclass(frozen=True, slots=True)
class McNemar:
    """Two yes/no answers about each of `n` things, and whether yes is said as often in both.

    `first_only` and `second_only` count the pairs that disagree. Each p-value is two-sided. `difference` is `share_first`
    minus `share_second`, 0..1, with its interval.
    """

    n: int
    first_only: int
    second_only: int
    chi2: float
    p: float
    chi2_corrected: float
    p_corrected: float
    p_exact: float
    p_mid: float
    share_first: float
    share_second: float
    difference: float
    low: float
    high: float


# --- paired t ---------------------------------------------------------------------------------------------------------


def paired_t(
    first: Sequence[SupportsFloat], second: Sequence[SupportsFloat], *, level: float = LEVEL
) -> PairedT | None:
    """Student's paired t test and interval of the mean of `first` minus `second`.

    Source: Student (1908), Biometrika 6:1-25, whose sleep data are the example; the same as `scipy.stats.ttest_rel`. Effect
    size: Cohen (1988), Statistical Power Analysis, p. 48. `None` below two pairs. Differences that are all alike give
    t = 0 and p = 1 when they are 0, and otherwise an infinite t and p = 0.

    >>> drug_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    >>> drug_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    >>> result = paired_t(drug_1, drug_2)
    >>> round(result.t, 4), round(result.p, 6), round(result.low, 6), round(result.high, 6)
    (-4.0621, 0.002833, -2.459886, -0.700114)
    """
    differences, scale = differences_of(first, second)
    return _t_of(differences, scale, level)


def paired_t_of_differences(differences: Sequence[SupportsFloat], *, level: float = LEVEL) -> PairedT | None:
    """As `paired_t`, when the differences are what is known."""
    values = numbers("differences", differences)
    return _t_of(values, max(map(abs, values), default=0.0), level)


def paired_t_of_sums(sums: Sums, *, level: float = LEVEL) -> PairedT | None:
    """As `paired_t`, from the exact sums of the differences: nothing is rounded before the last step.

    >>> round(paired_t_of_sums(Sums(5, 25, 135)).effect, 4)
    3.1623
    """
    inside("level", level)
    if sums.mean is None or sums.variance is None:
        return None
    return _t_result(sums.n, float(sums.mean), math.sqrt(sums.variance), level)


def _t_of(values: Sequence[float], scale: float, level: float) -> PairedT | None:
    inside("level", level)
    n = len(values)
    if n < 2:
        return None
    # A power of two, so that dividing is exact and squares neither overflow nor vanish.
    unit = 2.0 ** min(max(math.frexp(max(map(abs, values)))[1], -1000), 1000)
    scaled = [value / unit for value in values]
    mean = math.fsum(scaled) / n
    sd = math.sqrt(math.fsum((value - mean) ** 2 for value in scaled) / (n - 1))
    # 0.3 - 0.1 and 0.5 - 0.3 differ in their last bit only: that is no spread.
    if sd <= 4 * sys.float_info.epsilon * scale / unit:
        sd = 0.0
    return _t_result(n, mean * unit, sd * unit, level)


def _t_result(n: int, mean: float, sd: float, level: float) -> PairedT:
    if sd == 0:
        # Every difference alike: it, or its absence, is all there is to see.
        t, p = (0.0, 1.0) if mean == 0 else (math.copysign(math.inf, mean), 0.0)
        return PairedT(n, mean, mean, mean, 0.0, t, n - 1, p, None)
    error = sd / math.sqrt(n)
    half = t_quantile((1 + level) / 2, n - 1) * error
    t = mean / error
    return PairedT(n, mean, mean - half, mean + half, sd, t, n - 1, t_two_sided(t, n - 1), mean / sd)


# --- McNemar ----------------------------------------------------------------------------------------------------------


def paired_table(first: Sequence[Any], second: Sequence[Any]) -> list[list[int]]:
    """Counts the yes/no answers (truth values) of pairs into the table that `mcnemar` takes.

    >>> paired_table([True, True, False], [True, False, False])
    [[1, 1], [0, 1]]
    """
    same_length(first=len(first), second=len(second))
    table = [[0, 0], [0, 0]]
    for a, b in zip(first, second, strict=True):
        row, column = (whole("an answer", value) for value in (a, b))
        if row > 1 or column > 1:
            raise ValueError(f"an answer is {max(row, column)}; it is yes (1) or no (0)")
        table[1 - row][1 - column] += 1
    return table


def mcnemar(
    table: Sequence[Sequence[int]], *, interval: PairedInterval = "newcombe", level: float = LEVEL
) -> McNemar | None:
    """McNemar's tests of two paired yes/no answers, and the interval of the difference of the two shares of yes.

    `table` is [[both yes, first only], [second only, both no]]. Sources: McNemar (1947), Psychometrika 12:153-157; the
    correction of Edwards (1948), Psychometrika 13:185-187; exact and mid-p after Fagerland, Lydersen & Laake (2013), BMC
    Medical Research Methodology 13:91, who advise the mid-p. `interval`: "newcombe", square-and-add of two Wilson intervals,
    method 10 of Newcombe (1998), Statistics in Medicine 17:2635-2650; or "agresti-min", half a pair added to each cell,
    Agresti & Min (2005), Statistics in Medicine 24:729-740. `None` for an empty table; p = 1 when no pair disagrees.

    >>> result = mcnemar([[794, 150], [86, 570]])
    >>> round(result.chi2_corrected, 3), round(result.p_corrected, 8), round(result.chi2, 3)
    (16.818, 4.115e-05, 17.356)
    """
    one_of("interval", interval, ("newcombe", "agresti-min"))
    inside("level", level)
    if [len(row) for row in table] != [2, 2]:
        raise ValueError(f"table is {table}; it has two rows of two counts")
    (both, b), (c, neither) = ([whole("a count of table", cell) for cell in row] for row in table)
    n = both + b + c + neither
    if n == 0:
        return None
    chi2 = (b - c) ** 2 / (b + c) if b + c else 0.0
    corrected = max(abs(b - c) - 1, 0) ** 2 / (b + c) if b + c else 0.0
    exact, mid = _binomial_p(b, c)
    limits = _newcombe if interval == "newcombe" else _agresti_min
    low, high = limits(both, b, c, neither, level)
    share_first, share_second = (both + b) / n, (both + c) / n
    chances = (chi2, _chi2_p(chi2), corrected, _chi2_p(corrected), exact, mid)
    return McNemar(n, b, c, *chances, share_first, share_second, (b - c) / n, low, high)


def _chi2_p(chi2: float) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(1, chi2))


def _binomial_p(b: int, c: int) -> tuple[float, float]:
    """Of the pairs that disagree, half should lean either way: exact and mid-p."""
    from scipy.special import bdtr

    if b == c:
        return 1.0, 1.0 if b == 0 else 1.0 - _binomial_point(b, b + c)
    exact = min(1.0, 2 * float(bdtr(min(b, c), b + c, 0.5)))
    return exact, exact - _binomial_point(min(b, c), b + c)


def _binomial_point(k: int, n: int) -> float:
    from scipy.special import gammaln

    return math.exp(float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)) - n * math.log(2))


def _newcombe(both: int, b: int, c: int, neither: int, level: float) -> tuple[float, float]:
    n = both + b + c + neither
    first, second = wilson(both + b, n, level), wilson(both + c, n, level)
    assert first is not None
    assert second is not None
    margins = (both + b) * (c + neither) * (both + c) * (b + neither)
    excess = float(both * neither - b * c)
    # Method 10 takes half a pair each off a positive correlation before it is used.
    excess = max(excess - n / 2, 0.0) if excess > 0 else excess
    phi = excess / math.sqrt(margins) if margins else 0.0
    down = (first.share - first.low, second.high - second.share)
    up = (first.high - first.share, second.share - second.low)
    low, high = (math.sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0)) for x, y in (down, up))
    difference = (b - c) / n
    return max(difference - low, -1.0), min(difference + high, 1.0)


def _agresti_min(both: int, b: int, c: int, neither: int, level: float) -> tuple[float, float]:
    n = both + b + c + neither + 2
    difference = (b - c) / n
    half = normal_quantile((1 + level) / 2) * math.sqrt((b + c + 1) / n - difference**2) / math.sqrt(n)
    return max(difference - half, -1.0), min(difference + half, 1.0)
