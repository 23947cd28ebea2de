"""How many calls fieldwork takes, department by department, from what was seen there so far; and what a quota gives."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from analytics import call_frames, frames, metrics
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import Filters
from analytics.forms import GAP, MEAN, PlannerForm
from analytics.metrics import Parts
from analytics.stats import sizes
from analytics.stats.intervals import Sums
from surveys import access
from surveys.progress import Standing
from surveys.tree import in_tree_order

if TYPE_CHECKING:
    from surveys.models import Department, Wave

# What a spread is taken from: calls of a year, if there are so many; else those of all departments; else an assumption.
LAST_DAYS = 364
ENOUGH = 10
ASSUMED_SD = 20.0
OWN, POOLED, ASSUMED = "own", "pooled", "assumed"


@dataclass(frozen=True, slots=True)
class Basis:
    """What is reckoned with: a standard deviation in points, or an expected share; of how many, and from where."""

    value: float
    n: int
    source: str

    @property
    def shown(self) -> Decimal:
        return rounded(self.value, 1)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a wave's quota has for one department: calls in all, matched pairs, and the fewer of its calm and dominant."""

    calls: int = 0
    pairs: int = 0
    each: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """`needed` counts calls; of these `units` are pairs, where pairs are reckoned. `gives` is what the quota achieves."""

    name: str
    basis: Basis
    needed: int
    units: int
    quota: Quota
    gives: Decimal | None
    paired: bool = False

    @property
    def is_enough(self) -> bool:
        return (self.quota.pairs >= self.units) if self.paired else (self.quota.calls >= self.needed)


@dataclass(frozen=True, slots=True)
class PlannerPage:
    reader: Reader
    form: PlannerForm
    asked: Mapping[str, Any]
    lines: tuple[Line, ...] = ()
    together: Line | None = None
    wave: "Wave | None" = None

    @property
    def needed(self) -> int:
        return sum(line.needed for line in self.lines)

    @property
    def planned(self) -> int:
        return sum(line.quota.calls for line in self.lines)

    @property
    def short(self) -> int:
        """In how many departments the quota is too small."""
        return sum(not line.is_enough for line in self.lines)

    @property
    def paired(self) -> bool:
        return any(line.paired for line in self.lines)

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(line.basis.source for line in self.lines)


def waves(reader: Reader) -> "list[Wave]":
    """Waves whose quota this reader may hold it against, the latest first."""
    return reader.once("waves with quota", lambda: list(access.waves_with_any_quota(reader.user, reader.organisation)))


def build(reader: Reader, form: PlannerForm) -> PlannerPage:
    asked = form.asked
    if asked is None:
        return PlannerPage(reader, form, {})
    wave = next((each for each in waves(reader) if str(each.pk) == asked["wave"]), None)
    past = _Past(reader)
    quotas = _quotas(reader, wave)
    work = _work(asked, past)
    departments = past.called(quotas)
    lines = tuple(work(each.pk, each.name, quotas.get(each.pk, Quota())) for each in departments)
    everything = Quota(*(sum(getattr(each, name) for each in quotas.values()) for name in ("calls", "pairs", "each")))
    return PlannerPage(
        reader, form, asked, lines=lines, together=work(None, "", everything) if lines else None, wave=wave
    )


# --- what was seen so far ---------------------------------------------------------------------------------------------


@dataclass
class _Past:
    """The counting calls of the last year, per department and (None) all together."""

    reader: Reader
    departments: "list[Department]" = field(init=False)
    parts: dict[int | None, Parts] = field(init=False)
    differences: dict[int | None, Sums] = field(init=False)

    def __post_init__(self) -> None:
        reader = self.reader
        known = [each for each in reader.departments.values() if not each.closed_on or each.closed_on > reader.today]
        chosen = Filters(start=reader.today - dt.timedelta(days=LAST_DAYS - 1), end=reader.today)
        keys = frozenset(each.pk for each in known)
        found = metrics.parts(frames.totals(reader, chosen, keys, ("score",)), ("department", "now"))
        own: dict[int | None, Parts] = {int(str(pk)): parts for (pk, now), parts in found.items() if now}
        self.departments = [branch.department for branch in in_tree_order(known)]
        self.parts = {**own, None: metrics.together(own.values())}
        self.differences = {None: Sums()}
        frame = call_frames.pairs(reader, chosen, keys, ("score",)).dropna()
        differences = (frame["calm_score"] - frame["dominant_score"]).tolist()
        for pk, difference in zip(frame["department"].tolist(), differences, strict=True):
            one = Sums(1, difference, difference * difference)
            for key in (pk, None):
                self.differences[key] = self.differences.get(key, Sums()) + one

    def called(self, quotas: Mapping[int, "Quota"]) -> "list[Department]":
        """Without units that only hold others and were never called themselves, nor are to be."""
        above = {each.parent_id for each in self.departments}
        with_calls = {pk for pk, parts in self.parts.items() if parts["n_calls"]}
        return [each for each in self.departments if each.pk not in above or each.pk in with_calls | quotas.keys()]

    def spread(self, key: int | None) -> Basis:
        """The standard deviation of single scores, in points."""
        sums = {pk: parts.sums("score") for pk, parts in self.parts.items()}
        return _spread(key, sums) or Basis(ASSUMED_SD, 0, ASSUMED)

    def spread_of_pairs(self, key: int | None) -> Basis | None:
        return _spread(key, self.differences)

    def share(self, key: int | None, of: str) -> Basis:
        """The expected share 0..1; its n is of those that it is a share of."""
        names = {"left": ("n_left_to_fate", "n_calls"), "prompt": ("n_prompt", "n_timed")}
        if of in names:
            count, whole = names[of]
            for place, source in ((key, OWN), (None, POOLED)):
                parts = self.parts.get(place, metrics.NOTHING)
                if parts[whole] >= ENOUGH:
                    return Basis(parts[count] / parts[whole], parts[whole], OWN if place == key else source)
        return Basis(0.5, 0, ASSUMED)


def _spread(key: int | None, sums: Mapping[int | None, Sums]) -> Basis | None:
    """Of the department itself where it has enough; else within all departments, their own levels aside."""
    own = sums.get(key, Sums())
    if own.n >= ENOUGH and own.variance:
        return Basis(math.sqrt(own.variance) / 100, own.n, OWN)
    others = [(each.n, float(each.variance or 0)) for pk, each in sums.items() if pk is not None]
    pooled, n = sizes.pooled_sd(others), sum(n for n, _variance in others)
    return Basis(pooled / 100, n, POOLED) if pooled and n >= ENOUGH else None


def _quotas(reader: Reader, wave: "Wave | None") -> dict[int, Quota]:
    if wave is None:
        return {}
    calls: Counter[int] = Counter()
    pairs: Counter[int] = Counter()
    styles: Counter[tuple[int, str]] = Counter()
    for cell in Standing(wave, at=reader.at).cells:
        department = cell.key.department
        calls[department] += cell.target * cell.size
        if cell.key.kind == "pair":
            pairs[department] += cell.target
            styles[department, "calm"] += cell.target
            styles[department, "dominant"] += cell.target
        elif cell.key.kind == "single":
            styles[department, reader.scenarios[int(cell.key.subject)].caller_style] += cell.target
    return {pk: Quota(calls[pk], pairs[pk], min(styles[pk, "calm"], styles[pk, "dominant"])) for pk in calls}


# --- the three questions ----------------------------------------------------------------------------------------------

Work = Callable[[int | None, str, Quota], Line]


def _work(asked: Mapping[str, Any], past: _Past) -> Work:
    points = float(asked["points"])
    if asked["aim"] == MEAN:
        return partial(_mean, past, points)
    if asked["aim"] == GAP:
        return partial(_gap, past, points, power=asked["power"] / 100)
    return partial(_share, past, points / 100, of=asked["of"])


def _mean(past: _Past, points: float, key: int | None, name: str, quota: Quota) -> Line:
    basis = past.spread(key)
    needed = sizes.calls_for_mean(points, basis.value)
    gives = rounded(sizes.mean_half_width(quota.calls, basis.value), 1) if quota.calls > 1 else None
    return Line(name, basis, needed, needed, quota, gives)


def _share(past: _Past, width: float, key: int | None, name: str, quota: Quota, *, of: str) -> Line:
    basis = past.share(key, of)
    needed = sizes.calls_for_share(width, basis.value)
    gives = rounded(100 * sizes.share_half_width(quota.calls, basis.value), 1) if quota.calls else None
    shown = Basis(basis.value * 100, basis.n, basis.source)
    return Line(name, shown, needed, needed, quota, gives)


def _gap(past: _Past, points: float, key: int | None, name: str, quota: Quota, *, power: float) -> Line:
    """By matched pairs where enough of them tell how much their differences vary; else by two separate groups of calls."""
    basis = past.spread_of_pairs(key)
    if basis is not None:
        sd = basis.value
        pairs = sizes.pairs_for_difference(points, sd, power)
        found = None
        if quota.pairs > 1:
            found = sizes.smallest_difference(lambda d: sizes.power_of_pairs(quota.pairs, d, sd), sd, power)
        return Line(name, basis, 2 * pairs, pairs, quota, _points(found), paired=True)
    basis = past.spread(key)
    sd = basis.value
    each = sizes.group_size_for_difference(points, sd, power)
    found = None
    if quota.each > 1:
        found = sizes.smallest_difference(lambda d: sizes.power_of_groups(quota.each, d, sd), sd, power)
    return Line(name, basis, 2 * each, 2 * each, Quota(2 * quota.each, quota.pairs, quota.each), _points(found))


def _points(value: float | None) -> Decimal | None:
    return None if value is None else rounded(value, 1)
