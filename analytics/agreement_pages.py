"""What the pages about agreement show, ready for their templates."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analytics import agreement, words
from analytics.agreement import Agreement, Average, Gold
from analytics.figures import rounded
from surveys import access
from surveys.agreement import Line, lines
from surveys.workflow import seconds

if TYPE_CHECKING:
    from surveys.models import AuditEntry, Call, Organisation, User, Wave


@dataclass(frozen=True, slots=True)
class WavePage:
    """`given` of `eligible` calls were given out for a second scoring."""

    waves: "tuple[Wave, ...]"
    wave: "Wave | None"
    found: Agreement | None
    eligible: int
    given: int
    draws: bool
    lede: str


def of_wave(user: "User", organisation: "Organisation", asked: str, *, at: dt.datetime) -> WavePage:
    waves = agreement.waves_with_pairs(user, organisation)
    wave = next((each for each in waves if str(each.pk) == asked), next(iter(waves), None))
    if wave is None:
        return WavePage((), None, None, 0, 0, draws=False, lede="")
    found = agreement.of_wave(user, wave, get_language() or "")
    may_draw = access.has_role(user, organisation, access.COORDINATORS) and wave.state == "open"
    return WavePage(
        waves=tuple(waves),
        wave=wave,
        found=found,
        eligible=seconds.eligible(wave, at=at).count(),
        given=access.second_assignments(user, wave).count(),
        draws=may_draw and bool(wave.second_share),
        lede=_lede(found),
    )


def _lede(found: Agreement) -> str:
    if found.whole is None:
        return ""
    n = len(found.lines)
    words_of = {"share": in_percent(found.whole), "pairs": ngettext("%(n)s pair", "%(n)s pairs", n) % {"n": n}}
    if found.gap is None:
        return _("Two evaluators gave the same answer in %(share)s of the questions, over %(pairs)s.") % words_of
    words_of["gap"] = in_points(found.gap)
    return (
        _(
            "Two evaluators gave the same answer in %(share)s of the questions, over %(pairs)s; the second score was %(gap)s."
        )
        % words_of
    )


def in_percent(average: Average) -> str:
    """ "84 % (79 to 88 %)"; without an interval where there are too few calls."""
    share = f"{words.points(average.mean, 0)}{words.NARROW_SPACE}%"
    if average.interval is None:
        return share
    low, high = max(average.interval.low, 0.0), min(average.interval.high, 100.0)
    between = words.interval(_exact(low), _exact(high), 0)
    return f"{share} ({between}{words.NARROW_SPACE}%)"


def in_points(average: Average) -> str:
    """ "1.2 points higher (−0.4 to +2.8)"."""
    size = {"points": words.points(abs(average.mean))}
    told = _("%(points)s points higher") if average.mean >= 0 else _("%(points)s points lower")
    if average.interval is None:
        return told % size
    low, high = words.signed(_exact(average.interval.low)), words.signed(_exact(average.interval.high))
    interval = _("%(low)s to %(high)s") % {"low": low, "high": high}
    return f"{told % size} ({interval})"


def _exact(value: float) -> Decimal:
    return rounded(value)


@dataclass(frozen=True, slots=True)
class PairPage:
    second: "Call"
    first: "Call"
    lines: tuple[Line, ...]
    differ: int
    asked: int
    notes: "tuple[AuditEntry, ...]"


def pair(user: "User", second: "Call") -> PairPage:
    first = second.second_of
    assert first is not None
    told = lines(second.version.definition, second.facts, first.answers, second.answers, get_language() or "")
    compared = [line for line in told if line.same is not None]
    notes = [note for note in access.pair_notes(user, second.wave) if note.changes.get("pair") == [None, second.pk]]
    return PairPage(second, first, told, sum(not line.same for line in compared), len(compared), tuple(notes))


def gold(user: "User", organisation: "Organisation") -> Gold:
    return agreement.of_gold(user, organisation, get_language() or "")
