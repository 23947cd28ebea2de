"""Callbacks: are promised calls made, and are callers helped?"""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import reports, words
from analytics.access import Reader
from analytics.figures import Share
from analytics.filters import Filters
from analytics.lede import Sentence
from analytics.metrics import Curves
from analytics.reports import Report
from analytics.reports.compared import Compared, compared
from analytics.reports.nodes import named_shares
from analytics.reports.promised import BENCHMARK_BACK, BENCHMARK_HELPED, HelpedOrLeft, Standing
from analytics.reports.tree import Tree, tree_of
from analytics.results import Estimate
from analytics.stats.comparison import ALPHA
from analytics.topics.base import Content, Section, Topic
from analytics.words import share_in_words

LANES, CURVES, FLOW = (f"analytics/topics/{name}.html" for name in ("lanes", "kept_curves", "flow"))


def build(reader: Reader, filters: Filters) -> Content:
    made = {
        slug: reports.run(slug, reader=reader, filters=filters)
        for slug in ("promises", "kept_curves", "flow", "helped", "chains")
    }
    first: Standing = made["promises"].result
    ended: HelpedOrLeft = made["helped"].result
    open_words = _("A callback counts once its time has passed; what may still come is open, and in no share.")
    benchmark = _("Benchmark: Quality Support, about 15,000 test calls a year in Dutch organisations.")
    curve = _(
        "Step lines with their 95 % interval. Promises that are still open count for as long as they have been. The "
        "dotted lines: 24 hours, and the Dutch benchmark."
    )
    again = _("Only questions that scenarios bring more than once are compared, so that the question is the same.")
    open_too = (
        _(
            "Shares of all calls. Below, and in the first sentence, callbacks that may still come are left out of the share of "
            "callers helped, which is why it is higher there."
        )
        if _may_still_come(made["flow"])
        else ""
    )
    return Content(
        tuple(_lede(tree_of(reader, filters), first, made["kept_curves"].result.curves, ended.helped, ended.left)),
        (
            Section(made["promises"], LANES, _joined(open_words, benchmark, _not_compared(first))),
            Section(made["kept_curves"], CURVES, curve),
            Section(made["flow"], FLOW, open_too),
            Section(made["helped"], LANES, _joined(benchmark, _not_compared(ended.helped))),
            Section(made["chains"], LANES, again),
        ),
    )


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _not_compared(standing: Standing) -> str:
    """Why nothing is said of some rows, where there are such rows."""
    if sum(not line.whole for line in standing.lanes.lines) < 2 or not any(line.whole for line in standing.lanes.lines):
        return ""
    return _("Rows that hold several departments are not compared: they hold what they would be compared with.")


def _may_still_come(flow: Report) -> bool:
    return any(row["stage"] == "outcome" and row["to"] == "open" for row in flow.rows)


def _lede(tree: Tree, back: Standing, curves: Curves, helped: Standing, left: Standing) -> list[Sentence]:
    beside = compared(tree)
    said = [
        *_outside(back, -1, _("Calling back less often than %(others)s: %(names)s."), beside),
        *_outside(back, 1, _("Calling back more often than %(others)s: %(names)s."), beside),
    ]
    if not said and back.gaps:
        said = [Sentence(_none_stands_out(curves, beside), strong=True)]
    if back.whole.value is not None:
        facts = {
            "all": tree.together,
            "share": share_in_words(back.whole),
            "benchmark": words.percent(Decimal(BENCHMARK_BACK)),
        }
        said.append(Sentence(_came_back(back.whole) % facts))
    if helped.whole.value is not None:
        facts = {"share": share_in_words(helped.whole), "benchmark": words.percent(Decimal(BENCHMARK_HELPED))}
        said.append(Sentence(_were_helped(helped.whole) % facts))
    fates = _outside(left, 1, _("Left to fate more often than %(elsewhere)s: %(names)s."), beside)
    return said + (fates or _outside(helped, -1, _("Helped less often than %(elsewhere)s: %(names)s."), beside))


def _came_back(share: Share) -> str:
    if share.n == 1 and share.count:
        return _("%(all)s: the one agreed callback came within 24 hours.")
    if share.n == 1:
        return _("%(all)s: the one agreed callback did not come within 24 hours.")
    return _("%(all)s: of the agreed callbacks %(share)s came within 24 hours; the Dutch benchmark is %(benchmark)s.")


def _were_helped(share: Share) -> str:
    if share.n == 1 and share.count:
        return _("The caller was helped in the one call.")
    if share.n == 1:
        return _("The caller was not helped in the one call.")
    return _("Callers were helped in %(share)s of the calls (benchmark %(benchmark)s).")


def _none_stands_out(curves: Curves, beside: Compared) -> str:
    if curves.p is not None and curves.p <= ALPHA:
        return _("Departments differ in how fast they call back, but so few promises cannot tell which.")
    return _("No department calls back clearly more or less often than %(others)s.") % {"others": beside.others}


def _outside(standing: Standing, direction: int, text: str, beside: Compared) -> list[Sentence]:
    keys = _clear(standing.gaps, standing.shares, direction)
    if not keys:
        return []
    facts = {"names": named_shares(keys, standing.names, standing.shares), **beside._asdict()}
    return [Sentence(text % facts, strong=True)]


def _clear(gaps: Mapping[int, Estimate], shares: Mapping[int, Share], direction: int) -> list[int]:
    """Departments that clearly differ in this direction, the farthest first."""
    keys = [key for key, each in gaps.items() if each.clear and each.exact is not None and each.exact * direction > 0]
    return sorted(keys, key=lambda key: -direction * float(shares[key].value or 0))


TOPIC = Topic(
    "callbacks", gettext_lazy("callbacks"), gettext_lazy("Are promised calls made, and are callers helped?"), build
)
