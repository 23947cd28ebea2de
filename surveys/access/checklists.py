"""Doors to checklists that are being built."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from surveys.models import Checklist, ChecklistVersion, Organisation, User

from .base import one_or_404
from .people import version_or_404, visible_checklists, visible_versions

if TYPE_CHECKING:
    from django.db.models import QuerySet


def checklist_or_404(user: User, organisation: Organisation, pk: int) -> Checklist:
    return one_or_404(visible_checklists(user, organisation), pk=pk)


def draft_or_404(user: User, organisation: Organisation, pk: int) -> ChecklistVersion:
    """A version to build on; 403 once it is published."""
    version = version_or_404(user, organisation, pk)
    if version.state != ChecklistVersion.State.DRAFT:
        raise PermissionDenied(_("A published version never changes. Make a new draft of it."))
    return version


def versions_of(user: User, checklist: Checklist) -> "QuerySet[ChecklistVersion]":
    """The checklist's versions, newest first."""
    return visible_versions(user).filter(checklist=checklist).order_by("-number")
