"""A calibration session ends by itself when every seat is filled that can be."""

import datetime as dt

from surveys.models import Assignment, CalibrationSeat, CalibrationSession
from surveys.trail import record


def close_when_full(session: int, *, at: dt.datetime) -> bool:
    """Once the last scoring is in, all of them are shown to everybody who took part.

    When the recording has been erased, the last is the last of those that were begun before.
    """
    # Held before it is counted: of the last two who hand in at once, the second sees the seat of the first.
    known = CalibrationSession.objects.select_for_update(no_key=True).get(pk=session)
    if known.state != CalibrationSession.State.OPEN:
        return False
    is_full = not CalibrationSeat.objects.filter(session=session, call=None).exists()
    if not is_full and not _is_over(session):
        return False
    CalibrationSession.objects.filter(pk=session).update(state=CalibrationSession.State.CLOSED, closed_at=at)
    record(
        known,
        action="session closed",
        by=None,
        at=at,
        reason="everybody is in" if is_full else "the recording was erased",
    )
    return True


def _is_over(session: int) -> bool:
    """Whether nobody has anything to do in it any more, nor can."""
    work = Assignment.objects.filter(session=session)
    return work.filter(recording__erased_at__isnull=False).exists() and not work.open().exists()
