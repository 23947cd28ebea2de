"""Calls by who made them -> DataFrames: for what tells evaluators apart. Reports hand these on to who checks calls only.

As in `analytics.call_frames`, every frame names its columns and dtypes, and holds people as keys; `names` says what their
reader may call them. One reading of the newest calls (`work`) serves what is looked at call by call.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Aggregate, Case, CharField, F, IntegerField, TextField, When
from django.db.models.functions import Cast, Coalesce

from analytics.access import Reader
from analytics.filters import Filters
from analytics.prepared import moment
from analytics.sources import by_ending, of_calls
from surveys import access, exports, flags
from surveys.models import Call
from surveys.models.calls import measure_column
from surveys.models.people import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

# The key of everybody together.
EVERYBODY: Final = 0
# How calls were made is looked at call by call, in the newest ones; more say the same.
MOST_WORK: Final = 5_000
# How many scores there are, in hundredths of a point, and none.
SCORES: Final = 10_002
HANDED_IN: Final = (Call.State.SUBMITTED, Call.State.RETURNED, Call.State.APPROVED)
FACTORS: Final = ("evaluator", "department", "scenario")
COUNTED: Final = ("n_calls", "n", "sum", "squares")


def names(reader: Reader) -> dict[int, tuple[str, str]]:
    """What evaluators are called, by key: the pseudonym of the exports, and the name ("" for who may not know it)."""

    def make() -> dict[int, tuple[str, str]]:
        known: dict[int, str] = {}
        if access.has_role(reader.user, reader.organisation, access.REVIEWERS):
            joined = reader.organisation.memberships.select_related("user")
            known = {each.user_id: str(each.user) for each in joined}
        codes = exports.pseudonyms(reader.organisation)
        return {key: (code, known.get(key, "")) for key, code in codes.items()}

    return reader.once("evaluators", make)


class Made(NamedTuple):
    """A call that was handed in; `counts` in figures or does not yet. Scores in hundredths of a point."""

    evaluator: int
    department: int
    scenario: int
    wave: int
    counts: bool
    local_date: dt.date
    called_at: dt.datetime
    submitted_at: dt.datetime
    flags: list[dict[str, Any]]
    score: int | None
    dimensions: tuple[int | None, ...]


def work(reader: Reader, filters: Filters, departments: frozenset[int]) -> list[Made]:
    """The newest calls of the period that were handed in and the reader may see, `MOST_WORK` at most; read once."""
    return reader.once(
        ("work", filters.scope, filters.measure, departments), lambda: _work(reader, filters, departments)
    )


def _work(reader: Reader, filters: Filters, departments: frozenset[int]) -> list[Made]:
    calls = access.visible_calls(reader.user).filter(of_calls(reader, filters, departments))
    chosen = calls.filter(kind=Call.Kind.FIELD, state__in=HANDED_IN).order_by("-local_date", "-pk")
    columns = [*FACTORS, "wave", "state", "local_date", *_TEXTS]
    scores = [measure_column(name) for name in (filters.measure, *DIMENSIONS)]
    waiting = {pk for pk, wave in reader.waves.items() if wave.state == wave.State.PLANNED}
    found = []
    for who, where, what, wave, state, day, called, submitted, flagged, score, *dimensions in chosen.annotate(
        **_TEXTS
    ).values_list(*columns, *scores)[:MOST_WORK]:
        counts = state == Call.State.APPROVED and wave not in waiting
        struck = [] if flagged == "[]" else json.loads(flagged)
        moments = moment(called), moment(submitted)
        found.append(Made(who, where, what, wave, counts, day, *moments, struck, score, tuple(dimensions)))
    return found


# As text, taken apart here: see `prepared.moment`.
_TEXTS: Final[dict[str, Any]] = {
    "called_text": Cast("called_at", CharField()),
    "submitted_text": Cast("submitted_at", CharField()),
    "flags_text": Cast("flags", TextField()),
}


def by_half(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """As `call_frames.by_evaluator` of the filters' measure, with the two halves of the period apart.

    Columns: `evaluator`, `department`, `scenario` int64 (keys); `later` bool; `n_calls` all calls int64; of those with the
    measure `n`, `sum`, `squares` int64, hundredths of a point.
    """
    import numpy as np
    import pandas as pd

    # Two numbers, for which keys up to 2**31 leave room.
    places = max(reader.departments, default=0) + 1
    who, what = _scored(reader, filters, departments, places)
    what, score = np.divmod(what, SCORES)
    known = score > 0
    score = np.where(known, score - 1, 0)
    columns = dict(zip(COUNTED, (None, known, score, score * score), strict=True))
    pair, kind, added = _added(who, what, columns)
    keys = dict(zip(FACTORS, (pair // places, pair % places, kind // 2), strict=True))
    return pd.DataFrame(keys | {"later": kind % 2 == 1} | added)


def _added(
    who: "NDArray[np.int64]", what: "NDArray[np.int64]", columns: "Mapping[str, NDArray[Any] | None]"
) -> "tuple[NDArray[np.int64], NDArray[np.int64], dict[str, NDArray[np.int64]]]":
    """The pairs of `who` and `what` that occur, and the columns added up by them; without a column they are counted.

    Added up here: the database would sort all of them, and give most of them back; so would a frame.
    """
    import numpy as np
    import pandas as pd

    (whose, pairs), (which, kinds) = (pd.factorize(each, sort=True) for each in (who, what))
    place, cells = pd.factorize(whose * len(kinds) + which, sort=True)
    of_pair, of_kind = divmod(cells, max(len(kinds), 1))
    # As floats they are exact up to 2**53, which is nine million million scores.
    added = {name: np.bincount(place, each, len(cells)).astype(np.int64) for name, each in columns.items()}
    return pairs[of_pair], kinds[of_kind], added


class Listed(Aggregate):
    """Whole numbers as one text: a driver gives a hundred thousand rows one by one, which takes longer than finding them."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "STRING_AGG(CAST(%(expressions)s AS text), ',')"
        return self.as_sql(compiler, connection, template=template, **context)


def _scored(
    reader: Reader, filters: Filters, departments: frozenset[int], places: int
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Per call who made it and where, in one number; and for what, in which half and its score (0: none), in another."""
    import numpy as np

    calls = Call.objects.counting().filter(by_ending(reader, filters, departments))
    later = Case(When(local_date__gt=middle(reader, filters), then=1), default=0, output_field=IntegerField())
    measured = Coalesce(F(measure_column(filters.measure)) + 1, 0)
    # Both are listed in one pass over the calls, so they stand in one order.
    texts = calls.order_by().aggregate(
        who=Listed(F("evaluator") * places + F("department")),
        what=Listed((F("scenario") * 2 + later) * SCORES + measured),
    )
    who, what = (np.fromstring(texts[name] or "", dtype=np.int64, sep=",") for name in ("who", "what"))
    return who, what


def together(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame `by_half` with both halves added up."""
    import pandas as pd

    evaluator, department, scenario = (frame[name].to_numpy() for name in FACTORS)
    places = int(department.max(initial=0)) + 1
    pair, kind, added = _added(
        evaluator * places + department, scenario, {name: frame[name].to_numpy() for name in COUNTED}
    )
    return pd.DataFrame(dict(zip(FACTORS, (pair // places, pair % places, kind), strict=True)) | added)


def middle(reader: Reader, filters: Filters) -> dt.date:
    """The last day of the first half of the period."""
    start = filters.start or reader.oldest or filters.end
    return start + (filters.end - start) // 2


def habits(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """How long after the call those of `work` that count were handed in, and their dimensions.

    Columns: `evaluator`, `seconds` int64; per dimension Int64, hundredths of a point, missing where it has no score.
    """
    import pandas as pd

    records = [
        (each.evaluator, int((each.submitted_at - each.called_at).total_seconds()), *each.dimensions)
        for each in work(reader, filters, departments)
        if each.counts
    ]
    frame = pd.DataFrame.from_records(records, columns=["evaluator", "seconds", *DIMENSIONS])
    return frame.astype({"evaluator": "int64", "seconds": "int64"} | dict.fromkeys(DIMENSIONS, "Int64"))


def flagged(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """In how many calls of `work`, those that wait or came back too, a rule found something.

    Columns: `evaluator`, `n_calls`, `n_flagged` and one per rule of `surveys.flags` by its name; int64.
    """
    import pandas as pd

    rules = list(flags.RULES)
    counts: dict[int, list[int]] = {}
    for each in work(reader, filters, departments):
        held = counts.setdefault(each.evaluator, [0] * (2 + len(rules)))
        held[0] += 1
        if not each.flags:
            continue
        found = {facts["rule"] for facts in each.flags}
        held[1] += 1
        for place, rule in enumerate(rules, 2):
            held[place] += rule in found
    records = [(key, *held) for key, held in sorted(counts.items())]
    return pd.DataFrame.from_records(records, columns=["evaluator", "n_calls", "n_flagged", *rules]).astype("int64")


def of_everybody(frame: "pd.DataFrame", *, additive: bool) -> "pd.DataFrame":
    """The frame `habits` or (`additive`) `flagged` as if one evaluator had made all calls."""
    whole = frame.assign(evaluator=EVERYBODY)
    return whole.groupby("evaluator", as_index=False).sum() if additive else whole


def called_hours(reader: Reader, filters: Filters, departments: frozenset[int]) -> "pd.DataFrame":
    """How many calls of `work` that count began in which hour of the week, on the organisation's clock, per wave.

    Columns: `wave`, `weekday` (1 is Monday), `hour` (0..23), `n` int64.
    """
    import pandas as pd

    zone = reader.organisation.zone
    counts: dict[tuple[int, int, int], int] = {}
    for each in work(reader, filters, departments):
        if each.counts:
            local = each.called_at.astimezone(zone)
            key = each.wave, local.isoweekday(), local.hour
            counts[key] = counts.get(key, 0) + 1
    records = [(*key, n) for key, n in sorted(counts.items())]
    return pd.DataFrame.from_records(records, columns=["wave", "weekday", "hour", "n"])
