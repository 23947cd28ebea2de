"""What is planned: scenarios, waves and their quota, and the assignments that come of them."""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.querysets import AssignmentQuerySet, QuotaQuerySet, ScenarioQuerySet, WaveQuerySet

from .checklists import ChecklistVersion
from .people import Department, Organisation, User


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
    # Scenarios of one problem belong together: its calm and its dominant caller make a pair, its attempts a chain.
    problem = models.SlugField(
        _("problem"),
        max_length=60,
        blank=True,
        help_text=_("The same word on scenarios that bring the same problem: they can be planned as pairs or chains."),
    )
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


def default_weekdays() -> list[int]:
    return [1, 2, 3, 4, 5]


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
    second_share = models.PositiveSmallIntegerField(
        _("share scored twice, in per cent"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("Of the calls that were recorded or heard by two; the second evaluator does not know."),
    )
    unassigned_allowed = models.BooleanField(_("evaluators may log calls that were not assigned to them"), default=True)
    calls_per_evaluator = models.PositiveSmallIntegerField(
        _("most calls of one evaluator to one department"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("So that a voice is not recognised. Empty: no limit."),
    )
    # When departments are called: ISO weekdays (1 is Monday) and the clock of the organisation.
    weekdays = models.JSONField(_("days"), default=default_weekdays)
    calls_from = models.TimeField(_("from"), default=dt.time(9))
    calls_until = models.TimeField(pgettext_lazy("time", "until"), default=dt.time(17))
    # The plan is made by chance that can be repeated.
    seed = models.PositiveIntegerField(default=1, editable=False)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="wave_name_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="wave_ends_after_start"),
            models.CheckConstraint(condition=Q(state__in=["planned", "open", "closed"]), name="wave_state_known"),
            models.CheckConstraint(condition=Q(second_share__lte=100), name="wave_second_share"),
            models.CheckConstraint(condition=Q(calls_until__gt=F("calls_from")), name="wave_hours_in_order"),
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


class Quota(models.Model):
    """How many calls, pairs or chains a wave needs of one department."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("calls")
        PAIR = "pair", _("matched pairs")
        CHAIN = "chain", _("chains")

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="quotas")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.SINGLE)
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    problem = models.SlugField(_("problem"), max_length=60, blank=True)
    target = models.PositiveSmallIntegerField(_("number"))

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "department", "scenario"], condition=Q(kind="single"), name="quota_scenario_once"
            ),
            models.UniqueConstraint(
                fields=["wave", "department", "kind", "problem"], condition=~Q(kind="single"), name="quota_problem_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="single", scenario__isnull=False, problem="")
                | Q(kind__in=["pair", "chain"], scenario__isnull=True) & ~Q(problem=""),
                name="quota_kind_and_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.scenario or self.problem}: {self.target}"


class AssignmentGroup(models.Model):
    """Calls that are compared with each other: a matched pair, or the attempts of one complaint in their order."""

    class Kind(models.TextChoices):
        PAIR = "pair", _("matched pair")
        CHAIN = "chain", _("chain")

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="groups")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    problem = models.SlugField(max_length=60)
    within_days = models.PositiveSmallIntegerField(default=5)

    class Meta:
        verbose_name = _("group of calls")
        verbose_name_plural = _("groups of calls")
        constraints = [models.CheckConstraint(condition=Q(kind__in=["pair", "chain"]), name="group_kind_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.problem}"


class Assignment(models.Model):
    """One call to be made, or one recording to be scored, by one evaluator in a time window.

    Whether it has expired follows from the time: open and past `until`. `purpose` is never shown to an evaluator: a blind
    second scoring and a gold call look like any other recording to be scored.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("not handed out")
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DONE = "done", _("done")
        HANDED_BACK = "handed_back", _("handed back")
        CANCELLED = "cancelled", _("cancelled")

    class Purpose(models.TextChoices):
        FIELD = "field", _("field call")
        SECOND = "second", _("second scoring")
        GOLD = "gold", _("gold call")
        CALIBRATION = "calibration", _("calibration")

    OPEN = (State.PLANNED, State.OFFERED, State.ACCEPTED)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assignments")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="assignments")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="+")
    evaluator = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("evaluator")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.FIELD, editable=False)
    starts_at = models.DateTimeField(_("not before"))
    until = models.DateTimeField(_("not after"))
    group = models.ForeignKey(
        AssignmentGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="assignments"
    )
    position = models.PositiveSmallIntegerField(default=1)
    recording = models.ForeignKey(
        "Recording", on_delete=models.PROTECT, null=True, blank=True, related_name="heard_in", editable=False
    )
    source_call = models.ForeignKey(
        "Call", on_delete=models.PROTECT, null=True, blank=True, related_name="scored_again_in", editable=False
    )
    gold = models.ForeignKey(
        "GoldCall", on_delete=models.PROTECT, null=True, blank=True, related_name="assignments", editable=False
    )
    session = models.ForeignKey(
        "CalibrationSession",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        editable=False,
    )
    hand_back_reason = models.TextField(_("why it was handed back"), blank=True, editable=False)
    extended = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["until", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["planned", "offered", "accepted", "done", "handed_back", "cancelled"]),
                name="assignment_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"]) | Q(evaluator__isnull=False),
                name="assignment_has_evaluator",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("starts_at")), name="assignment_window_in_order"),
            models.CheckConstraint(
                condition=Q(purpose="field", gold__isnull=True, session__isnull=True)
                | Q(purpose="second", source_call__isnull=False)
                | Q(purpose="gold", gold__isnull=False)
                | Q(purpose="calibration", session__isnull=False),
                name="assignment_purpose_and_source",
            ),
            # Never two second scorings of a call, and nobody is given the same gold call twice.
            models.UniqueConstraint(
                fields=["source_call"],
                condition=Q(purpose="second", state__in=["planned", "offered", "accepted", "done"]),
                name="assignment_second_once",
            ),
            models.UniqueConstraint(
                fields=["gold", "evaluator"], condition=Q(purpose="gold"), name="assignment_gold_once"
            ),
        ]
        indexes = [
            models.Index(fields=["evaluator", "state", "until"], name="assignment_evaluator"),
            models.Index(fields=["wave", "department", "scenario", "state"], name="assignment_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.scenario}"

    @property
    def is_listening(self) -> bool:
        """Whether the evaluator scores what was heard before, instead of making a call."""
        return self.purpose != self.Purpose.FIELD

    def is_open_at(self, at: dt.datetime) -> bool:
        return self.state in self.OPEN and at < self.until

    def has_expired_at(self, at: dt.datetime) -> bool:
        return self.state in self.OPEN and at >= self.until
