"""Every QuerySet. `for_user` is the one access rule: it decides whose data a person sees; nothing else does.

Roles are written as plain strings here because models import this module, never the other way round.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from surveys.promise_states import in_state

# Whose figures cover the whole organisation.
READS_ALL = frozenset({"administrator", "coordinator", "reviewer", "analyst", "works_council"})
# Who sees single calls in every state but draft, and who made them.
CHECKS_CALLS = frozenset({"administrator", "coordinator", "reviewer"})


class Standing:
    """What a person is, per organisation: read once a request and kept on the user object."""

    def __init__(self, user: Any) -> None:
        self.roles: dict[int, set[str]] = {}
        self.managed: set[int] = set()
        self.only_departments: frozenset[int] | None = getattr(user, "token_departments", None)
        self.organisations: dict[int, Any] = {}
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return
        of_managers = []
        for membership in user.memberships.filter(ended_at=None).select_related("organisation").order_by("pk"):
            self.roles.setdefault(membership.organisation_id, set()).add(membership.role)
            self.organisations[membership.organisation_id] = membership.organisation
            if membership.role == "manager":
                of_managers.append(membership)
        if of_managers:
            self.managed = _managed(of_managers)

    def with_any(self, wanted: Iterable[str]) -> list[int]:
        wanted = set(wanted)
        return [pk for pk, roles in self.roles.items() if roles & wanted]

    def has(self, organisation_id: int, *wanted: str) -> bool:
        return bool(self.roles.get(organisation_id, set()) & set(wanted))


def _managed(memberships: list[Any]) -> set[int]:
    """The departments of managers, with all below them: those that are their own, and who is above whom, in one go."""
    own = memberships[0].departments.through.objects.filter(membership__in=memberships, department=OuterRef("pk"))
    departments = apps.get_model("surveys", "Department").objects.filter(
        organisation__in={each.organisation_id for each in memberships}
    )
    rows = list(departments.values_list("pk", "parent_id", Exists(own)))
    return with_descendants({pk for pk, _parent, is_own in rows if is_own}, [row[:2] for row in rows])


def standing(user: Any) -> Standing:
    kept: Standing | None = getattr(user, "standing", None)
    if kept is None:
        kept = user.standing = Standing(user)
    return kept


def with_descendants(tops: set[int], pairs: Iterable[tuple[int, int | None]]) -> set[int]:
    """`tops` and everything below them; `pairs` are (department, parent)."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in pairs:
        children.setdefault(parent, []).append(pk)
    found: set[int] = set()
    todo = list(tops)
    while todo:
        pk = todo.pop()
        if pk not in found:
            found.add(pk)
            todo.extend(children.get(pk, ()))
    return found


class OrganisationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(pk__in=standing(user).roles)


class DepartmentQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """Departments whose existence a person may know: evaluators need all names, managers their own."""
        mine = standing(user)
        rule = Q(organisation__in=mine.with_any(READS_ALL | {"evaluator"})) | Q(pk__in=mine.managed)
        return self._within_token(mine).filter(rule)

    def reported_to(self, user: Any) -> Self:
        """Departments whose figures a person may read."""
        mine = standing(user)
        return self._within_token(mine).filter(Q(organisation__in=mine.with_any(READS_ALL)) | Q(pk__in=mine.managed))

    def _within_token(self, mine: Standing) -> Self:
        return self if mine.only_departments is None else self.filter(pk__in=mine.only_departments)

    def open_on(self, day: dt.date) -> Self:
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))


class MembershipQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(ended_at=None)

    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).with_any({"administrator"}))


class InvitationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).with_any({"administrator"}))

    def open_at(self, at: dt.datetime) -> Self:
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


class TokenQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(user=user)

    def usable_at(self, at: dt.datetime) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None, user__is_active=True)


class ChecklistQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).roles)


class ChecklistVersionQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """Published versions to every member; drafts to those who make them."""
        mine = standing(user)
        makes = Q(checklist__organisation__in=mine.with_any({"administrator", "coordinator"}))
        return self.filter(makes | Q(checklist__organisation__in=mine.roles, state="published"))

    def published(self) -> Self:
        return self.filter(state="published")


class PhraseQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).roles)

    def in_use(self) -> Self:
        return self.filter(is_active=True).order_by("kind", "pk")


class ScenarioQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).roles)

    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def in_order(self) -> Self:
        """Those of one problem together, its attempts one after the other in each manner; others stand by their code."""
        problem = Coalesce(NullIf("problem", Value("")), "code")
        return self.order_by(problem, "caller_style", "attempt", "code")


class WaveQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).roles)

    def open(self) -> Self:
        return self.filter(state="open")


class CallQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """An evaluator's own; to those who check, all but drafts; to analysts and managers, what counts."""
        mine = standing(user)
        approved = Q(state="approved", kind="field")
        rule = (
            Q(evaluator=user.pk, organisation__in=mine.with_any({"evaluator"}))
            | Q(organisation__in=mine.with_any(CHECKS_CALLS)) & ~Q(state="draft")
            | Q(organisation__in=mine.with_any({"analyst"})) & approved
            | Q(department__in=mine.managed) & approved
        )
        calls = self.filter(rule & self._not_blind(user))
        return calls if mine.only_departments is None else calls.filter(department__in=mine.only_departments)

    @staticmethod
    def _not_blind(user: Any) -> Any:
        """What is scored for a calibration session is its evaluator's alone until the session is closed."""
        seat = apps.get_model("surveys", "CalibrationSeat").objects.filter(call=models.OuterRef("pk"))
        return ~Q(kind="calibration") | Q(evaluator=user.pk) | ~models.Exists(seat.filter(session__state="open"))

    def openly_known_to(self, user: Any) -> Self:
        """Without those that this person scores blind: an evaluator must not learn which of them are seconds, which gold."""
        checked = standing(user).with_any(CHECKS_CALLS)
        return self.exclude(~Q(organisation__in=checked), kind__in=["second", "gold"])

    def shown_as(self, kind: str, user: Any) -> Self:
        """Of this kind as this person is told it: what they score blind is `listening` to them, whatever it is for."""
        if kind == "listening":
            return self.exclude(pk__in=self.openly_known_to(user).values("pk"))
        return self.openly_known_to(user).filter(kind=kind)

    def counting(self) -> Self:
        """The calls that figures are made of: approved first scorings on an open or closed wave."""
        return self.filter(state="approved", kind="field", wave__state__in=["open", "closed"])

    def own(self, user: Any) -> Self:
        return self.filter(evaluator=user)

    def waiting(self) -> Self:
        """What reviewers have to decide, oldest first."""
        return self.filter(state="submitted", kind="field").order_by("submitted_at", "pk")

    def sent_back(self) -> Self:
        """What evaluators have to mend, the latest first."""
        return self.filter(state="returned").order_by("-decided_at", "-pk")

    def flagged_by(self, rules: Iterable[str]) -> Self:
        """Where one of these rules found something. The names stand in the stored JSON; no other value is spelt alike."""
        found = self.annotate(flags_text=Cast("flags", models.TextField()))
        wanted = Q()
        for rule in rules:
            wanted |= Q(flags_text__contains=f'"{rule}"')
        return found.filter(wanted) if wanted else self

    def unread_by(self, user: Any, *, since: dt.date) -> Self:
        """What counts of the departments a person manages, made on `since` or later, and not yet acknowledged by them."""
        mine = standing(user)
        read = apps.get_model("surveys", "Acknowledgement").objects.filter(call=models.OuterRef("pk"), by=user.pk)
        mine_to_read = self.filter(department__in=mine.managed, state="approved", kind="field", local_date__gte=since)
        return mine_to_read.filter(~models.Exists(read))

    def decided_by(self, user: Any) -> Self:
        return self.filter(decided_by=user).order_by("-decided_at", "-pk")

    def in_cell(self, cell: Any) -> Self:
        return self.filter(
            department=cell.department,
            local_date=cell.local_date,
            version=cell.version,
            scenario=cell.scenario,
            wave=cell.wave,
        )

    def with_names(self) -> Self:
        """With all that a call points at. A version's document is left in the database: it is parsed once a process."""
        names = ("department", "scenario", "wave", "evaluator", "version__checklist", "organisation")
        return self.select_related(*names).defer("version__document")


class CallbackQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        call = apps.get_model("surveys", "Call")
        return self.filter(call__in=call.objects.for_user(user))

    def of_field_calls(self) -> Self:
        """Promises that stand: made in a call that was handed in and not voided."""
        return self.filter(call__kind="field", call__state__in=["submitted", "returned", "approved"])

    def with_last_event(self) -> Self:
        """`last_kind` ("" without events) and `last_at` of the event that holds: the one recorded last."""
        event = apps.get_model("surveys", "CallbackEvent")
        last = event.objects.filter(callback=OuterRef("pk")).order_by("-recorded_at", "-pk")
        return self.annotate(
            last_kind=Coalesce(Subquery(last.values("kind")[:1]), Value("")),
            last_at=Subquery(last.values("happened_at")[:1]),
        )

    def in_state(self, *states: str, grace_hours: int, at: dt.datetime) -> Self:
        """Those in one of these states, as `promises.outcome` reads them at `at`."""
        chosen = Q(pk__in=[])
        for state in states:
            chosen |= in_state(state, grace_hours=grace_hours, at=at)
        return self.with_last_event().filter(chosen)


class AuditQuerySet(models.QuerySet[Any]):
    def of(self, subject: models.Model) -> Self:
        return self.filter(subject=subject._meta.model_name, subject_id=subject.pk)


class ImportRunQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).with_any({"administrator", "coordinator"}))


# --- planned work, its checks and its recordings ----------------------------------------------------------------------


class ClearanceQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """What is on file is no secret to those who work with it, nor to the works council."""
        return self.filter(organisation__in=standing(user).with_any({"administrator", "coordinator", "works_council"}))

    def valid_on(self, day: dt.date) -> Self:
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day), dated_on__lte=day, withdrawn_at=None)


class QuotaQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(wave__organisation__in=standing(user).with_any(CHECKS_CALLS))


class AssignmentQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """An evaluator's own; all of them to those who plan."""
        mine = standing(user)
        own = Q(evaluator=user.pk, organisation__in=mine.with_any({"evaluator"}))
        return self.filter(own | Q(organisation__in=mine.with_any({"administrator", "coordinator"})))

    def open(self) -> Self:
        """Not finished, handed back or cancelled; whether it has expired depends on the time."""
        return self.filter(state__in=["planned", "offered", "accepted"])

    def open_at(self, at: dt.datetime) -> Self:
        return self.open().filter(until__gt=at)

    def expired_at(self, at: dt.datetime) -> Self:
        return self.open().filter(until__lte=at)

    def in_view(self, state: str, at: dt.datetime) -> Self:
        """As people see them: an open one that has expired is no longer "offered" or "accepted".

        "" is what is in hand: neither done nor cancelled; "all" is every state.
        """
        if not state:
            return self.exclude(state__in=["done", "cancelled"])
        if state == "expired":
            return self.expired_at(at)
        if state == "attention":
            return self.filter(Q(state="handed_back") | Q(state__in=["planned", "offered", "accepted"], until__lte=at))
        if state in {"planned", "offered", "accepted"}:
            return self.filter(state=state, until__gt=at)
        return self if state == "all" else self.filter(state=state)

    def own(self, user: Any) -> Self:
        return self.filter(evaluator=user)

    def with_names(self) -> Self:
        return self.select_related("department", "scenario", "wave", "evaluator", "group", "organisation")


class AppealQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """To those who decide, and to the managers of the department; never to the evaluator, who must not be named either."""
        mine = standing(user)
        deciding = Q(call__organisation__in=mine.with_any(CHECKS_CALLS)) & ~Q(call__evaluator=user.pk)
        appeals = self.filter(deciding | Q(call__department__in=mine.managed))
        limit = mine.only_departments
        return appeals if limit is None else appeals.filter(call__department__in=limit)

    def with_names(self) -> Self:
        """With the call and all it points at, who raised it and who decided."""
        names = ("department", "scenario", "organisation", "wave", "evaluator", "version__checklist")
        calls = [f"call__{name}" for name in names]
        return self.select_related(*calls, "raised_by", "decided_by").defer("call__version__document")

    def open(self) -> Self:
        return self.filter(state="open")


class AcknowledgementQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        mine = standing(user)
        return self.filter(Q(call__organisation__in=mine.with_any(CHECKS_CALLS)) | Q(call__department__in=mine.managed))


class RecordingQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """Who may listen: those who check calls, the evaluator who made it, and whoever has to score it."""
        mine = standing(user)
        checks = Q(organisation__in=mine.with_any(CHECKS_CALLS))
        own = Q(call__evaluator=user.pk) | Q(heard_in__evaluator=user.pk, heard_in__state__in=["offered", "accepted"])
        return self.filter(checks | own & Q(organisation__in=mine.with_any({"evaluator"}))).distinct()

    def kept(self) -> Self:
        return self.filter(erased_at=None)

    def playable_on(self, day: dt.date) -> Self:
        """Those that may still be heard: kept, and their organisation's consent to recordings holds on this day."""
        papers = apps.get_model("surveys", "Clearance").objects.valid_on(day).filter(kind="recording")
        consent = models.Exists(papers.filter(organisation=models.OuterRef("organisation")))
        return self.kept().filter(consent, organisation__recordings_on=True, organisation__recording_days__gt=0)


class GoldCallQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(organisation__in=standing(user).with_any({"administrator", "coordinator"}))


class CalibrationQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """To those who check; to evaluators the sessions they take part in."""
        mine = standing(user)
        checks = Q(organisation__in=mine.with_any(CHECKS_CALLS))
        takes_part = Q(seats__evaluator=user.pk, organisation__in=mine.with_any({"evaluator"}))
        return self.filter(checks | takes_part).distinct()
