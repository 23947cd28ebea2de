"""What stands out in a submitted call, by named rules: pointers for whoever checks it, never a verdict.

Each rule looks at the evidence and returns the facts of what it found, such as `{"seconds": 41, "items": 24}`; they are
stored with the call and said in the reader's language by `surveys.flag_words`. Plain Python: no query, no clock.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from surveys.definition import Answers, Definition, Item

Facts = dict[str, Any]

# --- thresholds, and why they are what they are -----------------------------------------------------------------------

# Reading a question and tapping an answer takes three seconds even for somebody who knows the form by heart.
SECONDS_PER_ANSWER: Final = 3
# Whoever thinks a call through from memory needs a fair part of the time that it took; a quarter is generous.
SHARE_OF_CALL: Final = 0.25
# Below this a good call is easily alike by chance: three scales of five that agree happen every day.
ALIKE_SCALES: Final = 4
ALIKE_ANSWERS: Final = 8
# "Yes, she did so kindly." recurs honestly; a whole sentence does not.
COPIED_LENGTH: Final = 20
# Two clocks are never quite the same.
CLOCKS_APART: Final = dt.timedelta(minutes=5)
# After an hour other calls and the rest of the day have come between.
LONGEST_RECALL: Final = 60
# A spread needs ten calls to be one; 3.5 is the limit of Iglewicz and Hoaglin (1993) for the modified z-score.
USUAL_CALLS: Final = 10
UNUSUAL_Z: Final = 3.5
# Scores that hardly differ give a spread of almost nothing; differences of a few points are ordinary (hundredths).
LEAST_SPREAD: Final = 300
# Parts of a call that cannot be heard when nobody answers.
HEARD_ONLY: Final = frozenset({"phrasing", "listening", "tone"})
TALKED: Final = frozenset({"helped", "right_person", "colleague", "callback_agreed"})
LEFT: Final = frozenset({"ring_again", "disconnected", "unanswered"})


@dataclass(frozen=True, slots=True)
class Window:
    """When the call was to be made: an assignment's window, else the wave's days and hours, on the organisation's clock."""

    starts_at: dt.datetime | None = None
    until: dt.datetime | None = None
    weekdays: tuple[int, ...] = ()
    calls_from: dt.time | None = None
    calls_until: dt.time | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the rules look at. `texts` holds what the evaluator wrote in other calls: normalised text -> call's key.

    `usual` are the evaluator's other scores for this department in this wave, in hundredths. `listened` is true of a call
    that was scored from a recording: it was not made, so when it was made says nothing about the evaluator.
    """

    form: Definition
    answers: Answers
    fate: str
    recorded: Mapping[str, Any]
    item_points: Mapping[str, Any]
    score: int | None
    called_at: dt.datetime
    submitted_at: dt.datetime
    zone: dt.tzinfo
    window: Window = Window()
    first_answer_at: dt.datetime | None = None
    call_seconds: int | None = None
    recall_minutes: float | None = None
    recognised: bool = False
    listened: bool = False
    texts: Mapping[str, int] | None = None
    usual: Sequence[int] = ()


# --- the rules --------------------------------------------------------------------------------------------------------


def too_fast(seen: Evidence) -> Iterator[Facts]:
    """Less time between the first answer and handing in than the answers, or the call itself, take."""
    if seen.first_answer_at is None:
        return
    seconds = (seen.submitted_at - seen.first_answer_at).total_seconds()
    if seconds <= 0:
        return  # a program handed in all answers at once: that says nothing about the evaluator
    items = sum("value" in answer or bool(answer.get("na")) for answer in seen.answers.values())
    if seconds < items * SECONDS_PER_ANSWER:
        yield {"seconds": int(seconds), "items": items}
    elif seen.call_seconds and seconds < seen.call_seconds * SHARE_OF_CALL:
        yield {"seconds": int(seconds), "call_seconds": seen.call_seconds}


def alike(seen: Evidence) -> Iterator[Facts]:
    """The same place chosen on every scale, or in every list of answers."""
    chosen = list(_places(seen))
    by_length: dict[int, list[int]] = {}
    for item, place in chosen:
        if item.kind == "scale":
            by_length.setdefault(len(item.options), []).append(place)
    for length, places in by_length.items():
        if len(places) >= ALIKE_SCALES and len(set(places)) == 1:
            yield {"of": "scales", "items": len(places), "place": places[0], "length": length}
            return
    every = [place for _item, place in chosen]
    if len(every) >= ALIKE_ANSWERS and len(set(every)) == 1:
        yield {"of": "answers", "items": len(every), "place": every[0]}


def _places(seen: Evidence) -> Iterator[tuple[Item, int]]:
    """The place (from 1) of each scored answer in its list."""
    for item in seen.form.items:
        if item.scored and item.kind in {"yes_no", "single", "scale"}:
            value = (seen.answers.get(item.code) or {}).get("value")
            places = [number for number, option in enumerate(item.options, 1) if option.value == value]
            if places:
                yield item, places[0]


def copied(seen: Evidence) -> Iterator[Facts]:
    """A remark or quote that stands, word for word, in another call of the same evaluator."""
    known = seen.texts or {}
    for code, text in own_texts(seen.form, seen.answers):
        if text in known:
            yield {"item": code, "call": known[text]}


def own_texts(form: Definition, answers: Answers) -> Iterator[tuple[str, str]]:
    """What the evaluator wrote that is long enough to be compared, normalised, with its item.

    Phrases of the bank are left out: that they are heard again and again is why they are in it. So are short facts, such as
    who would ring back.
    """
    for code, answer in answers.items():
        if code not in form or not isinstance(answer, Mapping):
            continue
        item = form.item(code)
        written = [answer.get("comment"), answer.get("quote")]
        if item.kind == "text" and item.records is None:
            written.append(answer.get("value"))
        if item.kind == "phrase":
            written += [row.get("quote") for row in answer.get("value") or () if not row.get("phrase")]
        for text in filter(None, map(normalised, written)):
            yield code, text


def normalised(text: object) -> str:
    """Words in lower case without signs and accents; "" when too short to say anything."""
    if not isinstance(text, str):
        return ""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = " ".join(re.findall(r"\w+", plain))
    return words if len(words) >= COPIED_LENGTH else ""


def contradiction(seen: Evidence) -> Iterator[Facts]:
    """Answers about the call that cannot all be true; by what items record, so for every checklist."""
    for name, holds in CONTRADICTIONS.items():
        if holds(seen):
            yield {"which": name}


def _agreed_without_promise(seen: Evidence) -> bool:
    if seen.fate != "callback_agreed":
        return False
    if _denied(seen, "callback_offered"):
        return True
    asked = [name for name in ("callback_offered", "callback_due", "callback_who") if seen.form.recording(name)]
    return bool(asked) and not any(seen.recorded.get(name) for name in asked)


def _promise_without_agreement(seen: Evidence) -> bool:
    if seen.fate in {"", "callback_agreed"}:
        return False
    offered = "callback_offered" in seen.recorded and not _denied(seen, "callback_offered")
    return bool(seen.recorded.get("callback_due")) or (offered and seen.fate in LEFT)


def _helped_and_left(seen: Evidence) -> bool:
    return seen.recorded.get("helped_at_once") == "yes" and seen.fate in LEFT


def _unanswered_and_heard(seen: Evidence) -> bool:
    nobody = seen.fate == "unanswered" or seen.recorded.get("answered") == "no"
    heard = (code for code, (points, _lost) in seen.item_points.items() if points is not None and code in seen.form)
    return nobody and any(seen.form.section_of(code).dimension in HEARD_ONLY for code in heard)


def _answered_and_not(seen: Evidence) -> bool:
    answered = seen.recorded.get("answered")
    return (answered == "yes" and seen.fate == "unanswered") or (answered == "no" and seen.fate in TALKED)


def _denied(seen: Evidence, name: str) -> bool:
    """Whether the item that records `name` was answered with a no: literally, or by the one answer that earns nothing."""
    item, value = seen.form.recording(name), seen.recorded.get(name)
    if item is None or value is None:
        return False
    worth_something = any(option.points for option in item.options)
    return value == "no" or (worth_something and item.points_for(value) == 0)


CONTRADICTIONS: Final[Mapping[str, Callable[[Evidence], bool]]] = {
    "agreed_without_promise": _agreed_without_promise,
    "promise_without_agreement": _promise_without_agreement,
    "helped_and_left": _helped_and_left,
    "unanswered_and_heard": _unanswered_and_heard,
    "answered_and_not": _answered_and_not,
}


def outside_window(seen: Evidence) -> Iterator[Facts]:
    """Called before or after the assignment's window, or on another day or hour than the wave calls."""
    if seen.listened:
        return
    window = seen.window
    if window.starts_at is not None and window.until is not None:
        if not window.starts_at - CLOCKS_APART <= seen.called_at <= window.until + CLOCKS_APART:
            yield {"of": "assignment", "from": window.starts_at.isoformat(), "until": window.until.isoformat()}
        return
    local = seen.called_at.astimezone(seen.zone)
    if window.weekdays and local.isoweekday() not in window.weekdays:
        yield {"of": "day", "weekday": local.isoweekday()}
    elif window.calls_from is not None and window.calls_until is not None and not _within_hours(local, window):
        hours = {"from": f"{window.calls_from:%H:%M}", "until": f"{window.calls_until:%H:%M}"}
        yield {"of": "hours", "at": f"{local:%H:%M}", **hours}


def _within_hours(local: dt.datetime, window: Window) -> bool:
    assert window.calls_from is not None
    assert window.calls_until is not None
    first = dt.datetime.combine(local.date(), window.calls_from, local.tzinfo) - CLOCKS_APART
    last = dt.datetime.combine(local.date(), window.calls_until, local.tzinfo) + CLOCKS_APART
    return first <= local <= last


def long_recall(seen: Evidence) -> Iterator[Facts]:
    """More than an hour between hanging up and the first answer."""
    if seen.recall_minutes is not None and seen.recall_minutes > LONGEST_RECALL:
        yield {"minutes": int(seen.recall_minutes)}


def unusual(seen: Evidence) -> Iterator[Facts]:
    """A score far from what this evaluator gives this department in this wave: modified z-score on the median."""
    if seen.score is None or len(seen.usual) < USUAL_CALLS:
        return
    middle = median(seen.usual)
    spread = max(median(abs(score - middle) for score in seen.usual), LEAST_SPREAD)
    z = 0.6745 * (seen.score - middle) / spread
    if abs(z) > UNUSUAL_Z:
        yield {"score": seen.score, "median": round(middle), "calls": len(seen.usual), "z": round(z, 1)}


def unfit(seen: Evidence) -> Iterator[Facts]:
    """A question that the evaluator says does not fit this call: the coordinator's to look at."""
    for code, answer in seen.answers.items():
        if isinstance(answer, Mapping) and answer.get("unfit"):
            yield {"item": code}


def recognised(seen: Evidence) -> Iterator[Facts]:
    """The evaluator was recognised as one: what was heard is not what callers hear."""
    if seen.recognised:
        yield {}


RULES: Final[Mapping[str, Callable[[Evidence], Iterable[Facts]]]] = {
    rule.__name__: rule
    for rule in (
        too_fast,
        alike,
        copied,
        contradiction,
        outside_window,
        long_recall,
        unusual,
        unfit,
        recognised,
    )
}


def flags_of(seen: Evidence) -> list[Facts]:
    """Every flag in the order of the rules: [{"rule": "too_fast", "seconds": 41, "items": 24}, ...]."""
    return [{"rule": name, **facts} for name, rule in RULES.items() for facts in rule(seen)]
