"""One small town and the people around it: what every test of pages, access and figures starts from.

Plain builder functions (`build_org`, `build_people`, `build_call`, `client_for`, `valid_answers`) and the fixtures made of
them. Times are fixed: the wave of March 2026 is open, calls are made on 10 March 2026 unless a test says otherwise.
"""

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections, transaction
from django.test import Client, TransactionTestCase

from surveys import definition, guards, workflow
from surveys.models import (
    Assignment,
    Call,
    Checklist,
    ChecklistVersion,
    Clearance,
    Department,
    Membership,
    Organisation,
    Phrase,
    Role,
    Scenario,
    User,
    Wave,
)

AT = dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC)
PASSWORD = "Correct-horse-battery-1"
DEFAULTS = Path(__file__).resolve().parent.parent / "surveys" / "defaults"
DOCUMENT = json.loads((DEFAULTS / "checklist.json").read_text(encoding="utf-8"))
DEFINITION = definition.parse(DOCUMENT)
NA = {"na": True}
ELSEWHERE = ("noordveld", "Waterschap Noordveld")

# The whole form answered well, for every scenario; `valid_answers` keeps what a scenario and the answers themselves show.
GOOD: dict[str, Any] = {
    "greeting.answered": "yes",
    "greeting.seconds": 12,
    "greeting.organisation": "both",
    "greeting.own_name": "yes",
    "greeting.opening": "4",
    "phrasing.clear_answer": "yes",
    "phrasing.no_harmful": "yes",
    "phrasing.wording": "4",
    "phrasing.hold": NA,
    "listening.let_finish": "yes",
    "listening.checked": "summary",
    "listening.follow_up": "yes",
    "listening.repeat_caller": "took_over",
    "callback.helped_at_once": "yes",
    "callback.offered": "unasked",
    "callback.concrete": "both",
    "callback.due": "2026-03-10T15:00",
    "callback.who": "Mevrouw De Wit",
    "callback.alternative": ["colleague", "message"],
    "tone.calm": "5",
    "tone.empathy": "named",
    "tone.composure": "4",
    "tone.effort": "same",
    "closing.fate": "helped",
    "closing.call_again": "8",
}
# One after another in the same minute, so that calls made in one test have different moments.
_seconds = itertools.count()


def valid_answers(facts: dict[str, object] | None = None, **changes: Any) -> dict[str, Any]:
    """Answers that can be submitted: `valid_answers(greeting__own_name="no", phrasing__hold=NA, tone__calm=None)`.

    A plain value stands for {"value": ...}; a dict is the answer itself (low answers need their remark: {"value": "no",
    "comment": "..."}); None leaves the item out. `facts` are a scenario's facts (default: calm, first attempt). Items that
    these answers hide are left out, unless named in `changes`.
    """
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    answers = {
        code: value if isinstance(value, dict) else {"value": value}
        for code, value in (GOOD | changes).items()
        if value is not None
    }
    facts = facts or {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}
    shown = set(definition.visible(DEFINITION, answers, facts)) | set(changes)
    return {code: answer for code, answer in answers.items() if code in shown}


def callback_answers(due: str = "2026-03-10T15:00", **changes: Any) -> dict[str, Any]:
    """Valid answers of a call in which a callback was promised by `due` (local time)."""
    agreed = {"callback__helped_at_once": "no", "callback__due": due, "closing__fate": "callback_agreed"}
    return valid_answers(**(agreed | changes))


@cache
def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DEFAULTS / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def build_org(slug: str = "zuiderveen", name: str = "Gemeente Zuiderveen", **fields: Any) -> Organisation:
    """An organisation with departments PUB > BUR, AFV and BEL, the default checklist, phrases, scenarios and an open wave."""
    org = Organisation.objects.create(slug=slug, name=name, **fields)
    Clearance.objects.bulk_create(
        Clearance(
            organisation=org, kind=kind, dated_on=dt.date(2026, 1, 5), document=f"{kind}-1", given_by="De directie"
        )
        for kind in Clearance.NEEDED_FOR_WAVES
    )
    pub = Department.objects.create(organisation=org, code="PUB", name="Publiekszaken", target=8000)
    Department.objects.bulk_create(
        [
            Department(organisation=org, code="BUR", name="Burgerzaken", parent=pub, target=7500),
            Department(organisation=org, code="AFV", name="Afval", parent=pub),
            Department(organisation=org, code="BEL", name="Belastingen", target=7000, target_tone=8500),
        ]
    )
    checklist = Checklist.objects.create(organisation=org, code="standard", name="Telefoon")
    version = ChecklistVersion.objects.create(
        checklist=checklist, number=1, document=DOCUMENT, state="published", published_at=AT - dt.timedelta(days=60)
    )
    Phrase.objects.bulk_create(Phrase(organisation=org, **row) for row in _rows("phrases"))
    Scenario.objects.bulk_create(Scenario(organisation=org, **row) for row in _rows("scenarios"))
    Wave.objects.create(
        organisation=org,
        name="Maart 2026",
        version=version,
        state="open",
        starts_on=dt.date(2026, 3, 1),
        ends_on=dt.date(2026, 3, 31),
    )
    return org


def department(org: Organisation, code: str) -> Department:
    return Department.objects.get(organisation=org, code=code)


def scenario(org: Organisation, code: str) -> Scenario:
    return Scenario.objects.get(organisation=org, code=code)


def join(user: User, org: Organisation, role: str, *codes: str) -> Membership:
    """Gives a role; `codes` are a manager's departments. Fetch the user anew afterwards: standing is kept on the object."""
    membership = Membership.objects.create(user=user, organisation=org, role=role)
    if codes:
        membership.departments.set(Department.objects.filter(organisation=org, code__in=codes))
    return membership


def build_person(org: Organisation, name: str, *roles: str, departments: tuple[str, ...] = ()) -> User:
    user = _unsaved(org, name)
    user.save()
    Membership.objects.bulk_create(Membership(user=user, organisation=org, role=role) for role in roles)
    if departments:
        managing = Membership.objects.get(user=user, role=Role.MANAGER)
        managing.departments.set(Department.objects.filter(organisation=org, code__in=departments))
    return user


def build_people(org: Organisation, elsewhere: Organisation) -> dict[str, User]:
    """One person per role, a second evaluator, and a stranger who holds every role in another organisation.

    The manager has Publiekszaken with Burgerzaken and Afval below it, not Belastingen.
    """
    roles = {role: [role] for role in Role.values}
    roles |= {"other_evaluator": [Role.EVALUATOR], "stranger": Role.values}
    places = dict.fromkeys(roles, org) | {"stranger": elsewhere}
    # All at once: hardly a test does without these people.
    people = {name: _unsaved(places[name], name) for name in roles}
    User.objects.bulk_create(people.values())
    joined = Membership.objects.bulk_create(
        Membership(user=people[name], organisation=places[name], role=role) for name in roles for role in roles[name]
    )
    managed = {org.pk: ["PUB"], elsewhere.pk: ["PUB", "BEL"]}
    found = Department.objects.filter(organisation__in=managed, code__in=["PUB", "BEL"])
    Membership.departments.through.objects.bulk_create(
        Membership.departments.through(membership=each, department=department)
        for each in joined
        for department in found
        if each.role == Role.MANAGER
        and each.organisation_id == department.organisation_id
        and department.code in managed[each.organisation_id]
    )
    return people


def _unsaved(org: Organisation, name: str) -> User:
    # They read English, so that tests can look for the words of the source; the organisation's language is Dutch.
    called = name.replace("_", " ").title()
    return User(email=f"{name}@{org.slug}.example", password=make_password(PASSWORD), name=called, language="en")


def build_call(
    org: Organisation,
    by: User,
    reviewer: User,
    state: str = "approved",
    *,
    department: Department | str = "BUR",
    scenario: Scenario | str = "complaint_calm",
    wave: Wave | None = None,
    answers: dict[str, Any] | None = None,
    called_at: dt.datetime | None = None,
    client_id: uuid.UUID | None = None,
    at: dt.datetime | None = None,
    reason: str = "Please listen again to the end.",
    **columns: Any,
) -> Call:
    """A call taken to `state` by the steps of the workflow. `columns` (kind, second_of, external_id ...) are set on the draft."""
    if isinstance(department, str):
        department = Department.objects.get(organisation=org, code=department)
    if isinstance(scenario, str):
        scenario = Scenario.objects.get(organisation=org, code=scenario)
    called_at = called_at or AT + dt.timedelta(seconds=next(_seconds) % 3600)
    at = at or called_at + dt.timedelta(hours=1)
    wave = wave or Wave.objects.filter(organisation=org, state="open").earliest("pk")
    call = workflow.open_call(
        by=by,
        wave=wave,
        department=department,
        scenario=scenario,
        called_at=called_at,
        client_id=client_id or uuid.uuid4(),
        at=at,
    )
    given = valid_answers(scenario.facts) if answers is None else answers
    workflow.save_answers(call=call, by=by, changes=given, base_revision=0, at=at)
    if columns.get("kind", Call.Kind.FIELD) != Call.Kind.FIELD:
        # What is heard again is handed in for its assignment.
        window = {"starts_at": at, "until": at + dt.timedelta(days=1), "state": "accepted", "evaluator": by}
        place = {"organisation": org, "wave": wave, "department": department, "scenario": scenario}
        columns["assignment"] = Assignment.objects.create(**place, **window)
    if columns:
        Call.objects.filter(pk=call.pk).update(**columns)
    if state != "draft":
        workflow.submit(call=call, by=by, at=at)
    step = {
        "approved": lambda: workflow.approve(call=_fresh(call), by=reviewer, at=at),
        "returned": lambda: workflow.return_call(call=_fresh(call), by=reviewer, reason=reason, at=at),
        "voided": lambda: workflow.void(call=_fresh(call), by=reviewer, reason=reason, at=at),
    }.get(state)
    if step is not None and _fresh(call).state != state:  # what was heard again approves itself
        step()
    return _fresh(call)


def _fresh(call: Call) -> Call:
    return Call.objects.with_names().get(pk=call.pk)


def client_for(user: User | None, **defaults: Any) -> Client:
    """A browser signed in as `user` (None: nobody)."""
    client = Client(**defaults)
    if user is not None:
        client.force_login(user)
    return client


def api_client(
    user: User, scope: str = "write", *codes: str, org: Organisation | None = None, **options: Any
) -> Client:
    """A program with a token of `user`; `codes` limit it to departments of `org`."""
    from surveys import tokens

    departments = Department.objects.filter(organisation=org, code__in=codes) if codes else ()
    _token, secret = tokens.issue_token(
        user=user, name="test", scope=scope, departments=departments, at=options.pop("at", AT), **options
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


@contextmanager
def shared_rows(blocker: Any) -> Iterator[None]:
    """For a fixture of a class or file: rows written inside are found by all its tests, each of which takes back its own.

    `blocker` is pytest-django's `django_db_blocker`. Share rows, not objects, which remember what one test did.
    """
    transaction_around = transaction.atomic()
    with blocker.unblock():
        transaction_around.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            transaction_around.__exit__(None, None, None)


class SharedTown:
    """Base of test classes that read the same rows: the town and its people are built once, with what `build` adds."""

    @classmethod
    def build(cls, org: Organisation, people: dict[str, User]) -> None:
        """For subclasses."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def town(cls, django_db_setup, django_db_blocker) -> Iterator[None]:  # noqa: ARG003 - the first makes the database
        with shared_rows(django_db_blocker):
            with django_db_blocker.unblock():
                org = build_org()
                cls.build(org, build_people(org, build_org(*ELSEWHERE)))
            yield

    @pytest.fixture
    def org(self, town, db) -> Organisation:
        return Organisation.objects.get(slug="zuiderveen")

    @pytest.fixture
    def elsewhere(self, town, db) -> Organisation:
        return Organisation.objects.get(slug=ELSEWHERE[0])

    @pytest.fixture
    def people(self, town, db) -> dict[str, User]:
        return {user.email.partition("@")[0]: user for user in User.objects.order_by("pk")}


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def org(db) -> Organisation:
    return build_org()


@pytest.fixture
def elsewhere(db) -> Organisation:
    """Another organisation in the same installation."""
    return build_org(*ELSEWHERE)


@pytest.fixture
def people(org, elsewhere) -> dict[str, User]:
    return build_people(org, elsewhere)


@pytest.fixture
def departments(org) -> dict[str, Department]:
    return {department.code: department for department in Department.objects.filter(organisation=org)}


@pytest.fixture
def scenarios(org) -> dict[str, Scenario]:
    return {scenario.code: scenario for scenario in Scenario.objects.filter(organisation=org)}


@pytest.fixture
def wave(org) -> Wave:
    return Wave.objects.select_related("organisation", "version__checklist").get(organisation=org)


@pytest.fixture
def version(wave) -> ChecklistVersion:
    return wave.version


@pytest.fixture
def make_call(org, people):
    """`make_call("submitted", department="BEL", answers=...)`: by `evaluator`, decided by `reviewer`, unless named."""

    def make(
        state: str = "approved", *, evaluator: User | None = None, reviewer: User | None = None, **overrides: Any
    ) -> Call:
        return build_call(org, evaluator or people["evaluator"], reviewer or people["reviewer"], state, **overrides)

    return make


@pytest.fixture(name="client_for")
def client_for_fixture(db):
    return client_for


@pytest.fixture(name="api_client")
def api_client_fixture(db):
    return api_client


@pytest.fixture(autouse=True, scope="session")
def flush_past_the_guards():
    """A transactional test ends by emptying the tables; the triggers that keep versions and the log would forbid it."""
    teardown = TransactionTestCase._fixture_teardown

    def without_guards(self: TransactionTestCase) -> None:
        for alias in self._databases_names(include_mirrors=False):
            guards.remove(connections[alias])
        try:
            teardown(self)
        finally:
            for alias in self._databases_names(include_mirrors=False):
                guards.install(connections[alias])

    TransactionTestCase._fixture_teardown = without_guards
    yield
    TransactionTestCase._fixture_teardown = teardown
