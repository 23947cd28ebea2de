"""A reader's letters with how far each is, and the schedules that letters are made and sent by."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from surveys.models import Organisation, User

MOST_TITLE: Final = 120
MOST_QUERY: Final = 2000


class LetterSchedule(models.Model):
    """Who gets a letter when: after each week, month or quarter that is over, or at the close of each wave.

    `query` narrows what it is of; the period comes of itself. Each reader gets their own letter, made within their own rights.
    """

    class Every(models.TextChoices):
        WEEK = "week", pgettext_lazy("letters", "every week")
        MONTH = "month", pgettext_lazy("letters", "every month")
        QUARTER = "quarter", pgettext_lazy("letters", "every quarter")
        WAVE = "wave", pgettext_lazy("letters", "when a wave closes")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    readers = models.ManyToManyField(User, related_name="+")
    title = models.CharField(max_length=MOST_TITLE)
    every = models.CharField(max_length=7, choices=Every.choices)
    query = models.CharField(max_length=MOST_QUERY, blank=True)
    is_active = models.BooleanField(default=True)
    due_at = models.DateTimeField(null=True, help_text="when its next letters are made; null of waves")
    last_closing = models.BigIntegerField(
        default=0, help_text="the newest entry of the log about a wave's close that was acted upon"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every="wave", due_at=None)
                | Q(every__in=["week", "month", "quarter"], due_at__isnull=False),
                name="letter_schedule_every_known",
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(is_active=True), name="letter_schedule_due")]

    def __str__(self) -> str:
        return self.title


class Letter(models.Model):
    """One reader's letter of one choice. `rights` are those it was made with: whoever has fewer of them now is not given it.

    `occasion` is what a schedule made it for, such as "2026-03-01/2026-03-31": one letter each for a reader.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("letter", "waiting")
        MAKING = "making", pgettext_lazy("letter", "being made")
        DONE = "done", pgettext_lazy("letter", "ready")
        FAILED = "failed", pgettext_lazy("letter", "failed")
        CANCELLED = "cancelled", pgettext_lazy("letter", "cancelled")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    schedule = models.ForeignKey(LetterSchedule, on_delete=models.SET_NULL, null=True, related_name="+")
    occasion = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=MOST_TITLE)
    query = models.CharField(max_length=MOST_QUERY, blank=True)
    language = models.CharField(max_length=2)
    rights = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0, help_text="how often it was begun")
    heartbeat_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=400, blank=True, help_text="a code, or a sentence of what makes the document")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    sending_since = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    # The last column: reading the others does not pass through it.
    content = models.BinaryField(default=b"")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "reader", "occasion"], name="letter_occasion_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "making", "done", "failed", "cancelled"]), name="letter_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="making", heartbeat_at__isnull=False) | ~Q(state="making"), name="letter_making_beats"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state__in=["waiting", "making"]), name="letter_to_make"),
            models.Index(
                fields=["asked_at"],
                condition=Q(state="done", mailed_at=None, schedule__isnull=False),
                name="letter_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.title
