"""What departments say about approved calls: appeals, and that they have read them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.querysets import AcknowledgementQuerySet, AppealQuerySet

from .calls import Call
from .people import User


class Appeal(models.Model):
    """A department's objection to an approved call; another person decides.

    `items` are the codes of the questions objected to. `rescored` is {"score": [before, after], ...} in hundredths, and the
    answers that were changed, once an appeal was upheld.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for a decision")
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="appeals")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(_("reason"))
    items = models.JSONField(_("questions"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(_("decision"), blank=True)
    rescored = models.JSONField(default=dict)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["raised_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["call"], condition=Q(state="open"), name="appeal_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "upheld", "rejected", "withdrawn"]), name="appeal_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "rejected"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("raised_by")),
                name="appeal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.call)


class Acknowledgement(models.Model):
    """A manager has read an approved call of the department."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="acknowledgements")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(_("note"), blank=True)

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints = [models.UniqueConstraint(fields=["call", "by"], name="acknowledged_once")]

    def __str__(self) -> str:
        return str(self.call)
