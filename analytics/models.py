"""Stored sums: one row per local day, department, checklist version, scenario and wave.

Every figure of a dashboard derives from these additive parts: counts, sums and sums of squares of integer scores
(hundredths of a point), so adding rows is exact in any order. Rows are kept by recomputing the touched cell
(`analytics.rollups`), never by adding differences.
"""

from django.db import models

from surveys.models import ChecklistVersion, Department, Organisation, Scenario, Wave

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


class DailySum(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+", db_index=False)
    local_date = models.DateField()
    week_start = models.DateField()
    version = models.ForeignKey(ChecklistVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+", db_index=False)
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="+", db_index=False)

    n_calls = models.PositiveIntegerField(default=0)
    n_passed = models.PositiveIntegerField(default=0)
    n_failed = models.PositiveIntegerField(default=0)
    n_left_to_fate = models.PositiveIntegerField(default=0)
    n_promised = models.PositiveIntegerField(default=0)
    n_kept = models.PositiveIntegerField(
        default=0, help_text="promised callbacks that came within the organisation's window"
    )
    n_timed = models.PositiveIntegerField(default=0, help_text="calls with seconds to answer")
    n_prompt = models.PositiveIntegerField(default=0, help_text="of these, answered within 15 seconds")
    n_again = models.PositiveIntegerField(default=0)
    sum_again = models.PositiveIntegerField(default=0)
    squares_again = models.PositiveIntegerField(default=0)

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

    # By item code: how often scored, how often N/A, sum of points 0..100, sum of points lost in hundredths.
    items = models.JSONField(default=dict)
    # By fate: how many calls ended so.
    fates = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "local_date", "version", "scenario", "wave"], name="daily_sum_cell_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "local_date"], name="daily_sum_organisation_day")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.local_date}: {self.n_calls}"
