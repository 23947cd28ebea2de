"""Phrases of the phrase bank: in how many calls each was heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.figures import Share
from analytics.metrics.means import WITHHELD_SHARE, share
from analytics.metrics.withholding import withheld_departments

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Phrases:
    """The share of calls in which each phrase was heard, once or more; "" stands for phrases that are not of the bank.

    A phrase that was heard anywhere has an entry in every department that has calls.
    """

    whole: Mapping[str, Share]
    departments: Mapping[int, Mapping[str, Share]]


def phrase_rates(frame: "pd.DataFrame", calls: Mapping[int, int], smallest: int = 1, *, apart: bool = True) -> Phrases:
    """The rate of each phrase per department and over all of them, with Wilson's interval, from the frame `phrases`.

    `calls` is how many calls each department has; without `apart` no department is told of. A department below `smallest`
    calls is withheld, and so is the whole where it would give such a department away.
    """
    heard: dict[str, dict[int, int]] = {}
    for department, phrase, n in frame[["department", "phrase", "n"]].itertuples(index=False, name=None):
        held = heard.setdefault(str(phrase), {})
        held[int(department)] = held.get(int(department), 0) + int(n)
    sizes = {key: n for key, n in calls.items() if n}
    hidden, whole_hidden = withheld_departments(sizes, smallest)
    total = sum(sizes.values())
    return Phrases(
        whole={
            phrase: WITHHELD_SHARE if whole_hidden else share(sum(counts.values()), total)
            for phrase, counts in sorted(heard.items())
        },
        departments={
            key: {
                phrase: WITHHELD_SHARE if key in hidden else share(counts.get(key, 0), n)
                for phrase, counts in sorted(heard.items())
            }
            for key, n in sizes.items()
            if apart
        },
    )
