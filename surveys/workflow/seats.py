"""A calibration session ends by itself when every seat is filled."""

import datetime as dt

from surveys.models import CalibrationSeat, CalibrationSession
from surveys.trail import record


def close_when_full(session: int, *, at: dt.datetime) -> bool:
    """Once the last scoring is in, all of them are shown to everybody who took part."""
    # Held before it is counted: of the last two who hand in at once, the second sees the seat of the first.
    known = CalibrationSession.objects.select_for_update(no_key=True).get(pk=session)
    if known.state != CalibrationSession.State.OPEN:
        return False
    if CalibrationSeat.objects.filter(session=session, call=None).exists():
        return False
    CalibrationSession.objects.filter(pk=session).update(state=CalibrationSession.State.CLOSED, closed_at=at)
    record(known, action="session closed", by=None, at=at, reason="everybody is in")
    return True
