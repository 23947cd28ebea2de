"""Doors to what is planned: papers on file, quotas, and who can be given calls."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from surveys.models import Assignment, Clearance, Membership, Organisation, Quota, Role, User, Wave
from surveys.querysets import standing

from .base import COORDINATORS, one_or_404

if TYPE_CHECKING:
    from django.db.models import QuerySet

PAPER_READERS = frozenset({"administrator", "coordinator", "works_council"})


def visible_papers(user: User, organisation: Organisation) -> "QuerySet[Clearance]":
    """All that was ever put on file, the latest first."""
    papers = Clearance.objects.for_user(user).filter(organisation=organisation)
    return papers.select_related("recorded_by")


def paper_or_404(user: User, organisation: Organisation, pk: int) -> Clearance:
    return one_or_404(visible_papers(user, organisation), pk=pk)


def planned_wave_or_404(user: User, pk: int) -> Wave:
    """A wave of any organisation of theirs, for those who plan it; 403 for other members."""
    wave: Wave = one_or_404(Wave.objects.for_user(user).select_related("organisation"), pk=pk)
    if not standing(user).has(wave.organisation_id, *COORDINATORS):
        raise PermissionDenied
    return wave


def visible_quotas(user: User, wave: Wave) -> "QuerySet[Quota]":
    return Quota.objects.for_user(user).filter(wave=wave)


def visible_assignments(user: User, wave: Wave) -> "QuerySet[Assignment]":
    return Assignment.objects.for_user(user).filter(wave=wave)


def waves_with_quota(user: User, wave: Wave) -> "QuerySet[Wave]":
    """Other waves of the organisation whose quota can be taken over, the latest first."""
    others = Wave.objects.for_user(user).filter(organisation=wave.organisation_id).exclude(pk=wave.pk)
    return others.filter(pk__in=Quota.objects.for_user(user).values("wave"))


def waves_with_any_quota(user: User, organisation: Organisation) -> "QuerySet[Wave]":
    """Waves whose quota this person may read, the latest first."""
    waves = Wave.objects.for_user(user).filter(organisation=organisation).select_related("organisation")
    return waves.filter(pk__in=Quota.objects.for_user(user).values("wave"))


def people_by_key(organisation: Organisation, keys: list[int]) -> dict[int, User]:
    """Whoever has or had work in the organisation, former members too; for those who plan."""
    return User.objects.in_bulk(keys)


def evaluators(organisation: Organisation) -> list[User]:
    """Whom calls can be handed to, by name; for those who plan."""
    roles = Membership.objects.active().filter(organisation=organisation, role=Role.EVALUATOR, user__is_active=True)
    return sorted(
        (role.user for role in roles.select_related("user")), key=lambda user: (str(user).casefold(), user.pk)
    )
