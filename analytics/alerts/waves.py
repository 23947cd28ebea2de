"""Open waves that fall behind their quota: once when they do, and once when their last day passed and calls are lacking."""

import datetime as dt

from analytics.alerts.finding import Finding
from analytics.models import Alert
from surveys.models import Department, Organisation, Wave
from surveys.progress import Standing

# A wave that has only begun is not behind yet, nor is one that is nearly as far as its days.
BEGUN, BEHIND = 25, 10
"""Per cent of the days that are over, and percentage points that the calls lag behind these."""
NAMED = 3


def find(organisation: Organisation, *, at: dt.datetime) -> list[Finding]:
    today = at.astimezone(organisation.zone).date()
    waves = Wave.objects.filter(organisation=organisation, starts_on__lt=today).open().order_by("pk")
    judged = (_judged(wave, today=today, at=at) for wave in waves)
    return [found for found in judged if found is not None]


def _judged(wave: Wave, *, today: dt.date, at: dt.datetime) -> Finding | None:
    over = days_over(wave, today)
    standing = Standing(wave, at=at)
    total = standing.total
    ended = today > wave.ends_on
    if not total.remaining or over < BEGUN or (not ended and total.percent > over - BEHIND):
        return None
    worst = sorted(standing.lines, key=lambda line: (-line.remaining, line.department))[:NAMED]
    names = dict(Department.objects.filter(pk__in=[line.department for line in worst]).values_list("pk", "name"))
    return Finding(
        kind=Alert.Kind.QUOTA,
        about=f"wave:{wave.pk}:{'short' if ended else 'behind'}",
        facts={
            "wave": wave.pk,
            "name": wave.name,
            "target": total.target,
            "made": total.target - total.remaining,
            "percent": total.percent,
            "over": over,
            "ended": wave.ends_on.isoformat() if ended else None,
            "to_plan": sum(cell.to_plan * cell.size for cell in standing.cells),
            "lacking": [[names[line.department], line.remaining] for line in worst if line.remaining],
        },
    )


def days_over(wave: Wave, today: dt.date) -> int:
    """Which part of the wave's days of calling lies before today, in whole per cent; 100 when none is left."""
    length = (wave.ends_on - wave.starts_on).days + 1
    days = [wave.starts_on + dt.timedelta(days=place) for place in range(length)]
    called = [day for day in days if day.isoweekday() in wave.weekdays] or days
    return 100 * sum(day < today for day in called) // len(called)
