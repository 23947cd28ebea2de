"""Building checklists: begin one, draft a version, change the draft, take a change back, publish. One function a step.

A draft's document is its own revision: `token` names what a page showed, and a step that was meant for something else is
refused. Every change is in the audit log with the pieces it touched, before and after; that is what "undo" puts back.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from surveys import definition
from surveys.definition import editing
from surveys.definition.editing import Document
from surveys.models import AuditEntry, Checklist, ChecklistVersion, Organisation, User
from surveys.refused import Refused
from surveys.trail import record

CHANGED: Final = "checklist draft changed"
UNDONE: Final = "checklist draft change undone"
FURTHEST_BACK: Final = 200

Change = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class Published:
    """Codes that earlier published versions gave a meaning: items, sections, and the answers of items."""

    items: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    answers: frozenset[tuple[str, str]] = frozenset()


def document_of(version: ChecklistVersion) -> Document:
    """The version's document with every key written out."""
    return editing.complete(version.document)


def token(part: object) -> str:
    """Names a document or a piece of it as it was shown."""
    return definition.content_hash({"": part})[:16]


def published_codes(checklist: Checklist) -> Published:
    documents = [
        editing.complete(document)
        for document in ChecklistVersion.objects.published()
        .filter(checklist=checklist)
        .values_list("document", flat=True)
    ]
    items = [item for document in documents for item in editing.items_of(document)]
    return Published(
        frozenset(item["code"] for item in items),
        frozenset(code for document in documents for code in editing.section_codes(document)),
        frozenset((item["code"], option["value"]) for item in items for option in item.get("options", ())),
    )


# --- beginning --------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_checklist(
    *, organisation: Organisation, name: str, document: Document, by: User, at: dt.datetime
) -> ChecklistVersion:
    """A new checklist with this document as its first draft; its code is made of its name."""
    taken = {
        code.lower() for code in Checklist.objects.filter(organisation=organisation).values_list("code", flat=True)
    }
    code = editing.fresh(slugify(name)[:50] or "checklist", taken)
    try:
        with transaction.atomic():
            checklist = Checklist.objects.create(organisation=organisation, code=code, name=name)
    except IntegrityError:
        raise Refused(_("Another checklist was begun under this name just now. Try again."), field="name") from None
    record(checklist, action="checklist made", by=by, at=at, changes={"name": [None, name]})
    return add_draft(checklist=checklist, document=document, by=by, at=at)


@transaction.atomic
def add_draft(*, checklist: Checklist, document: Mapping[str, Any], by: User, at: dt.datetime) -> ChecklistVersion:
    """The next version of a checklist, as a draft with this document."""
    Checklist.objects.select_for_update().get(pk=checklist.pk)
    last = ChecklistVersion.objects.filter(checklist=checklist).aggregate(last=Max("number"))["last"]
    version = ChecklistVersion.objects.create(
        checklist=checklist, number=(last or 0) + 1, document=editing.complete(document), created_at=at
    )
    record(version, action="checklist draft made", by=by, at=at, changes={"number": [None, version.number]})
    return version


@transaction.atomic
def discard_draft(*, version: ChecklistVersion, by: User, at: dt.datetime) -> None:
    """Throws a draft away; a checklist that never had another version goes with it."""
    current = _locked(version)
    kept = {"number": [current.number, None], "document": [current.document, None]}
    record(version, action="checklist draft discarded", by=by, at=at, changes=kept)
    try:
        current.delete()
    except ProtectedError:
        raise Refused(_("Something else uses this draft, so it stays.")) from None
    if not ChecklistVersion.objects.filter(checklist=version.checklist_id).exists():
        version.checklist.delete()


# --- changing a draft -------------------------------------------------------------------------------------------------


@transaction.atomic
def change_draft(
    *, version: ChecklistVersion, change: Change, by: User, at: dt.datetime, seen: str, about: str = ""
) -> Document:
    """Changes a draft and returns its document as it is now.

    Args:
        version: the draft.
        change: one step of `definition.editing`.
        by: who changes it.
        at: when.
        seen: `token` of what the page showed: of the piece named by `about`, else of the whole document.
        about: a piece such as "item greeting.name"; others may have been changed meanwhile.

    Raises:
        Refused: the draft was changed meanwhile, or published or thrown away.
    """
    current = _locked(version)
    before = document_of(current)
    shown = editing.pieces(before).get(about) if about else before
    if token(shown) != seen:
        raise Refused(_("Somebody else changed this meanwhile, so nothing was saved."))
    try:
        after = change(before)
    except KeyError:
        raise Refused(_("What this was about is not there any more. Nothing was changed.")) from None
    _write(current, before, after, action=CHANGED, by=by, at=at)
    return after


@transaction.atomic
def undo(*, version: ChecklistVersion, by: User, at: dt.datetime) -> None:
    """Takes back the last change of the draft that was not taken back yet."""
    current = _locked(version)
    last = last_change(current)
    if last is None:
        raise Refused(_("There is nothing to take back."))
    before = document_of(current)
    try:
        after = editing.taken_back(before, last.changes)
    except KeyError:
        raise Refused(_("This can no longer be taken back: it was changed again since.")) from None
    _write(current, before, after, action=UNDONE, by=by, at=at)


def last_change(version: ChecklistVersion) -> AuditEntry | None:
    """The change that "undo" would take back."""
    steps = AuditEntry.objects.of(version).filter(action__in=[CHANGED, UNDONE]).order_by("-pk")[:FURTHEST_BACK]
    undone = 0
    for step in steps:
        if step.action == UNDONE:
            undone += 1
        elif undone:
            undone -= 1
        else:
            found: AuditEntry = step
            return found
    return None


def _locked(version: ChecklistVersion) -> ChecklistVersion:
    current = (
        ChecklistVersion.objects.select_for_update(of=("self",))
        .select_related("checklist")
        .filter(pk=version.pk, state=ChecklistVersion.State.DRAFT)
        .first()
    )
    if current is None:
        raise Refused(_("This draft was published or thrown away meanwhile. Nothing was changed."))
    found: ChecklistVersion = current
    return found


def _write(
    current: ChecklistVersion, before: Document, after: Document, *, action: str, by: User, at: dt.datetime
) -> None:
    changes = editing.patch(before, after)
    if not changes:
        return
    ChecklistVersion.objects.filter(pk=current.pk).update(document=after)
    record(current, action=action, by=by, at=at, changes=changes)


# --- publishing -------------------------------------------------------------------------------------------------------


@transaction.atomic
def publish(*, version: ChecklistVersion, seen: str, by: User, at: dt.datetime) -> None:
    """Publishes the draft as it was shown; from then on it never changes."""
    current = _locked(version)
    document = document_of(current)
    if token(document) != seen:
        raise Refused(_("Somebody else changed this draft meanwhile. Look again before you publish it."))
    if any(finding.blocks for finding in definition.check(document)):
        raise Refused(_("Some things must be corrected before this version can be published."))
    ChecklistVersion.objects.filter(pk=current.pk).update(
        state=ChecklistVersion.State.PUBLISHED, published_at=at, published_by=by, document=document
    )
    record(current, action="published", by=by, at=at, changes={"state": ["draft", "published"]})


def previous_of(version: ChecklistVersion) -> ChecklistVersion | None:
    """The newest published version of the checklist before this one."""
    found: ChecklistVersion | None = (
        ChecklistVersion.objects.published()
        .select_related("checklist")
        .filter(checklist=version.checklist_id, number__lt=version.number)
        .order_by("-number")
        .first()
    )
    return found
