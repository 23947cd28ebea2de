"""How far a wave has come against its quota; for those who plan."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from surveys import access
from surveys.api.base import Endpoint, person
from surveys.api.fields import Shape
from surveys.api.serializers import DepartmentRef
from surveys.progress import Standing

if TYPE_CHECKING:
    from rest_framework.request import Request


class QuotaOut(Shape):
    """One quota, in its own unit: calls, matched pairs or chains."""

    department = serializers.IntegerField()
    kind = serializers.CharField(help_text="single, pair or chain.")
    scenario = serializers.IntegerField(allow_null=True, help_text="The scenario of single calls.")
    problem = serializers.CharField(help_text="The problem of pairs and chains; else empty.")
    target = serializers.IntegerField()
    made = serializers.IntegerField(help_text="Calls handed in and not voided; pairs and chains only when complete.")
    open = serializers.IntegerField(help_text="Planned and still in time, or under way.")
    to_plan = serializers.IntegerField(help_text="What is neither made nor planned.")


class DepartmentProgressOut(Shape):
    """A department, in calls."""

    department = DepartmentRef()
    target = serializers.IntegerField()
    assigned = serializers.IntegerField(help_text="Planned and still in time.")
    made = serializers.IntegerField(help_text="Handed in and not voided, with those that were returned.")
    approved = serializers.IntegerField()
    remaining = serializers.IntegerField(
        help_text="What the quota still takes; more elsewhere does not make up for it."
    )


class ProgressOut(Shape):
    at = serializers.DateTimeField()
    departments = DepartmentProgressOut(many=True)
    quotas = QuotaOut(many=True)


class WaveProgress(Endpoint):
    """Quota and progress of a wave, per department, as it is now. For administrators and coordinators."""

    @extend_schema(responses=ProgressOut)
    def get(self, request: "Request", pk: int) -> Response:
        user = person(request)
        wave = access.planned_wave_or_404(user, pk)
        standing = Standing(wave, at=timezone.now())
        known = {each.pk: each for each in access.visible_departments(user, wave.organisation)}
        told = {
            "at": standing.at,
            "departments": [
                {"department": known[line.department], **_numbers(line)}
                for line in standing.lines
                if line.department in known
            ],
            "quotas": [_quota(cell) for cell in standing.cells if cell.key.department in known],
        }
        return Response(ProgressOut(told).data)


def _numbers(line: Any) -> dict[str, int]:
    return {name: getattr(line, name) for name in ("target", "assigned", "made", "approved", "remaining")}


def _quota(cell: Any) -> dict[str, Any]:
    single = cell.key.kind == "single"
    return {
        "department": cell.key.department, "kind": cell.key.kind,
        "scenario": cell.key.subject if single else None, "problem": "" if single else cell.key.subject,
        "target": cell.target, "made": cell.made, "open": cell.open, "to_plan": cell.to_plan,
    }  # fmt: skip
