"""Who did what, when, why: append-only; triggers refuse changes and deletion."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.querysets import AuditQuerySet

from .people import Organisation, User


class AuditEntry(models.Model):
    """`changes` is {"field": [before, after]}; `subject` is the model's name, `subject_id` its key."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["subject", "subject_id", "at"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id}"
