"""Who takes part: users, organisations, their departments and memberships."""

import re
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.querysets import (
    ClearanceQuerySet,
    DepartmentQuerySet,
    InvitationQuerySet,
    MembershipQuerySet,
    OrganisationQuerySet,
    TokenQuerySet,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Control characters, halves of characters, and what Unicode says is none.
# No names hold them: control characters, what turns the way of reading, breaks of lines, and what stands for nothing.
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff\U0001fffe\U0001ffff]"
)
DIMENSIONS = ("greeting", "phrasing", "callback", "listening", "tone")
# Figures of fewer calls could be traced to one of them.
SMALLEST_GROUP = 3


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address. What they may do is said by their memberships."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=2, blank=True, choices=[("nl", _("Dutch")), ("en", _("English"))]
    )
    reminders = models.BooleanField(_("reminders by e-mail"), default=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


def check_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(
            _("%(value)s is not a time zone; choose one such as Europe/Amsterdam."), params={"value": value}
        )


class Organisation(models.Model):
    """The company whose telephone answering is tested."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Amsterdam", validators=[check_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=2, default="nl", choices=[("nl", _("Dutch")), ("en", _("English"))]
    )
    min_group_size = models.PositiveSmallIntegerField(
        _("smallest group shown"),
        default=5,
        validators=[MinValueValidator(SMALLEST_GROUP), MaxValueValidator(100)],
        help_text=_("Readers of totals only see figures of at least this many calls."),
    )
    self_approve = models.BooleanField(
        _("submitted calls approve themselves"),
        default=False,
        help_text=_("For an organisation without reviewers."),
    )
    callback_window_hours = models.PositiveSmallIntegerField(
        _("hours within which a promised callback must come"), default=24
    )
    callback_grace_hours = models.PositiveSmallIntegerField(
        _("hours of grace before a promised callback is broken"), default=2, validators=[MaxValueValidator(168)]
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("days within which a department may appeal"), default=14, validators=[MaxValueValidator(365)]
    )
    recordings_on = models.BooleanField(
        _("calls may be recorded"),
        default=False,
        help_text=_("Takes a consent to recordings on file and a number of days after which they are erased."),
    )
    recording_days = models.PositiveSmallIntegerField(
        _("days that recordings are kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    retention_months = models.PositiveSmallIntegerField(_("months that quotes and remarks are kept"), default=24)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [models.CheckConstraint(condition=Q(min_group_size__gte=1), name="organisation_group_size")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Clearance(models.Model):
    """A paper on file without which a step may not be taken: consents, the DPIA, what staff were told."""

    class Kind(models.TextChoices):
        WORKS_COUNCIL = "works_council", _("consent of the works council")
        DPIA = "dpia", _("data protection impact assessment (DPIA)")
        STAFF_TOLD = "staff_told", _("staff were told that test calls happen")
        RECORDING = "recording", _("consent to recordings")

    NEEDED_FOR_WAVES = (Kind.WORKS_COUNCIL, Kind.DPIA, Kind.STAFF_TOLD)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="clearances")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    dated_on = models.DateField(_("date"))
    document = models.CharField(
        _("document"), max_length=200, help_text=_("Its number, title or address, so that it can be found.")
    )
    given_by = models.CharField(_("by whom"), max_length=120)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper on file")
        verbose_name_plural = _("papers on file")
        ordering = ["-dated_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["works_council", "dpia", "staff_told", "recording"]), name="clearance_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("dated_on")), name="clearance_valid_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.document}"


def target_field(label: "StrPromise") -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(10000)])


class Department(models.Model):
    """A unit of the organisation that is called. Targets are hundredths of a point, 0..10000."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="departments")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    phone_numbers = models.JSONField(_("telephone numbers"), default=list, blank=True)
    target = target_field(_("target"))
    target_greeting = target_field(_("target for greeting"))
    target_phrasing = target_field(_("target for phrasing"))
    target_callback = target_field(_("target for callback"))
    target_listening = target_field(_("target for listening"))
    target_tone = target_field(_("target for tone"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(F("organisation"), Lower("code"), name="department_code_once"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="department_not_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__lte=10000), name="department_target_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """No character in its name that cannot be seen: it breaks what is made of the name elsewhere."""
        if found := UNSEEN.search(self.name):
            message = _(
                "After “%(before)s” stands a character that cannot be seen. Take it away, or type the name anew."
            )
            before = {"before": self.name[: found.start()][-20:]}
            raise ValidationError({"name": ValidationError(message, code="unseen", params=before)})

    def target_for(self, measure: str) -> int | None:
        """The target of a measure in hundredths: the dimension's own where set, else the department's."""
        own: int | None = getattr(self, f"target_{measure}", None) if measure in DIMENSIONS else None
        return self.target if own is None else own


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("administrator")
    COORDINATOR = "coordinator", _("coordinator")
    REVIEWER = "reviewer", _("reviewer")
    EVALUATOR = "evaluator", _("evaluator")
    MANAGER = "manager", _("manager")
    ANALYST = "analyst", _("analyst")
    WORKS_COUNCIL = "works_council", _("works council")


class Membership(models.Model):
    """A user's role in an organisation. A manager's departments include all below them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    departments = models.ManyToManyField(Department, blank=True, related_name="managers", verbose_name=_("departments"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Invitation(models.Model):
    """A way in by e-mail: the link carries a secret of which only the hash is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    departments = models.ManyToManyField(Department, blank=True, related_name="+", verbose_name=_("departments"))
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known")]

    def __str__(self) -> str:
        return self.email


class ApiToken(models.Model):
    """A key for other systems: acts as its user, within its scope and departments. The secret is shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("read and write")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scope = models.CharField(pgettext_lazy("token", "may"), max_length=10, choices=Scope.choices, default=Scope.READ)
    departments = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("only these departments")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [models.CheckConstraint(condition=Q(scope__in=["read", "write"]), name="token_scope_known")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
