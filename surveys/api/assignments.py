"""An evaluator's assignments: list them, accept, hand back. A call fulfils one by naming it when it is handed in."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from surveys import access, workflow
from surveys.api.base import ORGANISATION, Endpoint, Listing, chosen_organisation, person, read
from surveys.api.fields import Shape, choice
from surveys.api.serializers import DepartmentRef, ProblemOut, ScenarioRef, WaveRef

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from surveys.models import Assignment

ASSIGNMENT_STATES = ("offered", "accepted", "done", "handed_back", "cancelled")
STATE = OpenApiParameter("state", str, enum=ASSIGNMENT_STATES, description="Only those in this state.")


class AssignmentOut(Shape):
    """One call to be made, or one recording to be scored, by you in a time window."""

    id = serializers.IntegerField()
    organisation = serializers.CharField(source="organisation.slug")
    wave = WaveRef()
    department = DepartmentRef()
    phone_numbers = serializers.SerializerMethodField(help_text="What to dial; none for a recording.")
    scenario = ScenarioRef()
    state = choice(ASSIGNMENT_STATES)
    starts_at = serializers.DateTimeField(help_text="Do not call before this moment.")
    until = serializers.DateTimeField(help_text="Nor after this one.")
    expired = serializers.SerializerMethodField(help_text="Offered or accepted, and past `until`.")
    heard_at = serializers.SerializerMethodField(
        help_text="For a recording to be scored: when that call was made; send it as `called_at`. Null for a call to make."
    )
    call = serializers.IntegerField(
        source="call_key", allow_null=True, help_text="The call that fulfils it, once begun."
    )
    hand_back_reason = serializers.CharField(allow_blank=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_phone_numbers(self, assignment: Any) -> list[str]:
        return [] if assignment.is_listening else list(assignment.department.phone_numbers)

    @extend_schema_field(serializers.BooleanField())
    def get_expired(self, assignment: Any) -> bool:
        return bool(assignment.has_expired_at(self.context["at"]))

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_heard_at(self, assignment: Any) -> Any:
        heard = workflow.heard_at(assignment)
        return None if heard is None else serializers.DateTimeField().to_representation(heard)


class AssignmentDetail(AssignmentOut):
    client_id = serializers.SerializerMethodField(
        help_text="Open or hand in its call under this id, from whichever device: it is the same call."
    )

    @extend_schema_field(serializers.UUIDField())
    def get_client_id(self, assignment: Any) -> str:
        return str(workflow.client_id_of(assignment))


class HandBackIn(Shape):
    reason = serializers.CharField(max_length=500, help_text="Why it could not be made; the coordinator reads it.")


def shown(request: Request, pk: int) -> Response:
    assignment = access.own_assignment_or_404(person(request), pk)
    return Response(AssignmentDetail(assignment, context={"request": request, "at": timezone.now()}).data)


class AssignmentList(Listing):
    serializer_class = AssignmentOut
    parameters = Listing.parameters | {"state"}

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now()}

    def get_queryset(self) -> "QuerySet[Assignment]":
        found = access.api_assignments(person(self.request), chosen_organisation(self.request))
        state = self.request.query_params.get("state")
        if state is None:
            return found
        if state not in ASSIGNMENT_STATES:
            raise ValidationError(
                {"state": _("Choose one of: %(choices)s.") % {"choices": ", ".join(ASSIGNMENT_STATES)}}
            )
        return found.filter(state=state)

    @extend_schema(operation_id="assignments_list", parameters=[ORGANISATION, STATE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your own assignments. To fulfil one, hand a call in that names it as `assignment`."""
        return self.list(request, *args, **kwargs)


class AssignmentPage(Endpoint):
    serializer_class = AssignmentDetail

    @extend_schema(operation_id="assignments_retrieve")
    def get(self, request: Request, pk: int) -> Response:
        """One of your own assignments. 404 for one you may not see, 403 for those who plan it."""
        return shown(request, pk)


class AssignmentAccept(Endpoint):
    serializer_class = AssignmentDetail

    @extend_schema(operation_id="assignments_accept", request=None, responses={200: AssignmentDetail, 422: ProblemOut})
    def post(self, request: Request, pk: int) -> Response:
        """Accept what you were offered; accepting twice is once. 422 when it has expired or moved on."""
        assignment = access.own_assignment_or_404(person(request), pk)
        workflow.accept(assignment=assignment, by=person(request), at=timezone.now())
        return shown(request, pk)


class AssignmentHandBack(Endpoint):
    serializer_class = HandBackIn

    @extend_schema(operation_id="assignments_hand_back", responses={200: AssignmentDetail, 422: ProblemOut})
    def post(self, request: Request, pk: int) -> Response:
        """Hand it back with a reason, also after it has expired. 422 when its form holds answers, or it has moved on."""
        assignment = access.own_assignment_or_404(person(request), pk)
        sent = read(HandBackIn, request)
        workflow.hand_back(assignment=assignment, by=person(request), reason=sent["reason"], at=timezone.now())
        return shown(request, pk)
