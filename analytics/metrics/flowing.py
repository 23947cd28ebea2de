"""What became of the callers: from calls by their endings to helped or left to fate, and from promises to kept or broken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.figures import Share
from analytics.metrics.means import share
from analytics.metrics.outcomes import HELPED
from analytics.metrics.sums import Parts

AGREED: Final = "callback_agreed"
UNKNOWN: Final = "unknown"
LEFT: Final = ("ring_again", "disconnected", "unanswered")


@dataclass(frozen=True, slots=True)
class Promises:
    """`n` promised callbacks: `kept` came within the organisation's hours, `broken` did not, `open` may still come."""

    n: int
    kept: int
    broken: int
    open: int


@dataclass(frozen=True, slots=True)
class Flow:
    """`n` calls by how they ended, and by what that was for the caller, as shares of all calls; none is left out.

    `endings` by fate ("unknown" where none was noted). `outcomes`: "helped" by the published definition, "not_called_back"
    (a callback was agreed and did not come within 24 hours), "open" (agreed and may still come), "left" (to fate) and
    "unknown". `steps` are the calls that go from an ending to an outcome.
    """

    n: int
    endings: Mapping[str, Share]
    outcomes: Mapping[str, Share]
    steps: Mapping[tuple[str, str], int]


def flow(parts: Parts) -> Flow:
    """The endings of calls and what they were for the caller, by Wilson's shares of all calls."""
    n = parts["n_calls"]
    fates = {name.removeprefix("n_fate_"): count for name, count in parts.held.items() if name.startswith("n_fate_")}
    helped, back = {name.removeprefix("n_fate_") for name in HELPED}, parts["n_called_back"]
    steps: dict[tuple[str, str], int] = {}
    for fate, count in fates.items():
        if fate == AGREED:
            steps[fate, "helped"], steps[fate, "open"] = back, parts["n_agreed_open"]
            steps[fate, "not_called_back"] = count - back - parts["n_agreed_open"]
        else:
            steps[fate, "helped" if fate in helped else "left"] = count
    steps[UNKNOWN, UNKNOWN] = n - sum(fates.values())
    steps = {step: count for step, count in steps.items() if count}
    return Flow(n, _shares(steps, 0, n), _shares(steps, 1, n), steps)


def promised(parts: Parts) -> Promises:
    """The promised callbacks by what became of them; those whose time has not passed are open."""
    settled, kept = parts["n_promised"], parts["n_kept"]
    return Promises(settled + parts["n_open"], kept, settled - kept, parts["n_open"])


def _shares(steps: Mapping[tuple[str, str], int], side: int, n: int) -> dict[str, Share]:
    counts: dict[str, int] = {}
    for step, count in steps.items():
        counts[step[side]] = counts.get(step[side], 0) + count
    return {name: share(count, n) for name, count in counts.items()}
