"""How far does the largest of many overlapping comparisons reach by chance? The null distribution behind `shift.split`."""

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

# Up to how many splits, and up to which distance, the recursion is worth its time.
RECURSION_SPLITS, RECURSION_DISTANCE = 300, 5.0
# Splits nearer to each other than this (in the process's own time) count as one: they say the same.
NEAREST = 5e-4
# No probability is zero, however small.
SMALLEST = sys.float_info.min


def normal_scan(distance: float, times: "Sequence[float] | Array") -> float:
    """The probability that the largest |Z| over all splits is `distance` or more when there is no change.

    `times` are the shares of the total weight before each split, rising, above 0 and below 1. Z, the standardised
    difference of the means at each split, is then a stationary Gaussian Markov process at the times
    u = log(t / (1 - t)) / 2, with correlation exp(-|u - v|). Source: Hawkins (1977), JASA 72:180-186, whose recursion over
    the splits is carried out with Gauss-Legendre quadrature; beyond 300 splits or a distance of 5, Siegmund (1985),
    Sequential Analysis, chapters 4 and 11 (James, James & Siegmund 1987, Biometrika 74:71-83), with his correction for
    the gaps between splits. Never 0: at least the smallest normal float.

    >>> round(normal_scan(1.959963984540054, [0.5]), 4), round(normal_scan(3.0, [k / 50 for k in range(1, 50)]), 4)
    (0.05, 0.046)
    """
    import numpy as np

    moments = np.asarray(times, dtype=float)
    clock = np.log(moments / (1 - moments)) / 2
    if distance <= 0:
        return 1.0
    if len(clock) <= RECURSION_SPLITS and distance <= RECURSION_DISTANCE:
        p = _recursion(distance, _thinned(clock))
    else:
        p = _siegmund(distance, np.diff(clock))
    return min(max(p, SMALLEST), 1.0)


def _thinned(clock: "Array") -> "Array":
    """The steps of the process, those too small to tell apart joined to the next."""
    import numpy as np

    kept = [float(clock[0])]
    for moment in clock[1:]:
        if 2 * (float(moment) - kept[-1]) >= NEAREST:
            kept.append(float(moment))
    return np.diff(np.array(kept))


def _recursion(distance: float, steps: "Array") -> float:
    """One minus the chance of staying within; summed from the losses at each step, so that small ones keep their digits."""
    import numpy as np
    from scipy.special import ndtr

    spreads = np.sqrt(-np.expm1(-2 * steps))
    finest = float(spreads.min()) if len(spreads) else 1.0
    nodes, weights = np.polynomial.legendre.leggauss(max(32, min(600, math.ceil(2.5 * distance / finest))))
    x, w = (nodes + 1) * distance / 2, weights * distance / 2
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    lost = 2 * float(ndtr(-distance))
    for step, spread in zip(np.exp(-steps), spreads, strict=True):
        # The density is even: half of it is kept, and the other half comes in with the opposite sign.
        leaving = ndtr((step * x - distance) / spread) + ndtr((-step * x - distance) / spread)
        lost += 2 * float((w * density) @ leaving)
        toward = (x[None, :] - step * x[:, None]) / spread
        across = (x[None, :] + step * x[:, None]) / spread
        kernel = (np.exp(-toward * toward / 2) + np.exp(-across * across / 2)) / (spread * math.sqrt(2 * math.pi))
        density = (w * density) @ kernel
    return lost


def _siegmund(distance: float, steps: "Array") -> float:
    """The rate at which the process first reaches so far, over all its time; good where the chance is small."""
    import numpy as np
    from scipy.special import ndtr

    # The rate is largest at 1 and meaningless below, where the process is almost surely beyond.
    far = max(distance, 1.0)
    gaps = far * np.sqrt(2 * steps[steps > 0])
    half = ndtr(gaps / 2)
    pace = math.exp(-far * far / 2) / math.sqrt(2 * math.pi)
    # Siegmund's nu, the overshoot at a gap: 1 for gaps of nothing.
    overshoot = np.divide(2 / gaps * (half - 0.5), gaps / 2 * half + np.exp(-gaps * gaps / 8) / math.sqrt(2 * math.pi))
    expected = 2 * float(ndtr(-far)) + pace / far * float((gaps * gaps) @ overshoot)
    return -math.expm1(-expected)
