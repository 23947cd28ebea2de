"""An appeal as its readers see it: what the department objects to, what came of it, and who may still decide."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import access, callpage, presentation, workflow
from surveys.definition import Answers
from surveys.models import Appeal, User
from surveys.presentation import AnsweredRow


@dataclass(frozen=True, slots=True)
class Rescored:
    """One score before and after."""

    label: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """One question with what was answered before and after, in words; "" where it was not asked."""

    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AppealPage:
    """`rows` are the questions objected to, with the answers that were objected to; `who` is "" for those who may not know."""

    appeal: Appeal
    rows: tuple[AnsweredRow, ...]
    corrected: tuple["Corrected", ...]
    rescored: tuple[Rescored, ...]
    who: str
    decides: bool
    why_not: str
    withdraws: bool
    still_counts: bool


def appeal_page(user: User, appeal: Appeal) -> AppealPage:
    call, language = appeal.call, get_language() or ""
    checks = access.checks(user, call)
    form = call.version.definition
    changed = appeal.rescored.get("answers", {})
    old, new = (
        {row.code: row for row in presentation.answered_rows(form, answers, call.facts, language)}
        for answers in (_with(call.answers, changed, 0), _with(call.answers, changed, 1))
    )
    is_open = appeal.state == Appeal.State.OPEN
    why_not = _why_not(user, appeal) if is_open and checks else ""
    return AppealPage(
        appeal=appeal,
        rows=tuple(row for row in old.values() if row.code in appeal.items),
        corrected=tuple(_corrected(code, old.get(code), new.get(code)) for code in changed),
        rescored=tuple(_rescored(appeal)),
        who=str(appeal.raised_by) if checks or appeal.raised_by_id == user.pk else "",
        decides=is_open and checks and not why_not,
        why_not=why_not,
        withdraws=is_open and appeal.raised_by_id == user.pk,
        still_counts=call.state == "approved",
    )


def _with(answers: Answers, changed: Mapping[str, Any], side: int) -> dict[str, Any]:
    """The answers before (0) or after (1) the decision: others may have been corrected since."""
    pairs = {code: pair[side] for code, pair in changed.items()}
    return {code: answer for code, answer in {**answers, **pairs}.items() if answer is not None}


def _corrected(code: str, old: AnsweredRow | None, new: AnsweredRow | None) -> Corrected:
    shown = new or old
    return Corrected(shown.text if shown else code, old.answer if old else "", new.answer if new else "")


def _why_not(user: User, appeal: Appeal) -> str:
    if appeal.raised_by_id == user.pk:
        return _("Another person decides about your appeal.")
    if appeal.call.decided_by_id == user.pk and workflow.others_who_decide(appeal, user):
        return _("You approved this call yourself, so another person decides on the appeal.")
    return ""


def _rescored(appeal: Appeal) -> Iterable[Rescored]:
    labels = {"score": _("Score")} | {name: str(label) for name, label in callpage.LABELS.items()}
    for name, label in labels.items():
        if name in appeal.rescored:
            before, after = appeal.rescored[name]
            yield Rescored(label, before, after)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list; `days` is how long it has been open."""

    appeal: Appeal
    days: int
    who: str


def lines(user: User, appeals: Iterable[Appeal], *, at: dt.datetime) -> list[Line]:
    return [
        Line(each, (at - each.raised_at).days, str(each.raised_by) if access.checks(user, each.call) else "")
        for each in appeals
    ]
