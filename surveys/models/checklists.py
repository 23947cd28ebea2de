"""What is asked: checklists, their versions, and the phrase bank."""

from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys import definition
from surveys.querysets import ChecklistQuerySet, ChecklistVersionQuerySet, PhraseQuerySet

from .people import Organisation, User


class Checklist(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="checklists")
    code = models.SlugField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        constraints = [models.UniqueConstraint(F("organisation"), Lower("code"), name="checklist_code_once")]

    def __str__(self) -> str:
        return self.name


class ChecklistVersion(models.Model):
    """One document of sections and items (`surveys.definition`). Published, it never changes.

    `clean` says so to whoever fills in a form; the triggers of `surveys.guards` refuse every other way, `save` included.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    document = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ChecklistVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist version")
        verbose_name_plural = _("checklist versions")
        ordering = ["checklist", "number"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False),
                name="version_published_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist} v{self.number}"

    def clean(self) -> None:
        super().clean()
        if self.pk and ChecklistVersion.objects.published().filter(pk=self.pk).exists():
            raise ValidationError(_("A published version never changes. Make a new version of the checklist."))

    @property
    def organisation_id(self) -> int:
        """Whose it is, for the audit log."""
        return self.checklist.organisation_id

    @cached_property
    def definition(self) -> definition.Definition:
        if self.state == self.State.PUBLISHED and self.pk:
            return definition_of(self)
        return definition.parse(self.document)


_parsed: dict[tuple[int, object], definition.Definition] = {}


def definition_of(version: ChecklistVersion) -> definition.Definition:
    """A published version's parsed document; parsed once a process, since it cannot change."""
    key = (version.pk, version.published_at)
    if key not in _parsed:
        if len(_parsed) > 256:
            _parsed.clear()
        _parsed[key] = definition.parse(version.document)
    return _parsed[key]


class Phrase(models.Model):
    """An entry of the phrase bank. Texts are by language: {"nl": "...", "en": "..."}."""

    class Kind(models.TextChoices):
        HARMFUL = "harmful", _("harmful")
        EXEMPLARY = "exemplary", _("exemplary")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="phrases")
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.JSONField(_("phrase"))
    better = models.JSONField(_("better wording"), default=dict, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="phrase_code_once"),
            models.CheckConstraint(condition=Q(kind__in=["harmful", "exemplary"]), name="phrase_kind_known"),
        ]

    def __str__(self) -> str:
        return self.code
