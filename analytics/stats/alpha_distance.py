"""The ratio metric of Krippendorff's alpha, summed over all pairs of many distinct values without a matrix of all pairs.

On the logarithms u and v of two positive values, ((c - k) / (c + k))^2 is tanh((u - v) / 2)^2: smooth, and without a pole
nearer than pi to the real line. So Chebyshev interpolation in both arguments converges geometrically (Trefethen 2013,
Approximation Theory and Approximation Practice, theorem 8.2), and some fifty nodes stand in for ten thousand values.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# So few distinct values have a matrix of their own, exact.
_FEW = 128


@dataclass(frozen=True, slots=True)
class RatioKernel:
    """`basis` (values x nodes) turns counts of values into counts of nodes, `squares` (nodes x nodes) are their metric."""

    basis: "NDArray[np.float64] | None"
    squares: "NDArray[np.float64]"
    zero: bool

    def total(self, counts: "NDArray[Any] | csr_array") -> "NDArray[Any]":
        """The sum of the metric over all ordered pairs of values, from how often each occurs (rows x values, also sparse).

        Zero differs by 1 from every other value; it has no logarithm and is counted apart.
        """
        import numpy as np

        nodes = counts[:, int(self.zero) :] @ (np.eye(len(self.squares)) if self.basis is None else self.basis)
        result = ((nodes @ self.squares) * nodes).sum(axis=1)
        if self.zero:
            every = np.asarray(counts.sum(axis=1)).ravel()
            zeros = every - np.asarray(counts[:, 1:].sum(axis=1)).ravel()
            result = result + 2 * zeros * (every - zeros)
        kept: NDArray[Any] = np.maximum(result, 0)
        return kept


def ratio_kernel(values: "NDArray[np.float64]") -> RatioKernel:
    """The metric of distinct values from 0 on, in rising order."""
    import numpy as np

    zero = bool(values[0] == 0)
    positive = values[1:] if zero else values
    logs = np.log(positive)
    radius = max(float(logs[-1] - logs[0]) / 2, 1e-9) if len(logs) else 0.0
    count = _FEW
    if len(positive) > _FEW:
        # The ellipse through the pole at pi: each node more divides the error by the sum of its half axes.
        ellipse = (math.pi + math.hypot(math.pi, radius)) / radius
        count = 8 + math.ceil(40 / math.log(ellipse))
    if len(positive) <= count:
        squares = ((positive[:, None] - positive[None, :]) / (positive[:, None] + positive[None, :])) ** 2
        return RatioKernel(None, squares, zero)
    points = np.cos(np.pi * np.arange(count) / (count - 1))
    nodes = (logs[0] + logs[-1]) / 2 + radius * points
    squares = np.tanh((nodes[:, None] - nodes[None, :]) / 2) ** 2
    return RatioKernel(_interpolation(logs, nodes), squares, zero)


def _interpolation(at: "NDArray[np.float64]", nodes: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Lagrange's polynomials of the Chebyshev `nodes` at some places, by the barycentric formula (Berrut & Trefethen 2004)."""
    import numpy as np

    signs = np.where(np.arange(len(nodes)) % 2, -1.0, 1.0)
    signs[[0, -1]] /= 2
    away = at[:, None] - nodes[None, :]
    hit = away == 0
    terms = signs / np.where(hit, 1.0, away)
    basis = terms / terms.sum(axis=1, keepdims=True)
    met = hit.any(axis=1)
    basis[met] = hit[met]
    result: NDArray[np.float64] = basis
    return result
