"""A wave's plan: who calls which department with which brief, on which day and in which part of it.

Plain Python: no database, no clock, and no chance but the `random.Random` that it is given, so the same request with the
same seed is the same plan.

**Spread.** Calls are stratified, not drawn one by one: each goes where its department has had the fewest so far, first by
weekday, then by week, by weekday and part of the day, by part of the day, and by day; then where its scenario and all
departments together have had the fewest. Chance only chooses between places that are equally good.

**Rotation.** Each call goes to the evaluator with the fewest calls so far, and of these to the one whom the department has
heard least; never beyond the limit, never to one who was recognised there.

**Matched pairs** go to two different evaluators: one voice that brings the same problem twice within days, calm and then
dominant, would be recognised. A strict evaluator then weighs on single pairs, so sides are dealt out evenly: each evaluator
is as often the calm caller as the dominant one, and either comes first as often. Over many pairs strictness cancels out. The
two calls fall on different days wherever there are such days, in the same part of the day where possible.

**Chains** go to one evaluator: it is one caller who rings for the first to the fourth time, and being known again is the
point. Attempts follow in their order on different days.
"""

from .making import make_plan
from .requests import (
    CHAIN,
    PAIR,
    SINGLE,
    CannotPlan,
    Heard,
    Need,
    Part,
    Request,
    Shortage,
    Slot,
    Visit,
    calls_wanted,
    capacity,
    parts_of_day,
)

__all__ = [
    "CHAIN",
    "PAIR",
    "SINGLE",
    "CannotPlan",
    "Heard",
    "Need",
    "Part",
    "Request",
    "Shortage",
    "Slot",
    "Visit",
    "calls_wanted",
    "capacity",
    "make_plan",
    "parts_of_day",
]
