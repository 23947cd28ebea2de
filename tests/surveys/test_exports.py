"""Calls as CSV: who may take them, which they are, every cell, and what happens when something breaks."""

import csv
import datetime as dt
import io
import json
import re
import subprocess
import sys
import time
from decimal import Decimal
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import csv_files, exports, tables
from surveys.csv_files import as_csv, safe
from surveys.models import AuditEntry, Call, CallbackEvent, ChecklistVersion, User, Wave
from tests.people import AT, NA, build_call, callback_answers, department, valid_answers
from tests.tools.site import free_port

PAGE = "/o/zuiderveen/exports/"
CALLS = PAGE + "calls.csv"
ANSWERS = PAGE + "answers.csv"
REFUSED = [("reviewer", 403), ("evaluator", 403), ("manager", 403), ("works_council", 403), ("stranger", 404)]


@pytest.fixture
def analyst(client_for, people):
    return client_for(people["analyst"])


def content(response):
    assert response.status_code == 200, response.content[:300]
    return b"".join(response.streaming_content)


def rows(client, address=CALLS, **filters):
    """The file read back as a list of dicts."""
    return list(csv.DictReader(io.StringIO(content(client.get(address, filters)).decode(), newline="")))


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [CALLS, ANSWERS])
@pytest.mark.parametrize("role", ["administrator", "coordinator", "analyst"])
def test_who_may_takes_a_file(client_for, people, make_call, role, address):
    call = make_call()
    response = client_for(people[role]).get(address)
    assert call.reference in content(response).decode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    assert re.fullmatch(
        r'attachment; filename="zuiderveen-(calls|answers)-\d{4}-\d\d-\d\d\.csv"', response["Content-Disposition"]
    )


@pytest.mark.parametrize("address", [PAGE, CALLS, ANSWERS])
@pytest.mark.parametrize(("role", "status"), REFUSED)
def test_others_do_not(client_for, people, make_call, role, status, address):
    make_call()
    assert client_for(people[role]).get(address).status_code == status


def test_another_organisations_calls_stay_there(client_for, people, make_call, elsewhere):
    foreign = build_call(elsewhere, people["stranger"], people["stranger"])
    mine = make_call()
    assert [row["reference"] for row in rows(client_for(people["administrator"]))] == [mine.reference]
    theirs = client_for(people["stranger"]).get("/o/noordveld/exports/calls.csv")
    text = content(theirs).decode()
    assert foreign.reference in text
    assert mine.reference not in text


def test_taking_data_out_is_remembered(client_for, people, make_call, departments):
    make_call()
    content(
        client_for(people["analyst"]).get(ANSWERS, {"department": departments["PUB"].pk, "date_from": "2026-03-01"})
    )
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor, entry.organisation.slug) == (people["analyst"], "zuiderveen")
    assert entry.changes["filters"] == {"department": [departments["PUB"].pk], "date_from": "2026-03-01"}
    assert (entry.changes["layout"], entry.changes["calls"]) == ("answers", 1)
    assert entry.changes["rows"] == len(Call.objects.get().answers)


# --- which calls ------------------------------------------------------------------------------------------------------


def test_only_calls_that_count_unless_asked_otherwise(client_for, people, make_call):
    calls = {state: make_call(state) for state in ("draft", "submitted", "returned", "approved", "voided")}
    second = make_call("approved", kind="second", second_of=calls["approved"])
    client = client_for(people["coordinator"])
    assert [row["reference"] for row in rows(client)] == [calls["approved"].reference]
    everything = {row["reference"] for row in rows(client, state="any")}
    assert everything == {call.reference for state, call in calls.items() if state != "draft"} | {second.reference}
    assert [row["state"] for row in rows(client, state="voided")] == ["voided"]


def test_an_analyst_gets_what_counts_whatever_they_ask(analyst, make_call):
    approved = make_call()
    make_call("submitted")
    assert [row["reference"] for row in rows(analyst, state="any")] == [approved.reference]
    assert rows(analyst, state="submitted") == []


def test_filters_choose(analyst, people, org, departments, scenarios, wave, make_call):
    bur = make_call(department="BUR")
    bel = make_call(department="BEL", scenario="complaint_dominant", called_at=AT + dt.timedelta(days=3))

    def found(**filters):
        return {row["reference"] for row in rows(analyst, **filters)}

    assert found(department=departments["PUB"].pk) == {bur.reference}
    assert found(department=[departments["PUB"].pk, departments["BEL"].pk]) == {bur.reference, bel.reference}
    assert found(scenario=scenarios["complaint_dominant"].pk) == {bel.reference}
    assert found(caller_style="calm") == {bur.reference}
    assert found(wave=wave.pk) == {bur.reference, bel.reference}
    assert found(date_to="2026-03-10") == {bur.reference}
    assert found(date_from="2026-03-11") == {bel.reference}
    assert found(fate="helped", outcome="passed") == {bur.reference, bel.reference}
    assert found(fate="unanswered") == set()


def test_days_are_the_organisations(analyst, make_call):
    make_call(called_at=dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC))
    (row,) = rows(analyst, date_from="2026-03-11", date_to="2026-03-11")
    assert (row["called_at"], row["local_date"], row["week_start"]) == (
        "2026-03-11T00:30:00+01:00", "2026-03-11", "2026-03-09",
    )  # fmt: skip


@pytest.mark.parametrize(
    "filters",
    [
        {"departmnt": "1"},
        {"department": "999999"},
        {"state": "lost"},
        {"date_from": "soon"},
        {"date_from": "2026-03-02", "date_to": "2026-03-01"},
        {"excel": "maybe"},
        {"fate": "eaten"},
    ],
)
@pytest.mark.parametrize("address", [PAGE, CALLS, ANSWERS])
def test_a_wrong_filter_is_refused_and_never_ignored(analyst, make_call, filters, address):
    make_call()
    response = analyst.get(address, filters)
    assert response.status_code == 422
    assert "<title>Error: " in response.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()


# --- every cell -------------------------------------------------------------------------------------------------------


def test_the_wide_file_to_the_last_cell(analyst, people, make_call):
    call = make_call(
        external_id="+31 20 624 1111",
        scenario="complaint_dominant",
        answers=callback_answers(
            "2026-03-11T15:00",
            tone__composure="4",
            phrasing__phrases={"value": [{"phrase": "hang_you_up", "quote": "Ik hang op", "second": 3},
                                         {"phrase": "", "quote": "Tja", "second": None}]},
        ),
        called_at=dt.datetime(2026, 3, 10, 9, 30, tzinfo=dt.UTC),
    )  # fmt: skip
    CallbackEvent.objects.create(
        callback=call.callback,
        kind="came",
        happened_at=dt.datetime(2026, 3, 11, 9, tzinfo=dt.UTC),
        recorded_by=people["evaluator"],
    )
    (row,) = rows(analyst)
    assert list(row)[: len(exports.CALL_COLUMNS)] == list(exports.CALL_COLUMNS)
    assert list(row)[len(exports.CALL_COLUMNS) :] == [item.code for item in call.version.definition.items]
    facts = {name: row[name] for name in exports.CALL_COLUMNS}
    scores = {name: facts.pop(name) for name in SCORES}
    assert facts == {
        "reference": call.reference,
        "external_id": "+31 20 624 1111",
        "organisation": "Gemeente Zuiderveen",
        "wave": "Maart 2026",
        "checklist": "standard",
        "version": "1",
        "na_policy": "redistribute",
        "pass_mark": "70.00",
        "department_code": "BUR",
        "department": "Burgerzaken",
        "scenario": "complaint_dominant",
        "caller_style": "dominant",
        "attempt": "1",
        "called_at": "2026-03-10T10:30:00+01:00",
        "local_date": "2026-03-10",
        "week_start": "2026-03-09",
        "kind": "field",
        "state": "approved",
        "fate": "callback_agreed",
        "seconds_to_answer": "12",
        "would_call_again": "8",
        "outcome": call.outcome,
        "failed_by": "",
        "evaluator": "E04",
        "callback_promised": "2026-03-10T10:30:00+01:00",
        "callback_due": "2026-03-11T15:00:00+01:00",
        "callback_came": "2026-03-11T10:00:00+01:00",
        "callback_state": "kept_in_time",
        "ended_at": "",
        "recall_minutes": "",
        "hold_seconds": "",
        "talk_seconds": "",
        "callback_in_time": "yes",
        "callback_within_window": "yes",
    }
    for name, text in scores.items():
        stored = call.measure(name)
        assert text == ("" if stored is None else f"{Decimal(stored) / 100:.2f}"), name
    assert row["greeting.seconds"] == "12"
    assert row["phrasing.hold"] == "NA"
    assert row["phrasing.phrases"] == "hang_you_up|Tja"
    assert row["callback.who"] == "Mevrouw De Wit"
    assert row["listening.repeat_caller"] == ""


SCORES = {
    "score", "score_calculated", "content", "experience", "critical",
    "greeting", "phrasing", "callback", "listening", "tone", "other",
}  # fmt: skip


@pytest.mark.parametrize(
    ("due", "event", "verdicts"),
    [
        ("2026-03-11T09:00", None, ("no", "no")),
        ("2026-03-11T09:00", ("came", 20), ("yes", "yes")),
        ("2026-03-11T09:00", ("came", 24), ("no", "yes")),
        ("2026-03-11T09:00", ("came", 40), ("no", "no")),
        ("2026-03-13T09:00", ("came", 40), ("yes", "no")),
        ("2026-03-13T09:00", ("came", -1), ("no", "no")),
        ("2026-03-13T09:00", ("not_come", 20), ("no", "no")),
    ],
)
def test_a_callback_by_the_agreed_moment_and_within_the_window(analyst, people, make_call, due, event, verdicts):
    call = make_call(answers=callback_answers(due))
    if event:
        kind, hours = event
        CallbackEvent.objects.create(
            callback=call.callback,
            kind=kind,
            happened_at=AT + dt.timedelta(hours=hours),
            recorded_by=people["evaluator"],
        )
    (row,) = rows(analyst)
    assert (row["callback_in_time"], row["callback_within_window"]) == verdicts


def test_a_call_without_score_or_callback_has_empty_cells(analyst, make_call):
    answers = {
        "greeting.answered": {"value": "no"},
        "closing.fate": {"value": "unanswered", "comment": "x", "quote": "y"},
        "closing.call_again": {"value": "2"},
    }
    call = make_call(answers=answers)
    (row,) = rows(analyst)
    assert (row["score"], row["tone"], row["callback_due"], row["seconds_to_answer"]) == (
        "" if call.score is None else "0.00", "", "", "",
    )  # fmt: skip


def test_questions_of_all_versions_in_the_file_have_a_column(analyst, org, version, make_call):
    document = json.loads(json.dumps(version.document).replace("tone.effort", "tone.ease"))
    newer = ChecklistVersion.objects.create(
        checklist=version.checklist, number=2, document=document, state="published", published_at=AT
    )
    wave = Wave.objects.create(
        organisation=org, name="April", version=newer, state="open", starts_on=AT.date(), ends_on=AT.date()
    )
    make_call()
    assert "tone.ease" not in rows(analyst)[0]
    answers = {code.replace("effort", "ease"): value for code, value in valid_answers().items()}
    make_call(wave=wave, answers=answers)
    old, new = rows(analyst)
    assert (old["version"], old["tone.effort"], old["tone.ease"]) == ("1", "same", "")
    assert (new["version"], new["tone.effort"], new["tone.ease"]) == ("2", "", "same")
    assert "greeting.answered" not in rows(analyst, columns="scores")[0]
    assert rows(analyst, columns="scores")[0]["score"] == old["score"]


def test_evaluators_have_a_fixed_pseudonym_and_no_name(analyst, people, make_call):
    make_call(), make_call(evaluator=people["other_evaluator"]), make_call()
    first = [row["evaluator"] for row in rows(analyst)]
    assert first[0] == first[2] != first[1]
    text = content(analyst.get(CALLS)).decode() + content(analyst.get(ANSWERS)).decode()
    for who in ("evaluator", "other_evaluator"):
        assert people[who].email not in text
        assert str(people[who]) not in text
    people["evaluator"].memberships.update(ended_at=AT)
    assert [row["evaluator"] for row in rows(analyst)] == first


def test_the_long_file_to_the_last_cell(analyst, make_call):
    call = make_call(
        answers=valid_answers(
            greeting__own_name={
                "value": "no",
                "comment": "Alleen de afdeling",
                "quote": "Met Burgerzaken",
                "second": 4,
            },
            phrasing__phrases={
                "value": [
                    {"phrase": "hang_you_up", "quote": "Ik hang op", "second": 192},
                    {"phrase": "", "quote": "Tja", "second": None},
                ],
                "comment": "Twee keer",
            },
            tone__empathy=NA,
        )
    )
    found = rows(analyst, ANSWERS)
    assert list(found[0]) == list(exports.ANSWER_COLUMNS)
    assert len(found) == len(call.answers) + 1
    about = {
        "reference": call.reference, "date": "2026-03-10", "department": "BUR", "checklist": "standard", "version": "1",
    }  # fmt: skip
    by_item = {row["item"]: row for row in found}
    assert by_item["greeting.own_name"] == about | {
        "item": "greeting.own_name", "section": "greeting", "dimension": "greeting", "aspect": "content",
        "value": "no", "na": "no", "points": "0", "lost": f"{call.item_points['greeting.own_name'][1] / 100:.2f}",
        "unfit": "no",
        "comment": "Alleen de afdeling", "quote": "Met Burgerzaken", "second": "4",
    }  # fmt: skip
    assert [(row["value"], row["quote"], row["second"], row["comment"]) for row in found if row["item"] == "phrasing.phrases"] == [
        ("hang_you_up", "Ik hang op", "192", "Twee keer"), ("", "Tja", "", "Twee keer"),
    ]  # fmt: skip
    assert (by_item["tone.empathy"]["value"], by_item["tone.empathy"]["na"], by_item["tone.empathy"]["points"]) == (
        "",
        "yes",
        "",
    )
    assert (by_item["greeting.answered"]["points"], by_item["greeting.answered"]["lost"]) == ("", "")
    lost = sum(Decimal(row["lost"] or 0) for row in found)
    assert abs(lost - (100 - Decimal(call.score_calculated) / 100)) < Decimal("0.2")


def test_rows_come_by_day_and_number(analyst, make_call):
    late, early = make_call(called_at=AT + dt.timedelta(days=2)), make_call(called_at=AT)
    assert [row["reference"] for row in rows(analyst)] == [early.reference, late.reference]


# --- spreadsheets -----------------------------------------------------------------------------------------------------

FORMULA = '=HYPERLINK("http://x","y")'


def test_formulas_are_disarmed_everywhere(analyst, org, wave, make_call):
    bur = department(org, "BUR")
    org.name, bur.name, bur.code, wave.name = "@org", "+dep", "-code", "\twave"
    for each in (org, bur, wave):
        each.save()
    heard = [{"phrase": "", "quote": FORMULA, "second": None}]
    make_call(
        department=bur, external_id=FORMULA,
        answers=valid_answers(closing__remarks=FORMULA, phrasing__phrases={"value": heard},
                              tone__calm={"value": "5", "comment": "@x", "quote": "-1+2"}),
    )  # fmt: skip
    for address in (CALLS, ANSWERS):
        for row in rows(analyst, address):
            for name, cell in row.items():
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)
    (row,) = rows(analyst)
    assert row["external_id"] == row["closing.remarks"] == row["phrasing.phrases"] == "'" + FORMULA
    assert (row["organisation"], row["department"], row["department_code"], row["wave"]) == (
        "'@org",
        "'+dep",
        "'-code",
        "'\twave",
    )
    by_item = {row["item"]: row for row in rows(analyst, ANSWERS)}
    assert (by_item["tone.calm"]["comment"], by_item["tone.calm"]["quote"]) == ("'@x", "'-1+2")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_becomes_a_formula_and_every_text_comes_back(text):
    cell = safe(text)
    assert cell in {text, "'" + text}
    if cell[:1] in set("=+-@\t\r\n＝＋－＠"):
        assert re.fullmatch(r"[+-][0-9]+([.,][0-9]+)?|\+[0-9][0-9 ]*", cell)
    for excel in (False, True):
        data = b"".join(piece for _, piece in as_csv([["head", "x"], [cell, "x"]], excel=excel))
        read = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";" if excel else ",")
        assert list(read) == [["head", "x"], [cell, "x"]]


@pytest.mark.parametrize("number", ["-5", "+31201234567", "-12.50", "+31 6 1234 5678", "12,5", "5"])
def test_numbers_and_telephone_numbers_stay_as_they_are(number):
    assert safe(number) == number


@pytest.mark.parametrize("text", ["-5+2", "+31-20", "--1", "=1", "+", "-", "+a", "@SUM(1)", "\n=1", "＝1"])
def test_what_only_looks_like_a_number_is_disarmed(text):
    assert safe(text) == "'" + text


def test_a_dutch_excel_reads_the_same_numbers(analyst, make_call):
    make_call(answers=valid_answers(closing__remarks="Één; “twee”\nregel 2"))
    data = content(analyst.get(CALLS, {"excel": "1"}))
    assert data.startswith(b"\xef\xbb\xbf")
    (excel,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    (plain,) = rows(analyst)
    assert list(excel) == list(plain)
    for name in plain:
        if name in SCORES or name == "pass_mark":
            assert excel[name] == plain[name].replace(".", ","), name
            assert "." not in excel[name]
        else:
            assert excel[name] == plain[name], name
    assert excel["closing.remarks"] == "Één; “twee”\nregel 2"


def test_decimal_answers_get_a_comma_and_texts_keep_their_point(analyst, make_call):
    make_call(answers=valid_answers(greeting__seconds="12.5", closing__remarks="12.5"))
    read = lambda address: list(  # noqa: E731
        csv.DictReader(
            io.StringIO(content(analyst.get(address, {"excel": "1"})).decode("utf-8-sig"), newline=""), delimiter=";"
        )
    )
    (row,) = read(CALLS)
    assert (row["greeting.seconds"], row["closing.remarks"]) == ("12,5", "12.5")
    by_item = {row["item"]: row for row in read(ANSWERS)}
    assert (by_item["greeting.seconds"]["value"], by_item["closing.remarks"]["value"]) == ("12,5", "12.5")


def test_our_own_reader_of_dutch_files_understands_it(analyst, make_call):
    call = make_call()
    table = tables.read("calls.csv", content(analyst.get(CALLS, {"excel": "1"})))
    assert table.headings[0] == "reference"
    assert [cells[0] for _, cells in table.rows] == [call.reference]


# --- complete or visibly broken ---------------------------------------------------------------------------------------


def break_after(monkeypatch, chunks):
    real = exports.Export.records

    def records(self, *arguments):
        for number, record in enumerate(real(self, *arguments)):
            if number == chunks:
                raise RuntimeError("the database went away")
            yield record

    monkeypatch.setattr(exports.Export, "records", records)


@pytest.mark.parametrize("address", [CALLS, ANSWERS])
def test_a_failure_halfway_gives_no_file_at_all(client_for, people, make_call, monkeypatch, address):
    make_call(), make_call()
    client = client_for(people["analyst"], raise_request_exception=False)
    content(client.get(address))
    before = AuditEntry.objects.filter(action="exported").count()
    break_after(monkeypatch, 1)
    monkeypatch.setattr(csv_files, "BATCH", 1)
    response = client.get(address)
    assert response.status_code == 500
    assert "KB-" not in response.content.decode()
    assert "Content-Disposition" not in response
    assert AuditEntry.objects.filter(action="exported").count() == before


@pytest.mark.parametrize("address", [CALLS, ANSWERS])
def test_the_length_is_told_so_that_a_cut_is_noticed(analyst, make_call, address):
    make_call()
    response = analyst.get(address)
    assert int(response["Content-Length"]) == len(content(response))


def test_a_large_file_leaves_memory_and_a_failure_closes_it(db, monkeypatch):
    monkeypatch.setattr(csv_files, "IN_MEMORY", 100)
    written = csv_files.write(([number, "x" * 20] for number in range(3000)), excel=False)
    assert written.rows == 2999
    assert len(written.file.read().splitlines()) == 3000
    written.file.close()
    made = []
    real = csv_files.SpooledTemporaryFile

    def remember(*arguments, **options):
        made.append(real(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(csv_files, "SpooledTemporaryFile", remember)

    def broken():
        yield ["head"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        csv_files.write(broken(), excel=False)
    assert made[0].closed


def test_a_call_that_stops_counting_meanwhile_is_left_out(org, people, make_call):
    first, second = make_call(), make_call()
    export = exports.export_of(Call.objects.counting(), organisation=org, at=AT)
    Call.objects.filter(pk=first.pk).update(state="voided")
    assert [row[0] for row in export.wide()][1:] == [second.reference]


def test_a_call_moved_to_another_day_meanwhile_is_still_there(org, people, make_call):
    first, second = make_call(), make_call()
    export = exports.export_of(Call.objects.counting(), organisation=org, at=AT)
    Call.objects.filter(pk=first.pk).update(local_date=dt.date(2026, 3, 1))
    assert {row[0] for row in export.wide()} == {"reference", first.reference, second.reference}


@pytest.mark.parametrize("address", [CALLS, ANSWERS])
def test_as_many_queries_for_many_calls(analyst, make_call, django_assert_max_num_queries, address):
    make_call(), make_call(answers=callback_answers(), department="BEL")
    content(analyst.get(address))
    with django_assert_max_num_queries(24) as queries:
        content(analyst.get(address))
    for _ in range(15):
        make_call(answers=callback_answers())
    with django_assert_max_num_queries(len(queries)):
        content(analyst.get(address))


def test_chunks_do_not_show(analyst, make_call, monkeypatch):
    calls = [make_call() for _ in range(5)]
    whole = content(analyst.get(CALLS))
    monkeypatch.setattr(exports, "CHUNK", 2)
    monkeypatch.setattr(csv_files, "BATCH", 2)
    assert content(analyst.get(CALLS)) == whole
    assert [row["reference"] for row in rows(analyst)] == [call.reference for call in calls]


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["administrator", "coordinator", "analyst"])
def test_the_page_counts_what_fits(client_for, people, make_call, departments, role):
    make_call(), make_call(department="BEL")
    client = client_for(people[role])
    text = client.get(PAGE).content.decode()
    assert "<b>2 calls</b> fit" in text
    assert "callback_in_time" in text
    assert "callback_within_window" in text
    assert "callback_kept" not in text
    text = client.get(PAGE, {"department": departments["BEL"].pk}).content.decode()
    assert "<b>One call</b> fits" in text
    assert f'<option value="{departments["BEL"].pk}" selected>' in text


def test_the_page_says_what_is_left_out_and_why(client_for, people, make_call):
    make_call("submitted"), make_call("returned"), make_call("voided")
    approved = make_call()
    make_call("approved", kind="second", second_of=approved)
    text = client_for(people["coordinator"]).get(PAGE).content.decode()
    for words in ("1 in review", "1 returned", "1 voided", "1 second scoring"):
        assert words in text
    assert "Left out" not in client_for(people["coordinator"]).get(PAGE, {"state": "any"}).content.decode()


def test_nothing_to_download_is_said(analyst):
    text = analyst.get(PAGE).content.decode()
    assert "there is nothing to download" in text
    assert "disabled" in text


def test_an_empty_file_still_has_its_header(analyst):
    assert content(analyst.get(CALLS)).decode().startswith("reference,external_id,")
    assert content(analyst.get(ANSWERS)).decode().strip() == ",".join(exports.ANSWER_COLUMNS)


def test_the_page_speaks_dutch_and_the_file_does_not_change(client_for, people, make_call):
    make_call()
    client = client_for(people["analyst"])
    english = content(client.get(CALLS))
    people["analyst"].language = "nl"
    people["analyst"].save()
    assert 'lang="nl"' in client.get(PAGE).content.decode()
    assert content(client.get(CALLS)) == english


def test_the_page_takes_few_queries(analyst, make_call, django_assert_max_num_queries):
    make_call()
    analyst.get(PAGE)
    with django_assert_max_num_queries(18):
        analyst.get(PAGE)


def test_an_ended_membership_takes_nothing_out(client_for, people, make_call):
    make_call()
    analyst = people["analyst"]
    analyst.memberships.update(ended_at=AT)
    assert client_for(User.objects.get(pk=analyst.pk)).get(CALLS).status_code == 404


@pytest.mark.slow
def test_the_server_breaks_the_connection_when_a_file_is_shorter_than_told(tmp_path):
    """Why exports tell their length: without one, this server ends a failing answer as if it were whole."""
    (tmp_path / "cut.py").write_text(
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [('Content-Type', 'text/csv'), ('Content-Length', '50000')])\n"
        "    return body()\n"
        "def body():\n"
        "    yield b'a,b\\r\\n' * 1000\n"
        "    raise RuntimeError\n"
    )
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "cut:app"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            with pytest.raises((IncompleteRead, RemoteDisconnected)):
                whole_answer(port)
        finally:
            server.terminate()


def whole_answer(port):
    """What the server sends, as soon as it is up."""
    for _ in range(600):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read()
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server did not come up")
