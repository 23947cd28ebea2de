"""One answer as it is stored, and what stops a call's answers from being submitted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from .problems import AnswerError, Problem, shown, unstorable
from .shape import (
    DIGITS,
    LOW_POINTS,
    MAX_NUMBER,
    MAX_PHRASES,
    MAX_REASON,
    MAX_SECOND,
    Answers,
    Definition,
    Facts,
    Item,
    exact,
)
from .showing import visible

_YEARS: Final = range(1900, 2201)
_PHRASE_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,99}")
_DATETIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def clean_answer(item: Item, raw: object) -> dict[str, Any] | None:
    """One answer as it is stored.

    Texts lose white space at both ends and get single newlines, numbers their shortest exact form, ticked options the
    checklist's order; nothing else that was typed is changed or dropped.

    Args:
        item: the item answered.
        raw: the answer as it came in: a mapping, or `None`.

    Returns:
        The answer, or `None` when it is blank. A comment, quote or moment without an answer is kept:
        `{"comment": ".."}`. That an item does not fit the call is `{"unfit": True, "comment": ".."}`; its reason is asked
        for when the call is handed in.

    Raises:
        AnswerError: the answer cannot be stored; its problem says why.
    """
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise _wrong(item, "answer_not_object")
    _refuse_unknown(item, raw, ("value", "na", "unfit", "comment", "quote", "second"))
    if raw.get("unfit") is not None and raw["unfit"] is not False:
        return _clean_unfit(item, raw)
    answer: dict[str, Any] = {}
    value = _clean_value(item, raw.get("value"))
    if _clean_na(item, raw.get("na"), answered=value is not None):
        answer["na"] = True
    elif value is not None:
        answer["value"] = value
    for key in ("comment", "quote"):
        if words := _clean_text(item, raw.get(key)):
            answer[key] = words
    second = _clean_second(item, raw.get("second"))
    if second is not None:
        answer["second"] = second
    return answer or None


def _wrong(item: Item, code: str, **params: object) -> AnswerError:
    return AnswerError(Problem(item.code, code, params))


def _refuse_unknown(item: Item, raw: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in raw:
        if key not in known:
            raise _wrong(item, "answer_key_unknown", key=shown(key))


def _clean_na(item: Item, na: object, *, answered: bool) -> bool:
    if na is None or na is False:
        return False
    if na is not True:
        raise _wrong(item, "na_type")
    if answered:
        raise _wrong(item, "na_with_value")
    if not item.na_allowed:
        raise _wrong(item, "na_not_allowed")
    return True


def _clean_unfit(item: Item, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The mark that an item does not fit this call: with its reason, without anything else."""
    if raw["unfit"] is not True:
        raise _wrong(item, "unfit_type")
    if _clean_value(item, raw.get("value")) is not None or raw.get("na"):
        raise _wrong(item, "unfit_with_value")
    reason = _clean_text(item, raw.get("comment"))
    if len(reason) > MAX_REASON:
        raise _wrong(item, "unfit_reason_long", limit=MAX_REASON)
    return {"unfit": True, "comment": reason} if reason else {"unfit": True}


def _clean_value(item: Item, value: object) -> object:
    """The value as stored, or `None` when blank."""
    return None if value is None or value == "" else _CLEANERS[item.kind](item, value)


def _clean_option(item: Item, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(item, "answer_type")
    try:
        return item.option(value).value
    except ValueError:
        raise _wrong(item, "option_unknown", value=shown(value)) from None


def _clean_options(item: Item, value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise _wrong(item, "answer_type")
    ticked = {_clean_option(item, each) for each in value}
    return [option.value for option in item.options if option.value in ticked]


def _clean_number(item: Item, value: object) -> int | str | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
    try:
        number = exact(value)
    except ValueError:
        raise _wrong(item, "number_invalid") from None
    if item.minimum is not None and number < item.minimum:
        raise _wrong(item, "number_low", minimum=item.minimum)
    if item.maximum is not None and number > item.maximum:
        raise _wrong(item, "number_high", maximum=item.maximum)
    if abs(number) > MAX_NUMBER:
        raise _wrong(item, "number_too_large", limit=MAX_NUMBER)
    if number.denominator == 1:
        return number.numerator
    sign = "-" if number < 0 else ""
    whole, part = divmod(int(abs(number) * 10**6), 10**6)
    return f"{sign}{whole}.{part:06d}".rstrip("0")


def _clean_words(item: Item, value: object) -> str | None:
    return _clean_text(item, value) or None


def _clean_text(item: Item, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(item, "answer_type")
    words = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if problem := unstorable(item.code, words):
        raise AnswerError(problem)
    return words


def _clean_datetime(item: Item, value: object) -> str | None:
    if not isinstance(value, str):
        raise _wrong(item, "answer_type")
    value = value.strip()
    if not value:
        return None
    if not _DATETIME.fullmatch(value):
        raise _wrong(item, "datetime_invalid")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _wrong(item, "datetime_invalid") from None
    if moment.year not in _YEARS:
        raise _wrong(item, "datetime_invalid")
    return value


def _clean_second(item: Item, value: object) -> int | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not DIGITS.fullmatch(value):
            raise _wrong(item, "second_invalid", limit=MAX_SECOND)
        value = int(value)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MAX_SECOND:
        raise _wrong(item, "second_invalid", limit=MAX_SECOND)
    return value


def _clean_phrases(item: Item, value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list | tuple):
        raise _wrong(item, "answer_type")
    if len(value) > MAX_PHRASES:
        raise _wrong(item, "phrases_too_many", limit=MAX_PHRASES)
    phrases: list[dict[str, Any]] = []
    for row in value:
        if not isinstance(row, Mapping):
            raise _wrong(item, "answer_type")
        _refuse_unknown(item, row, ("phrase", "quote", "second"))
        code = row.get("phrase") or ""
        if not isinstance(code, str) or (code and not _PHRASE_CODE.fullmatch(code)):
            raise _wrong(item, "phrase_code")
        quote = _clean_text(item, row.get("quote"))
        second = _clean_second(item, row.get("second"))
        if code or quote:
            phrases.append({"phrase": code, "quote": quote, "second": second})
        elif second is not None:
            raise _wrong(item, "phrase_empty")
    return phrases or None


_CLEANERS: Final[Mapping[str, Callable[[Item, object], object]]] = {
    "yes_no": _clean_option,
    "single": _clean_option,
    "scale": _clean_option,
    "multiple": _clean_options,
    "number": _clean_number,
    "text": _clean_words,
    "datetime": _clean_datetime,
    "phrase": _clean_phrases,
}


# A call's answers ----------------------------------------------------------------------------------------------------


def check_answers(definition: Definition, answers: Answers, facts: Facts) -> tuple[Problem, ...]:
    """What stops these answers from being submitted, in the checklist's order; empty when nothing does.

    A required shown item left blank, an answer that cannot be stored, a missing remark, an item the checklist does not
    have. Answers of hidden items are no problem: `relevant` leaves them out. A remark is asked of a given answer, never
    of a blank one or of "not applicable". An item marked as not fitting the call is no blank one; it needs its reason.
    """
    problems: list[Problem] = []
    for code in visible(definition, answers, facts):
        item = definition.item(code)
        try:
            answer = clean_answer(item, answers.get(code))
        except AnswerError as error:
            problems.append(error.problem)
            continue
        if answer is not None and "unfit" in answer:
            if not answer.get("comment"):
                problems.append(Problem(code, "unfit_reason_required"))
        elif answer is None or not ("value" in answer or "na" in answer):
            if item.required:
                problems.append(Problem(code, "answer_required_or_na" if item.na_allowed else "answer_required"))
        elif "value" in answer and (missing := missing_remark(item, answer)):
            problems.append(Problem(code, missing))
    problems.extend(Problem(str(code), "item_unknown") for code in answers if code not in definition)
    return tuple(problems)


def missing_remark(item: Item, answer: Mapping[str, Any]) -> str | None:
    """The problem code of the remark this stored answer still needs, or `None`."""
    remark = item.remark
    if remark is None or not _remark_due(item, remark.when, answer["value"]):
        return None
    wanted = ("comment", "quote") if remark.kind == "either" else (remark.kind,)
    if any(answer.get(key) for key in wanted):
        return None
    return "remark_required" if remark.kind == "either" else f"{remark.kind}_required"


def _remark_due(item: Item, when: str, value: object) -> bool:
    if when == "always" or item.fails_for(value) is not None:
        return True
    points = item.points_for(value)
    return when == "low" and points is not None and points < LOW_POINTS
