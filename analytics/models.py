"""Stored sums: what the dashboards add up instead of the calls. And what was changed on purpose: `Intervention`.

Additive parts only: counts, sums and sums of squares of integer scores (hundredths of a point), and counts by value. So
rows may be added up in any order, exactly, and every figure derives from them. Five tables, each kept by counting the
touched cells anew (`analytics.rollups`), never by adding differences.

The grain, and why (measured at 1,000,000 and 10,000,000 calls of 60 departments; README, Benchmarks):

`DailySum`, a cell: a local day, department, checklist version, scenario and wave. It answers every filter of what was
    planned. With many departments and scenarios a cell holds few calls, so it saves little work by itself.
`SliceSum`, the same slices by week and month: a year of one caller style is a quarter of the rows, or less.
`SpanSum`, a department's day, week or month, all versions, scenarios and waves together: what is looked at most. A quarter
    is some twelve weeks and a few days instead of thousands of cells, however many calls there are.
`WeeklyDetail`, the same slices as a cell, by week: what is counted by question, phrase, score, delay and hour. A document each;
    by day these would take more room than the calls' own. What part of a week holds is counted from the calls.
`DepartmentDetail`, a department's week, all scenarios and waves together: an eighth of the documents to read.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import analytics.letters.models  # noqa: F401 - Django looks for an app's models here
from analytics.fields import DocumentField
from surveys.models import Call, ChecklistVersion, Department, Organisation, Scenario, User, Wave

# What a row holds n, sum and squares of; each is a score column of a call.
SUMMED = (
    "score",
    "content",
    "experience",
    "critical",
    "greeting",
    "phrasing",
    "callback",
    "listening",
    "tone",
    "other",
)
FATES = tuple(Call.Fate.values)
SPANS = ("day", "week", "month")
# Scores are spread over bins of five points; the highest holds 100 too.
BIN = 500
BINS = 20


class Sums(models.Model):
    """The additive parts of some calls."""

    n_calls = models.PositiveIntegerField(default=0)
    n_passed = models.PositiveIntegerField(default=0)
    n_failed = models.PositiveIntegerField(default=0)
    n_left_to_fate = models.PositiveIntegerField(default=0)
    n_promised = models.PositiveIntegerField(default=0)
    n_kept = models.PositiveIntegerField(
        default=0, help_text="promised callbacks that came within the organisation's window"
    )
    n_called_back = models.PositiveIntegerField(
        default=0, help_text="calls that ended in an agreed callback, which came within the published 24 hours"
    )
    n_timed = models.PositiveIntegerField(default=0, help_text="calls with seconds to answer")
    n_prompt = models.PositiveIntegerField(default=0, help_text="of these, answered within 15 seconds")
    n_again = models.PositiveIntegerField(default=0)
    sum_again = models.PositiveIntegerField(default=0)
    squares_again = models.PositiveIntegerField(default=0)

    n_fate_helped = models.PositiveIntegerField(default=0)
    n_fate_right_person = models.PositiveIntegerField(default=0)
    n_fate_colleague = models.PositiveIntegerField(default=0)
    n_fate_voicemail = models.PositiveIntegerField(default=0)
    n_fate_callback_agreed = models.PositiveIntegerField(default=0)
    n_fate_ring_again = models.PositiveIntegerField(default=0)
    n_fate_disconnected = models.PositiveIntegerField(default=0)
    n_fate_unanswered = models.PositiveIntegerField(default=0)

    n_score = models.PositiveIntegerField(default=0)
    sum_score = models.BigIntegerField(default=0)
    squares_score = models.BigIntegerField(default=0)
    n_content = models.PositiveIntegerField(default=0)
    sum_content = models.BigIntegerField(default=0)
    squares_content = models.BigIntegerField(default=0)
    n_experience = models.PositiveIntegerField(default=0)
    sum_experience = models.BigIntegerField(default=0)
    squares_experience = models.BigIntegerField(default=0)
    n_critical = models.PositiveIntegerField(default=0)
    sum_critical = models.BigIntegerField(default=0)
    squares_critical = models.BigIntegerField(default=0)
    n_greeting = models.PositiveIntegerField(default=0)
    sum_greeting = models.BigIntegerField(default=0)
    squares_greeting = models.BigIntegerField(default=0)
    n_phrasing = models.PositiveIntegerField(default=0)
    sum_phrasing = models.BigIntegerField(default=0)
    squares_phrasing = models.BigIntegerField(default=0)
    n_callback = models.PositiveIntegerField(default=0)
    sum_callback = models.BigIntegerField(default=0)
    squares_callback = models.BigIntegerField(default=0)
    n_listening = models.PositiveIntegerField(default=0)
    sum_listening = models.BigIntegerField(default=0)
    squares_listening = models.BigIntegerField(default=0)
    n_tone = models.PositiveIntegerField(default=0)
    sum_tone = models.BigIntegerField(default=0)
    squares_tone = models.BigIntegerField(default=0)
    n_other = models.PositiveIntegerField(default=0)
    sum_other = models.BigIntegerField(default=0)
    squares_other = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


# The names of all additive columns, in the order of the table.
COUNTED = tuple(field.name for field in Sums._meta.local_fields)


class DailySum(Sums):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    local_date = models.DateField()
    week_start = models.DateField()
    version = models.ForeignKey(ChecklistVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+", db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "local_date", "version", "scenario", "wave"], name="daily_sum_cell_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "local_date"], name="daily_sum_organisation_day")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.local_date}: {self.n_calls}"


class SpanSum(Sums):
    """`local_date` is the first day of the span and `week_start` the Monday before it; `newest` the day of its last call."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    span = models.CharField(max_length=5)
    local_date = models.DateField()
    week_start = models.DateField()
    newest = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "span", "local_date"], name="span_sum_once"),
            models.CheckConstraint(condition=Q(span__in=SPANS), name="span_sum_span_known"),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.span} {self.local_date}: {self.n_calls}"


class SliceSum(Sums):
    """A slice's week or month; the dates are as those of `SpanSum`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    span = models.CharField(max_length=5)
    local_date = models.DateField()
    week_start = models.DateField()
    newest = models.DateField()
    version = models.ForeignKey(ChecklistVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+", db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "span", "local_date", "version", "scenario", "wave"], name="slice_sum_once"
            ),
            models.CheckConstraint(condition=Q(span__in=SPANS[1:]), name="slice_sum_span_known"),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.span} {self.local_date}: {self.n_calls}"


class Documents(models.Model):
    """What was counted by key; see `analytics.details` for what the documents hold.

    `oldest` and `newest` are the days of the first and the last of its calls: where both lie in a period, so do all.
    """

    oldest = models.DateField()
    newest = models.DateField()
    items = DocumentField(default=dict)
    phrases = DocumentField(default=dict)
    bins = DocumentField(default=dict)
    waits = DocumentField(default=dict)
    hours = DocumentField(default=dict)
    marks = DocumentField(default=dict)

    class Meta:
        abstract = True


class WeeklyDetail(Documents):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    week_start = models.DateField()
    version = models.ForeignKey(ChecklistVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+", db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "week_start", "version", "scenario", "wave"], name="weekly_detail_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.department_id} week of {self.week_start}"


class DepartmentDetail(Documents):
    """The same of a department's whole week on one checklist version."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    week_start = models.DateField()
    version = models.ForeignKey(ChecklistVersion, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "week_start", "version"], name="department_detail_once")
        ]

    def __str__(self) -> str:
        return f"{self.department_id} week of {self.week_start}"


class Rebuild(models.Model):
    """How far making all sums of an organisation anew has come; gone when it is done. `following` is the next block's Monday."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="+")
    first = models.DateField()
    following = models.DateField()
    last = models.DateField()

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.following}"


class SavedView(models.Model):
    """A page of results with its filters, under a name. It holds no figures: whoever opens it sees it by their own rights."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    page = models.CharField(max_length=40, help_text='"overview", or the page\'s name in its address')
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(default=False, help_text="for all who read results of the organisation")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "owner", "name"], name="saved_view_named_once")]

    def __str__(self) -> str:
        return self.name


class Intervention(models.Model):
    """What was changed on purpose on a day: a training, a new script. Without a department it is of all at once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    day = models.DateField()
    name = models.CharField(max_length=80)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="intervention_named"),
            models.UniqueConstraint(
                fields=["department", "day", "name"], condition=Q(department__isnull=False), name="intervention_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "day", "name"], condition=Q(department=None), name="intervention_of_all_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Alert(models.Model):
    """Something a reader was told, once. `facts` are figures, not words: it is said in the language of whoever reads it.

    `key` makes it unique for its reader. What may go on (a signal, a missed target) is `about` the same thing from period to
    period: `held_until` moves along with it, and it is told anew only after a period in which it did not hold.
    """

    class Kind(models.TextChoices):
        SIGNAL = "signal", _("Control chart signal")
        TARGET = "target", _("Missed target")
        FAIL = "fail", _("Call failed as a whole")
        BROKEN = "broken", _("Broken promise")
        QUOTA = "quota", _("Wave behind its quota")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    about = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    held_until = models.DateField(null=True, help_text="the first day of the newest period in which it still held")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    by_email = models.BooleanField(default=False, help_text="whether its reader wanted it by e-mail when it was made")
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reader", "kind", "key"], name="alert_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["signal", "target", "fail", "broken", "quota"]), name="alert_kind_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "reader"],
                condition=Q(by_email=True, mailed_at=None, seen_at=None),
                name="alert_to_mail",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class AlertChoice(models.Model):
    """What a reader chose for a kind of alert; without a row the defaults of `alerts.choices` hold."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Alert.Kind.choices)
    in_product = models.BooleanField(default=True)
    by_email = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reader", "kind"], name="alert_choice_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["signal", "target", "fail", "broken", "quota"]), name="alert_choice_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.in_product}, {self.by_email}"


class AlertPost(models.Model):
    """A reader's alerts by e-mail: when none may come, on the organisation's clock, and since when somebody is sending them."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    sending_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reader"], name="alert_post_once"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=models.F("quiet_until")),
                name="alert_post_quiet_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiet_from} {self.quiet_until}"


class AlertRound(models.Model):
    """The day on which an organisation's figures were looked at last for alerts, and since when somebody is doing so."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(null=True)
    begun_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.day}"
