"""Every refusal of the API as `application/problem+json` (RFC 9457): type, title, status, detail, and the fields to blame.

`errors` is a list of {"field", "code", "message"}; `field` is a name of the request ("department", "page_size") or the code
of a checklist item ("greeting.own_name"). Words are in the reader's language, `type` and `code` never change.
"""

import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.translation import gettext, gettext_lazy
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from surveys import messages, workflow
from surveys.definition import Problem as AnswerProblem

CONTENT_TYPE = "application/problem+json"
# A list longer than this helps nobody; the first ones are named.
MOST_ERRORS = 200

logger = logging.getLogger(__name__)

TITLES = {
    "invalid": gettext_lazy("The request has errors."),
    "malformed": gettext_lazy("The request cannot be read."),
    "not-authenticated": gettext_lazy("Sign in or send a token."),
    "not-allowed": gettext_lazy("This is not open to you."),
    "not-found": gettext_lazy("There is nothing here."),
    "method-not-allowed": gettext_lazy("This address does not answer that method."),
    "not-acceptable": gettext_lazy("This API answers in JSON only."),
    "conflict": gettext_lazy("Other content is stored under this id."),
    "stale": gettext_lazy("Something changed in the meantime."),
    "not-now": gettext_lazy("The call's state does not allow this."),
    "too-large": gettext_lazy("The request is too large."),
    "unsupported-media-type": gettext_lazy("Send JSON."),
    "incomplete": gettext_lazy("The call cannot be accepted as it is."),
    "throttled": gettext_lazy("Too many requests."),
    "server-error": gettext_lazy("Something went wrong on our side."),
}
"""By the last part of a problem's `type`."""

STATUSES = {
    400: "invalid",
    401: "not-authenticated",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    422: "incomplete",
    429: "throttled",
}


# The other way round, for those who read about them; `conflict` shares its status with two more.
STATUSES_OF = {kind: status for status, kind in STATUSES.items()} | {
    "malformed": 400,
    "stale": 409,
    "not-now": 409,
    "server-error": 500,
}


class Problem(exceptions.APIException):
    """A refusal with its kind (a key of `TITLES`), the fields to blame, and whatever else helps (`more`)."""

    def __init__(
        self, kind: str, status: int, detail: str = "", *, errors: Iterable[Mapping[str, str]] = (), **more: Any
    ) -> None:
        super().__init__(detail or TITLES[kind])
        self.kind, self.status_code, self.errors, self.more = kind, status, list(errors), more


def error(field: str, code: str, message: object) -> dict[str, str]:
    return {"field": field, "code": code, "message": str(message)}


def of_answers(problems: Iterable[AnswerProblem]) -> list[dict[str, str]]:
    return [error(problem.path, problem.code, messages.describe(problem)) for problem in problems]


def handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: everything that goes wrong in a view ends here, also what nobody expected."""
    problem = _problem(exc)
    if problem is None:
        if settings.DEBUG:
            return None
        problem = _unexpected(context["request"])
    # Whatever was asked for, a problem is JSON.
    context["request"].accepted_renderer, context["request"].accepted_media_type = JSONRenderer(), CONTENT_TYPE
    response = Response(_body(problem), status=problem.status_code, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "private, no-store"
    for header in ("auth_header", "wait"):
        if value := getattr(exc, header, None):
            response["WWW-Authenticate" if header == "auth_header" else "Retry-After"] = str(value)
    return response


def _body(problem: Problem) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:klankbord:problem:{problem.kind}",
        "title": str(TITLES[problem.kind]),
        "status": problem.status_code,
        "detail": str(problem.detail),
    }
    if problem.errors:
        body["errors"] = problem.errors[:MOST_ERRORS]
    return body | problem.more


def _problem(exc: Exception) -> Problem | None:
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, exceptions.APIException):
        return _of_api(exc)
    if isinstance(exc, workflow.WorkflowError):
        return _step(exc)
    return _of_django(exc)


def _of_api(exc: exceptions.APIException) -> Problem:
    if isinstance(exc, exceptions.ValidationError):
        return Problem("invalid", 400, gettext("See “errors” for what to change."), errors=_each(exc.detail, ""))
    if isinstance(exc, exceptions.NotAuthenticated):
        return Problem("not-authenticated", exc.status_code)
    kind = "malformed" if isinstance(exc, exceptions.ParseError) else STATUSES.get(exc.status_code, "invalid")
    return Problem(kind, exc.status_code, str(exc.detail))


def _of_django(exc: Exception) -> Problem | None:
    if isinstance(exc, Http404):
        return Problem("not-found", 404)
    if isinstance(exc, PermissionDenied):
        return Problem("not-allowed", 403, str(exc))
    if isinstance(exc, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
        return Problem("too-large", 413, gettext("Send at most %(limit)s KiB at once.") % {"limit": limit})
    if isinstance(exc, SuspiciousOperation):
        return Problem("malformed", 400)
    return None


def _step(exc: workflow.WorkflowError) -> Problem:
    if isinstance(exc, workflow.Incomplete):
        return Problem("incomplete", 422, messages.explain(exc), errors=of_answers(exc.problems))
    if isinstance(exc, workflow.CallbackRefused):
        words = messages.explain(exc)
        return Problem("incomplete", 422, words, errors=[error(exc.field, exc.code, words)])
    if isinstance(exc, workflow.AssignmentError):
        words = messages.explain(exc)
        return Problem("incomplete", 422, words, errors=[error("assignment", exc.code, words)])
    return Problem("stale" if isinstance(exc, workflow.Stale) else "not-now", 409, messages.explain(exc))


def _each(detail: Any, field: str) -> Iterator[dict[str, str]]:
    """DRF's nested messages as one list: {"department": ["..."], "answers": {"a": ["..."]}} -> department, answers.a."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name in {"non_field_errors", "__all__"} else str(name)
            yield from _each(inner, f"{field}.{own}" if field and own else field or own)
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _each(inner, field)
    else:
        yield error(field, getattr(detail, "code", "invalid"), detail)


def _unexpected(request: Request) -> Problem:
    """Logged and signalled like any other crash; the reader gets a problem as well, never a page."""
    logger.error("The API failed at %s", request.path, exc_info=sys.exc_info(), extra={"request": request})
    got_request_exception.send(sender=None, request=request)
    return Problem("server-error", 500)
