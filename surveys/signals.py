"""The one signal: some calls began or ceased to count, or what counts of them changed.

Sent inside the transaction with `cells`: the set of `Cell`s whose stored sums must be made anew.
"""

import datetime as dt
from typing import NamedTuple

from django.dispatch import Signal


class Cell(NamedTuple):
    """What one row of stored sums is about; keys are primary keys."""

    department: int
    local_date: dt.date
    version: int
    scenario: int
    wave: int


counting_changed = Signal()
