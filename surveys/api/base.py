"""What the API's views share: who asks, about which organisation, and no parameter that nobody knows."""

from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from surveys import access
from surveys.api.pagination import KeysetPagination
from surveys.api.problems import Problem, error

if TYPE_CHECKING:
    from surveys.models import Organisation, User

ORGANISATION = OpenApiParameter("organisation", str, description="Only this organisation; its short name.")
PAGING = frozenset({"cursor", "page_size", "order"})


def person(request: Request) -> "User":
    return cast("User", request.user)


def organisation_of(user: "User", slug: str | None) -> "Organisation":
    """The organisation named, or the only one the user belongs to; 404 for any other, 400 when it must be named."""
    mine = {organisation.slug: organisation for organisation in access.visible_organisations(user)}
    if slug is None and len(mine) > 1:
        words = _("Name one of your organisations: %(choices)s.") % {"choices": ", ".join(mine)}
        raise serializers.ValidationError({"organisation": words}, code="required")
    found = next(iter(mine.values()), None) if slug is None else mine.get(slug)
    if found is None:
        words = _("You belong to no such organisation.")
        raise Problem("not-found", 404, words, errors=[error("organisation", "unknown", words)])
    return found


def chosen_organisation(request: Request) -> "Organisation | None":
    """The organisation that a list is narrowed to, if one is named."""
    slug = request.query_params.get("organisation")
    return None if slug is None else organisation_of(person(request), slug)


def read(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body as the shape describes it; raises a problem that names every field that does not fit."""
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return cast("dict[str, Any]", sent.validated_data)


class Endpoint(APIView):
    """Refuses query parameters that it does not know: a misspelt filter must not be answered with everything."""

    parameters: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - self.known_parameters())
        if unknown:
            raise serializers.ValidationError(
                {name: _("There is no such parameter here.") for name in unknown}, "unknown"
            )

    def known_parameters(self) -> frozenset[str]:
        return self.parameters


class Listing(Endpoint, generics.ListAPIView[Any]):
    """Rows of what the reader may see, in pages."""

    pagination_class = KeysetPagination
    filter_backends: Any = ()
    parameters = PAGING | {"organisation"}
