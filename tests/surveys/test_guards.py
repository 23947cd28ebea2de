"""What the database itself refuses: changing what is published or logged, and rows that cannot be true."""

import datetime as dt
import importlib
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from surveys import guards
from surveys.models import (
    Acknowledgement,
    ApiToken,
    Appeal,
    Assignment,
    AssignmentGroup,
    AuditEntry,
    CalibrationSeat,
    CalibrationSession,
    Call,
    Callback,
    CallbackEvent,
    Checklist,
    ChecklistVersion,
    Clearance,
    Conflict,
    Department,
    GoldCall,
    ImportRun,
    Invitation,
    Membership,
    Organisation,
    Phrase,
    Quota,
    Recording,
    Reminder,
    Scenario,
    User,
    Wave,
)
from tests.people import AT, DOCUMENT, callback_answers

VERSION, AUDIT = guards.VERSION, guards.AUDIT


def refused(match=""):
    """The database says no; the savepoint keeps the test's transaction usable."""
    return _Refused(match)


class _Refused:
    def __init__(self, match):
        self.raises, self.savepoint = pytest.raises(IntegrityError, match=match), transaction.atomic()

    def __enter__(self):
        self.caught = self.raises.__enter__()
        self.savepoint.__enter__()
        return self.caught

    def __exit__(self, *exception):
        self.savepoint.__exit__(*exception)
        return self.raises.__exit__(*exception)


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture
def draft(version):
    return ChecklistVersion.objects.create(checklist=version.checklist, number=2, document=DOCUMENT)


@pytest.fixture
def entry(org, people):
    return AuditEntry.objects.create(
        organisation=org, actor=people["reviewer"], action="read", subject="call", subject_id=1
    )


# --- published versions -----------------------------------------------------------------------------------------------

WAYS_TO_CHANGE = {
    "save": lambda version: version.save(),
    "save of one field": lambda version: version.save(update_fields=["document"]),
    "update": lambda version: ChecklistVersion.objects.filter(pk=version.pk).update(document={}),
    "bulk_update": lambda version: ChecklistVersion.objects.bulk_update([version], ["document"]),
    "update_or_create": lambda version: ChecklistVersion.objects.update_or_create(
        pk=version.pk, defaults={"number": 7}, create_defaults={}
    ),
    "upsert": lambda version: ChecklistVersion.objects.bulk_create(
        [version], update_conflicts=True, unique_fields=["id"], update_fields=["document"]
    ),
    "back to draft": lambda version: ChecklistVersion.objects.filter(pk=version.pk).update(
        state="draft", published_at=None
    ),
    "SQL": lambda version: sql(f"UPDATE {VERSION} SET number = 9 WHERE id = %s", version.pk),
    "SQL that changes nothing": lambda version: sql(f"UPDATE {VERSION} SET number = number WHERE id = %s", version.pk),
}
WAYS_TO_DELETE = {
    "delete": lambda version: version.delete(),
    "QuerySet.delete": lambda version: ChecklistVersion.objects.filter(pk=version.pk).delete(),
    "SQL": lambda version: sql(f"DELETE FROM {VERSION} WHERE id = %s", version.pk),
}


@pytest.mark.parametrize("way", WAYS_TO_CHANGE)
def test_a_published_version_cannot_change_and_a_draft_can(version, draft, way):
    version.document = draft.document = {**DOCUMENT, "pass_mark": 1}
    WAYS_TO_CHANGE[way](draft)
    with refused("a published checklist version cannot change"):
        WAYS_TO_CHANGE[way](version)
    version.refresh_from_db()
    assert (version.document, version.number, version.state) == (DOCUMENT, 1, "published")


@pytest.mark.parametrize("way", WAYS_TO_DELETE)
def test_a_published_version_cannot_be_deleted_and_a_draft_can(version, draft, way):
    Wave.objects.all().delete()  # a version that no wave uses: only the trigger stands in the way
    WAYS_TO_DELETE[way](draft)
    with refused("a published checklist version cannot"):
        WAYS_TO_DELETE[way](version)
    assert set(ChecklistVersion.objects.values_list("pk", flat=True)) == {version.pk}


def test_a_draft_is_published_once(draft):
    ChecklistVersion.objects.filter(pk=draft.pk).update(state="published", published_at=AT)
    with refused("a published checklist version cannot change"):
        ChecklistVersion.objects.filter(pk=draft.pk).update(published_at=AT + dt.timedelta(days=1))


def test_a_form_hears_it_in_words_before_the_database_has_to_refuse(version, draft):
    draft.full_clean()
    version.state = "draft"  # what the form says does not matter, only what is stored
    with pytest.raises(ValidationError, match="A published version never changes"):
        version.full_clean()


# --- the audit log ----------------------------------------------------------------------------------------------------

WAYS_TO_REWRITE = {
    "save": lambda entry: entry.save(),
    "update": lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(reason="another"),
    "delete": lambda entry: entry.delete(),
    "QuerySet.delete": lambda _entry: AuditEntry.objects.all().delete(),
    "SQL update": lambda entry: sql(f"UPDATE {AUDIT} SET action = 'x' WHERE id = %s", entry.pk),
    "SQL delete": lambda _entry: sql(f"DELETE FROM {AUDIT}"),
}


@pytest.mark.parametrize("way", WAYS_TO_REWRITE)
def test_the_audit_log_only_grows(entry, way):
    before = list(AuditEntry.objects.values())
    entry.reason = "another"
    with refused("the audit log cannot"):
        WAYS_TO_REWRITE[way](entry)
    assert list(AuditEntry.objects.values()) == before
    AuditEntry.objects.create(action="read", subject="call", subject_id=2)
    assert AuditEntry.objects.count() == len(before) + 1


@pytest.mark.parametrize("table", [VERSION, AUDIT])
def test_neither_can_be_emptied_or_replaced_behind_the_triggers_of_rows(version, entry, table):
    """TRUNCATE (PostgreSQL) and INSERT OR REPLACE (SQLite) ask no trigger of UPDATE or DELETE."""
    behind = (
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if connection.vendor == "sqlite"
        else f"TRUNCATE {table} CASCADE"
    )
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")  # else it is the test's own new rows that forbid it
    with refused("cannot change"):
        sql(behind)


# --- the triggers themselves ------------------------------------------------------------------------------------------


def installed():
    """Names of our triggers in the database, with the table each guards."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard%%'")
        else:
            cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'guard%%'")
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_the_migrated_database_has_every_trigger():
    """Also after the last migration: SQLite drops a table's triggers when a migration rebuilds the table."""
    names = {table: {name for name, of in installed().items() if of == table} for table in (VERSION, AUDIT)}
    on_each = {"update", "delete", "replace"} if connection.vendor == "sqlite" else {"", "truncate"}
    assert names[VERSION] == {f"guard_version_{what}".rstrip("_") for what in on_each}
    assert names[AUDIT] == {f"guard_audit_{what}".rstrip("_") for what in on_each}


def test_the_migration_can_be_taken_back_and_done_again(version, entry):
    migration = importlib.import_module("surveys.migrations.0002_guards")
    operation = migration.Migration.operations[0]
    assert operation.reversible
    before = installed()
    editor = type("Editor", (), {"connection": connection})
    for _again in range(2):
        operation.reverse_code(apps, editor)
    assert installed() == {}
    AuditEntry.objects.filter(pk=entry.pk).update(reason="possible without the triggers")
    for _again in range(2):
        operation.code(apps, editor)
    assert installed() == before
    with refused("the audit log cannot change"):
        AuditEntry.objects.filter(pk=entry.pk).update(reason="not any more")


# --- constraints ------------------------------------------------------------------------------------------------------
# Each named constraint: on which row, what the database refuses there, and the nearest thing that it takes. For
# uniqueness the row is the second of two, changed into the first one's double.


@pytest.fixture
def rows(org, people, elsewhere, version, draft, make_call):
    """A row of every model, and under "other ..." a second one of those where something must be unique."""
    call = make_call("approved", external_id="OLD-1", answers=callback_answers())
    promise = Callback.objects.get(call=call)
    person = people["manager"]
    wave = {"version": version, "starts_on": AT.date(), "ends_on": AT.date()}
    run = {"organisation": org, "started_by": people["coordinator"], "file_name": "log.csv", "content": b""}
    invitation = {"organisation": org, "email": "new@zuiderveen.example", "role": "analyst", "invited_by": person}
    return {
        "user": people["manager"],
        "organisation": org,
        "department": Department.objects.get(organisation=org, code="BEL"),
        "membership": Membership.objects.create(user=person, organisation=org, role="analyst"),
        "invitation": Invitation.objects.create(**invitation, secret_hash="x", expires_at=AT),
        "token": ApiToken.objects.create(user=person, name="key", prefix="kb_1", secret_hash="x"),
        "checklist": Checklist.objects.create(organisation=org, code="second", name="Second"),
        "draft": draft,
        "phrase": Phrase.objects.filter(organisation=org).last(),
        "scenario": Scenario.objects.filter(organisation=org).last(),
        "wave": Wave.objects.create(organisation=org, name="April 2026", **wave),
        "call": make_call("approved", external_id="OLD-2"),
        "first call": call,
        "event": CallbackEvent.objects.create(callback=promise, kind="came", happened_at=AT, recorded_by=person),
        "conflict": [
            Conflict.objects.create(call=call, answers={}, content_hash=key, sent_by=person) for key in ("one", "two")
        ][1],
        "import": ImportRun.objects.create(**run),
        **fieldwork_rows(org, people, call, version),
    }


def fieldwork_rows(org, people, call, version):
    """The same of what is planned and checked."""
    wave, person, other = call.wave, people["evaluator"], people["other_evaluator"]
    bur, bel = (Department.objects.get(organisation=org, code=code) for code in ("BUR", "BEL"))
    single = {"wave": wave, "scenario": call.scenario, "target": 1}
    pairs = {"wave": wave, "kind": "pair", "problem": "complaint", "target": 1}
    window = {"starts_at": AT, "until": AT + dt.timedelta(hours=1)}
    work = {"organisation": org, "wave": wave, "department": bur, "scenario": call.scenario, **window}
    sound = {"organisation": org, "content_type": "audio/wav", "size": 1, "sha256": "x", "erase_on": AT.date()}
    gold = GoldCall.objects.create(
        organisation=org, name="Gold", version=version, department=bur, scenario=call.scenario, called_at=AT,
        recording=Recording.objects.create(**sound, uploaded_by=person), made_by=person,
    )  # fmt: skip
    session = CalibrationSession.objects.create(
        organisation=org, name="One", wave=wave, source_call=call, expert=person, due_at=AT, made_by=person
    )
    for department in (bel, bur):
        quota, problem = (Quota.objects.create(**kind, department=department) for kind in (single, pairs))
    second, golden = {"purpose": "second", "source_call": call}, {"purpose": "gold", "gold": gold}
    Assignment.objects.create(**work, **second, evaluator=person, state="offered")
    Assignment.objects.create(**work, **golden, evaluator=person, state="offered")
    Appeal.objects.create(call=call, raised_by=people["manager"], reason="No")
    Acknowledgement.objects.create(call=call, by=person)
    Reminder.objects.create(user=person, kind="due", day=AT.date())
    CalibrationSeat.objects.create(session=session, evaluator=person)
    return {
        "paper": Clearance.objects.filter(organisation=org).first(),
        "quota": quota,
        "quota of pairs": problem,
        "group": AssignmentGroup.objects.create(wave=wave, department=bur, kind="pair", problem="complaint"),
        "assignment": Assignment.objects.create(**work),
        "second": Assignment.objects.create(**work, **second, evaluator=other, state="handed_back"),
        "golden": Assignment.objects.create(**work, **golden, evaluator=other, state="offered"),
        "appeal": Appeal.objects.create(call=call, raised_by=people["manager"], reason="No", state="withdrawn"),
        "acknowledgement": Acknowledgement.objects.create(call=call, by=other),
        "session": session,
        "seat": CalibrationSeat.objects.create(session=session, evaluator=other),
        "reminder": Reminder.objects.create(user=person, kind="offered", day=AT.date()),
    }


# Rows that the table names before there are any.
BEL, EVALUATOR = ("department", "BEL"), ("user", "evaluator@zuiderveen.example")


def found_by(value):
    if value == BEL:
        return Department.objects.get(code="BEL", organisation__slug="zuiderveen")
    return User.objects.get(email=EVALUATOR[1]) if value == EVALUATOR else value


CONSTRAINTS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "user_email_any_case": ("user", {"email": "ANALYST@zuiderveen.example"}, {"email": "analyst2@zuiderveen.example"}),
    "organisation_group_size": ("organisation", {"min_group_size": 0}, {"min_group_size": 1}),
    "department_code_once": ("department", {"code": "bur"}, {"code": "bur2"}),
    "department_not_own_parent": ("department", {"parent": models.F("pk")}, {"parent": None}),
    "department_target_range": ("department", {"target": 10_001}, {"target": 10_000}),
    "membership_once": ("membership", {"role": "manager"}, {"role": "reviewer"}),
    "membership_role_known": ("membership", {"role": "boss"}, {"role": "works_council"}),
    "invitation_role_known": ("invitation", {"role": "boss"}, {"role": "works_council"}),
    "token_scope_known": ("token", {"scope": "everything"}, {"scope": "write"}),
    "checklist_code_once": ("checklist", {"code": "Standard"}, {"code": "standard-2"}),
    "version_number_once": ("draft", {"number": 1}, {"number": 3}),
    "version_published_with_time": ("draft", {"state": "published"}, {"state": "published", "published_at": AT}),
    "phrase_code_once": ("phrase", {"code": "FIRST"}, {"code": "none-has-this"}),
    "phrase_kind_known": ("phrase", {"kind": "odd"}, {"kind": "exemplary"}),
    "scenario_code_once": ("scenario", {"code": "FIRST"}, {"code": "none-has-this"}),
    "scenario_style_known": ("scenario", {"caller_style": "angry"}, {"caller_style": "dominant"}),
    "scenario_attempt_range": ("scenario", {"attempt": 10}, {"attempt": 9}),
    "wave_name_once": ("wave", {"name": "Maart 2026"}, {"name": "maart 2026"}),
    "wave_ends_after_start": ("wave", {"ends_on": AT.date() - dt.timedelta(days=1)}, {"ends_on": AT.date()}),
    "wave_state_known": ("wave", {"state": "half-open"}, {"state": "closed"}),
    "call_external_id_once": ("call", {"external_id": "OLD-1"}, {"external_id": "old-1"}),
    "call_state_known": ("call", {"state": "lost"}, {"state": "voided"}),
    "call_kind_and_second": ("call", {"kind": "second"}, {"kind": "calibration"}),
    "call_submitted_with_time": ("call", {"submitted_at": None}, {"submitted_at": None, "state": "draft"}),
    "call_score_range": ("call", {"score": 10_001}, {"score": 10_000}),
    "call_again_range": ("call", {"would_call_again": 11}, {"would_call_again": 10}),
    "callback_event_kind": ("event", {"kind": "perhaps"}, {"kind": "not_come"}),
    "conflict_copy_once": ("conflict", {"content_hash": "one"}, {"content_hash": "three"}),
    "import_state_known": ("import", {"state": "asleep"}, {"state": "done"}),
    "clearance_kind_known": ("paper", {"kind": "a promise"}, {"kind": "recording"}),
    "clearance_valid_after": ("paper", {"valid_until": dt.date(2026, 1, 4)}, {"valid_until": dt.date(2026, 1, 5)}),
    "wave_second_share": ("wave", {"second_share": 101}, {"second_share": 100}),
    "wave_hours_in_order": ("wave", {"calls_until": dt.time(9)}, {"calls_until": dt.time(9, 1)}),
    "quota_scenario_once": ("quota", {"department": BEL}, {"target": 2}),
    "quota_problem_once": ("quota of pairs", {"department": BEL}, {"kind": "chain"}),
    "quota_kind_and_subject": ("quota", {"problem": "complaint"}, {"problem": ""}),
    "group_kind_known": ("group", {"kind": "crowd"}, {"kind": "chain"}),
    "assignment_state_known": ("assignment", {"state": "lost", "evaluator": EVALUATOR}, {"state": "cancelled"}),
    "assignment_has_evaluator": ("assignment", {"state": "offered"}, {"state": "planned"}),
    "assignment_window_in_order": ("assignment", {"until": AT}, {"until": AT + dt.timedelta(minutes=1)}),
    "assignment_purpose_and_source": ("assignment", {"purpose": "second"}, {"purpose": "field"}),
    "assignment_second_once": ("second", {"state": "offered"}, {"state": "cancelled"}),
    "assignment_gold_once": ("golden", {"evaluator": EVALUATOR}, {"state": "done"}),
    "appeal_one_open": ("appeal", {"state": "open"}, {"state": "withdrawn"}),
    "appeal_state_known": ("appeal", {"state": "forgotten"}, {"state": "withdrawn"}),
    "appeal_decided_by_another": (
        "appeal",
        {"state": "rejected", "decided_at": AT, "decided_by": models.F("raised_by")},
        {"state": "rejected", "decided_at": AT, "decided_by": EVALUATOR},
    ),
    "acknowledged_once": ("acknowledgement", {"by": EVALUATOR}, {"note": "Read"}),
    "calibration_state_known": ("session", {"state": "asleep"}, {"state": "closed"}),
    "calibration_seat_once": ("seat", {"evaluator": EVALUATOR}, {"call": None}),
    "reminder_once_a_day": ("reminder", {"kind": "due"}, {"kind": "expired"}),
    "reminder_kind_known": ("reminder", {"kind": "nagging"}, {"kind": "callbacks"}),
}


def test_every_constraint_is_in_the_table():
    named = {each.name for model in apps.get_app_config("surveys").get_models() for each in model._meta.constraints}
    assert set(CONSTRAINTS) == named


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_the_bad_row_is_refused_and_its_good_neighbour_taken(rows, name):
    which, bad, good = CONSTRAINTS[name]
    row = rows[which]
    bad, good = ({column: found_by(value) for column, value in values.items()} for values in (bad, good))
    if bad == {"code": "FIRST"}:
        bad = {"code": type(row).objects.filter(organisation=row.organisation_id).exclude(pk=row.pk).first().code}
    change = type(row).objects.filter(pk=row.pk).update
    # SQLite names the columns, not the constraint, where columns alone are unique.
    with refused(f"{name}|UNIQUE constraint failed: surveys_{type(row).__name__.lower()}"):
        change(**bad)
    assert change(**good) == 1


def test_a_second_scoring_names_its_first(rows):
    calls = Call.objects.filter(pk=rows["call"].pk)
    with refused("call_kind_and_second"):
        calls.update(second_of=rows["first call"])
    assert calls.update(kind="second", second_of=rows["first call"]) == 1


def test_many_calls_may_be_without_an_external_id_and_codes_repeat_in_other_organisations(rows, elsewhere):
    assert Call.objects.update(external_id="") == 2
    assert Organisation.objects.count() == 2
    assert Department.objects.filter(code="BUR").count() == 2
    assert User.objects.filter(email="manager@zuiderveen.example").exists()
