"""Whatever answers a question, the numbers are the same: whole departments, cells, or the calls themselves."""

import datetime as dt
import random

import pytest
from django.http import QueryDict

from analytics import access, details, filters, frames, reach_frames, rollups, sources
from analytics.models import FATES
from analytics.sources import PROMISES, Source
from surveys.models import Call, Callback, CallbackEvent
from surveys.workflow import cell_of
from tests.analytics.conftest import NOW, planted

MEASURES = ("score", "tone")


@pytest.fixture
def history(org, people, wave, departments, scenarios):
    """Some hundred calls over seven months, up to yesterday, with everything that is counted of them."""
    rng = random.Random(7)
    calls = [
        planted(
            org,
            people["evaluator"],
            wave,
            department=departments[rng.choice(["BUR", "AFV", "BEL"])],
            scenario=rng.choice(list(scenarios.values())),
            # Some of yesterday, whose promises may still be kept: a whole month must not count them as broken.
            day=NOW.date() - dt.timedelta(days=1 if number < 12 else rng.randrange(1, 215)),
            score=rng.choice([None, *range(0, 10001, 250)]),
            tone=rng.choice([None, 4000, 9000]),
            fate=rng.choice(["", *FATES]),
            outcome=rng.choice(["passed", "failed", "none"]),
            seconds_to_answer=rng.choice([None, 3, 15, 16, 60]),
            would_call_again=rng.choice([None, *range(11)]),
            item_points={"a": [rng.choice([None, 0, 50, 100]), rng.randrange(500)]},
            phrases=rng.choice([[], ["x"], ["", "x"]]),
            hold_seconds=rng.choice([None, 0, 60, 61]),
            timeline=rng.choice([[], [["dialled", 0], ["transferred", 9]]]),
        )
        for number in range(300)
    ]
    for call in calls:
        call.called_at = call.called_at.replace(hour=rng.randrange(24))
        call.place_in_time(org.zone)
    calls = Call.objects.bulk_create(calls)
    for call in calls[::3]:
        callback = Callback.objects.create(call=call, promised_at=call.called_at, due_at=call.called_at)
        if rng.random() < 0.8:
            came = call.called_at + dt.timedelta(hours=rng.randrange(48))
            kind = rng.choice(["came", "came", "not_come"])
            CallbackEvent.objects.create(
                callback=callback, kind=kind, happened_at=came, recorded_by=people["evaluator"], recorded_at=came
            )
    rollups.recompute({cell_of(call) for call in calls})
    return calls


def same(one, other, keys):
    one, other = (frame.sort_values(keys).reset_index(drop=True) for frame in (one, other))
    assert list(one.columns) == list(other.columns)
    assert one.astype(object).to_dict("list") == other.astype(object).to_dict("list")


QUERIES = [
    "",
    "period=last_month",
    "period=last_year&by=week",
    "period=all",
    "period=all&by=week",
    "from=2025-10-01&to=2025-12-31",
    "from=2025-09-30&to=2026-02-28&by=week",
    "from=2026-03-04&to=2026-03-11",
    "from=2026-03-30&to=2026-03-31&by=week",
    "weekday=2",
    "weekday=5&period=all",
    "caller_style=dominant",
    "scenario=complaint_calm&period=last_year&by=week",
    "attempt=2&from=2025-11-05&to=2026-03-31",
    "version=VERSION&wave=WAVE",
    "department=PUB",
]


@pytest.mark.parametrize("query", QUERIES)
def test_sums_cells_and_calls_give_the_same_numbers(org, people, wave, history, monkeypatch, query):
    """Each way is made to answer what it can; all frames of all of them are the same."""
    query = query.replace("VERSION", str(wave.version_id)).replace("WAVE", str(wave.pk))
    found = {}
    for kind in ("spans", "cells", "calls"):
        reader = access.reader_or_404(people["analyst"], org.slug, at=NOW)
        chosen = filters.parse(QueryDict(query), reader)
        assert chosen.problems == ()
        own = Source(reader, chosen, frozenset(reader.departments)).kind
        if ("spans", "cells", "calls").index(kind) < ("spans", "cells", "calls").index(own):
            continue
        monkeypatch.setattr(Source, "kind", property(lambda _self, kind=kind: kind))
        if kind == "calls":
            monkeypatch.setattr(filters.Filters, "asks_of_calls", property(lambda _self: True))
        asked = (reader, chosen, frozenset(reader.departments))
        found[kind] = {
            ("department", "now"): frames.totals(*asked, MEASURES),
            ("department", "period"): frames.periods(*asked, (*MEASURES, PROMISES)),
            ("department", "item", "points"): frames.answers(*asked),
            ("department", "phrase"): frames.phrases(*asked),
            ("department", "bin"): frames.bins(*asked),
            ("department", "came", "hours"): frames.waits(*asked),
            ("weekday", "hour"): reach_frames.by_hour(*asked),
            ("department",): reach_frames.handling(*asked),
        }
        monkeypatch.undo()
    first, *others = found.values()
    assert others
    assert len(first["department", "now"]) > 0
    for other in others:
        for keys, frame in first.items():
            same(frame, other[keys], list(keys))


def test_what_only_calls_know_is_counted_from_them(org, people, history):
    reader = access.reader_or_404(people["analyst"], org.slug, at=NOW)
    chosen = filters.parse(QueryDict("fate=helped&period=all"), reader)
    frame = frames.totals(reader, chosen, frozenset(reader.departments), MEASURES)
    wanted = [call for call in history if call.fate == "helped"]
    assert sum(frame["n_calls"]) == len(wanted)
    assert sum(frame["sum_tone"]) == sum(call.tone or 0 for call in wanted)
    answers = frames.answers(reader, chosen, frozenset(reader.departments))
    assert answers["n"].sum() == len(wanted)


def test_who_reads_totals_only_cannot_ask_how_single_calls_ended(org, people):
    reader = access.reader_or_404(people["works_council"], org.slug, at=NOW)
    chosen = filters.parse(QueryDict("fate=helped"), reader)
    assert chosen.fate == ""
    assert [problem.key for problem in chosen.problems] == ["fate"]


@pytest.mark.parametrize("query", ["attempt=0", "attempt=x", "weekday=8", "weekday=-1", "version=0", "fate=gone"])
def test_what_is_no_choice_is_said(org, people, query):
    reader = access.reader_or_404(people["analyst"], org.slug, at=NOW)
    chosen = filters.parse(QueryDict(query), reader)
    assert [problem.key for problem in chosen.problems] == [query.split("=")[0]]
    assert (chosen.attempt, chosen.weekday, chosen.version, chosen.fate) == (None, None, None, "")


def test_a_weekday_that_does_not_occur_has_no_calls(org, people, history):
    reader = access.reader_or_404(people["analyst"], org.slug, at=NOW)
    chosen = filters.parse(QueryDict("from=2026-03-09&to=2026-03-09&weekday=2"), reader)
    asked = (reader, chosen, frozenset(reader.departments))
    for frame in (
        frames.totals(*asked, MEASURES),
        frames.answers(*asked),
        frames.phrases(*asked),
        frames.waits(*asked),
    ):
        assert frame.empty


@pytest.mark.parametrize("span", ["week", "month"])
def test_pieces_cover_every_day_of_a_period_once(db, span):
    """All days from every first to every last within ten weeks: each in one piece, whole weeks and months where they fit."""
    days = [dt.date(2026, 1, 20) + dt.timedelta(days=number) for number in range(70)]
    for first in days[::3]:
        for last in days[days.index(first) :: 4]:
            covered = []
            for step, start, end in sources.pieces(first, last, span, settled=last - dt.timedelta(days=2)):
                assert start is not None
                begins = start
                while begins <= end:
                    until = rollups.span_end(step, begins)
                    covered += [begins + dt.timedelta(days=number) for number in range((until - begins).days + 1)]
                    begins = until + dt.timedelta(days=1)
            assert covered == [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def test_a_kept_sum_is_never_changed_by_what_is_added_to_it():
    stored = (
        '{"tone.wording": {"100": [1, 0, 1, 9, 81]}}',
        '{"tone.wording": {"100": [2, 5, 0, 0, 0], "na": [1, 0, 0, 0, 0]}}',
    )
    added = {"tone.wording": {"100": [3, 5, 1, 9, 81], "na": [1, 0, 0, 0, 0]}}
    kept = details.sum_of_stored(stored)
    assert kept == added
    assert details.summed((kept, kept))["tone.wording"]["100"] == [6, 10, 2, 18, 162]
    assert details.sum_of_stored(stored) == added


@pytest.mark.parametrize("query", ["", "weekday=2", "fate=helped", "period=all"])
def test_calls_chosen_by_ending_are_the_same_calls(history, org, people, query):
    reader = access.Reader(people["analyst"], org, NOW)
    chosen = filters.parse(QueryDict(query), reader)
    inside = frozenset(list(reader.departments)[:2])
    plain, put = (
        Call.objects.counting().filter(choose(reader, chosen, inside))
        for choose in (sources.of_calls, sources.by_ending)
    )
    assert set(put) == set(plain) != set()
    # A list of departments on the column itself made PostgreSQL read the whole index.
    assert ('"department_id" IN' in str(plain.query), '"department_id" IN' in str(put.query)) == (True, False)
