"""Promised callbacks: what became of one, and recording it."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from surveys import access, workflow
from surveys.api import callback_shapes, serializers
from surveys.api.base import Endpoint, person, read

CALLBACK, PROBLEM = callback_shapes.CallbackOut, serializers.ProblemOut


class CallCallback(Endpoint):
    serializer_class = callback_shapes.CallbackEventIn

    @extend_schema(operation_id="calls_callback_retrieve", responses={200: CALLBACK})
    def get(self, request: Request, pk: int) -> Response:
        """The callback promised in a call, and what became of it. 404 for a call you may not see, or without a promise."""
        callback = access.callback_in_call_or_404(person(request), pk)
        return Response(callback_shapes.callback_shown(callback, timezone.now()))

    @extend_schema(
        operation_id="calls_callback_record", responses={201: CALLBACK, 200: CALLBACK, 409: PROBLEM, 422: PROBLEM}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Record that the promised call came, or that it did not. For its evaluator, and coordinators on their behalf.

        Events are kept: whoever was mistaken records again, and the last one holds. 201: recorded. 200: the very same had
        been recorded before. 422: it cannot be so, such as a call before the promise; `errors` says why.
        """
        user, at = person(request), timezone.now()
        callback = access.callback_in_call_or_404(user, pk, to_record=True)
        sent = read(callback_shapes.CallbackEventIn, request)
        recorded = workflow.record_callback(callback=callback, by=user, at=at, **sent)
        fresh = access.callback_in_call_or_404(user, pk)
        return Response(callback_shapes.callback_shown(fresh, at), status=201 if recorded.is_new else 200)
