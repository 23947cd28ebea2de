"""Every figure that is shown, by name: what it means, its unit, which way is good, how it is computed and who says so.

Pages, the API and the help page read it from here, in the reader's language. A figure that is computed has an entry, and an
entry is computed: a test holds the two together.
"""

from collections.abc import Mapping
from typing import Final

from analytics.registry.base import HIGHER, LOWER, NEITHER, PERCENT, POINTS, Metric
from analytics.registry.callers import CALLERS
from analytics.registry.changes import CHANGES
from analytics.registry.measuring import MEASURING
from analytics.registry.questions import QUESTIONS
from analytics.registry.scores import SCORES, SHARES

__all__ = ["HIGHER", "LOWER", "MEASURES", "METRICS", "NEITHER", "PERCENT", "POINTS", "Metric", "about"]

METRICS: Final[Mapping[str, Metric]] = {
    each.key: each for each in (*SCORES, *SHARES, *CHANGES, *QUESTIONS, *CALLERS, *MEASURING)
}
MEASURES: Final = tuple(each.key for each in SCORES)


def about(words: str) -> list[Metric]:
    """The figures that hold all of these words, in the reader's language; all of them without words."""
    wanted = words.casefold().split()
    return [
        each
        for each in METRICS.values()
        if all(word in f"{each.key} {each.name} {each.definition} {each.method}".casefold() for word in wanted)
    ]
