"""Scenarios that belong together because they bring the same problem: matched pairs and chains.

A matched pair is one problem brought calmly and dominantly, with the same attempt and the same person absent or not, so that
nothing but the caller's manner differs. A chain is one problem brought again and again in one manner: attempts 1, 2, 3 ...
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from surveys.models import Quota, Scenario

STYLES: Final = ("calm", "dominant")
SHORTEST_CHAIN: Final = 2


@dataclass(frozen=True, slots=True)
class Family:
    """`kind` is "pair" (calm, dominant) or "chain" (attempts in their order)."""

    kind: str
    problem: str
    scenarios: tuple[Scenario, ...]

    @property
    def label(self) -> str:
        return str(Quota.Kind(self.kind).label)


def families(scenarios: Iterable[Scenario]) -> tuple[Family, ...]:
    """Every pair, then every chain, by problem; one of each for a problem.

    Of several pairs the one with the earliest attempt is taken, of several chains the longest; calm before dominant.
    """
    by_problem: dict[str, list[Scenario]] = {}
    for scenario in sorted(scenarios, key=lambda each: each.code):
        if scenario.problem:
            by_problem.setdefault(scenario.problem, []).append(scenario)
    pairs = [Family("pair", problem, found) for problem, own in sorted(by_problem.items()) if (found := _pair(own))]
    chains = [Family("chain", problem, found) for problem, own in sorted(by_problem.items()) if (found := _chain(own))]
    return (*pairs, *chains)


def _pair(scenarios: list[Scenario]) -> tuple[Scenario, ...]:
    calm: dict[tuple[int, bool], Scenario] = {}
    dominant: dict[tuple[int, bool], Scenario] = {}
    for scenario in scenarios:
        side = calm if scenario.caller_style == "calm" else dominant
        side.setdefault((scenario.attempt, scenario.asked_person_absent), scenario)
    both = sorted(calm.keys() & dominant.keys())
    return (calm[both[0]], dominant[both[0]]) if both else ()


def _chain(scenarios: list[Scenario]) -> tuple[Scenario, ...]:
    longest: tuple[Scenario, ...] = ()
    for style in STYLES:
        attempts: dict[int, Scenario] = {}
        for scenario in scenarios:
            if scenario.caller_style == style:
                attempts.setdefault(scenario.attempt, scenario)
        chain: list[Scenario] = []
        while len(chain) + 1 in attempts:
            chain.append(attempts[len(chain) + 1])
        if len(chain) > max(len(longest), SHORTEST_CHAIN - 1):
            longest = tuple(chain)
    return longest
