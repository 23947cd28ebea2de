"""A device hands in a call that it filled in, perhaps hours ago and perhaps for the second time."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction

from surveys import definition
from surveys.definition import Answers, Problem
from surveys.models import Call, User

from .copies import keep_copy, with_changes
from .drafting import save_answers
from .marking import clean_changes
from .outcomes import Incomplete, NotNow, Saved
from .shared import facts_as_given, locked
from .submitting import submit


@dataclass(frozen=True, slots=True)
class HandedIn:
    """How it ended.

    `created`, `repeated` (this very content was there) and `conflict` (kept beside the stored call): the device may forget
    its copy. `incomplete`, `clash` and `moved`: what could be saved is saved in the draft, and the evaluator has to look.
    """

    call: Call
    status: str
    saved: Saved
    problems: dict[str, Problem] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        return self.status in {"created", "repeated", "conflict"}


@transaction.atomic
def hand_in(*, call: Call, by: User, changes: Answers, base_revision: int, revision: int, at: dt.datetime) -> HandedIn:
    """Saves the changes and submits the call; sent again, the outcome is the same.

    `revision` is the last one that the device has seen. Raises `NotNow` for a call that was thrown away or voided.
    """
    call = locked(call, by)
    if not call.is_editable:
        return _late(call, by=by, changes=changes, at=at)
    if call.state == Call.State.RETURNED and revision != call.revision and _says_as_before(call, changes):
        # A late repeat of what was sent before the return does not undo the return.
        return HandedIn(call, "repeated", Saved(call.revision, {}, {}))
    saved = save_answers(call=call, by=by, changes=changes, base_revision=base_revision, at=at)
    unseen = {code for code, touched in call.answer_revisions.items() if touched > revision} - set(changes)
    if saved.refused or saved.conflicts or unseen:
        status = "incomplete" if saved.refused else "clash" if saved.conflicts else "moved"
        return HandedIn(call, status, saved, dict(saved.refused))
    try:
        received = submit(call=call, by=by, at=at)
    except Incomplete as error:
        return HandedIn(call, "incomplete", saved, {problem.path: problem for problem in error.problems})
    return HandedIn(received.call, received.status, saved)


def _late(call: Call, *, by: User, changes: Answers, at: dt.datetime) -> HandedIn:
    """The call is in already: by this device, whose confirmation got lost, or by another one."""
    if call.state == Call.State.VOIDED:
        raise NotNow
    cleaned, _refused = clean_changes(call.version.definition, changes)
    answers = with_changes(call, cleaned)
    same = answers == call.answers
    if not same:
        keep_copy(call, answers=answers, facts=facts_as_given(call), by=by, at=at)
    return HandedIn(call, "repeated" if same else "conflict", Saved(call.revision, {}, {}))


def _says_as_before(call: Call, changes: Answers) -> bool:
    cleaned, _refused = clean_changes(call.version.definition, changes)
    return definition.content_hash(with_changes(call, cleaned)) == call.content_hash
