"""What is asked and where: organisations, departments, checklists, scenarios, waves. Read only."""

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import resolve
from drf_spectacular.utils import extend_schema
from rest_framework import generics

from surveys import access
from surveys.api import serializers
from surveys.api.base import ORGANISATION, Endpoint, Listing, chosen_organisation, person
from surveys.api.problems import Problem

if TYPE_CHECKING:
    from django.db.models import QuerySet


class OrganisationList(Listing):
    """The organisations you belong to, with your roles in each."""

    serializer_class = serializers.OrganisationOut
    parameters = Listing.parameters - {"organisation"}

    def get_queryset(self) -> "QuerySet[Any]":
        return access.visible_organisations(person(self.request))


@extend_schema(parameters=[ORGANISATION])
class DepartmentList(Listing):
    """Departments you may know of: evaluators see all of their organisation, managers their own with all below.

    `target` is a percentage with two decimals, as text.
    """

    serializer_class = serializers.DepartmentOut

    def get_queryset(self) -> "QuerySet[Any]":
        return access.visible_departments(person(self.request), chosen_organisation(self.request))


class DepartmentPage(Endpoint, generics.RetrieveAPIView[Any]):
    """One department. 404 for a department you may not know of."""

    serializer_class = serializers.DepartmentOut

    def get_queryset(self) -> "QuerySet[Any]":
        return access.visible_departments(person(self.request))


@extend_schema(parameters=[ORGANISATION])
class ChecklistList(Listing):
    """Checklists with their versions; unpublished versions only for those who make them."""

    serializer_class = serializers.ChecklistOut

    def get_queryset(self) -> "QuerySet[Any]":
        user = person(self.request)
        versions = access.visible_versions(user).defer("document")
        checklists = access.visible_checklists(user, chosen_organisation(self.request))
        return checklists.prefetch_related(Prefetch("versions", versions, to_attr="seen_versions"))


class ChecklistPage(Endpoint, generics.RetrieveAPIView[Any]):
    """One checklist with the document of every version you may see: its sections, items, options and conditions."""

    serializer_class = serializers.ChecklistDetail

    def get_queryset(self) -> "QuerySet[Any]":
        user = person(self.request)
        versions = Prefetch("versions", access.visible_versions(user), to_attr="seen_versions")
        return access.visible_checklists(user).prefetch_related(versions)


@extend_schema(parameters=[ORGANISATION])
class ScenarioList(Listing):
    """The evaluators' briefs. A new call names one by its `id`."""

    serializer_class = serializers.ScenarioOut

    def get_queryset(self) -> "QuerySet[Any]":
        return access.visible_scenarios(person(self.request), chosen_organisation(self.request))


@extend_schema(parameters=[ORGANISATION])
class WaveList(Listing):
    """Rounds of fieldwork. A new call names an open one by its `id`."""

    serializer_class = serializers.WaveOut

    def get_queryset(self) -> "QuerySet[Any]":
        return access.visible_waves(person(self.request), chosen_organisation(self.request))


@extend_schema(exclude=True)
class Nothing(Endpoint):
    """Whatever else is asked below /api/v1/ is answered as a problem, never as a page.

    An address that lacks nothing but its last slash is sent there with its method and body.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.path.endswith("/") and resolve(f"{request.path_info}/").url_name != "nothing":
            return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True), preserve_request=True)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super(Endpoint, self).initial(request, *args, **kwargs)
        raise Problem("not-found", 404)
