"""One-tap marks of a call: when it was dialled, answered, put on hold ... and ended, in seconds from dialling.

They are saved like an answer under the reserved code `CODE`: {"value": [["dialled", 0], ["answered", 11.5], ["ended", 240]],
"dialled_at": "2026-03-10T09:30:05Z"}, where `dialled_at` (the device's clock) may be missing. Plain Python; what is wrong
with them is a `Problem` like any answer's.

    answered    the seconds until somebody answered: the first "answered"
    on hold     from "hold" until the next "back", "answered" or "ended"
    talk        from the first "answered" until "ended", without what was spent on hold
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from surveys.definition import MAX_SECOND, AnswerError, Problem

CODE: Final = "@timeline"
NAMES: Final = ("dialled", "answered", "hold", "back", "transferred", "ended")
MOST: Final = 200

Mark = list[Any]
"""A name and its seconds, as JSON keeps them."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a call, checked; `dialled_at` is None when no device told."""

    timeline: list[Mark]
    dialled_at: dt.datetime | None

    def second_of(self, name: str) -> float | None:
        return next((second for mark, second in self.timeline if mark == name), None)

    @property
    def answered(self) -> int | None:
        second = self.second_of("answered")
        return None if second is None else int(second)

    @property
    def on_hold(self) -> int | None:
        """Seconds on hold; None as long as the call has not ended."""
        ended = self.second_of("ended")
        if ended is None:
            return None
        total, since = 0.0, None
        for name, second in self.timeline:
            if name == "hold" and since is None:
                since = second
            elif name in {"back", "answered", "ended"} and since is not None:
                total, since = total + second - since, None
        return round(total)

    @property
    def talk(self) -> int | None:
        """Seconds of talk; None when nobody answered or the call has not ended."""
        answered, ended, held = self.second_of("answered"), self.second_of("ended"), self.on_hold
        return None if answered is None or ended is None or held is None else max(0, round(ended - answered) - held)

    def ended_at(self, called_at: dt.datetime) -> dt.datetime | None:
        second = self.second_of("ended")
        return None if second is None else (self.dialled_at or called_at) + dt.timedelta(seconds=second)

    def as_answer(self) -> dict[str, Any] | None:
        """As it is saved and shown to the form's script; None without marks."""
        if not self.timeline:
            return None
        answer: dict[str, Any] = {"value": self.timeline}
        if self.dialled_at is not None:
            # Letter by letter as a browser writes it, so that the script recognises what it sent.
            answer["dialled_at"] = self.dialled_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        return answer


NOTHING: Final = Marks([], None)


def read(raw: object) -> Marks:
    """The marks as they came in; None takes them all away.

    Raises:
        AnswerError: they cannot be stored; its problem says why.
    """
    if raw is None:
        return NOTHING
    if not isinstance(raw, Mapping) or set(raw) - {"value", "dialled_at"} or not isinstance(raw.get("value"), list):
        raise _wrong("marks_form")
    rows = raw["value"]
    if len(rows) > MOST:
        raise _wrong("marks_too_many", limit=MOST)
    timeline = [_mark(row) for row in rows]
    _check_order(timeline)
    return Marks(timeline, _moment(raw.get("dialled_at"))) if timeline else NOTHING


def _mark(row: object) -> Mark:
    if not isinstance(row, list | tuple) or len(row) != 2:
        raise _wrong("marks_form")
    name, second = row
    if name not in NAMES:
        raise _wrong("mark_unknown")
    # `not (a <= b <= c)` also refuses what is no number at all.
    if type(second) not in {int, float} or not 0 <= second <= MAX_SECOND:
        raise _wrong("mark_second", limit=MAX_SECOND)
    second = round(second, 1)
    return [name, int(second) if second == int(second) else second]


def _check_order(timeline: list[Mark]) -> None:
    names, seconds = [name for name, _second in timeline], [second for _name, second in timeline]
    if seconds != sorted(seconds):
        raise _wrong("marks_order")
    if "dialled" in names and (names.count("dialled") > 1 or timeline[0] != ["dialled", 0]):
        raise _wrong("marks_dialled")
    if "ended" in names and (names.count("ended") > 1 or names[-1] != "ended"):
        raise _wrong("marks_ended")


def _moment(text: object) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise _wrong("marks_moment")
    moment = moment.astimezone(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _wrong(code: str, **params: object) -> AnswerError:
    return AnswerError(Problem(CODE, code, params))
