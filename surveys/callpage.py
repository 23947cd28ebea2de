"""Everything the page of one call shows, gathered once for one reader: what they may not know is not in it at all."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import access, presentation, story
from surveys.forms.review import seen_mark
from surveys.models import Call, Callback, User
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
    names: bool
    is_own: bool
    decides: bool
    checks: bool
    is_disputed: bool

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
    def may_return(self) -> bool:
        return self.decides and self.call.state in {Call.State.SUBMITTED, Call.State.APPROVED}

    @property
    def may_void(self) -> bool:
        return self.decides and self.call.state in {Call.State.SUBMITTED, Call.State.APPROVED, Call.State.RETURNED}


def call_page(user: User, call: Call, language: str) -> CallPage:
    form = call.version.definition
    phrases = access.visible_phrases(user, call.organisation)
    sections = presentation.answered_sections(form, call.answers, call.facts, language, phrases)
    callback: Callback | None = getattr(call, "callback", None)
    events = list(callback.events.all()) if callback is not None else []
    names = access.may_see_evaluator(user, call)
    return CallPage(
        call=call,
        sections=sections,
        phrases=tuple(presentation.heard_phrases(row for section in sections for row in section.rows)),
        aspects=_measures(call, "content", "experience", "critical"),
        dimensions=_measures(call, *form.dimensions),
        timeline=story.timeline(call, callback, events),
        history=story.history(call, access.history(user, call), names=names),
        promise=story.promise(callback, events, call.organisation.callback_window_hours),
        names=names,
        is_own=call.evaluator_id == user.pk,
        decides=access.may_decide(user, call),
        checks=access.has_role(user, call.organisation, access.REVIEWERS),
        is_disputed=names and call.conflicts.filter(resolved_at=None).exists(),
    )


def _measures(call: Call, *names: str) -> tuple[Measure, ...]:
    scores = {name: call.measure(name) for name in names}
    return tuple(
        Measure(name, str(LABELS[name]), score, call.department.target_for(name))
        for name, score in scores.items()
        if score is not None
    )


def _place(score: int) -> str:
    return f"{score / 100:.2f}%"
