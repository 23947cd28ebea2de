"""Calls that were scored twice: how far both gave a question the same answer, and whether it can be steered on."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from analytics.figures import Share, rounded
from analytics.metrics.means import WITHHELD_SHARE, share
from analytics.stats.reliability import RESAMPLES, Alpha, Scale, krippendorff

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Krippendorff (2004), p. 241: the smallest alpha on which even tentative conclusions may rest.
STEER = 0.667


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far two scorings of `n` calls agree on one question beyond chance: Krippendorff's alpha, at most 1.

    `exact` is `None` where alpha is not defined: all answers alike, or no call in which both scored it. `low` and
    `high` are the bootstrap interval over calls. `steer` is whether alpha is 0.667 or more; `None` where it is not
    defined.
    """

    n: int | None = 0
    exact: float | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    scale: Scale = "interval"
    steer: bool | None = None
    withheld: bool = False

    @property
    def value(self) -> Decimal | None:
        """To three places, as the bounds of alpha are given."""
        return None if self.exact is None else rounded(self.exact, 3)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One question: in which share of the calls both gave the same answer, and the agreement beyond chance."""

    code: str
    same: Share
    alpha: Reliability


def agreement(
    frame: "pd.DataFrame",
    smallest: int = 1,
    *,
    rng: "np.random.Generator | None" = None,
    scales: Mapping[str, Scale] | None = None,
    resamples: int = RESAMPLES,
) -> tuple[Agreement, ...]:
    """Every question of the frame `scored_twice`, the least agreed first; those withheld at the end.

    Answers are known by their points: two options that earn the same are the same answer here. "Not applicable" said by
    both is the same answer, said by one it is another; of alpha it is a missing rating. `scales` gives a question's
    level of measurement ("nominal", "ordinal", "interval"), by default interval on the points; for yes/no questions all
    three are the same. With `rng` alpha has a bootstrap interval; questions draw in order of code.
    """
    found = []
    for code, rows in sorted(frame.groupby("item"), key=lambda pair: str(pair[0])):
        scale = (scales or {}).get(str(code), "interval")
        found.append(_question(str(code), rows, smallest, rng=rng, scale=scale, resamples=resamples))
    return tuple(sorted(found, key=_least_first))


def _least_first(each: Agreement) -> tuple[bool, Decimal, str]:
    return each.same.withheld, each.same.value or Decimal(0), each.code


def _question(
    code: str,
    rows: "pd.DataFrame",
    smallest: int,
    *,
    rng: "np.random.Generator | None",
    scale: Scale,
    resamples: int,
) -> Agreement:
    if len(rows) < smallest:
        return Agreement(code, WITHHELD_SHARE, Reliability(n=None, scale=scale, withheld=True))
    pairs = [(_points(a), _points(b)) for a, b in zip(rows["first"], rows["second"], strict=True)]
    same = share(sum(a == b for a, b in pairs), len(pairs))
    both = [pair for pair in pairs if None not in pair]
    if 0 < len(both) < smallest:
        return Agreement(code, same, Reliability(n=None, scale=scale, withheld=True))
    alpha = krippendorff(both, scale=scale, rng=rng, resamples=resamples) if both else None
    return Agreement(code, same, _reliability(alpha, len(both), scale))


def _points(value: Any) -> int | None:
    import pandas as pd

    return None if pd.isna(value) else int(value)


def _reliability(found: Alpha | None, n: int, scale: Scale) -> Reliability:
    if found is None:
        return Reliability(n=n, scale=scale)
    limits = (None, None) if found.interval is None else (found.interval.low, found.interval.high)
    low, high = (None if each is None else rounded(each, 3) for each in limits)
    return Reliability(found.n, found.alpha, low, high, scale, steer=found.alpha >= STEER)
