"""Everything the page of one call shows, gathered once for one reader: what they may not know is not in it at all."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import access, presentation, story, workflow
from surveys.flag_words import Flag, told
from surveys.forms.review import seen_mark
from surveys.models import Acknowledgement, Appeal, Call, Callback, User
from surveys.presentation import AnsweredRow, AnsweredSection, HeardPhrase
from surveys.story import Step

LABELS: Final = {
    "content": gettext_lazy("What was said"),
    "experience": gettext_lazy("How it was said"),
    "critical": gettext_lazy("Critical questions"),
    "greeting": gettext_lazy("Greeting"),
    "phrasing": gettext_lazy("Phrasing"),
    "callback": gettext_lazy("Callback"),
    "listening": gettext_lazy("Listening"),
    "tone": gettext_lazy("Tone"),
    "other": gettext_lazy("Other"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One score on the common axis 0-100; `x` and `target_x` are places on it such as "82.50%", or "" without one."""

    name: str
    label: str
    score: int
    target: int | None

    @property
    def x(self) -> str:
        return _place(self.score)

    @property
    def target_x(self) -> str:
        return "" if self.target is None else _place(self.target)


@dataclass(frozen=True, slots=True)
class CallPage:
    call: Call
    sections: tuple[AnsweredSection, ...]
    phrases: tuple[HeardPhrase, ...]
    aspects: tuple[Measure, ...]
    dimensions: tuple[Measure, ...]
    timeline: tuple[Step, ...]
    history: tuple[Step, ...]
    promise: story.Verdict | None
    records: Callback | None
    names: bool
    is_own: bool
    decides: bool
    checks: bool
    is_disputed: bool
    flags: tuple[Flag, ...]
    appeals: tuple[Appeal, ...]
    # The last day on which this reader may appeal; None when they may not (any more).
    appeal_until: dt.date | None
    manages: bool
    readings: tuple[Acknowledgement, ...]
    own_reading: Acknowledgement | None
    notes: dict[str, str]

    @property
    def talk(self) -> str:
        return presentation.moment(self.call.talk_seconds)

    @property
    def recall(self) -> int:
        """Whole minutes from hanging up to the first answer."""
        return int(self.call.recall_minutes or 0)

    @property
    def rows(self) -> tuple[AnsweredRow, ...]:
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def is_scored(self) -> bool:
        return self.call.state != Call.State.DRAFT

    @property
    def failing(self) -> tuple[AnsweredRow, ...]:
        return tuple(row for row in self.rows if row.fails)

    @property
    def call_failed(self) -> AnsweredRow | None:
        """The first answer that failed the whole call."""
        return next((row for row in self.failing if row.fails == "call"), None)

    @property
    def costliest(self) -> AnsweredRow | None:
        row = max(self.rows, key=lambda row: row.lost, default=None)
        return row if row is not None and row.lost else None

    @property
    def na_rule(self) -> str:
        """What the version does with "not applicable", in words; "" when nothing was answered so."""
        if not any(row.state == "na" and row.scored for row in self.rows):
            return ""
        return {
            "redistribute": _("An answer “not applicable” gives its weight to all other questions."),
            "keep_section_weight": _(
                "An answer “not applicable” gives its weight to the other questions of its section."
            ),
            "as_pass": _("An answer “not applicable” counts in full."),
            "as_zero": _("An answer “not applicable” counts as zero."),
        }.get(self.call.version.definition.na_policy, "")

    @property
    def pass_mark(self) -> int | None:
        return self.call.version.definition.pass_mark

    @property
    def seen(self) -> str:
        return seen_mark(self.call)

    @property
    def may_approve(self) -> bool:
        return self.decides and self.call.state == Call.State.SUBMITTED

    @property
    def under_appeal(self) -> bool:
        """Whether the outcome of an appeal decides about the call first."""
        return any(appeal.state == Appeal.State.OPEN for appeal in self.appeals)

    @property
    def may_return(self) -> bool:
        return self.decides and not self.under_appeal and self.call.state in {Call.State.SUBMITTED, Call.State.APPROVED}

    @property
    def may_void(self) -> bool:
        states = {Call.State.SUBMITTED, Call.State.APPROVED, Call.State.RETURNED}
        return self.decides and not self.under_appeal and self.call.state in states


def call_page(user: User, call: Call, language: str, *, at: dt.datetime) -> CallPage:
    form = call.version.definition
    phrases = access.visible_phrases(user, call.organisation)
    sections = presentation.answered_sections(form, call.answers, call.facts, language, phrases)
    callback = access.callback_of(user, call)
    events = list(callback.events.all()) if callback is not None else []
    names, checks = access.may_see_evaluator(user, call), access.checks(user, call)
    return CallPage(
        call=call,
        sections=sections,
        phrases=tuple(presentation.heard_phrases(row for section in sections for row in section.rows)),
        aspects=_measures(call, "content", "experience", "critical"),
        dimensions=_measures(call, *form.dimensions),
        timeline=story.timeline(call, callback, events),
        history=story.history(
            call,
            access.history(user, call),
            names=names,
            checks=checks,
            appeals=access.may_read_appeals(user, call),
            language=language,
        ),
        promise=story.promise(callback, call.organisation.callback_window_hours, at=at),
        records=callback if callback and access.may_record_callback(user, callback) else None,
        names=names,
        is_own=call.evaluator_id == user.pk,
        decides=access.may_decide(user, call),
        checks=access.has_role(user, call.organisation, access.REVIEWERS),
        is_disputed=names and call.conflicts.filter(resolved_at=None).exists(),
        flags=told(call, language) if checks else (),
        notes=call.return_notes if names and call.state == Call.State.RETURNED else {},
        **_said_by_department(user, call, checks=checks, at=at),
    )


def _said_by_department(user: User, call: Call, *, checks: bool, at: dt.datetime) -> dict[str, Any]:
    """Appeals and readings: for the department's managers and those who check; nothing of it for others."""
    manages = access.manages(user, call)
    if call.state not in {Call.State.APPROVED, Call.State.VOIDED} or not (manages or checks):
        return {"appeals": (), "appeal_until": None, "manages": manages, "readings": (), "own_reading": None}
    may_appeal = manages and call.evaluator_id != user.pk and workflow.why_no_appeal(call, at=at) is None
    readings = tuple(access.readings_of(user, call))
    return {
        "appeals": tuple(access.appeals_of(user, call)),
        "appeal_until": workflow.last_day_to_appeal(call) if may_appeal else None,
        "manages": manages,
        "readings": readings,
        "own_reading": next((each for each in readings if each.by_id == user.pk), None),
    }


def _measures(call: Call, *names: str) -> tuple[Measure, ...]:
    scores = {name: call.measure(name) for name in names}
    return tuple(
        Measure(name, str(LABELS[name]), score, call.department.target_for(name))
        for name, score in scores.items()
        if score is not None
    )


def _place(score: int) -> str:
    return f"{score / 100:.2f}%"
