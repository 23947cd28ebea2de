"""What a device keeps of the form, so that it opens and works without a connection, and what it sends when there is one."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Final

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import access, workflow
from surveys.assignments import Work, work_of
from surveys.definition.problems import shown, unstorable
from surveys.forms.calls import StartForm, read_changes
from surveys.forms.checklist import SectionForm
from surveys.forms.script import about, about_department, about_scenario, draft_data, page_items, words
from surveys.models import Assignment, Call, ChecklistVersion, Department, Organisation, Phrase, Scenario, User
from surveys.tree import in_tree_order

KEY: Final = re.compile("[0-9]{1,18}")
# What a call that the server has not heard of looks like to the form's script.
UNKNOWN: Final = {"state": "unknown", "revision": 0, "savedAt": "", "answers": {}}


# --- what is kept -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KitVersion:
    """A checklist version's form without anybody's answers."""

    version: ChecklistVersion
    parts: tuple[SectionForm, ...]


class Kit:
    """Everything that is the same for all calls of one evaluator: the choices for a new call and the parts of the forms."""

    def __init__(self, user: User, *, at: dt.datetime, build: str) -> None:
        self.user, self.at, self.build = user, at, build
        self.language = get_language() or ""
        known = access.visible_organisations(user)
        self.organisations = [each for each in known if access.has_role(user, each, access.EVALUATORS)]

    @cached_property
    def starts(self) -> list[tuple[Organisation, StartForm]]:
        return [(each, start_form(self.user, each, at=self.at)) for each in self.organisations]

    @cached_property
    def versions(self) -> list[KitVersion]:
        """Those of open waves, and of the calls that are still to be handed in."""
        found = []
        for organisation, form in self.starts:
            phrases = list(access.visible_phrases(self.user, organisation).in_use())
            versions = {wave.version_id: wave.version for wave in form.waves}
            for call in editable_calls(self.user, organisation):
                versions.setdefault(call.version_id, call.version)
            found += [_blank(organisation, version, phrases) for version in versions.values()]
        return found

    @property
    def data(self) -> dict[str, Any]:
        return {
            "user": self.user.pk,
            "build": self.build,
            "language": self.language,
            "organisations": [self._organisation(*each) for each in self.starts],
            "versions": {each.version.pk: self._version(each) for each in self.versions},
            "words": words() | device_words(),
        }

    def _organisation(self, organisation: Organisation, form: StartForm) -> dict[str, Any]:
        branches = in_tree_order(access.visible_departments(self.user, organisation))
        return {
            "slug": organisation.slug,
            "name": organisation.name,
            "zone": organisation.time_zone,
            "waves": {
                wave.pk: {"name": wave.name, "version": wave.version_id, "days": [wave.starts_on, wave.ends_on]}
                for wave in form.waves
            },
            "departments": {branch.department.pk: about_department(branch.department) for branch in branches},
            "scenarios": {scenario.pk: about_scenario(scenario) for scenario in form.scenarios},
        }

    def _version(self, kept: KitVersion) -> dict[str, Any]:
        form = kept.version.definition
        return {
            **page_items(form),
            "sections": [{"code": part.code, "title": part.title} for part in kept.parts],
        }


def _blank(organisation: Organisation, version: ChecklistVersion, phrases: list[Phrase]) -> KitVersion:
    # Number 0 only fills the addresses in; the script puts each call's own in their place.
    call = Call(pk=0, organisation=organisation, version=version, department=Department(), scenario=Scenario())
    parts = [SectionForm(call, section.code, phrases) for section in version.definition.sections]
    return KitVersion(version, tuple(parts))


def editable_calls(user: User, organisation: Organisation) -> Iterator[Call]:
    calls = access.own_calls(user, organisation).filter(state__in=Call.EDITABLE).defer("item_points")
    yield from calls.order_by("-changed_at")


def kept_calls(user: User) -> list[dict[str, Any]]:
    """The evaluator's drafts and returned calls, each with all that its form needs besides the kit."""
    return [
        kept_call(call)
        for organisation in access.visible_organisations(user)
        if access.has_role(user, organisation, access.EVALUATORS)
        for call in editable_calls(user, organisation)
    ]


def kept_call(call: Call) -> dict[str, Any]:
    return {
        "client": str(call.client_id),
        "call": call.pk,
        "version": call.version_id,
        **about(call),
        **draft_data(call),
    }


def kept_assignments(user: User, *, at: dt.datetime) -> list[dict[str, Any]]:
    """The calls that the evaluator still has to begin, each with its brief. What is listened to needs a connection anyway."""
    found = [
        assignment
        for organisation in access.visible_organisations(user)
        if access.has_role(user, organisation, access.EVALUATORS)
        for assignment in access.own_assignments(user, organisation).filter(purpose="field", call=None)
    ]
    clients = workflow.client_ids_of(found)
    return [{"client": str(clients[each.pk]), **_about_assignment(each, work_of(each, at=at))} for each in found]


def _about_assignment(assignment: Assignment, work: Work) -> dict[str, Any]:
    return {
        "assignment": assignment.pk,
        "organisation": assignment.organisation.slug,
        "zone": assignment.organisation.time_zone,
        "version": assignment.wave.version_id,
        "days": [assignment.wave.starts_on, assignment.wave.ends_on],
        "state": assignment.get_state_display(),
        "mayStart": work.may_start,
        "startsAt": assignment.starts_at,
        "until": assignment.until,
        "window": work.window,
        "facts": {name: str(getattr(assignment, f"{name}_id")) for name in ("wave", "department", "scenario")},
        **about_department(assignment.department),
        **about_scenario(assignment.scenario),
    }


def start_form(
    user: User, organisation: Organisation, *, at: dt.datetime, data: QueryDict | dict[str, Any] | None = None
) -> StartForm:
    """The form that opens a call, as the start page has it."""
    today = at.astimezone(organisation.zone).date()
    waves = access.visible_waves(user, organisation).open().select_related("version", "organisation")
    return StartForm(
        data,
        waves=waves,
        departments=access.visible_departments(user, organisation).open_on(today),
        scenarios=access.visible_scenarios(user, organisation).in_use(),
        zone=organisation.zone,
        at=at,
    )


# --- what is sent -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packet:
    """A device's changes to one call: `start` opens it first, `submit` hands it in afterwards.

    `user` is whose they are: whoever is signed in by now may be somebody else.
    """

    user: int
    base_revision: int
    changes: dict[str, Any]
    revision: int
    submit: bool
    start: dict[str, Any] = field(default_factory=dict)

    @property
    def assignment(self) -> int:
        """The assignment that the call was begun from on the device; 0 for none."""
        meant = self.start.get("assignment")
        return meant if type(meant) is int and 0 < meant < 2**63 else 0


def read_packet(body: object) -> Packet:
    """Raises `ValueError` for anything else than a packet."""
    if not isinstance(body, Mapping):
        raise ValueError("not an object")  # noqa: TRY004 - what was sent is wrong, not what was written
    sent = read_changes({name: body.get(name) for name in ("base_revision", "changes")})
    user, revision, start = body.get("user"), body.get("revision", 0), body.get("start") or {}
    if type(user) is not int or type(revision) is not int or not isinstance(start, dict):
        raise ValueError("user and revision are numbers, start an object")
    return Packet(user, sent.base_revision, sent.answers, revision, body.get("submit") is True, _facts(start))


def _facts(start: dict[str, Any]) -> dict[str, Any]:
    """The facts that a call begins with: texts and whole numbers that a database can be asked for."""
    for name, value in start.items():
        if type(value) not in (str, int, NoneType) or unstorable("", f"{name}{value}"):
            raise ValueError(_("These facts of the call cannot be read: %(name)s.") % {"name": shown(name)})
    return start


def why_not_started(form: StartForm, user: User, organisation: Organisation) -> str:
    """In words: why a call that was started on a device cannot be opened here, and what to do."""
    wave = str(form.data.get("wave"))
    known = access.visible_waves(user, organisation).filter(pk=wave).first() if KEY.fullmatch(wave) else None
    if known is not None and known.state != known.State.OPEN:
        return _(
            "The wave %(name)s takes no calls now. Ask your coordinator to open it; then send this call again."
        ) % {"name": known.name}
    told = [
        f"{form.fields[name].label}: {error}"
        for name, errors in form.errors.items()
        if name in form.fields
        for error in errors
    ]
    return " ".join(told or [str(error) for error in form.non_field_errors()])


def device_words() -> dict[str, str]:
    """`{...}` is filled in by the script."""
    return {
        "waitingOne": _("waiting for a connection: 1 call"),
        "waitingMany": _("waiting for a connection: {count} calls"),
        "stuckOne": _("1 call needs you: see why below"),
        "stuckMany": _("{count} calls need you: see why below"),
        "remove": _("Remove"),
        "removeSure": _("Remove this call and its answers from this device? They cannot be brought back."),
        "sendingNow": _("sending…"),
        "sentAt": _("sent {time}"),
        "sentKept": _("sent {time}; another version of this call was there already, so both are kept"),
        "sentReturned": _("sent {time}; a reviewer has returned this call to you since"),
        "allSent": _("Nothing is waiting: everything has been sent."),
        "onDevice": _("saved on this device"),
        "toSubmit": _("saved on this device, will be submitted by itself"),
        "notSent": _("not submitted"),
        "queuedTitle": _("Saved on this device"),
        "incomplete": _(
            "This call cannot be submitted yet: some questions still need an answer. Answer them and submit it again."
        ),
        "clash": _(
            "Another device answered some questions of this call differently. Open the call, choose which answers stay, and submit it again."
        ),
        "moved": _("Another device changed answers of this call. Look at them and submit it again."),
        "unsent": _("Some answers of this call have not been sent yet. Open it to see why."),
        "open": _("Open"),
        "goOn": _("Go on"),
        "mend": _("Correct it"),
        "ready": _("The form opens without a connection too. Fetched for that {time}."),
        "notReady": _(
            "The form is not on this device yet: it opens without a connection once this page has been open with one."
        ),
        "noWorker": _(
            "This browser cannot open the form without a connection. What you type is kept all the same, as long as the page stays open."
        ),
        "shared": _("Nothing stays on this device: without a connection the form only goes on in a page that is open."),
        "persisted": _("This browser keeps what was not sent until it has been."),
        "notPersisted": _(
            "This browser may clear what was not sent when its space runs out, or when it has not been used for a week. Send your calls within days."
        ),
        "needsNet": _("This page needs a connection."),
        "needsNetWhy": _(
            "What you filled in is safe on this device. Your calls and their forms open without a connection."
        ),
        "notInWindow": _("This assignment cannot be started now. Its window: {window}."),
        "briefGone": _("This assignment is not on this device."),
        "briefGoneWhy": _("It was begun already, or it needs a connection. Your list has what is kept here."),
        "noKit": _("The form is not on this device."),
        "noKitWhy": _("Open My calls once with a connection; from then on it works without one."),
        "noDrafts": _("No drafts on this device"),
        "noDraftsWhy": _("Calls that you have begun appear here, also without a connection."),
        "required": _("Answer this question."),
        "remarkDue": _("This answer needs a note."),
        "choose": _("Choose one."),
        "future": _("This moment is still to come. Enter when you made the call."),
        "outside": _("This day lies outside the wave, which runs from {first} to {last}."),
        "noAnswer": _("not answered"),
        "noPhrase": _("not in the phrase bank"),
        "na": _("not applicable"),
        "unfit": _("does not fit this call"),
        "newCall": _("new, not sent yet"),
        "answersOne": _("1 answer"),
        "answersMany": _("{count} answers"),
        "toFinishOne": _("1 question to finish"),
        "toFinishMany": _("{count} questions to finish"),
        "complete": _("Every question that applies has been answered."),
        "error": _("Error:"),
        "list": _("My calls"),
    }
