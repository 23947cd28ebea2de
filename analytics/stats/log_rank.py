"""Do the times to an event differ between groups? The weighted log-rank tests."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, SupportsFloat

from analytics.stats.given import number, numbers, one_of, same_length, whole
from analytics.stats.survival import truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Weight = Literal["log-rank", "gehan", "tarone-ware", "peto-peto", "fleming-harrington"]
WEIGHTS = ("log-rank", "gehan", "tarone-ware", "peto-peto", "fleming-harrington")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of `n` subjects: events seen and events expected if all groups were alike, each with the test's weight."""

    label: Hashable
    n: int
    events: int
    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class LogRank:
    """The test of `n` subjects in groups: chi-square with its degrees of freedom and p; groups in order of appearance."""

    n: int
    groups: tuple[Group, ...]
    chi2: float
    df: int
    p: float


def log_rank(
    times: Sequence[SupportsFloat],
    observed: Sequence[Any],
    groups: Sequence[Hashable],
    *,
    weight: Weight = "log-rank",
    rho: float = 0.0,
    gamma: float = 0.0,
    strata: Sequence[Hashable] | None = None,
    entries: Sequence[SupportsFloat] | None = None,
) -> LogRank | None:
    """Weighted log-rank test of two or more groups, stratified if asked for.

    `times`, `observed` and `entries` as in `kaplan_meier`; `groups` and `strata` are labels of any kind. Sources: Mantel
    (1966) and Peto & Peto (1972), JRSS A 135:185-207; the family, its variance and the strata as in Klein & Moeschberger
    (2003), Survival Analysis, sections 7.3 and 7.5.

    `weight` of each event time: "log-rank" 1; "gehan" (Gehan-Breslow-Wilcoxon) the number at risk; "tarone-ware" its square
    root; "peto-peto" the estimate of survival of Peto & Peto at that time; "fleming-harrington" S^rho (1 - S)^gamma with the
    Kaplan-Meier S just before (rho = 1, gamma = 0 is R's survdiff(rho = 1)). `None` when there is nothing to compare: no
    events, or at no event more than one group at risk.

    >>> result = log_rank([9, 13, 13, 18, 23, 5, 5, 8, 8, 12], [1, 1, 0, 1, 1, 1, 1, 1, 1, 1], "MMMMMNNNNN")
    >>> round(result.chi2, 4), result.df
    (7.26, 1)
    """
    import numpy as np

    one_of("weight", weight, WEIGHTS)
    _powers(weight, rho, gamma)
    same_length(times=len(times), observed=len(observed), groups=len(groups))
    data = np.vstack([_columns(times, observed, entries), np.ones(len(times))])
    labels, codes = _codes(groups)
    _strata_labels, parts = _codes(strata if strata is not None else [0] * len(times))
    same_length(times=len(times), strata=len(parts))
    pieces = [
        _stratum(data[:, parts == part], codes[parts == part], len(labels), weight, (rho, gamma))
        for part in range(len(_strata_labels))
    ]
    return _tested(labels, codes, data, pieces)


def log_rank_counts(
    times: Sequence[SupportsFloat], events: Sequence[int], censored: Sequence[int], groups: Sequence[Hashable]
) -> LogRank | None:
    """As `log_rank` with the weight "log-rank", from how many of a group had the event, and were last seen, at each time.

    One entry a time and group, in any order.

    >>> result = log_rank_counts([9, 13, 18, 23, 5, 8, 12], [1, 1, 1, 1, 2, 2, 1], [0, 1, 0, 0, 0, 0, 0], "MMMMNNN")
    >>> round(result.chi2, 4), result.n
    (7.26, 10)
    """
    import numpy as np

    same_length(times=len(times), events=len(events), censored=len(censored), groups=len(groups))
    counts = [[whole(name, each) for each in given] for name, given in (("events", events), ("censored", censored))]
    happened = [True] * len(times) + [False] * len(times)
    data = np.vstack([_columns([*times, *times], happened, None), np.asarray([*counts[0], *counts[1]], dtype=float)])
    labels, codes = _codes([*groups, *groups])
    return _tested(labels, codes, data, [_stratum(data, codes, len(labels), "log-rank", (0.0, 0.0))])


# --- how --------------------------------------------------------------------------------------------------------------


Pieces = tuple["NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""Observed, expected and covariance of the weighted events of each group, within one stratum."""


def _tested(
    labels: list[Hashable], codes: "NDArray[np.int64]", data: "NDArray[np.float64]", pieces: list[Pieces]
) -> LogRank | None:
    import numpy as np
    from scipy.special import chdtrc

    seen, expected, variance = np.zeros(len(labels)), np.zeros(len(labels)), np.zeros((len(labels), len(labels)))
    for part in pieces:
        seen, expected, variance = seen + part[0], expected + part[1], variance + part[2]
    chi2, df = _quadratic(seen - expected, variance)
    if df == 0:
        return None
    alike = data[3]
    sizes, events = (
        np.bincount(codes[chosen], weights=alike[chosen], minlength=len(labels)).astype(int).tolist()
        for chosen in (alike > 0, data[1] > 0)
    )
    rows = zip(labels, sizes, events, seen.tolist(), expected.tolist(), strict=True)
    return LogRank(int(alike.sum()), tuple(Group(*row) for row in rows), chi2, df, float(chdtrc(df, chi2)))


def _powers(weight: str, rho: float, gamma: float) -> None:
    for name, value in (("rho", rho), ("gamma", gamma)):
        if number(name, value) < 0:
            raise ValueError(f"{name} is {value}; it is 0 or more")
        if value and weight != "fleming-harrington":
            raise ValueError(f"{name} is {value}; it belongs to the weight 'fleming-harrington', not to {weight!r}")


def _columns(
    times: Sequence[SupportsFloat], observed: Sequence[Any], entries: Sequence[SupportsFloat] | None
) -> "NDArray[np.float64]":
    """Rows: time, event (1 or 0), entry; one column a subject."""
    import numpy as np

    same_length(times=len(times), entries=len(times if entries is None else entries))
    until = numbers("times", times)
    since = [-1.0] * len(until) if entries is None else numbers("entries", entries)
    for start, time in zip(since, until, strict=True):
        if time < 0:
            raise ValueError(f"times holds {time}; a time is 0 or more")
        if entries is not None and not 0 <= start < time:
            raise ValueError(f"entries holds {start}; it is 0 or more and lies before its time, {time}")
    return np.asarray([until, [float(truth("observed", each)) for each in observed], since])


def _codes(labels: Sequence[Hashable]) -> "tuple[list[Hashable], NDArray[np.int64]]":
    """The distinct labels in order of appearance, and the place of each subject's among them."""
    import numpy as np

    places: dict[Hashable, int] = {}
    codes = [places.setdefault(label, len(places)) for label in labels]
    return list(places), np.asarray(codes, dtype=np.int64)


def _stratum(
    data: "NDArray[np.float64]", codes: "NDArray[np.int64]", count: int, weight: str, powers: tuple[float, float]
) -> Pieces:
    """Of one stratum; `data` holds a column a subject, or for so many alike: time, event (1 or 0), entry, how many."""
    import numpy as np

    times, happened, since, alike = data[0], (data[1] > 0) & (data[3] > 0), data[2], data[3]
    moments = np.unique(times[happened])
    width = len(moments) + 1
    # At risk from the first moment after the entry to the last one not after the subject's own time.
    start, stop = np.searchsorted(moments, since, side="right"), np.searchsorted(moments, times, side="right")
    rows, cells = codes * width, (count, width)

    def of(places: "NDArray[np.int64]", numbers: "NDArray[np.float64]") -> "NDArray[np.float64]":
        added = np.bincount(places, weights=numbers, minlength=count * width)
        return np.asarray(added, dtype=np.float64).reshape(cells)

    at_risk = (of(rows + start, alike) - of(rows + stop, alike)).cumsum(axis=1)[:, :-1]
    events = of((rows + stop - 1)[happened], alike[happened])[:, :-1]
    d, n = events.sum(axis=0), at_risk.sum(axis=0)
    weights = _weights(d, n, weight, powers)
    shares = at_risk / n
    spread = weights**2 * d * (n - d) / np.maximum(n - 1, 1)
    # einsum, as many small products of matrices would wait for each other's threads.
    variance = np.diag((shares * spread).sum(axis=1)) - np.einsum("ik,jk->ij", shares * spread, shares)
    seen, expected = (events * weights).sum(axis=1), (shares * d * weights).sum(axis=1)
    return seen, expected, np.asarray(variance, dtype=np.float64)


def _weights(
    d: "NDArray[np.float64]", n: "NDArray[np.float64]", weight: str, powers: tuple[float, float]
) -> "NDArray[np.float64]":
    import numpy as np

    if weight == "gehan":
        return n
    if weight == "tarone-ware":
        return n**0.5
    if weight == "peto-peto":
        return np.cumprod(1 - d / (n + 1), dtype=np.float64)
    if weight == "log-rank" or not len(d):
        return np.ones_like(n)
    before = np.concatenate(([1.0], np.cumprod(1 - d / n)[:-1]))
    return np.asarray(before ** powers[0] * np.maximum(1 - before, 0.0) ** powers[1], dtype=np.float64)


def _quadratic(difference: "NDArray[np.float64]", variance: "NDArray[np.float64]") -> tuple[float, int]:
    """The chi-square of a difference whose covariance is singular by nature, and the rank of that covariance."""
    import numpy as np

    largest = float(np.abs(variance).max(initial=0.0))
    if largest == 0:
        return 0.0, 0
    # The groups' differences add up to nothing: one dimension fewer, and one fewer for every group that is never at risk
    # beside another.
    roots, directions = np.linalg.eigh(variance / largest)
    kept = roots > 1e-10
    along = directions[:, kept].T @ difference
    return float((along**2 / roots[kept]).sum() / largest), int(kept.sum())
