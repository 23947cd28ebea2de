"""Pages that belong to no subject: the health of the process and the answers to a wrong request."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For load balancers and start scripts: 200 when the database and the cache answer, else 503; says no more."""
    parts = {"database": _answers(_database), "cache": _answers(_cache)}
    healthy = all(parts.values())
    body = {"status": "ok" if healthy else "failing"} | {
        name: "ok" if fine else "failing" for name, fine in parts.items()
    }
    return JsonResponse(body, status=200 if healthy else 503)


def _answers(question: Callable[[], None]) -> bool:
    try:
        question()
    except (DatabaseError, OSError):
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    cache.get("healthz")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Without context processors: whatever broke the page must not break its apology."""
    return HttpResponse(render_to_string("500.html"), status=500)
