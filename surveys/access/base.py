"""What the doors share: the roles by what they may do, and handing out one object or 404."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest

from surveys.models import Organisation, User
from surveys.querysets import READS_ALL, standing

if TYPE_CHECKING:
    from django.db.models import QuerySet

M = TypeVar("M", bound=Model)

ADMINISTRATORS = frozenset({"administrator"})
COORDINATORS = frozenset({"administrator", "coordinator"})
REVIEWERS = frozenset({"administrator", "coordinator", "reviewer"})
EVALUATORS = frozenset({"evaluator"})
HEARERS = REVIEWERS | EVALUATORS
MANAGERS = frozenset({"manager"})
FIGURE_READERS = READS_ALL | {"manager"}
EXPORTERS = frozenset({"administrator", "coordinator", "analyst"})


def signed_in(request: HttpRequest) -> User:
    """The user of a page that requires one (LoginRequiredMiddleware has seen to it)."""
    return cast("User", request.user)


def one_or_404(queryset: "QuerySet[M]", **key: Any) -> M:
    found = queryset.filter(**key).first()
    if found is None:
        raise Http404
    return found


def visible_organisations(user: User) -> "QuerySet[Organisation]":
    return Organisation.objects.for_user(user).order_by("name")


def own_organisations(user: User) -> list[Organisation]:
    """The same, without asking once more: they were read with the user's roles."""
    return sorted(standing(user).organisations.values(), key=lambda each: (each.name.casefold(), each.pk))


def organisation_or_404(user: User, slug: str, roles: frozenset[str] | None = None) -> Organisation:
    """The organisation, if the user belongs to it; 403 when `roles` are asked for and none is held."""
    mine: Iterable[Organisation] = standing(user).organisations.values()
    organisation = next((each for each in mine if each.slug == slug), None)
    if organisation is None:
        raise Http404
    if roles is not None and not standing(user).has(organisation.pk, *roles):
        raise PermissionDenied
    return organisation


def has_role(user: User, organisation: Organisation, roles: frozenset[str]) -> bool:
    return standing(user).has(organisation.pk, *roles)


def roles_in(user: User, organisation: Organisation) -> frozenset[str]:
    return frozenset(standing(user).roles.get(organisation.pk, ()))
