"""How the explained variance of a regression divides over predictors that go together.

An importance is a description of one model of one set of calls: no effect, and nothing a change would bring about.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_LMG = 15
"""LMG looks at every subset: 2^15 of them."""
DEPENDENT = 1e-8
"""A column of which no more than this part of the variance is left after the earlier ones says nothing new."""


def relative_weights(correlations: Any, with_grade: Any) -> tuple[float, ...]:
    """Johnson's relative weights: how R squared divides over correlated predictors.

    Source: Johnson (2000), Multivariate Behavioral Research 35:1-19 (the same as Genizi 1993): the predictors are
    replaced by the orthogonal variables nearest to them, and what those explain is handed back. Fast for any number of
    predictors and close to `lmg`; Thomas et al. (2014), same journal 49:329-338, show examples where the two differ.

    Args:
        correlations: k x k, of the predictors with each other.
        with_grade: length k, of each with the grade.

    Returns:
        k weights >= 0 that sum to R squared.

    >>> [round(weight, 4) for weight in relative_weights([[1, 0.5], [0.5, 1]], [0.6, 0.4])]
    [0.2867, 0.0867]
    """
    import numpy as np

    matrix, targets = _correlations(correlations, with_grade)
    values, vectors = np.linalg.eigh(matrix)
    roots = np.sqrt(np.clip(values, 0, None))
    inverse = np.divide(1.0, roots, out=np.zeros_like(roots), where=values > DEPENDENT)
    nearest = (vectors * roots) @ vectors.T
    slopes = (vectors * inverse) @ vectors.T @ targets
    return tuple((nearest**2 @ slopes**2).tolist())


def lmg(correlations: Any, with_grade: Any) -> tuple[float, ...]:
    """The LMG shares of R squared: what each predictor adds, averaged over all orders of adding (a Shapley value).

    Source: Lindeman, Merenda & Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119; Groemping
    (2006), Journal of Statistical Software 17(1). Arguments and result as `relative_weights`; more than `MOST_LMG`
    predictors are a `ValueError`, since there are 2^k subsets.

    >>> [round(share, 4) for share in lmg([[1, 0.5], [0.5, 1]], [0.6, 0.4])]
    [0.2867, 0.0867]
    """
    import numpy as np

    matrix, targets = _correlations(correlations, with_grade)
    count = len(targets)
    if count > MOST_LMG:
        raise ValueError(f"there are {count} predictors; {MOST_LMG} at most")
    explained = _of_subsets(matrix, targets)
    subsets = np.arange(1 << count)
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    chance = np.array([1 / (count * math.comb(count - 1, size)) for size in range(count)])
    shares = []
    for place in range(count):
        without = subsets[(subsets >> place) & 1 == 0]
        gain = explained[without | (1 << place)] - explained[without]
        shares.append(float(gain @ chance[sizes[without]]))
    return tuple(shares)


def _of_subsets(matrix: Floats, targets: Floats) -> Floats:
    """R squared of every subset of the predictors, by its bits; linear dependence adds nothing."""
    import numpy as np

    count = len(targets)
    explained = np.zeros(1 << count)
    whole = np.block([[matrix, targets[:, None]], [targets[None, :], np.ones((1, 1))]])
    # Depth first: each predictor in turn is swept out of those that may still come, so a subset costs one small update.
    waiting = [(0, 0, whole)]
    while waiting:
        subset, first, left = waiting.pop()
        for place in range(first, count):
            pivot = left[place - first, place - first]
            rest = left[place - first + 1 :, place - first + 1 :]
            if pivot > DEPENDENT:
                column = left[place - first + 1 :, place - first]
                rest = rest - np.outer(column, column) / pivot
            chosen = subset | (1 << place)
            explained[chosen] = 1 - rest[-1, -1]
            if place + 1 < count:
                waiting.append((chosen, place + 1, rest))
    return explained


def _correlations(correlations: Any, with_grade: Any) -> tuple[Floats, Floats]:
    import numpy as np

    matrix, targets = np.asarray(correlations, dtype=float), np.asarray(with_grade, dtype=float)
    if targets.ndim != 1 or matrix.size != len(targets) ** 2:
        raise ValueError(f"correlations has shape {matrix.shape}, with_grade {targets.shape}; they are k x k and k")
    matrix = matrix.reshape(len(targets), len(targets))
    for name, values in (("correlations", matrix), ("with_grade", targets)):
        wrong = values[~(np.abs(values) <= 1 + 1e-9)]
        if wrong.size:
            raise ValueError(f"{name} holds {wrong[0]}; a correlation lies between -1 and 1")
    if not np.allclose(matrix, matrix.T, atol=1e-9) or not np.allclose(np.diag(matrix), 1, atol=1e-9):
        raise ValueError("correlations is not symmetric with ones on its diagonal")
    return matrix, targets
