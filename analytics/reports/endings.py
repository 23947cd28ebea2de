"""What became of callers: the flow from calls to helped or left to fate, and how endings change with the attempt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import charts, frames, metrics, words
from analytics.access import Reader
from analytics.charts.flows import Picture, Stop
from analytics.figures import Share
from analytics.filters import ALL_TOGETHER, Filters
from analytics.metrics import Flow, Parts, Promises
from analytics.reports.base import Column, Report, Value, checked, note, share_columns, share_values
from analytics.reports.nodes import (
    Cell,
    Lane,
    Lanes,
    Line,
    Nodes,
    Tag,
    against_or_why,
    counted_values,
    gap_columns,
    gap_values,
    most_of,
    nodes_of_cells,
)
from analytics.reports.tree import tree_of
from analytics.results import Estimate
from surveys.models import Call

OUTCOMES: Final = {
    "helped": (gettext_lazy("helped"), "good"),
    "not_called_back": (gettext_lazy("not called back within 24 hours"), "warn"),
    "left": (gettext_lazy("left to fate"), "warn"),
    "open": (gettext_lazy("may still be called back"), "flat"),
    "unknown": (gettext_lazy("ending not noted"), "flat"),
}
PROMISED: Final = {
    "kept": (gettext_lazy("kept"), "good"),
    "broken": (gettext_lazy("not kept"), "warn"),
    "open": (gettext_lazy("still open"), "flat"),
}
ORDER: Final = ("helped", "right_person", "colleague", "voicemail", "callback_agreed", *Call.LEFT_TO_FATE, "unknown")


@dataclass(frozen=True, slots=True)
class FlowDrawn:
    """The two drawings with what they start from, in words."""

    calls: Picture | None
    promises: Picture | None
    of_calls: str
    of_promises: str


def flow(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """From all calls to how they ended and what that was for the caller; from promises to kept, broken or open."""
    nodes = nodes_of_cells(reader, filters)
    found, promised = _whole(nodes)
    columns = (
        Column("stage", _("Stage")),
        Column("from", _("From")),
        Column("to", _("To")),
        Column("calls", _("Calls"), _("calls")),
        *share_columns("share", _("Share of all"), "ending"),
    )
    return Report(
        slug="flow",
        title=_("What became of the callers"),
        summary=_flow_words(found),
        columns=columns,
        rows=checked(columns, _flow_rows(found, promised)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=nodes.sums[ALL_TOGETHER]["n_calls"],
        data_time=reader.at,
        result=_drawn(reader, filters, found, promised),
    )


def _whole(nodes: Nodes) -> tuple[Flow, Promises]:
    """The flow of everything together; nothing where that would give a small group away."""
    parts = nodes.sums[ALL_TOGETHER]
    sizes = {
        size: {node: nodes.sums[node][size] for node in nodes.tree.nodes}
        for size in ("n_calls", "n_promised", "n_open")
    }
    hidden = {size for size, each in sizes.items() if ALL_TOGETHER in nodes.hidden(each)}
    return (
        metrics.flow(metrics.NOTHING if "n_calls" in hidden else parts),
        metrics.promised(metrics.NOTHING if hidden else parts),
    )


def _fate(fate: str) -> str:
    return str(OUTCOMES[fate][0]) if fate == "unknown" else str(Call.Fate(fate).label)


def _flow_rows(found: Flow, promised: Promises) -> list[Mapping[str, Value]]:
    rows = [_flow_row("ending", "calls", fate, found.endings[fate]) for fate in ORDER if fate in found.endings]
    rows += [
        _flow_row("step", fate, outcome, metrics.share(n, found.n))
        for (fate, outcome), n in sorted(found.steps.items(), key=lambda step: (ORDER.index(step[0][0]), step[0][1]))
    ]
    rows += [_flow_row("outcome", "calls", name, found.outcomes[name]) for name in OUTCOMES if name in found.outcomes]
    if promised.n:
        rows += [
            _flow_row("promise", "promised", name, metrics.share(getattr(promised, name), promised.n))
            for name in PROMISED
        ]
    return rows


def _flow_row(stage: str, start: str, end: str, share: Share) -> Mapping[str, Value]:
    return {"stage": stage, "from": start, "to": end, "calls": share.count, **share_values("share", share)}


def _flow_words(found: Flow) -> str:
    if not found.outcomes:
        return ""
    if found.n == 1:
        return _("The one call: %(outcome)s.") % {"outcome": OUTCOMES[next(iter(found.outcomes))][0]}
    rest = [
        f"{OUTCOMES[name][0]}: {words.share_in_words(found.outcomes[name])}"
        for name in ("not_called_back", "left", "open", "unknown")
        if name in found.outcomes
    ]
    facts = {"calls": words.calls(found.n), "rest": "; ".join(rest)}
    if "helped" not in found.outcomes:
        return _("Of %(calls)s none ended with the caller helped; %(rest)s.") % facts
    facts["helped"] = words.share_in_words(found.outcomes["helped"])
    if not rest:
        return _("Of %(calls)s %(helped)s ended with the caller helped.") % facts
    return _("Of %(calls)s %(helped)s ended with the caller helped; %(rest)s.") % facts


def _drawn(reader: Reader, filters: Filters, found: Flow, promised: Promises) -> FlowDrawn:
    stations = [
        Stop(
            fate,
            _fate(fate),
            found.endings[fate].count or 0,
            _short(found.endings[fate]),
            _fate_kind(fate),
            filters.querystring(fate=fate) if reader.sees_calls and fate != "unknown" else "",
        )
        for fate in ORDER
        if fate in found.endings
    ]
    ends = [
        Stop(name, str(label), found.outcomes[name].count or 0, _short(found.outcomes[name]), kind)
        for name, (label, kind) in OUTCOMES.items()
        if name in found.outcomes
    ]
    counts = {name: getattr(promised, name) for name in PROMISED}
    kept = [
        Stop(name, str(label), counts[name], _short(metrics.share(counts[name], promised.n)), kind)
        for name, (label, kind) in PROMISED.items()
        if counts[name]
    ]
    return FlowDrawn(
        charts.flow(stations, ends, found.steps),
        charts.flow(kept, (), {}),
        words.calls(found.n),
        ngettext("%(count)s promised callback", "%(count)s promised callbacks", promised.n)
        % {"count": words.whole(promised.n)},
    )


def _fate_kind(fate: str) -> str:
    if fate in Call.LEFT_TO_FATE:
        return "warn"
    return "flat" if fate in {"callback_agreed", "unknown"} else "good"


def _short(share: Share) -> str:
    """“2,157 · 33 %”."""
    return f"{words.whole(share.count or 0)} · {words.percent(share.value)}" if share.value is not None else ""


# --- callers who ring again -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chains:
    """Attempts with their calls, those that are withheld among them; `gaps` are of "helped" against the first of them."""

    helped: Mapping[int, Share]
    left: Mapping[int, Share]
    gaps: Mapping[int, Estimate]
    left_gaps: Mapping[int, Estimate]
    lanes: Lanes


def chains(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How calls end the first time, the second, the third and the fourth, over the questions that are asked again."""
    attempts = _attempts(reader, filters)
    helped, left = (_whole_shares(reader, attempts, of) for of in (metrics.helped, metrics.left))
    gaps, left_gaps = (metrics.against_one(shares, min(shares)) if shares else {} for shares in (helped, left))
    columns = (
        Column("attempt", _("Attempt")),
        Column("helped_n", _("Calls whose ending is known"), _("calls")),
        Column("helped_count", _("Caller helped"), _("calls")),
        *share_columns("helped", _("Caller helped, share"), "helped"),
        *gap_columns("gap", _("Against the first row"), "share_gap"),
        Column("left_n", _("Calls"), _("calls")),
        Column("left_count", _("Left to fate"), _("calls")),
        *share_columns("left", _("Left to fate, share"), "left"),
        *gap_columns("left_gap", _("Left to fate, against the first row"), "share_gap"),
        Column("note", _("Note")),
    )
    rows = [
        {"attempt": str(key)}
        | counted_values("helped", helped[key])
        | gap_values("gap", gaps.get(key))
        | counted_values("left", left[key])
        | gap_values("left_gap", left_gaps.get(key))
        | {"note": note(helped[key], left[key])}
        for key in attempts
    ]
    return Report(
        slug="chains",
        title=_("Callers who ring again for the same"),
        summary=_chains_words(gaps, left_gaps, len(attempts)),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=sum(each.n or 0 for each in left.values()),
        data_time=reader.at,
        result=Chains(helped, left, gaps, left_gaps, _chain_lanes(filters, helped, left, (gaps, left_gaps))),
    )


def _attempts(reader: Reader, filters: Filters) -> dict[int, Nodes]:
    """The sums of each attempt at the problems that are brought more than once."""
    tree = tree_of(reader, filters)
    sums = metrics.parts(frames.by_scenario(reader, filters, tree.keys), ["department", "scenario"])
    again = {each.problem for each in reader.scenarios.values() if each.problem and each.attempt > 1}
    held: dict[int, dict[int, list[Parts]]] = {}
    for (department, scenario), parts in sums.items():
        about = reader.scenarios.get(int(str(scenario)))
        if about is not None and about.problem in again:
            held.setdefault(about.attempt, {}).setdefault(int(str(department)), []).append(parts)
    return {
        attempt: Nodes(tree, tree.sums({key: metrics.together(several) for key, several in of.items()}))
        for attempt, of in sorted(held.items())
    }


def _whole_shares(reader: Reader, attempts: Mapping[int, Nodes], of: Callable[[Parts], Share]) -> dict[int, Share]:
    """A share of each attempt over everything, withheld where departments or the other attempts would give one away."""
    found = {key: nodes.shares(of)[ALL_TOGETHER] for key, nodes in attempts.items()}
    sizes = [of(nodes.sums[ALL_TOGETHER]).n or 0 for nodes in attempts.values()]
    smallest = max((nodes.tree.smallest[ALL_TOGETHER] for nodes in attempts.values()), default=1)
    hidden = {place for place, each in enumerate(found.values()) if each.withheld}
    if smallest > 1:
        hidden = metrics.withheld_periods(sizes, smallest, hidden)
    return {key: metrics.WITHHELD_SHARE if place in hidden else each for place, (key, each) in enumerate(found.items())}


def _chain_lanes(
    filters: Filters,
    helped: Mapping[int, Share],
    left: Mapping[int, Share],
    gaps: tuple[Mapping[int, Estimate], Mapping[int, Estimate]],
) -> Lanes:
    lines = [
        Line(
            ordinal(key),
            (
                Cell(helped[key], _compared(key, min(helped), gaps[0], "helped") if len(helped) > 1 else None),
                Cell(left[key], _compared(key, min(helped), gaps[1], "left") if len(helped) > 1 else None),
            ),
            url=filters.querystring(attempt=str(key)),
            counts=words.calls(left[key].n),
        )
        for key in helped
    ]
    lanes = (Lane(_("Caller helped")), Lane(_("Left to fate"), most_of(left.values())))
    return Lanes(_("The caller rings"), lanes, tuple(lines))


def _compared(attempt: int, first: int, gaps: Mapping[int, Estimate], metric: str) -> Tag:
    """What is said of an attempt beside the first of them."""
    if attempt == first:
        return Tag(_("what the others are compared with"))
    return against_or_why(gaps.get(attempt), metric, _("the first row"))


def ordinal(attempt: int) -> str:
    """“for the 2nd time”."""
    known = {1: _("for the 1st time"), 2: _("for the 2nd time"), 3: _("for the 3rd time"), 4: _("for the 4th time")}
    return known.get(attempt) or _("for time number %(count)s") % {"count": attempt}


def _chains_words(gaps: Mapping[int, Estimate], left_gaps: Mapping[int, Estimate], count: int) -> str:
    if count < 2 or not (gaps or left_gaps):
        return ""
    clear = sorted(key for key in {*gaps, *left_gaps} if any(key in of and of[key].clear for of in (gaps, left_gaps)))
    if not clear:
        return _("That it goes otherwise when a caller rings again may be chance.")
    facts = {"times": words.listed([ordinal(key) for key in clear])}
    return _("It clearly goes otherwise when a caller rings %(times)s.") % facts
