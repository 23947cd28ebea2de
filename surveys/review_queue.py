"""The reviewer's list: its tabs, and what stands out in each call."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from surveys import access, presentation
from surveys.models import Call, Organisation, User
from surveys.presentation import Marks

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of calls, in the order of the moment `by`."""

    name: str
    label: Any
    empty_title: Any
    empty: Any
    calls: "Callable[[User, Organisation], QuerySet[Call]]"
    by: str
    down: bool


TABS: Final = {
    tab.name: tab
    for tab in (
        Tab(
            "waiting",
            _("Waiting"),
            _("Nothing is waiting."),
            _("Calls that evaluators submit appear here, the one that waits longest first."),
            access.calls_to_review,
            "submitted_at",
            down=False,
        ),
        Tab(
            "returned",
            _("Returned"),
            _("Nothing is with the evaluators."),
            _("Calls you return appear here until their evaluator submits them again."),
            access.calls_sent_back,
            "decided_at",
            down=True,
        ),
        Tab(
            "mine",
            _("Decided by me"),
            _("You have not decided on a call yet."),
            _("Calls that you approve, return or void appear here, the latest first."),
            access.calls_decided,
            "decided_at",
            down=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Line:
    call: Call
    marks: Marks
    is_own: bool


def lines(calls: Iterable[Call], user: User, organisation: Organisation) -> list[Line]:
    harmful = set(access.visible_phrases(user, organisation).filter(kind="harmful").values_list("code", flat=True))
    return [Line(call, _marks(call, harmful), call.evaluator_id == user.pk) for call in calls]


def _marks(call: Call, harmful: set[str]) -> Marks:
    return presentation.marks(call.version.definition, call.answers, call.failed_by, call.item_points, harmful)
