"""Calls: list and read them, hand them in whole, or fill in a draft step by step."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import django_filters
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from surveys import access, exports, workflow
from surveys.api import serializers
from surveys.api.base import ORGANISATION, Endpoint, Listing, chosen_organisation, organisation_of, person, read
from surveys.api.pagination import CallPagination
from surveys.api.problems import Problem, error, of_answers
from surveys.filters import CallFilter
from surveys.forms.calls import AHEAD
from surveys.messages import explain

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from surveys.models import Assignment, Call, Department, Organisation, Scenario, User, Wave

# What a list does not show, and would be costly to fetch for five hundred calls.
HEAVY = ("answers", "answer_revisions", "item_points")

CALL, SAVED, PROBLEM = serializers.CallDetail, serializers.SavedOut, serializers.ProblemOut


class ApiCallFilter(CallFilter):
    """The filters of the pages, and the kind of call."""

    kind = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in serializers.KINDS], method="of_kind")

    def of_kind(self, calls: Any, _name: str, kind: str) -> Any:
        return calls.shown_as(kind, getattr(self.request, "user", None))


class Narrowed(DjangoFilterBackend):
    """Within the organisation that is named, if one is: another's departments are then no choice."""

    def get_filterset_kwargs(self, request: Request, queryset: "QuerySet[Any]", view: Any) -> dict[str, Any]:
        organisation = chosen_organisation(request)
        calls = queryset if organisation is None else queryset.filter(organisation=organisation)
        return {**super().get_filterset_kwargs(request, calls, view), "organisation": organisation}


def evaluator(request: Request) -> "User":
    """Who hands a call in; 403, whatever was sent, for those who make calls nowhere."""
    user = person(request)
    if not any(access.has_role(user, each, access.EVALUATORS) for each in access.visible_organisations(user)):
        raise PermissionDenied
    return user


def pseudonyms() -> Callable[["Call"], str]:
    """Says under which pseudonym an evaluator is known; reads each organisation's once."""
    known: dict[int, dict[int, str]] = {}

    def of(call: "Call") -> str:
        if call.organisation_id not in known:
            known[call.organisation_id] = exports.pseudonyms(call.organisation)
        return known[call.organisation_id].get(call.evaluator_id, "E00")

    return of


def shown(call: "Call", request: Request) -> dict[str, Any]:
    """A call in full, as this reader may see it now."""
    fresh = access.call_or_404(person(request), call.pk)
    return serializers.CallDetail(
        fresh, context={"request": request, "pseudonyms": pseudonyms(), "at": timezone.now()}
    ).data


class CallList(Listing):
    filterset_class = ApiCallFilter
    filter_backends = (Narrowed,)
    pagination_class = CallPagination

    def get_serializer_class(self) -> Any:
        return serializers.CallIn if self.request.method == "POST" else serializers.CallOut

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "pseudonyms": pseudonyms()}

    def known_parameters(self) -> frozenset[str]:
        return self.parameters | set(ApiCallFilter.base_filters) if self.request.method != "POST" else frozenset()

    def get_queryset(self) -> "QuerySet[Any]":
        calls: Any = access.visible_calls(person(self.request))
        return cast("QuerySet[Any]", calls.with_names().defer(*HEAVY))

    @extend_schema(operation_id="calls_list", parameters=[ORGANISATION])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Calls you may see, with their scores; answers are on each call's own address.

        Evaluators see their own; administrators, coordinators and reviewers all but drafts; analysts and managers approved
        field calls. A department stands for all below it. Several values of one filter are alternatives.
        """
        return self.list(request, *args, **kwargs)

    @extend_schema(operation_id="calls_create", responses={201: CALL, 200: CALL, 409: PROBLEM, 422: PROBLEM})
    def post(self, request: Request) -> Response:
        """Hand a whole call in, or open a draft. For evaluators, with a token that may write.

        Safe to repeat: `client_id` is yours to make, once a call. 201: stored. 200: the same call was stored before.
        409 `conflict`: other content is stored under this id; both are kept, `call` is the stored one. 422 `incomplete`:
        nothing was stored; `errors` names each item and what is wrong with it, or `assignment` with the code
        `assignment_needed` (this wave takes assigned calls only), `assignment_gone` or `assignment_differs`.
        """
        at, by = timezone.now(), evaluator(request)
        sent = read(serializers.CallIn, request)
        known = access.call_of_client(by, sent["client_id"])
        asked = find(by, sent, known=known, at=at)
        if not sent["submit"]:
            call = known or workflow.open_call(by=by, at=at, **asked._asdict(), **moment_and_id(sent))
            return self.answer(call, "repeated" if known else "created")
        received = workflow.receive(by=by, at=at, answers=sent["answers"], **asked._asdict(), **moment_and_id(sent))
        return self.answer(received.call, received.status)

    def answer(self, call: "Call", status: str) -> Response:
        if call.state == "voided" and call.submitted_at is None:
            raise Problem("not-now", 409, _("This call was thrown away; it is not brought back."))
        body = shown(call, self.request)
        if status == "conflict":
            detail = _("Both are kept. The evaluator chooses on the call's own page.")
            raise Problem("conflict", 409, detail, call=body)
        place = self.request.build_absolute_uri(reverse("api:call", args=[call.pk]))
        return Response(body, status=201 if status == "created" else 200, headers={"Location": place})


class CallPage(Endpoint):
    serializer_class = serializers.CallDetail

    @extend_schema(operation_id="calls_retrieve")
    def get(self, request: Request, pk: int) -> Response:
        """One call with its answers, scores and callback. 404 for a call you may not see.

        The evaluator's name is null for managers and analysts; the pseudonym is the same as in the exports.
        """
        return Response(shown(access.call_or_404(person(request), pk), request))


class CallAnswers(Endpoint):
    serializer_class = serializers.AnswersIn

    @extend_schema(operation_id="calls_answers_replace", responses={200: SAVED, 409: PROBLEM, 422: PROBLEM})
    def put(self, request: Request, pk: int) -> Response:
        """Replace all answers of your own draft or returned call; an item left out becomes blank.

        As PATCH: an answer that another device changed after `base_revision` is left as it is.
        """
        call = access.own_call_or_404(person(request), pk)
        sent = read(serializers.AnswersIn, request)
        blank = {item.code: None for item in call.version.definition.items}
        return self.save(call, blank | sent["answers"], sent["base_revision"])

    @extend_schema(operation_id="calls_answers_change", responses={200: SAVED, 409: PROBLEM, 422: PROBLEM})
    def patch(self, request: Request, pk: int) -> Response:
        """Change some answers of your own draft or returned call; null takes an answer away.

        What can be saved is saved. 422 names answers that cannot be stored; 409 those that another device changed after
        `base_revision`, with the stored ones in `conflicts`; both carry the new `revision`. 409 `not-now`: the call was
        handed in meanwhile.
        """
        call = access.own_call_or_404(person(request), pk)
        sent = read(serializers.AnswersIn, request)
        return self.save(call, sent["answers"], sent["base_revision"])

    def save(self, call: "Call", changes: dict[str, Any], base_revision: int) -> Response:
        saved = workflow.save_answers(
            call=call, by=person(self.request), changes=changes, base_revision=base_revision, at=timezone.now()
        )
        elsewhere = [
            error(code, "changed_elsewhere", _("Changed elsewhere in the meantime.")) for code in saved.conflicts
        ]
        errors = [*elsewhere, *of_answers(saved.refused.values())]
        if errors:
            kind, status = ("stale", 409) if elsewhere else ("incomplete", 422)
            detail = _("The answers named here were not saved; all others were.")
            raise Problem(kind, status, detail, errors=errors, revision=saved.revision, conflicts=saved.conflicts)
        return Response({"revision": saved.revision})


class CallSubmit(Endpoint):
    serializer_class = serializers.SubmitIn

    @extend_schema(operation_id="calls_submit", responses={200: CALL, 409: PROBLEM, 422: PROBLEM})
    def post(self, request: Request, pk: int) -> Response:
        """Hand in your own draft or returned call; handing it in twice is once.

        422 `incomplete` names each item that still needs something; 409 `stale` when `revision` is no longer the call's.
        """
        call = access.own_call_or_404(person(request), pk)
        sent = read(serializers.SubmitIn, request)
        received = workflow.submit(call=call, by=person(request), at=timezone.now(), revision=sent.get("revision"))
        return Response(shown(received.call, request))


# --- what a new call names --------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    wave: "Wave"
    department: "Department"
    scenario: "Scenario"
    assignment: "Assignment | None" = None

    @property
    def is_heard_again(self) -> bool:
        return self.assignment is not None and self.assignment.is_listening


def moment_and_id(sent: dict[str, Any]) -> dict[str, Any]:
    return {"called_at": sent["called_at"], "client_id": sent["client_id"]}


def find(user: "User", sent: dict[str, Any], *, known: "Call | None", at: dt.datetime) -> Asked:
    """The wave, department and scenario that a new call names, if the sender may make calls there now."""
    organisation = organisation_of(user, sent.get("organisation"))
    if not access.has_role(user, organisation, access.EVALUATORS):
        raise PermissionDenied
    waves = access.visible_waves(user, organisation).select_related("organisation", "version__checklist")
    doors: dict[str, Any] = {
        "wave": waves,
        "department": access.visible_departments(user, organisation),
        "scenario": access.visible_scenarios(user, organisation),
    }
    if "assignment" in sent:
        doors["assignment"] = access.api_assignments(user, organisation)
    found = {name: door.filter(pk=sent[name]).first() for name, door in doors.items()}
    missing = {name: _("You may not choose %(key)s here.") % {"key": sent[name]} for name in doors if not found[name]}
    if missing:
        raise ValidationError(missing, code="unknown")
    asked = Asked(**found)
    errors = list(refusals(asked, organisation, sent["called_at"], at=at, is_new=known is None))
    if errors:
        raise Problem("incomplete", 422, errors=errors)
    return asked


def refusals(
    asked: Asked, organisation: "Organisation", called_at: dt.datetime, *, at: dt.datetime, is_new: bool
) -> Iterator[dict[str, str]]:
    """Why no call can be made there and then. One that is known already was once allowed, so only its moment is looked at."""
    if called_at > at + AHEAD:
        yield error("called_at", "future", _("This moment lies in the future."))
    elif not asked.is_heard_again and not asked.wave.takes(called_at, organisation.zone):
        yield error("called_at", "outside_wave", explain(workflow.OutsideWave(asked.wave)))
        return
    if not is_new:
        return
    if asked.wave.state != "open":
        yield error("wave", "wave_not_open", _("This wave takes no calls: it is not open."))
    closed_on = asked.department.closed_on
    if closed_on is not None and called_at.astimezone(organisation.zone).date() >= closed_on:
        yield error("department", "department_closed", _("This department was closed by the day of the call."))
    if asked.assignment is None and not asked.scenario.is_active:
        yield error("scenario", "scenario_not_in_use", _("This scenario is not in use any more."))
