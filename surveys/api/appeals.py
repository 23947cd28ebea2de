"""Appeals against approved calls: list and read them, and raise one. They are decided on their own page."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from surveys import access, workflow
from surveys.api.base import ORGANISATION, Endpoint, Listing, chosen_organisation, person, read
from surveys.api.fields import PointsField, Shape, choice, points
from surveys.api.serializers import DepartmentRef, ProblemOut

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from surveys.models import Appeal

STATES = ("open", "upheld", "rejected", "withdrawn")
STATE = OpenApiParameter("state", str, enum=STATES, description="Only those in this state.")


class AppealOut(Shape):
    """A department's objection to an approved call, and what was decided."""

    id = serializers.IntegerField()
    call = serializers.IntegerField(source="call_id")
    reference = serializers.CharField(source="call.reference", help_text="The call's: KB-000123.")
    department = DepartmentRef(source="call.department")
    state = choice(STATES)
    raised_at = serializers.DateTimeField()
    raised_by = serializers.SerializerMethodField(help_text="Null for all but those who check calls.")
    reason = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField(), help_text="Codes of the items objected to.")
    decided_at = serializers.DateTimeField(allow_null=True)
    decision = serializers.CharField(allow_blank=True)
    score_before = serializers.SerializerMethodField(help_text="Null unless the call was scored anew.")
    score_after = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_raised_by(self, appeal: Any) -> str | None:
        return str(appeal.raised_by) if access.checks(self.context["request"].user, appeal.call) else None

    @extend_schema_field(PointsField())
    def get_score_before(self, appeal: Any) -> str | None:
        return points(appeal.rescored.get("score", [None, None])[0])

    @extend_schema_field(PointsField())
    def get_score_after(self, appeal: Any) -> str | None:
        return points(appeal.rescored.get("score", [None, None])[1])


class AppealIn(Shape):
    reason = serializers.CharField(max_length=2000)
    items = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=200,
        help_text="Codes of the items objected to; all of them were answered in this call.",
    )


def shown(appeal: "Appeal", request: Request) -> dict[str, Any]:
    """An appeal as this reader may see it now."""
    fresh = access.appeal_or_404(person(request), appeal.pk)
    return AppealOut(fresh, context={"request": request}).data


@extend_schema(parameters=[ORGANISATION, STATE])
class AppealList(Listing):
    """Appeals you may read: of all departments for those who check calls, of their own for managers."""

    serializer_class = AppealOut
    parameters = Listing.parameters | {"state"}

    def get_queryset(self) -> "QuerySet[Any]":
        appeals = access.visible_appeals(person(self.request), chosen_organisation(self.request)).with_names()
        state = self.request.query_params.get("state")
        if state is None:
            return appeals
        if state not in STATES:
            words = _("Choose one of: %(choices)s.") % {"choices": ", ".join(STATES)}
            raise ValidationError({"state": words}, "invalid_choice")
        return appeals.filter(state=state)


class AppealPage(Endpoint):
    serializer_class = AppealOut

    @extend_schema(operation_id="appeals_retrieve")
    def get(self, request: Request, pk: int) -> Response:
        """One appeal. 404 for one you may not read; an evaluator reads of it in the call's history only."""
        return Response(shown(access.appeal_or_404(person(request), pk), request))


class CallAppeal(Endpoint):
    serializer_class = AppealIn

    @extend_schema(operation_id="calls_appeal", responses={201: AppealOut, 409: ProblemOut})
    def post(self, request: Request, pk: int) -> Response:
        """Appeal against an approved call of a department that you manage; with a token that may write.

        409 `not-now`: the days for it have passed, the call is not approved, or an appeal is open or was decided.
        """
        user = person(request)
        call = access.call_to_appeal_or_404(user, pk)
        sent = read(AppealIn, request)
        unknown = sorted(set(sent.get("items", ())) - set(call.answers))
        if unknown:
            words = _("These were not answered in this call: %(codes)s.") % {"codes": ", ".join(unknown)}
            raise ValidationError({"items": words}, "unknown")
        appeal = workflow.raise_appeal(call=call, by=user, at=timezone.now(), **sent)
        place = request.build_absolute_uri(reverse("api:appeal", args=[appeal.pk]))
        return Response(shown(appeal, request), status=201, headers={"Location": place})
