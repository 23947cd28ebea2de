"""The filters of the reviewer's list: those of every list of calls, and what stands out."""

from collections.abc import Iterable
from typing import Any, cast

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from surveys.filters import CallFilter, OneOfChoices
from surveys.flag_words import LABELS
from surveys.models import Call


class Flagged(django_filters.ChoiceFilter):
    def filter(self, qs: "QuerySet[Call]", value: str) -> "QuerySet[Call]":
        if not value:
            return qs
        return qs.filter(flag_count__gt=0) if value == "yes" else qs.filter(flag_count=0)


class ByRule(OneOfChoices):
    def filter(self, qs: "QuerySet[Call]", value: Iterable[str]) -> "QuerySet[Call]":
        return cast("QuerySet[Call]", qs.flagged_by(value)) if value else qs  # type: ignore[attr-defined]


class ReviewFilter(CallFilter):
    """`?flagged=no` the calls that nothing stands out in; `?rule=too_fast` those that this rule found something in."""

    flagged = Flagged(label=_("Flags"), choices=[("yes", _("flagged")), ("no", _("not flagged"))], empty_label=_("all"))
    rule = ByRule(list(LABELS.items()), label=_("Kind of flag"))

    @property
    def params(self) -> dict[str, Any]:
        """What was chosen, as an address carries it from page to page; nothing while it holds an error."""
        return self.chosen if self.form.is_valid() else {}
