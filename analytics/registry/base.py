"""What an entry of the registry is made of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

HIGHER, LOWER, NEITHER = "higher", "lower", "neither"
POINTS, PERCENT = "points", "%"
T_INTERVAL = _("Mean over calls with Student's t interval (95 %); fewer than 5 calls are shown one by one.")
WILSON = _("Share with Wilson's score interval (95 %).")
STUDENT, WILSON_1927 = "Student (1908), Biometrika 6:1–25", "Wilson (1927), JASA 22:209–212"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `better` says which way is good: "higher", "lower" or "neither"; `source` names a publication."""

    key: str
    name: "StrPromise"
    definition: "StrPromise"
    unit: str
    better: str
    method: "StrPromise"
    source: str


def measure(key: str, name: "StrPromise", definition: "StrPromise") -> Metric:
    return Metric(key, name, definition, POINTS, HIGHER, T_INTERVAL, STUDENT)


def share(key: str, name: "StrPromise", definition: "StrPromise", better: str, source: str = WILSON_1927) -> Metric:
    return Metric(key, name, definition, PERCENT, better, WILSON, source)
