"""The marks of a call in words."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.presentation import moment

MARKS: Final = {
    "dialled": gettext_lazy("Dialled"),
    "answered": gettext_lazy("Answered"),
    "hold": gettext_lazy("On hold"),
    "back": gettext_lazy("Off hold"),
    "transferred": gettext_lazy("Transferred"),
    "ended": gettext_lazy("Ended"),
}
"""By the name of a mark, in the order in which they usually come."""


def lines(timeline: list[list[Any]]) -> list[str]:
    """ "00:12 Answered" and so on."""
    return [f"{moment(int(second))} {MARKS[name]}" for name, second in timeline]


def in_words(answer: Mapping[str, Any] | None) -> str:
    """What is saved of the marks, for a choice between two."""
    return ", ".join(lines(answer["value"])) if answer else _("no marks")
