"""What people were reminded of by e-mail, so that nobody is reminded twice."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import User


class Reminder(models.Model):
    """One mail of a kind to one person on one day. Its row is written before the mail leaves: whoever writes it sends it."""

    class Kind(models.TextChoices):
        OFFERED = "offered", _("newly offered")
        DUE = "due", _("due soon")
        EXPIRED = "expired", _("expired")
        CALLBACKS = "callbacks", _("callbacks due")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    day = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "day"], name="reminder_once_a_day"),
            models.CheckConstraint(
                condition=Q(kind__in=["offered", "due", "expired", "callbacks"]), name="reminder_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"
