"""The cheapest way to cut a series into segments: the costs and the search behind `shift.pelt`."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

# The median and the mean of |x - y| of two standard normal values: their quantile of 3/4, and root 2 / pi, times root 2.
MEDIAN_STEP, MEAN_STEP = 0.6744897501960817 * math.sqrt(2), 2 / math.sqrt(math.pi)
# Values nearer than this, in the unit of the farthest, are one value with other rounding.
SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of any segment, from running sums of the weights, the values and their squares (with a leading 0)."""

    loads: "Array"
    sums: "Array"
    squares: "Array"
    noise: float | None  # the noise when it is known; else each segment has its own variance,
    floor: float  # of at least so much,
    unit: float  # and the logarithm of 2 pi, in the square of the values' unit, counts
    mbic: bool

    @classmethod
    def of(cls, y: "Array", w: "Array", *, mbic: bool, noise: float | None = None, unit: float = 0.0) -> "Costs":
        import numpy as np

        steps = np.diff(np.sort(y))
        grid = float(steps[steps > SAME].min())
        # Far below any value's rounding, and large enough to be squared.
        noise = None if noise is None else max(noise, 1e-100)
        running = [np.concatenate([[0.0], np.cumsum(each)]) for each in (w, w * y, w * y * y)]
        return cls(running[0], running[1], running[2], noise, grid * grid / 12, unit, mbic)

    def between(self, starts: "np.ndarray[Any, np.dtype[np.int64]]", stop: int) -> "Array":
        """The cost of the segments from each of `starts` up to `stop`."""
        import numpy as np

        sums = self.sums[stop] - self.sums[starts]
        rest = np.maximum(
            self.squares[stop] - self.squares[starts] - sums * sums / (self.loads[stop] - self.loads[starts]), 0
        )
        lengths = stop - starts
        if self.noise is not None:
            cost = rest / self.noise**2
        else:
            # The likelihood at its largest among variances of at least the floor.
            variance = np.maximum(rest / lengths, self.floor)
            cost = lengths * (np.log(variance) + self.unit) + rest / variance
        found: Array = cost + np.log(lengths) if self.mbic else cost
        return found

    def slack(self, starts: "np.ndarray[Any, np.dtype[np.int64]]", stop: int, n: int) -> "Array | float":
        """What a cut at `stop` can at most add to the cost of a segment from `starts` to any later end, sign turned."""
        import numpy as np

        if not self.mbic or stop == n:
            return 0.0
        found: Array = np.log((n - starts) / ((stop - starts) * (n - stop)))
        return found


def cheapest(costs: Costs, n: int, price: float, least: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The cuts (0 and `n` included) of the cheapest segmentation: optimal partitioning with PELT's pruning.

    A start that cannot beat the best cut at `stop` is of no use for ends that leave room for a segment after that cut:
    from `stop + least` on, not before.
    """
    import numpy as np

    best, last = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.int64)
    best[0] = -price
    starts, until, count = np.zeros(n + 1, dtype=np.int64), np.full(n + 1, n + 1, dtype=np.int64), 1
    for stop in range(least, n + 1):
        if stop - least >= least:
            starts[count], until[count] = stop - least, n + 1
            count += 1
        open_starts, open_until = starts[:count], until[:count]
        totals = best[open_starts] + costs.between(open_starts, stop)
        pick = int(np.argmin(totals))
        best[stop], last[stop] = totals[pick] + price, open_starts[pick]
        beaten = totals + costs.slack(open_starts, stop, n) >= best[stop]
        open_until[beaten] = np.minimum(open_until[beaten], stop + least)
        kept = open_until > stop + 1
        if not kept.all():
            left = int(kept.sum())
            starts[:left], until[:left], count = open_starts[kept], open_until[kept], left
    cuts = [n]
    while cuts[-1]:
        cuts.append(int(last[cuts[-1]]))
    return np.array(cuts[::-1], dtype=np.int64)


def noise_within(y: "Array", w: "Array") -> float:
    """The standard deviation within levels, from the steps between neighbours."""
    import numpy as np

    steps = np.abs(np.diff(y)) * math.sqrt(2) / np.sqrt(1 / w[1:] + 1 / w[:-1])
    middle = float(np.median(steps))
    return middle / MEDIAN_STEP if middle > SAME else float(steps.mean()) / MEAN_STEP
