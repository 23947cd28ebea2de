"""What was heard: calls with their answers and scores, promised callbacks, and conflicting copies."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys import promises
from surveys.querysets import CallbackQuerySet, CallQuerySet

from .checklists import ChecklistVersion
from .fieldwork import Assignment, Scenario, Wave
from .people import Department, Organisation, User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# The score columns of a call, each an integer 0..10000 (hundredths of a point) or null.
DIMENSION_MEASURES = ("greeting", "phrasing", "callback", "listening", "tone", "other")
MEASURES = ("score", "score_calculated", "content", "experience", "critical", *DIMENSION_MEASURES)


def score_field(label: "StrPromise") -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(label, null=True, blank=True, editable=False)


class Call(models.Model):
    """One test call. `answers` is one document keyed by item code, beside the version it answers."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        APPROVED = "approved", _("approved")
        VOIDED = "voided", _("voided")

    class Kind(models.TextChoices):
        FIELD = "field", _("field call")
        SECOND = "second", _("second scoring")
        CALIBRATION = "calibration", _("calibration")
        GOLD = "gold", _("gold call")

    class Outcome(models.TextChoices):
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")
        NONE = "none", _("no score")

    class Fate(models.TextChoices):
        HELPED = "helped", _("helped")
        RIGHT_PERSON = "right_person", _("right person reached")
        COLLEAGUE = "colleague", _("colleague handled it")
        VOICEMAIL = "voicemail", _("voicemail")
        CALLBACK_AGREED = "callback_agreed", _("callback agreed")
        RING_AGAIN = "ring_again", _("told to ring again")
        DISCONNECTED = "disconnected", _("disconnected")
        UNANSWERED = "unanswered", _("unanswered")

    LEFT_TO_FATE = (Fate.RING_AGAIN, Fate.DISCONNECTED, Fate.UNANSWERED)
    EDITABLE = (State.DRAFT, State.RETURNED)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calls")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="calls", verbose_name=_("wave"))
    version = models.ForeignKey(ChecklistVersion, on_delete=models.PROTECT, related_name="calls")
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="calls", verbose_name=_("department")
    )
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="calls", verbose_name=_("scenario"))
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calls", verbose_name=_("evaluator"))
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.FIELD, editable=False)
    second_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="seconds", editable=False
    )
    # The planned work that it fulfils, if any.
    assignment = models.OneToOneField(
        Assignment, on_delete=models.PROTECT, null=True, blank=True, related_name="call", editable=False
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    # Made when the form was opened and never anew; a submission under a known id is the same call.
    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField(_("external id"), max_length=100, blank=True, editable=False)

    called_at = models.DateTimeField(_("time of the call"))
    local_date = models.DateField(editable=False)
    week_start = models.DateField(editable=False)

    answers = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0, editable=False)
    # Which revision last touched each answer: {"greeting.own_name": 7}; lets a stale device know what moved.
    answer_revisions = models.JSONField(default=dict, editable=False)
    content_hash = models.CharField(max_length=64, blank=True, editable=False)

    score = score_field(_("score"))
    score_calculated = score_field(_("score before fails"))
    content = score_field(_("content"))
    experience = score_field(_("experience"))
    critical = score_field(_("critical items"))
    greeting = score_field(_("greeting"))
    phrasing = score_field(_("phrasing"))
    callback_score = score_field(_("callback"))
    listening = score_field(_("listening"))
    tone = score_field(_("tone"))
    other = score_field(_("other"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome.choices, blank=True, editable=False)
    failed_by = models.JSONField(default=list, editable=False)
    # Per scored item: {"code": [points 0..100 or null for N/A, points lost in hundredths]}; what item sums are made of.
    item_points = models.JSONField(default=dict, editable=False)
    # The phrases of the bank that were heard, each once, and "" when there were others; what phrase rates are made of.
    phrases = models.JSONField(default=list, editable=False)

    fate = models.CharField(_("the caller's fate"), max_length=16, choices=Fate.choices, blank=True, editable=False)
    seconds_to_answer = models.PositiveIntegerField(_("seconds to answer"), null=True, blank=True, editable=False)
    would_call_again = models.PositiveSmallIntegerField(
        _("would call again"), null=True, blank=True, editable=False, validators=[MaxValueValidator(10)]
    )

    # One-tap marks in the order of the call, seconds from dialling: [["dialled", 0], ["answered", 11.5], ["ended", 240]].
    timeline = models.JSONField(default=list, editable=False)
    # When the first mark was tapped, by the evaluator's device; `called_at` is only as exact as it was typed.
    dialled_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("hung up"), null=True, blank=True, editable=False)
    hold_seconds = models.PositiveIntegerField(_("seconds on hold"), null=True, blank=True, editable=False)
    talk_seconds = models.PositiveIntegerField(_("seconds of talk"), null=True, blank=True, editable=False)
    first_answer_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How many questions were marked as not fitting this call; finds those that coordinators should look at.
    unfit_count = models.PositiveSmallIntegerField(default=0, editable=False)
    # Said from the brief too, before any form was begun: a call was being made then, and the voided call that is kept of it
    # bars this evaluator from this department for the wave, whoever holds the assignment afterwards.
    recognised = models.BooleanField(_("the evaluator was recognised"), default=False, editable=False)
    listener = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who listened along")
    )
    # What stands out by named rules: [{"rule": "too_fast", "seconds": 41}]; their number finds the unflagged ones.
    flags = models.JSONField(default=list, editable=False)
    flag_count = models.PositiveSmallIntegerField(default=0, editable=False)
    # Why it was returned, per question: {"greeting.own_name": "..."}; beside the reason for the whole.
    return_notes = models.JSONField(default=dict, editable=False)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    return_reason = models.TextField(_("reason for returning"), blank=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "external_id"], condition=~Q(external_id=""), name="call_external_id_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "returned", "approved", "voided"]), name="call_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="field", second_of__isnull=True)
                | Q(kind="second", second_of__isnull=False)
                | Q(kind__in=["calibration", "gold"]),
                name="call_kind_and_second",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "approved"]) | Q(submitted_at__isnull=False),
                name="call_submitted_with_time",
            ),
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__lte=10000), name="call_score_range"),
            models.CheckConstraint(
                condition=Q(would_call_again__isnull=True) | Q(would_call_again__lte=10), name="call_again_range"
            ),
        ]
        indexes = [
            # The cell of stored sums that a change touches, and the calls behind a figure.
            models.Index(fields=["department", "local_date", "state"], name="call_department_day"),
            models.Index(fields=["organisation", "state", "local_date", "id"], name="call_state_day"),
            models.Index(fields=["evaluator", "state", "changed_at"], name="call_evaluator_state"),
            models.Index(fields=["wave", "kind", "state", "department"], name="call_wave_progress"),
            models.Index(fields=["organisation", "local_date"], condition=Q(unfit_count__gt=0), name="call_unfit_day"),
            # What figures leave out: few among many, and found without looking at those that count.
            models.Index(
                fields=["organisation", "local_date", "department", "kind", "state", "scenario"],
                condition=~Q(kind="field", state="approved"),
                name="call_not_counting",
            ),
            # Holds all that figures of a fate or of evaluators are made of, since no stored sums tell them apart in every way.
            models.Index(
                fields=[
                    "organisation",
                    "fate",
                    "local_date",
                    "department",
                    "state",
                    "kind",
                    "wave",
                    "week_start",
                    "scenario",
                    "version",
                    "outcome",
                    "seconds_to_answer",
                    "would_call_again",
                    "score",
                    "content",
                    "experience",
                    "critical",
                    "greeting",
                    "phrasing",
                    "callback_score",
                    "listening",
                    "tone",
                    "other",
                    "evaluator",
                ],
                name="call_fate_figures",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people read out: short, no letters that look alike."""
        return self.reference_of(self.pk)

    @staticmethod
    def reference_of(pk: int) -> str:
        return f"KB-{pk:06d}"

    @property
    def recall_minutes(self) -> float | None:
        """From hanging up to the first answer; less than 0 when it was filled in during the call."""
        if self.ended_at is None or self.first_answer_at is None:
            return None
        return (self.first_answer_at - self.ended_at).total_seconds() / 60

    @property
    def is_editable(self) -> bool:
        return self.state in self.EDITABLE

    @property
    def facts(self) -> dict[str, object]:
        return self.scenario.facts

    def measure(self, name: str) -> int | None:
        """A score column by the measure's name ("callback" is stored as `callback_score`)."""
        value: int | None = getattr(self, measure_column(name))
        return value

    def place_in_time(self, zone: dt.tzinfo) -> None:
        """Sets the local date and the Monday of its ISO week from `called_at`."""
        self.local_date = self.called_at.astimezone(zone).date()
        self.week_start = self.local_date - dt.timedelta(days=self.local_date.weekday())


def measure_column(name: str) -> str:
    return "callback_score" if name == "callback" else name


class Callback(models.Model):
    """A callback promised in a call. What happened to it is in its events; its state follows from them."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="callback")
    promised_at = models.DateTimeField(_("promised"))
    due_at = models.DateTimeField(_("due"))
    who = models.CharField(_("who would call"), max_length=120, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        indexes = [models.Index(fields=["promised_at"], name="callback_promised")]

    def __str__(self) -> str:
        return str(self.call)

    @property
    def terms(self) -> promises.Terms:
        """What was promised; needs the call with its organisation."""
        house = self.call.organisation
        return promises.Terms(self.promised_at, self.due_at, house.callback_grace_hours, house.callback_window_hours)

    def outcome(self, *, at: dt.datetime) -> promises.Outcome:
        """What became of it as far as known at `at`; reads its events, prefetched or not."""
        known = [promises.Event(event.kind, event.happened_at) for event in self.events.all()]
        return promises.outcome(self.terms, known, at=at)


class CallbackEvent(models.Model):
    """What an evaluator recorded about a promise: the call came, or it did not."""

    class Kind(models.TextChoices):
        CAME = "came", _("the call came")
        NOT_COME = "not_come", _("no call came")

    callback = models.ForeignKey(Callback, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    happened_at = models.DateTimeField(_("when"))
    by_whom = models.CharField(_("by whom"), max_length=120, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("callback event")
        verbose_name_plural = _("callback events")
        ordering = ["recorded_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["came", "not_come"]), name="callback_event_kind")]

    def __str__(self) -> str:
        return self.kind


class Conflict(models.Model):
    """Other content sent under a call's id: kept until a person has chosen, so that neither side is lost."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="conflicts")
    answers = models.JSONField()
    # Whom was called, when and in which wave, by primary key: {"wave": 3, "department": 8, ...}.
    facts = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("conflicting copy")
        verbose_name_plural = _("conflicting copies")
        constraints = [models.UniqueConstraint(F("call"), F("content_hash"), name="conflict_copy_once")]

    def __str__(self) -> str:
        return str(self.call)
