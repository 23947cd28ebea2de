"""From the controls of a page to answers.

The names of an item's controls are its code (`greeting.own_name`) and, for what belongs to it, `<code>:comment`, `:quote`,
`:second`, `:na`, `:none`, `:unfit` with its `:reason`, and per line of phrases `:p<n>-code`, `-quote`, `-second` and (for another phrase) `-own`.
`fields.js` reads the same controls the same way.
"""

import datetime as dt
import json
import re
from typing import Any, Final

from django.http import QueryDict

from surveys.definition import Item

# An option's value never starts with a colon, so this one is free.
NA: Final = ":na"


def posted_answer(item: Item, posted: QueryDict) -> dict[str, Any] | None:
    """An item's controls as a raw answer; `None` when all are empty."""
    if posted.get(f"{item.code}:unfit", ""):
        # Whatever else stands there: without script a chosen option cannot be let go.
        reason = posted.get(f"{item.code}:reason", "").replace("\r\n", "\n").strip()
        return {"unfit": True, "comment": reason} if reason else {"unfit": True}
    answer: dict[str, Any] = {}
    value = _posted_value(item, posted)
    if value == NA or posted.get(f"{item.code}:na", ""):
        answer["na"] = True
        value = None if value == NA else value
    if value is not None:
        answer["value"] = value
    for name in ("comment", "quote"):
        if words := posted.get(f"{item.code}:{name}", "").replace("\r\n", "\n").strip():
            answer[name] = words
    second = seconds_of(posted.get(f"{item.code}:second", ""))
    if second is not None:
        answer["second"] = second
    return answer or None


def _posted_value(item: Item, posted: QueryDict) -> Any:
    if item.kind == "multiple":
        ticked = posted.getlist(item.code)
        return ticked or ([] if posted.get(f"{item.code}:none", "") else None)
    if item.kind == "phrase":
        return _posted_phrases(item, posted) or None
    return posted.get(item.code, "").replace("\r\n", "\n").strip() or None


_PHRASE_CONTROL: Final = re.compile(r":p([0-9]{1,3})-quote")


def _posted_phrases(item: Item, posted: QueryDict) -> list[dict[str, Any]]:
    found = (_PHRASE_CONTROL.fullmatch(name.removeprefix(item.code)) for name in posted if name.startswith(item.code))
    rows = []
    for number in sorted(int(match[1]) for match in found if match):
        name = f"{item.code}:p{number}"
        own = posted.get(f"{name}-own", "")
        code = posted.get(f"{name}-code", "")
        quote = posted.get(f"{name}-quote", "").replace("\r\n", "\n").strip()
        second = seconds_of(posted.get(f"{name}-second", ""))
        if code or (own and (quote or second is not None)):
            rows.append({"phrase": code, "quote": quote, "second": second})
    return rows


_CLOCK: Final = re.compile(r"(?:([0-9]{1,2})[:.,])?([0-9]{1,3})[:.,]([0-9]{2})")


def seconds_of(typed: str) -> int | str | None:
    """ "3:12" (or 3.12, as a keypad without colon has it) is 192, "192" too; "" is None; the rest is left to be refused."""
    typed = typed.strip()
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) <= 5:
        return int(typed)
    clock = _CLOCK.fullmatch(typed)
    if not clock or int(clock[3]) > 59:
        return typed
    return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])


def local_minutes(stored: str, zone: dt.tzinfo) -> str:
    """A stored moment on the clock of `zone`, as the browser's own control wants it."""
    try:
        when = dt.datetime.fromisoformat(stored)
    except ValueError:
        return stored
    local = when.astimezone(zone) if when.tzinfo else when
    return local.strftime("%Y-%m-%dT%H:%M")


def what_was_seen(posted: QueryDict, stored: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What the page said it showed. A page that does not say is treated as one that saw nothing."""
    revision = posted.get("revision", "")
    try:
        before = json.loads(posted.get("before", ""))
    except ValueError:
        before = None
    if not isinstance(before, dict) or not revision.isdigit() or len(revision) > 9:
        return 0, dict.fromkeys(stored)
    return int(revision), before
