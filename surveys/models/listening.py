"""What is heard again: recordings, gold calls with known answers, and calibration sessions."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.querysets import CalibrationQuerySet, GoldCallQuerySet, RecordingQuerySet

from .calls import Call
from .checklists import ChecklistVersion
from .fieldwork import Scenario, Wave
from .people import Department, Organisation, User


class Recording(models.Model):
    """A sound file outside the web root, named by `key`; erased after the organisation's days. Every listen is in the audit log."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="recordings")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, blank=True, related_name="recording")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    seconds = models.FloatField(_("length in seconds"), null=True, blank=True)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    erase_on = models.DateField(_("erased on"))
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        indexes = [models.Index(fields=["erase_on"], condition=Q(erased_at=None), name="recording_to_erase")]

    def __str__(self) -> str:
        return str(self.key)


class GoldCall(models.Model):
    """A recording whose right answers are known: slipped among ordinary work, it measures how well an evaluator hears."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="gold_calls")
    name = models.CharField(_("name"), max_length=120)
    version = models.ForeignKey(ChecklistVersion, on_delete=models.PROTECT, related_name="gold_calls")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, null=True, blank=True, related_name="gold_calls")
    called_at = models.DateTimeField(_("time of the call"))
    answers = models.JSONField(_("right answers"), default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = GoldCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("gold call")
        verbose_name_plural = _("gold calls")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class CalibrationSession(models.Model):
    """Several evaluators score one call, blind until all are in, beside an expert's baseline; never in results."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calibrations")
    name = models.CharField(_("name"), max_length=120)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="+")
    source_call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="calibrations")
    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("expert"))
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField(_("due"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("calibration session")
        verbose_name_plural = _("calibration sessions")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "closed"]), name="calibration_state_known")
        ]

    def __str__(self) -> str:
        return self.name


class CalibrationSeat(models.Model):
    """One evaluator's place in a session; the expert has one too. Filled when its call is submitted."""

    session = models.ForeignKey(CalibrationSession, on_delete=models.CASCADE, related_name="seats")
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, blank=True, related_name="seat")

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [models.UniqueConstraint(fields=["session", "evaluator"], name="calibration_seat_once")]

    def __str__(self) -> str:
        return str(self.evaluator)
