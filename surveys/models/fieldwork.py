"""What is planned: scenarios and waves."""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surveys.querysets import ScenarioQuerySet, WaveQuerySet

from .checklists import ChecklistVersion
from .people import Organisation


class Scenario(models.Model):
    """The evaluator's brief. Its facts (style, attempt, absence) are fixed once a call was made with it."""

    class CallerStyle(models.TextChoices):
        CALM = "calm", _("calm")
        DOMINANT = "dominant", _("dominant")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="scenarios")
    code = models.SlugField(_("code"), max_length=60)
    name = models.JSONField(_("name"))
    persona = models.JSONField(_("who you are"), default=dict, blank=True)
    question = models.JSONField(_("what you ask"), default=dict, blank=True)
    caller_style = models.CharField(
        _("caller style"), max_length=10, choices=CallerStyle.choices, default=CallerStyle.CALM
    )
    attempt = models.PositiveSmallIntegerField(
        _("attempt"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    asked_person_absent = models.BooleanField(_("the asked-for person is absent"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="scenario_code_once"),
            models.CheckConstraint(condition=Q(caller_style__in=["calm", "dominant"]), name="scenario_style_known"),
            models.CheckConstraint(condition=Q(attempt__range=(1, 9)), name="scenario_attempt_range"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def facts(self) -> dict[str, object]:
        """What conditions of a checklist may ask about the call."""
        return {
            "caller_style": self.caller_style,
            "attempt": self.attempt,
            "asked_person_absent": self.asked_person_absent,
        }


class Wave(models.Model):
    """A round of fieldwork on one checklist version."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="waves")
    name = models.CharField(_("name"), max_length=80)
    version = models.ForeignKey(ChecklistVersion, on_delete=models.PROTECT, related_name="waves")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="wave_name_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="wave_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=["planned", "open", "closed"]), name="wave_state_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, day: dt.date) -> bool:
        """Whether a call of this day belongs in the wave."""
        return self.starts_on <= day <= self.ends_on

    def takes(self, moment: dt.datetime, zone: dt.tzinfo) -> bool:
        """Whether it covers the day that it was in `zone`."""
        try:
            return self.covers(moment.astimezone(zone).date())
        except OverflowError:
            # At either end of the calendar another clock may already read a year that does not exist.
            return False
