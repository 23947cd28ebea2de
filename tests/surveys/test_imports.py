"""Call logs from elsewhere: mapped, checked row by row, written whole or not at all, and never twice."""

import datetime as dt

import pytest
from django.db import DatabaseError

from surveys import imports, workflow
from surveys.import_words import REASONS, described
from surveys.imports import report
from surveys.models import AuditEntry, Call, Callback, ImportRun, Wave
from surveys.signals import counting_changed
from tests.logs import HEADINGS, LATER, check, fresh, reasons, row, start_fixture, write  # noqa: F401 - a fixture
from tests.people import AT

PROMISE = {
    "callback.helped_at_once": "nee", "callback.offered": "unasked", "callback.concrete": "both",
    "callback.due": "03-03-2026 15:00", "callback.who": "Mw. De Wit", "callback.alternative": "colleague",
    "closing.fate": "callback_agreed",
}  # fmt: skip


def test_columns_are_suggested_by_key_usual_words_and_question(start, version):
    run = start(row(1))
    assert HEADINGS.items() <= run.mapping.items()
    assert run.mapping["greeting.own_name"] == "greeting.own_name"
    item = version.definition.item("tone.calm")
    assert imports.suggest((item.text["nl"].upper(), "Tijdstip"), version.definition) == {
        "tone.calm": item.text["nl"].upper(),
        "time": "Tijdstip",
    }


def test_a_good_file_is_checked_without_storing_then_written_with_scores_and_history(start, org, people):
    run = check(start(row(1), row(2, Datum="2026-03-04", Afdeling="BEL")))
    assert (run.state, run.report["accepted"], run.report["rejected"]) == ("checked", 2, 0)
    assert not Call.objects.exists()
    run = write(run)
    assert (run.state, run.report["made"]) == ("done", 2)
    call = Call.objects.get(external_id="OUD-1")
    assert (call.state, call.department.code, call.evaluator) == ("approved", "BUR", people["coordinator"])
    assert call.called_at.astimezone(org.zone) == dt.datetime(2026, 3, 3, 10, 15, tzinfo=org.zone)
    assert call.local_date == dt.date(2026, 3, 3)
    assert call.answers["phrasing.hold"] == {"na": True}
    scored = Call(version=call.version, scenario=call.scenario, answers=call.answers, called_at=call.called_at)
    assert call.score == workflow.fill_from_answers(scored).score is not None
    assert AuditEntry.objects.of(call).filter(action="imported").count() == 1


def test_stored_sums_are_told_of_every_cell_inside_the_transaction(start):
    heard = []

    def listen(*, cells, **_):
        heard.append(cells)

    counting_changed.connect(listen)
    try:
        write(check(start(row(1), row(2), row(3, Datum="04-03-2026"))))
    finally:
        counting_changed.disconnect(listen)
    assert {workflow.cell_of(call) for call in Call.objects.all()} == set().union(*heard)


def test_a_promised_callback_enters_the_ledger(start):
    write(check(start(row(1, **PROMISE))))
    promise = Callback.objects.get()
    assert (promise.who, promise.due_at.isoformat()) == ("Mw. De Wit", "2026-03-03T14:00:00+00:00")


def test_a_promise_for_a_day_holds_until_its_end(start):
    write(check(start(row(1, **PROMISE | {"callback.due": "04-03-2026"}))))
    assert Callback.objects.get().due_at.isoformat() == "2026-03-04T22:59:00+00:00"


BAD = [
    ({"Extern id": ""}, "Extern id", "blank"),
    ({"Extern id": "x" * 101}, "Extern id", "too_long"),
    ({"Datum": ""}, "Datum", "blank"),
    ({"Datum": "31-02-2026"}, "Datum", "date_unreadable"),
    ({"Datum": "03-03-2026 kwart over tien"}, "Datum", "date_unreadable"),
    ({"Datum": "01-04-2026"}, "Datum", "outside_wave"),
    ({"Datum": "28-03-2026"}, "Datum", "in_future"),
    ({"Datum": "15-03-2026 23:00"}, "Datum", "in_future"),
    ({"Afdeling": "Sterrenkunde"}, "Afdeling", "department_unknown"),
    ({"Scenario": ""}, "Scenario", "blank"),
    ({"greeting.own_name": "misschien"}, "greeting.own_name", "option_unread"),
    ({"greeting.own_name": "#N/B"}, "greeting.own_name", "excel_error"),
    ({"phrasing.hold": "#N/A"}, "phrasing.hold", "excel_error"),
    ({"greeting.seconds": "veel"}, "greeting.seconds", "number_invalid"),
    ({"greeting.own_name": "n.v.t."}, "greeting.own_name", "na_not_allowed"),
    ({"greeting.own_name": ""}, "greeting.own_name", "answer_required"),
    (PROMISE | {"callback.due": "morgen"}, "callback.due", "date_unreadable"),
]


@pytest.mark.parametrize(("changes", "column", "code"), BAD, ids=[f"{c}:{code}" for _r, c, code in BAD])
def test_a_bad_row_is_rejected_by_column_and_reason_beside_a_good_one(start, changes, column, code):
    run = check(start(row(1, **dict.fromkeys(PROMISE, "")) | row(1), row(2, **changes)))
    assert (run.report["accepted"], run.report["rejected"]) == (1, 1)
    assert (3, column, code) in reasons(run)
    assert all(line["reason"] != line["code"] for line in described(run.report["rejections"]))


def test_every_reason_is_one_that_the_code_gives():
    """Words that nothing says are in the way of translators."""
    from pathlib import Path

    from surveys import tables

    folder = Path(str(imports.__file__)).parent
    source = "".join(path.read_text() for path in [*folder.glob("*.py"), Path(str(tables.__file__))])
    built = {"department_unknown", "scenario_unknown"}
    assert {code for code in REASONS if f'"{code}"' not in source} == built


def test_rejected_rows_stop_the_whole_import_unless_left_out_on_purpose(start):
    run = write(check(start(row(1), row(2, Afdeling="?"))))
    assert (run.state, run.report["changed"], Call.objects.count()) == ("checked", True, 0)
    run = write(run, leave_out=True)
    assert (run.state, run.report["made"], run.report["left_out"], Call.objects.count()) == ("done", 1, 1, 1)


def test_more_rejections_than_were_agreed_to_stop_it_with_the_new_report(start, departments):
    run = check(start(row(1), row(2, Afdeling="?"), row(3, Afdeling="BEL")))
    departments["BEL"].delete()
    run = write(run, leave_out=True)
    assert (run.state, run.report["changed"], Call.objects.count()) == ("checked", True, 0)
    assert reasons(run) == {(3, "Afdeling", "department_unknown"), (4, "Afdeling", "department_unknown")}
    assert write(run, leave_out=True).report["made"] == 1


def test_the_same_file_again_changes_nothing_and_other_content_is_refused(start):
    write(check(start(row(1), row(2))))
    again = check(start(row(1), row(2, **{"tone.calm": "4"}), row(3)))
    assert (again.report["accepted"], again.report["known"], again.report["rejected"]) == (1, 1, 1)
    assert reasons(again) == {(3, "Extern id", "id_taken")}
    write(again, leave_out=True)
    assert Call.objects.count() == 3


@pytest.mark.parametrize("change", [{"Afdeling": "BEL"}, {"Datum": "04-03-2026 10:15"}])
def test_the_same_answers_about_another_call_are_other_content(start, change):
    write(check(start(row(1))))
    assert reasons(check(start(row(1, **change)))) == {(2, "Extern id", "id_taken")}


def test_who_brings_the_file_is_no_other_content(start, people):
    write(check(start(row(1))))
    assert check(start(row(1), by="administrator")).report["known"] == 1
    other = check(start(row(1, Beoordelaar=people["evaluator"].email)))
    assert reasons(other) == {(2, "Extern id", "id_taken")}


def test_an_id_twice_in_one_file_is_refused(start):
    assert reasons(check(start(row(1), row(1)))) == {(3, "Extern id", "twice_in_file")}


def test_a_write_that_breaks_half_way_leaves_nothing_behind(start, monkeypatch):
    run = check(start(row(1), row(2)))

    def broken(*_args, **_kwargs):
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(workflow, "announce", broken)
        run = write(run)
    assert (run.state, run.report["failure"]) == ("failed", "broke")
    assert not Call.objects.exists()
    assert not AuditEntry.objects.filter(action="imported").exists()
    assert write(check(run)).report["made"] == 2


def test_questions_without_a_column_are_left_out_of_the_score_and_named(start):
    short = {key: value for key, value in row(1).items() if not key.startswith(("tone.", "callback."))}
    run = check(start(short))
    assert {"tone.calm", "callback.offered"} <= set(run.report["unmapped"])
    write(run)
    call = Call.objects.get()
    assert call.tone is None
    assert call.score is not None


def test_answers_to_what_is_not_asked_in_such_a_call_are_left_out_and_counted(start):
    run = check(start(row(1, **{"callback.who": "Mw. De Wit"})))
    assert (run.report["accepted"], run.report["hidden"]) == (1, 1)
    write(run)
    assert "callback.who" not in Call.objects.get().answers


def test_remarks_are_asked_for_where_the_file_has_a_column_for_them(start):
    low = row(1, **{"phrasing.no_harmful": "nee"})
    assert check(start(low)).report["rejected"] == 0
    with_columns = low | {"phrasing.no_harmful quote": ""}
    assert (2, "phrasing.no_harmful", "quote_required") in reasons(check(start(with_columns)))
    said = low | {"phrasing.no_harmful quote": "Daar gaan wij niet over"}
    write(check(start(said)))
    assert Call.objects.get().answers["phrasing.no_harmful"]["quote"] == "Daar gaan wij niet over"


def test_an_evaluator_is_found_by_address_and_a_stranger_is_not(start, people):
    rows = row(1, Beoordelaar=people["evaluator"].email.upper()), row(2, Beoordelaar=people["stranger"].email)
    run = check(start(*rows))
    assert reasons(run) == {(3, "Beoordelaar", "evaluator_unknown")}
    write(run, leave_out=True)
    assert Call.objects.get().evaluator == people["evaluator"]


def test_nothing_of_another_organisation_is_found(start, elsewhere):
    from surveys.models import Department

    Department.objects.create(organisation=elsewhere, code="XYZ", name="Xyz")
    assert reasons(check(start(row(1, Afdeling="XYZ")))) == {(2, "Afdeling", "department_unknown")}


def test_a_name_that_two_have_is_refused_and_the_code_taken(start, org, departments):
    type(departments["BEL"]).objects.filter(pk=departments["BEL"].pk).update(name="Burgerzaken")
    run = check(start(row(1), row(2, Afdeling="bur")))
    assert reasons(run) == {(2, "Afdeling", "name_twice")}


# --- what is kept of it -----------------------------------------------------------------------------------------------


def test_every_rejection_is_counted_and_the_first_are_kept(start, monkeypatch):
    monkeypatch.setattr(report, "KEPT", 3)
    run = check(start(*(row(number, Afdeling="?") for number in range(5)), row(6, Datum="gisteren"), row(7)))
    found = run.report
    assert (found["rejected"], len(found["rejections"]), found["more"], found["accepted"]) == (6, 3, 3, 1)
    causes = [(cause["column"], cause["code"], cause["rows"], cause["row"]) for cause in found["causes"]]
    assert causes == [("Afdeling", "department_unknown", 5, 2), ("Datum", "date_unreadable", 1, 7)]


def test_the_file_is_forgotten_once_it_is_imported(start):
    run = check(start(row(1), row(2, Afdeling="?")))
    assert run.content
    assert not write(run, leave_out=True).content


def test_what_is_left_of_old_imports_is_forgotten_with_the_next_upload(start, wave):
    waiting, finished = check(start(row(1))), write(check(start(row(2), row(3, Afdeling="?"))), leave_out=True)
    at_work = start(row(4))
    ImportRun.objects.filter(pk=at_work.pk).update(state="checking")
    recent = start(row(5), at=LATER + dt.timedelta(days=31))
    waiting, finished = fresh(waiting), fresh(finished)
    assert (waiting.content, waiting.state, waiting.report) == (b"", "failed", {"failure": "file_forgotten"})
    assert (finished.report["made"], finished.report["left_out"], "rejections" in finished.report) == (1, 1, False)
    assert fresh(at_work).content
    assert recent.content
    assert imports.start_check(run=waiting, at=LATER) is None
    assert not imports.can_map(waiting)


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "day", "clock"),
    [
        ("3-3-2026", (2026, 3, 3), None), ("2026-03-03T14:05:30", (2026, 3, 3), (14, 5, 30)),
        ("03/04/26 9.30 uur", (2026, 4, 3), (9, 30)), ("20260303", (2026, 3, 3), None),
        ("2026-03-03 14:05:30.123", (2026, 3, 3), (14, 5, 30)), ("2026-3-3", (2026, 3, 3), None),
        ("2026-03-03T23:30:00Z", (2026, 3, 4), (0, 30)), ("2026-03-03 14:05:30+02:00", (2026, 3, 3), (13, 5, 30)),
        ("3.3.2026 25:00", None, None), ("3-4/2026", None, None), ("3-13-2026", None, None), ("46084", None, None),
        ("٣-٣-2026", None, None), ("2026-03-03T14:05:30+99:00", None, None), ("", None, None),
    ],
)  # fmt: skip
def test_moments_as_people_type_them(org, typed, day, clock):
    assert imports.parse_moment(typed, org.zone) == (day and dt.date(*day), clock and dt.time(*clock))


def test_a_day_without_a_time_is_not_in_the_future_on_the_day_itself(start, wave):
    morning = dt.datetime(2026, 3, 15, 7, tzinfo=dt.UTC)
    Wave.objects.filter(pk=wave.pk).update(ends_on=dt.date(2026, 3, 20))
    run = check(start(row(1, Datum="15-03-2026"), row(2, Datum="16-03-2026")), at=morning)
    assert reasons(run) == {(3, "Datum", "in_future")}


def test_date_and_time_in_two_columns_or_in_one(start, org):
    split = row(1, Datum="03-03-2026", Tijd="14.05 uur")
    write(check(start(split, row(2, Datum="03-03-2026", Tijd="1899-12-30T09:30:00"))))
    clocks = {call.external_id: call.called_at.astimezone(org.zone).time() for call in Call.objects.all()}
    assert clocks == {"OUD-1": dt.time(14, 5), "OUD-2": dt.time(9, 30)}
    run = check(start(row(3, Datum="03-03-2026 16:00")), time="Datum")
    assert write(run).report["made"] == 1
    assert Call.objects.get(external_id="OUD-3").called_at.astimezone(org.zone).time() == dt.time(16)


def test_a_call_on_the_night_of_the_change_of_clocks_has_a_moment(start, wave):
    Wave.objects.filter(pk=wave.pk).update(ends_on=dt.date(2026, 3, 31))
    run = check(start(row(1, Datum="29-03-2026 02:30")), at=AT + dt.timedelta(days=40))
    assert write(run, at=AT + dt.timedelta(days=40)).report["made"] == 1


@pytest.mark.parametrize(
    ("typed", "number"), [("1.234,5", "1234.5"), ("12,50", "12.50"), ("12.5", "12.5"), ("12", "12")]
)
def test_decimal_commas(typed, number):
    assert imports.decimal_point(typed) == number
