"""What every shape of the API is made of: choices, percentages as text, moments with their offset."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

Shape = serializers.Serializer[Any]


def points(hundredths: int | None) -> str | None:
    """Hundredths of a point as the text every export shows: 6667 -> "66.67"."""
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"


@extend_schema_field({"type": ["string", "null"], "pattern": r"^(100|\d{1,2})\.\d\d$", "examples": ["66.67"]})
class PointsField(serializers.Field[Any, Any, Any, Any]):
    """A percentage with two decimals, as text."""

    def to_representation(self, value: int) -> str | None:
        return points(value)


def choice(values: tuple[str, ...], **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=values, **options)


class MomentField(serializers.DateTimeField):
    """A moment that cannot be misunderstood: with its offset, not in another century."""

    default_error_messages = {
        "offset": _("Add the offset from UTC, as in 2026-03-10T14:30:00+01:00."),
        "far": _("This moment is too long ago."),
    }

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        if value.tzinfo is None:
            self.fail("offset")
        if value.year < 2000:
            self.fail("far")
        return super().enforce_timezone(value)
