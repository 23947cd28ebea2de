"""Which questions the page of questions marks, since two who heard the same call answer them too differently.

Nothing of single evaluators follows from that: it says of a question only that it should not be steered on.
"""

from typing import Final

from analytics import call_frames, metrics
from analytics.access import Reader
from analytics.filters import Filters
from analytics.reports.tree import tree_of

# More pairs hardly tell more, and are not worth the wait here. The page of quality reads all of them.
NEWEST: Final = 300


def unsteady(reader: Reader, filters: Filters) -> frozenset[str]:
    """The codes of the questions whose agreement lies below the bound of steering, in the newest calls scored twice."""
    keys = tree_of(reader, filters).keys

    def make() -> frozenset[str]:
        frame = call_frames.scored_twice(reader, filters, keys, newest=NEWEST)
        return metrics.unsteady(frame, reader.smallest_group(keys))

    return reader.once(("unsteady", filters.scope, keys), make)
