"""The departments in view as a tree: single ones, parts with all below them, and everything together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from analytics import metrics
from analytics.access import Reader
from analytics.filters import ALL_TOGETHER, TOTAL, Filters
from analytics.metrics import Parts


@dataclass(frozen=True)
class Tree:
    """The departments that the filters choose. A node is a department's key, or `ALL_TOGETHER`."""

    reader: Reader
    keys: frozenset[int]

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Departments with others below them, the smallest part first, each before what it is part of."""
        above = {parent for key in self.keys if (parent := self.reader.departments[key].parent_id) is not None}
        return tuple(sorted(above & self.keys, key=lambda key: (len(self.reader.below(key)), key)))

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        return tuple(key for key in self.reader.departments if key in self.keys and key not in self.parents)

    @cached_property
    def nodes(self) -> tuple[int, ...]:
        """Every node after those it is made of."""
        return (*self.leaves, *self.parents, ALL_TOGETHER)

    @cached_property
    def within(self) -> dict[int, frozenset[int]]:
        """The departments whose calls a node's figures rest on."""
        own = {key: self.reader.below(key) & self.keys for key in self.keys}
        return own | {ALL_TOGETHER: self.keys}

    @property
    def totals(self) -> tuple[frozenset[int], ...]:
        """The departments of each part, the smallest part first."""
        return tuple(self.within[key] for key in self.parents)

    @cached_property
    def smallest(self) -> dict[int, int]:
        return {node: self.reader.smallest_group(self.within[node]) for node in self.nodes}

    @property
    def is_part(self) -> bool:
        """Whether there is more than this that the reader may see."""
        return len(self.keys) < len(self.reader.departments)

    @cached_property
    def together(self) -> str:
        """What everything in view is called: the one department that it is, or that holds it where one was chosen."""
        if self.is_part or len(self.keys) == 1:
            top = next((key for key in self.keys if self.within[key] == self.keys), None)
            if top is not None:
                return self.reader.departments[top].name
        # To a manager it is their own departments only.
        return _("All together") if self.reader.reads_all else _("All of yours together")

    def name(self, node: int) -> str:
        return self.together if node == ALL_TOGETHER else self.reader.departments[node].name

    def code(self, node: int) -> str:
        return TOTAL if node == ALL_TOGETHER else self.reader.departments[node].code

    def target(self, node: int, measure: str) -> int | None:
        return None if node == ALL_TOGETHER else self.reader.departments[node].target_for(measure)

    def level(self, node: int) -> str:
        return "total" if node == ALL_TOGETHER else "part" if node in self.parents else "department"

    def sums(self, held: Mapping[int, Parts]) -> dict[int, Parts]:
        """The parts of every node, from those of single departments."""
        return {node: metrics.together(held[key] for key in self.within[node] if key in held) for node in self.nodes}

    def withheld(
        self, sizes: Mapping[int, int | Sequence[int]], hidden: Iterable[int] = (), *, spare_totals: bool = False
    ) -> set[int]:
        """The nodes whose figure this reader may not see; `sizes` is how many calls each rests on (see `metrics.withheld`)."""
        if all(smallest == 1 for smallest in self.smallest.values()):
            return set()
        within = {node: self.within[node] for node in self.nodes}
        return metrics.withheld(sizes, within, self.smallest, hidden, spare_totals=spare_totals)


def tree_of(reader: Reader, filters: Filters) -> Tree:
    """The chosen departments with all below them, or all that the reader may see.

    For readers of totals it is always all: what is withheld must not depend on what is chosen.
    """

    def make() -> Tree:
        if not filters.departments or not reader.sees_calls:
            return Tree(reader, frozenset(reader.departments))
        return Tree(reader, frozenset[int]().union(*(reader.below(key) for key in filters.departments)))

    return reader.once(("tree", filters.departments), make)
