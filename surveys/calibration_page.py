"""A calibration session as one reader finds it: who is in, and once it is closed, who said what.

Those who check see names. Who took part sees the own answers, the expert's, and how often each answer was given, but not by
whom: to learn, not to be ranked.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys import access, agreement, definition
from surveys.definition import Item
from surveys.models import CalibrationSeat, CalibrationSession, Call, User
from surveys.presentation import answer_words


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: by `names` (empty for readers who may not know them), `count` times, the same as the expert's or not."""

    words: str
    count: int
    names: tuple[str, ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question. `agreed` of `n` participants say the same as the expert; `own` is None for readers who took no part."""

    code: str
    text: str
    expert: str
    own: str | None
    own_same: bool
    given: tuple[Given, ...]
    agreed: int
    n: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A participant's score, by name."""

    name: str
    score: int | None
    call: int
    is_expert: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    session: CalibrationSession
    seats: tuple[CalibrationSeat, ...]
    own: CalibrationSeat | None
    own_work: int | None
    names: bool
    rows: tuple[Row, ...]
    scores: tuple[Scored, ...]
    own_score: int | None
    expert_score: int | None
    expert_call: int | None

    @property
    def filled(self) -> int:
        return sum(seat.call_id is not None for seat in self.seats)

    @property
    def is_closed(self) -> bool:
        return self.session.state == CalibrationSession.State.CLOSED

    @property
    def has_baseline(self) -> bool:
        return self.expert_call is not None


def session_page(user: User, session: CalibrationSession, language: str) -> SessionPage:
    seats = access.seats(user, session)
    names = access.has_role(user, session.organisation, access.REVIEWERS)
    own = next((seat for seat in seats if seat.evaluator_id == user.pk), None)
    closed = session.state == CalibrationSession.State.CLOSED
    calls = {seat.evaluator_id: seat.call for seat in seats if seat.call is not None} if closed else {}
    expert = calls.get(session.expert_id)
    mine = calls.get(user.pk)
    return SessionPage(
        session=session,
        seats=tuple(seats),
        own=own,
        own_work=access.own_session_work(user, session) if own is not None and own.call_id is None else None,
        names=names,
        rows=_rows(session, seats, calls, expert, mine, names=names, language=language),
        scores=tuple(
            Scored(str(seat.evaluator), seat.call.score, seat.call.pk, seat.evaluator_id == session.expert_id)
            for seat in seats
            if names and closed and seat.call is not None
        ),
        own_score=mine.score if mine else None,
        expert_score=expert.score if expert else None,
        expert_call=expert.pk if expert else None,
    )


def _rows(
    session: CalibrationSession,
    seats: list[CalibrationSeat],
    calls: Mapping[int, Call],
    expert: Call | None,
    mine: Call | None,
    *,
    names: bool,
    language: str,
) -> tuple[Row, ...]:
    if expert is None:
        return ()
    form, facts = expert.version.definition, session.source_call.scenario.facts
    shown = {code for call in calls.values() for code in definition.visible(form, call.answers, facts)}
    people = [(str(seat.evaluator), calls[seat.evaluator_id]) for seat in seats if seat.evaluator_id in calls]
    others = [(name, call) for name, call in people if call.pk != expert.pk]
    return tuple(
        _row(item, expert.answers, mine, others, names=names, language=language)
        for item in form.items
        if item.code in shown and item.scored
    )


def _row(
    item: Item,
    baseline: Mapping[str, Any],
    mine: Call | None,
    others: list[tuple[str, Call]],
    *,
    names: bool,
    language: str,
) -> Row:
    right = baseline.get(item.code)
    counts: Counter[str] = Counter()
    who: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for name, call in others:
        answer = call.answers.get(item.code)
        key = agreement.said(item, answer)
        counts[key] += 1
        who.setdefault(key, []).append(name)
        words.setdefault(key, answer_words(item, answer, language))
    expected = agreement.said(item, right)
    own = mine.answers.get(item.code) if mine else None
    given = (
        Given(words[key], count, tuple(who[key]) if names else (), key == expected)
        for key, count in counts.most_common()
    )
    return Row(
        code=item.code,
        text=definition.text(item.text, language),
        expert=answer_words(item, right, language),
        own=answer_words(item, own, language) if mine else None,
        own_same=mine is not None and agreement.is_same(item, own, right),
        given=tuple(given),
        agreed=counts[expected],
        n=len(others),
    )
