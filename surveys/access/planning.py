"""Doors to what is planned: papers on file, quotas, and who can be given calls."""

from typing import TYPE_CHECKING

from surveys.models import Assignment, Clearance, Membership, Organisation, Quota, Role, User, Wave

from .base import one_or_404

if TYPE_CHECKING:
    from django.db.models import QuerySet

PAPER_READERS = frozenset({"administrator", "coordinator", "works_council"})


def visible_papers(user: User, organisation: Organisation) -> "QuerySet[Clearance]":
    """All that was ever put on file, the latest first."""
    papers = Clearance.objects.for_user(user).filter(organisation=organisation)
    return papers.select_related("recorded_by")


def paper_or_404(user: User, organisation: Organisation, pk: int) -> Clearance:
    return one_or_404(visible_papers(user, organisation), pk=pk)


def visible_quotas(user: User, wave: Wave) -> "QuerySet[Quota]":
    return Quota.objects.for_user(user).filter(wave=wave)


def visible_assignments(user: User, wave: Wave) -> "QuerySet[Assignment]":
    return Assignment.objects.for_user(user).filter(wave=wave)


def waves_with_quota(user: User, wave: Wave) -> "QuerySet[Wave]":
    """Other waves of the organisation whose quota can be taken over, the latest first."""
    others = Wave.objects.for_user(user).filter(organisation=wave.organisation_id).exclude(pk=wave.pk)
    return others.filter(pk__in=Quota.objects.for_user(user).values("wave"))


def people_by_key(organisation: Organisation, keys: list[int]) -> dict[int, User]:
    """Whoever has or had work in the organisation, former members too; for those who plan."""
    return User.objects.in_bulk(keys)


def evaluators(organisation: Organisation) -> list[User]:
    """Whom calls can be handed to, by name; for those who plan."""
    roles = Membership.objects.active().filter(organisation=organisation, role=Role.EVALUATOR, user__is_active=True)
    return sorted(
        (role.user for role in roles.select_related("user")), key=lambda user: (str(user).casefold(), user.pk)
    )
