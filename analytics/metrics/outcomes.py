"""How calls ended: passed or failed, answered in time, helped, left to fate, called back; and whether a target is
reached.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from analytics.figures import ENOUGH, Mean, Share, rounded
from analytics.metrics.means import share
from analytics.metrics.sums import Parts
from analytics.stats.intervals import side_of

REACHED, MISSED, OPEN = "reached", "missed", "open"
# The endings that help a caller at once; an agreed callback helps once it has come.
HELPED = ("n_fate_helped", "n_fate_right_person", "n_fate_colleague", "n_fate_voicemail")


@dataclass(frozen=True, slots=True)
class Target:
    """A mean of `n` calls against its target, both in points.

    `verdict` is "reached" when the whole interval lies at the target or above, "missed" when it lies below, and "open"
    when so few calls cannot tell; `None` when the mean is withheld. `exact` is the mean minus the target.
    """

    n: int | None
    target: Decimal
    verdict: str | None
    exact: Fraction | None
    withheld: bool = False

    @property
    def distance(self) -> Decimal | None:
        return None if self.exact is None else rounded(self.exact)


def target(mean: Mean, wanted: Decimal | None) -> Target | None:
    """Whether a mean reaches the target `wanted` (points), by its t interval of 95 % before rounding.

    Fewer than `ENOUGH` calls have no interval, so their verdict is "open". `None` without a target, and without calls.
    """
    if wanted is None or (mean.exact is None and not mean.withheld):
        return None
    if mean.exact is None:
        return Target(None, wanted, None, None, withheld=True)
    return Target(mean.n, wanted, _verdict(mean, wanted), mean.exact - Fraction(wanted))


def _verdict(mean: Mean, wanted: Decimal) -> str:
    side = side_of(mean.sums, float(100 * wanted), fewest=ENOUGH, within=(0, 10_000))
    return {1: REACHED, 0: OPEN, -1: MISSED}[side]


# --- shares -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the promised callbacks whose time has passed, those that came; `open` may still come and are in neither."""

    share: Share
    open: int | None


def passed(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls with an outcome, those that passed."""
    return share(parts["n_passed"], parts["n_passed"] + parts["n_failed"], smallest)


def failed(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls with an outcome, those that failed: under the checklist's mark, or by a single answer."""
    return share(parts["n_failed"], parts["n_passed"] + parts["n_failed"], smallest)


def left(parts: Parts, smallest: int = 1) -> Share:
    """Of all calls, those left to fate: told to ring again, disconnected, unanswered."""
    return share(parts["n_left_to_fate"], parts["n_calls"], smallest)


def prompt(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls whose seconds to answer are known, those answered within 15."""
    return share(parts["n_prompt"], parts["n_timed"], smallest)


def kept(parts: Parts, smallest: int = 1) -> Kept:
    """Of the promised callbacks whose time has passed, those that came within the organisation's hours."""
    found = share(parts["n_kept"], parts["n_promised"], smallest)
    few = found.withheld or 0 < parts["n_open"] < smallest
    return Kept(found, None if few else parts["n_open"])


def called_back(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls that ended in an agreed callback whose time has passed, those called back within 24 hours.

    The published figure. It is counted over calls by how they ended, so a promise made in a call that ended otherwise
    is in neither number.
    """
    return share(parts["n_called_back"], parts["n_fate_callback_agreed"] - parts["n_agreed_open"], smallest)


def helped(parts: Parts, smallest: int = 1) -> Share:
    """Of the calls whose ending is known, those in which the caller was helped, by the published definition.

    Helped: the right person reached or the question answered at once, handled by a colleague, voicemail possible, or a
    callback agreed and made within 24 hours. Calls with an agreed callback that may still come are left out.
    """
    count = sum(parts[name] for name in HELPED) + parts["n_called_back"]
    known = sum(n for name, n in parts.held.items() if name.startswith("n_fate_"))
    return share(count, known - parts["n_agreed_open"], smallest)
