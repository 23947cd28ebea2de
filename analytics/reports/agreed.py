"""How far two scorings of the same call agree, per question, and whether it can be steered on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from analytics import call_frames, metrics, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.metrics import Agreement
from analytics.reports.base import Column, Report, Value, share_columns, share_values
from analytics.reports.evaluators import base_report, calls_of
from analytics.reports.single_calls import MOST_CALLS, too_many
from analytics.reports.tree import tree_of
from surveys import access
from surveys.definition import text

if TYPE_CHECKING:
    import pandas as pd

# The same resamples each time, so that page, file and API hold the same interval.
SEED: Final = 20_110_125


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands in the table; `verdict` is one of `metrics.steering.VERDICTS`."""

    code: str
    name: str
    dimension: str
    found: Agreement
    verdict: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """Questions in groups by verdict, those not to be steered on first; `pairs` calls were scored twice.

    `pairs` is `None` where the calls are too many. `may_listen`: the reader may open the pairs side by side.
    """

    groups: tuple[tuple[str, tuple[Asked, ...]], ...]
    pairs: int | None
    may_listen: bool

    @property
    def unsure(self) -> tuple[tuple[str, tuple[Asked, ...]], ...]:
        """The groups that ask for care."""
        return tuple(each for each in self.groups if each[0] in {"not", "tentatively"})

    @property
    def others(self) -> tuple[tuple[str, tuple[Asked, ...]], ...]:
        return tuple(each for each in self.groups if each[0] not in {"not", "tentatively"})

    @property
    def lines(self) -> tuple[Asked, ...]:
        return tuple(each for _verdict, lines in self.groups for each in lines)

    @property
    def told(self) -> bool:
        """Whether of any question enough pairs tell something."""
        return len(self.of("few")) < len(self.lines)

    def of(self, verdict: str) -> tuple[Asked, ...]:
        return dict(self.groups).get(verdict, ())


def item_agreement(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """How far two scorings of the same call agree, per question, and whether it can be steered on."""
    result = _agreed(reader, filters)
    columns = (
        Column("item", pgettext("of a question", "Code")),
        Column("question", _("Question")),
        Column("dimension", _("Dimension")),
        Column("pairs", _("Calls scored twice"), _("calls")),
        *share_columns("same", _("Same answer"), "agreement"),
        Column("alpha_n", _("Calls in which both scored it"), _("calls")),
        Column("alpha", _("Agreement beyond chance"), metric="alpha"),
        Column("alpha_low", _("Agreement beyond chance, low end"), metric="alpha"),
        Column("alpha_high", _("Agreement beyond chance, high end"), metric="alpha"),
        Column("steer", _("Can be steered on")),
        Column("firm", _("Firmly")),
        Column("note", _("Note")),
    )
    return base_report(
        "item_agreement",
        _("Agreement per question"),
        too_many(calls_of(reader, filters)) if result.pairs is None else _firm(result),
        columns=columns,
        rows=[_item_row(each) for each in result.lines],
        reader=reader,
        filters=filters,
        counted=calls_of(reader, filters),
        result=result,
    )


def _agreed(reader: Reader, filters: Filters) -> Agreed:
    may_listen = access.has_role(reader.user, reader.organisation, access.REVIEWERS)
    # Calls scored twice are a small part of all; of a million they would still be too many to resample.
    frame = _scored_twice(reader, filters)
    if frame is None:
        return Agreed((), None, may_listen)
    import numpy as np

    keys = tree_of(reader, filters).keys
    found = metrics.agreement(frame, reader.smallest_group(keys), rng=np.random.default_rng(SEED))
    asked = _questions(reader, [each.code for each in found])
    lines = [
        Asked(
            each.code,
            *asked.get(each.code, (each.code, "other")),
            each,
            metrics.steering(each),
            metrics.surely_not(each),
        )
        for each in found
    ]
    groups = []
    for verdict in ("not", "tentatively", "firmly", "alike", "few"):
        of_verdict = sorted((each for each in lines if each.verdict == verdict), key=_least_first)
        if of_verdict:
            groups.append((verdict, tuple(of_verdict)))
    return Agreed(tuple(groups), int(frame["call"].nunique()), may_listen)


def _scored_twice(reader: Reader, filters: Filters) -> "pd.DataFrame | None":
    keys = tree_of(reader, filters).keys
    frame = call_frames.scored_twice(reader, filters, keys)
    return frame if frame["call"].nunique() <= MOST_CALLS else None


def _least_first(each: Asked) -> tuple[float, str]:
    return (2.0 if each.found.alpha.exact is None else each.found.alpha.exact), each.name


def _questions(reader: Reader, codes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The newest words of each question, and its dimension."""
    found: dict[str, tuple[str, str]] = {}
    language = get_language() or "en"
    for version in (
        sorted(reader.versions({each.version_id for each in reader.waves.values()}), key=lambda each: -each.pk)
        if codes
        else ()
    ):
        form = version.definition
        for code in [code for code in codes if code in form and code not in found]:
            found[code] = (text(form.item(code).text, language), str(form.section_of(code).dimension))
    return found


def _firm(result: Agreed) -> str:
    n = len(result.lines)
    if not n:
        return _("No call of this choice was scored twice.")
    pairs = result.pairs or 0
    facts = {
        "firm": len(result.of("firmly")),
        "questions": ngettext("%(count)s question", "%(count)s questions", n) % {"count": n},
        "pairs": words.calls(pairs),
    }
    text = ngettext(
        "%(firm)s of %(questions)s can be relied upon; from %(pairs)s that two evaluators scored, the second blind.",
        "%(firm)s of %(questions)s can be relied upon; from %(pairs)s that two evaluators scored, the second blind.",
        pairs,
    )
    return text % facts


def _item_row(each: Asked) -> Mapping[str, Value]:
    alpha = each.found.alpha
    decided = each.verdict in {"not", "tentatively", "firmly"}
    return {
        "item": each.code,
        "question": each.name,
        "dimension": each.dimension,
        "pairs": each.found.same.n,
        **share_values("same", each.found.same),
        "alpha_n": alpha.n,
        "alpha": alpha.value,
        "alpha_low": alpha.low,
        "alpha_high": alpha.high,
        "steer": _yes(each.verdict != "not") if decided else "",
        "firm": _yes(each.verdict == "firmly") if decided else "",
        "note": "too few calls" if each.verdict == "few" else "",
    }


def _yes(said: bool) -> str:  # noqa: FBT001 - the word for it
    return "yes" if said else "no"
