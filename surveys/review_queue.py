"""The reviewer's list: its tabs, what stands out in each call, the way from call to call, and approving many at once."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from surveys import access, presentation, workflow
from surveys.flag_words import Flag, told
from surveys.forms.review import seen_mark
from surveys.models import Call, Organisation, User
from surveys.presentation import Marks
from surveys.review_filter import ReviewFilter

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
    """One row. `mark` is what the page shows of the call; `may_tick` tells whether many can be approved at once with it."""

    call: Call
    marks: Marks
    flags: tuple[Flag, ...]
    is_own: bool
    mark: str

    @property
    def may_tick(self) -> bool:
        return self.call.state == Call.State.SUBMITTED and not self.flags and not self.is_own

    @property
    def is_plain(self) -> bool:
        """Nothing at all stands out: ticked when all such calls are ticked at once."""
        return self.may_tick and not self.marks.is_any


def lines(calls: Iterable[Call], user: User, organisation: Organisation, language: str) -> list[Line]:
    harmful = set(access.visible_phrases(user, organisation).filter(kind="harmful").values_list("code", flat=True))
    return [_line(call, harmful, language, is_own=call.evaluator_id == user.pk) for call in calls]


def _line(call: Call, harmful: set[str], language: str, *, is_own: bool) -> Line:
    """Of one's own call nobody learns what stood out, here no more than on its page."""
    return Line(call, _marks(call, harmful), () if is_own else told(call, language), is_own, seen_mark(call))


def _marks(call: Call, harmful: set[str]) -> Marks:
    return presentation.marks(call.version.definition, call.answers, call.failed_by, call.item_points, harmful)


# --- from call to call ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """The reviewer's way through the calls that wait and fit the filters: `query` carries those along, "" without any."""

    query: str
    before: Call | None
    after: Call | None

    @property
    def onward(self) -> Call | None:
        """Where to go once this one is decided."""
        return self.after or self.before


def way(request: HttpRequest, user: User, call: Call) -> Way:
    """The waiting calls around this one, in the order of the queue, of those this person may decide about."""
    chosen = _filter(request, call.organisation)
    waiting = chosen.qs if chosen.params else access.calls_to_review(user, call.organisation)
    others = waiting.exclude(evaluator=user).exclude(pk=call.pk)
    if call.submitted_at is None:
        return Way(query_of(chosen), None, others.first())
    here = (call.submitted_at, call.pk)
    later = Q(submitted_at__gt=here[0]) | Q(submitted_at=here[0], pk__gt=here[1])
    before = others.exclude(later).order_by("-submitted_at", "-pk").first()
    return Way(query_of(chosen), before, others.filter(later).first())


def query_from(request: HttpRequest, organisation: Organisation) -> str:
    """The filters in an address, checked and in one spelling; "" without any."""
    return query_of(_filter(request, organisation))


def query_of(chosen: ReviewFilter) -> str:
    return f"?{urlencode(chosen.params, doseq=True)}" if chosen.params else ""


def _filter(request: HttpRequest, organisation: Organisation) -> ReviewFilter:
    calls = access.calls_to_review(access.signed_in(request), organisation)
    return ReviewFilter(request.GET, calls, request=request, organisation=organisation)


# --- many at once -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Approved:
    """What came of approving many calls: which, and of the others why not."""

    done: tuple[Call, ...]
    refused: tuple[tuple[Call, str], ...]


REFUSED: Final = {
    "own": _("it is your own"),
    "flagged": _("something stands out in it"),
    "changed": _("it changed meanwhile"),
}


def as_ticked(lines: Iterable[Line], chosen: Mapping[int, str]) -> list[Line]:
    """The lines to confirm, each still with the mark of the page on which it was ticked."""
    return [replace(line, mark=chosen[line.call.pk]) for line in lines]


def approve_chosen(chosen: Mapping[int, str], calls: Iterable[Call], *, by: User, at: dt.datetime) -> Approved:
    """Approves each call by itself and only as it was seen (`chosen`: key to mark); never one that stands out, or one's own."""
    done, refused = [], []
    for call in calls:
        why = _why_not(call, chosen[call.pk], by)
        if not why:
            try:
                workflow.approve(call=call, by=by, at=at)
            except workflow.WorkflowError:
                why = "changed"
        if why:
            refused.append((call, str(REFUSED[why])))
        else:
            done.append(call)
    return Approved(tuple(done), tuple(refused))


def _why_not(call: Call, seen: str, by: User) -> str:
    if call.evaluator_id == by.pk:
        return "own"
    if seen != seen_mark(call) or call.state != Call.State.SUBMITTED:
        return "changed"
    return "flagged" if call.flag_count else ""
