"""Shares of departments beside each other, of parts with all below them and of everything together, none giving another away."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import frames, metrics, words
from analytics.access import Reader
from analytics.figures import Share, rounded
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Parts
from analytics.registry import HIGHER, LOWER, METRICS
from analytics.reports.base import Column, Value, share_values
from analytics.reports.tree import Tree, tree_of
from analytics.results import Estimate


@dataclass(frozen=True)
class Nodes:
    """The nodes of a tree with their sums of the period."""

    tree: Tree
    sums: Mapping[int, Parts]

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """What has calls: departments, parts, and everything together where that is not one of these."""
        tree = self.tree
        nodes = [*tree.leaves, *tree.parents]
        if len(tree.leaves) > 1 and not any(tree.within[key] == tree.keys for key in tree.parents):
            nodes.append(ALL_TOGETHER)
        return tuple(node for node in nodes if self.sums[node]["n_calls"])

    @cached_property
    def top(self) -> int:
        """The node that holds everything."""
        if ALL_TOGETHER in self.shown or not self.shown:
            return ALL_TOGETHER
        return max(self.shown, key=lambda node: len(self.tree.within[node]))

    def shares(self, of: Callable[[Parts], Share]) -> dict[int, Share]:
        """A share of every node, withheld where it rests on too few calls or would give such a share away."""
        found = {node: of(self.sums[node]) for node in self.tree.nodes}
        hidden = self.hidden({node: each.n or 0 for node, each in found.items()})
        return {node: metrics.WITHHELD_SHARE if node in hidden else each for node, each in found.items()}

    def hidden(self, sizes: Mapping[int, int]) -> set[int]:
        return self.tree.withheld(sizes)

    def of_departments(self, shares: Mapping[int, Share]) -> dict[int, Share]:
        return {key: shares[key] for key in self.shown if key in self.tree.leaves}

    def lowest_first(self, shares: Mapping[int, Share]) -> list[int]:
        """What is shown: departments by their share, those without one last; then parts, and everything together."""

        def place(node: int) -> tuple[bool, bool, bool, float]:
            value = shares[node].value
            return self.tree.level(node) != "department", node == ALL_TOGETHER, value is None, float(value or 0)

        return sorted(self.shown, key=place)

    def names(self, node: int) -> dict[str, Value]:
        tree = self.tree
        return {"department_code": tree.code(node), "department": tree.name(node), "level": tree.level(node)}


def nodes_of(reader: Reader, filters: Filters) -> Nodes:
    """The nodes with what sums hold of them."""
    tree = tree_of(reader, filters)
    sums = metrics.parts(frames.totals(reader, filters, tree.keys, ()), ["department", "now"])
    return Nodes(tree, tree.sums({key: sums[key, True] for key in tree.keys if (key, True) in sums}))


def nodes_of_cells(reader: Reader, filters: Filters) -> Nodes:
    """The same from the sums of every scenario, which a page that tells attempts apart has read anyway; made once."""
    tree = tree_of(reader, filters)

    def make() -> Nodes:
        sums = metrics.parts(frames.by_scenario(reader, filters, tree.keys), ["department", "scenario"])
        held: dict[int, list[Parts]] = {}
        for (department, _scenario), parts in sums.items():
            held.setdefault(int(str(department)), []).append(parts)
        return Nodes(tree, tree.sums({key: metrics.together(several) for key, several in held.items()}))

    return reader.once(("nodes_of_cells", filters.scope, tree.keys), make)


def name_columns() -> tuple[Column, ...]:
    return Column("department_code", _("Code")), Column("department", _("Department")), Column("level", _("Level"))


def gap_columns(name: str, label: str, metric: str) -> tuple[Column, ...]:
    """A distance in percentage points with its interval, and what is left of it after correction."""
    facts = {"label": label}
    return (
        Column(name, label, "%", metric),
        Column(f"{name}_low", _("%(label)s, low end") % facts, "%", metric),
        Column(f"{name}_high", _("%(label)s, high end") % facts, "%", metric),
        Column(f"{name}_p", _("%(label)s, corrected p") % facts, metric=metric),
        Column(f"{name}_clear", _("%(label)s, clear") % facts, metric=metric),
    )


def gap_values(name: str, gap: Estimate | None) -> dict[str, Value]:
    return {
        name: gap.value if gap else None,
        f"{name}_low": gap.low if gap else None,
        f"{name}_high": gap.high if gap else None,
        f"{name}_p": rounded(gap.adjusted, 4) if gap and gap.adjusted is not None else None,
        f"{name}_clear": ("yes" if gap.clear else "no") if gap else "",
    }


def counted_values(name: str, share: Share) -> dict[str, Value]:
    """A share with what it was counted from."""
    return {f"{name}_n": share.n, f"{name}_count": share.count, **share_values(name, share)}


# --- what a page draws of them ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tag:
    """What is said of a share beside others: `kind` is "good", "warn", "flat", or empty where nothing is clear."""

    text: str
    kind: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of shares on a common axis from 0 to `most` percent, with a dotted line at `reference`."""

    title: str
    most: int = 100
    reference: int | None = None
    reference_words: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    share: Share
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row: a department (`key`) or whatever `url` leads to, its cells in the order of the lanes, and counts in words."""

    name: str
    cells: tuple[Cell, ...]
    key: int = 0
    url: str = ""
    counts: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Lanes:
    """Shares side by side: what the template `topics/lanes.html` draws. `first` heads the names."""

    first: str
    lanes: tuple[Lane, ...]
    lines: tuple[Line, ...]


def most_of(shares: Iterable[Share]) -> int:
    """Where an axis ends that holds all of these with their intervals: the next ten percent."""
    highest = max((float(each.high) for each in shares if each.high is not None), default=100.0)
    return min(100, max(10, -int(-highest // 10) * 10))


def against(gap: Estimate | None, metric: str, what: str) -> Tag | None:
    """“▼ −16.2 against the others (−24.1 to −8.3)”; `what` it is against, in words."""
    if gap is None:
        return None
    if not gap.clear or gap.exact is None:
        return Tag(_("no clear difference"))
    facts = {"points": words.signed(gap.exact), "interval": signed_interval(gap), "what": what}
    return Tag(
        _("%(points)s against %(what)s (%(interval)s)") % facts,
        _kind(metric, up=gap.exact > 0),
        "▲" if gap.exact > 0 else "▼",
    )


def against_or_why(gap: Estimate | None, metric: str, what: str) -> Tag:
    """As `against`; where nothing could be tested, why."""
    return against(gap, metric, what) or Tag(_("too few calls to compare"))


def against_norm(gap: Estimate | None) -> Tag | None:
    if gap is None:
        return None
    if not gap.clear or gap.exact is None:
        return Tag(_("cannot be told from the norm"))
    if gap.exact > 0:
        return Tag(pgettext("share", "above the norm"), "good", "▲")
    return Tag(pgettext("share", "below the norm"), "warn", "▼")


def signed_interval(gap: Estimate) -> str:
    if gap.low is None or gap.high is None:
        return ""
    return words.signed_ends(gap.low, gap.high)


def _kind(metric: str, *, up: bool) -> str:
    better = METRICS[metric].better
    if better not in {HIGHER, LOWER}:
        return "flat"
    return "good" if up == (better == HIGHER) else "warn"


def named_shares(keys: Sequence[int], names: Mapping[int, str], shares: Mapping[int, Share]) -> str:
    """“Afval (51 %, 43 to 58 %) and Juridisch loket (37 %, 22 to 56 %)”."""
    return words.listed([f"{names[key]} ({short(shares[key])})" for key in keys])


def short(share: Share) -> str:
    if share.value is None:
        return words.share_in_words(share)
    return ", ".join(filter(None, (words.share_percent(share), words.share_ends(share))))
