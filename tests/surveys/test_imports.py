"""Call logs from elsewhere: mapped, checked row by row, written whole or not at all, and never twice."""

import csv
import datetime as dt
import io

import pytest
from django.db import DatabaseError
from django.urls import reverse

from surveys import imports, workflow
from surveys.import_words import REASONS, reason
from surveys.models import AuditEntry, Call, Callback, ImportRun
from surveys.signals import counting_changed
from surveys.tables import read
from tests.people import AT, valid_answers

LATER = AT + dt.timedelta(days=5)
HEADINGS = {"external_id": "Extern id", "date": "Datum", "department": "Afdeling", "scenario": "Scenario"}


def row(number, **changes):
    answers = {code: answer["value"] for code, answer in valid_answers().items() if "value" in answer}
    answers["phrasing.hold"] = "n.v.t."
    answers["greeting.own_name"] = "Ja"
    flat = {code: ";".join(value) if isinstance(value, list) else value for code, value in answers.items()}
    fixed = {"Extern id": f"OUD-{number}", "Datum": "03-03-2026 10:15", "Afdeling": "Burgerzaken", "Scenario": "complaint_calm"}
    return fixed | flat | changes


def log(*rows, encoding="cp1252"):
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(key for r in rows for key in r)), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


@pytest.fixture
def start(wave, people):
    def upload(*rows, **kwargs):
        run = imports.upload(wave=wave, by=people["coordinator"], name="log.csv", content=log(*rows, **kwargs), at=LATER)
        return ImportRun.objects.select_related("organisation", "wave__version", "started_by").get(pk=run.pk)

    return upload


def check(run):
    assert imports.claim(run=run, work="checking", at=LATER)
    imports.check_run(run=run, now=lambda: LATER)
    run.refresh_from_db()
    return run


def write(run, *, leave_out=False):
    assert imports.claim(run=run, work="writing", at=LATER)
    imports.write_run(run=run, leave_out=leave_out, now=lambda: LATER)
    run.refresh_from_db()
    return run


def reasons(run):
    return {(r["row"], r["column"], r["code"]) for r in run.report["rejections"]}


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
    changes = {
        "callback.helped_at_once": "nee", "callback.offered": "unasked", "callback.concrete": "both",
        "callback.due": "03-03-2026 15:00", "callback.who": "Mw. De Wit", "callback.alternative": "colleague",
        "closing.fate": "callback_agreed",
    }
    write(check(start(row(1, **changes))))
    promise = Callback.objects.get()
    assert (promise.who, promise.due_at.isoformat()) == ("Mw. De Wit", "2026-03-03T14:00:00+00:00")


BAD = [
    ({"Extern id": ""}, "Extern id", "blank"),
    ({"Extern id": "x" * 101}, "Extern id", "too_long"),
    ({"Datum": ""}, "Datum", "blank"),
    ({"Datum": "31-02-2026"}, "Datum", "date_unreadable"),
    ({"Datum": "03-03-2026 kwart over tien"}, "Datum", "date_unreadable"),
    ({"Datum": "01-04-2026"}, "Datum", "outside_wave"),
    ({"Datum": "28-03-2026"}, "Datum", "in_future"),
    ({"Afdeling": "Sterrenkunde"}, "Afdeling", "department_unknown"),
    ({"Scenario": ""}, "Scenario", "blank"),
    ({"greeting.own_name": "misschien"}, "greeting.own_name", "option_unread"),
    ({"greeting.seconds": "veel"}, "greeting.seconds", "number_unreadable"),
    ({"greeting.own_name": "n.v.t."}, "greeting.own_name", "na_not_allowed"),
    ({"greeting.own_name": ""}, "greeting.own_name", "required"),
]


@pytest.mark.parametrize(("changes", "column", "code"), BAD, ids=[f"{c}:{code}" for _r, c, code in BAD])
def test_a_bad_row_is_rejected_by_column_and_reason_beside_a_good_one(start, changes, column, code):
    run = check(start(row(1), row(2, **changes)))
    assert (run.report["accepted"], run.report["rejected"]) == (1, 1)
    found = {(c, k) for _line, c, k in reasons(run)}
    assert any(c == column for c, _k in found), found
    if code in REASONS:
        assert (column, code) in found
    assert all(reason(r["code"], r["params"]) != r["code"] for r in run.report["rejections"])


def test_rejected_rows_stop_the_whole_import_unless_left_out_on_purpose(start):
    run = write(check(start(row(1), row(2, Afdeling="?"))))
    assert (run.state, run.report["changed"], Call.objects.count()) == ("checked", True, 0)
    run = write(run, leave_out=True)
    assert (run.state, run.report["made"], run.report["left_out"], Call.objects.count()) == ("done", 1, 1, 1)


def test_the_same_file_again_changes_nothing_and_other_content_is_refused(start):
    write(check(start(row(1), row(2))))
    again = check(start(row(1), row(2, **{"tone.calm": "4"}), row(3)))
    assert (again.report["accepted"], again.report["known"], again.report["rejected"]) == (1, 1, 1)
    assert reasons(again) == {(3, "Extern id", "id_taken")}
    write(again, leave_out=True)
    assert Call.objects.count() == 3


def test_an_id_twice_in_one_file_is_refused(start):
    assert reasons(check(start(row(1), row(1)))) == {(3, "Extern id", "twice_in_file")}


def test_a_write_that_breaks_half_way_leaves_nothing_behind(start, monkeypatch):
    run = check(start(row(1), row(2)))

    def broken(*_args, **_kwargs):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(workflow, "announce", broken)
    assert imports.claim(run=run, work="writing", at=LATER)
    with pytest.raises(DatabaseError):
        imports.write_run(run=run, leave_out=False, now=lambda: LATER)
    assert not Call.objects.exists()
    assert not AuditEntry.objects.filter(action="imported").exists()


def test_only_one_job_works_on_a_run_until_it_is_seen_to_be_dead(start):
    run = start(row(1))
    assert imports.claim(run=run, work="checking", at=LATER)
    assert not imports.claim(run=run, work="checking", at=LATER + dt.timedelta(seconds=30))
    run.refresh_from_db()
    assert not imports.is_stuck(run, at=LATER + dt.timedelta(seconds=30))
    assert imports.is_stuck(run, at=LATER + dt.timedelta(seconds=61))
    assert imports.claim(run=run, work="checking", at=LATER + dt.timedelta(seconds=61))


def test_questions_without_a_column_are_left_out_of_the_score_and_named(start, version):
    short = {key: value for key, value in row(1).items() if not key.startswith(("tone.", "callback."))}
    run = check(start(short))
    assert {"tone.calm", "callback.offered"} <= set(run.report["unmapped"])
    write(run)
    call = Call.objects.get()
    assert call.tone is None
    assert call.score is not None


@pytest.mark.parametrize(
    ("typed", "day", "clock"),
    [
        ("3-3-2026", (2026, 3, 3), None), ("2026-03-03T14:05:30", (2026, 3, 3), (14, 5, 30)),
        ("03/04/26 9.30 uur", (2026, 4, 3), (9, 30)), ("20260303", (2026, 3, 3), None), ("3.3.2026 25:00", None, None),
    ],
)  # fmt: skip
def test_moments_as_people_type_them(typed, day, clock):
    assert imports.parse_moment(typed) == (day and dt.date(*day), clock and dt.time(*clock))


@pytest.mark.parametrize(("typed", "number"), [("1.234,5", "1234.5"), ("12,50", "12.50"), ("12.5", "12.5"), ("12", "12")])
def test_decimal_commas(typed, number):
    assert imports.decimal_point(typed) == number


# --- pages ------------------------------------------------------------------------------------------------------------


def upload_file(client, org, wave, content, name="log.csv"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(reverse("import_new", args=[org.slug]), {"wave": wave.pk, "file": file})


def mapping_of(content):
    headings = read("log.csv", content).headings
    known = {heading: target for target, heading in HEADINGS.items()}
    return {known.get(heading, heading): heading for heading in headings}


def test_a_coordinator_takes_a_file_all_the_way_through(client_for, org, wave, people):
    client = client_for(people["coordinator"])
    content = log(row(1, Datum="03-03-2026"), row(2, Afdeling="Sterrenkunde", Datum="03-03-2026"))
    answer = upload_file(client, org, wave, content)
    run = ImportRun.objects.get()
    assert answer.url == reverse("import_mapping", args=[org.slug, run.pk])
    assert "OUD-1" in client.get(answer.url).content.decode()
    answer = client.post(answer.url, mapping_of(content))
    page = client.get(answer.url).content.decode()
    assert "1 row can be imported" in page
    assert "There is no department with this code or name." in page
    confirm = reverse("import_confirm", args=[org.slug, run.pk])
    client.post(confirm)
    assert not Call.objects.exists()
    page = client.post(confirm, {"leave_out": "1"}, follow=True).content.decode()
    assert "1 call imported" in page
    assert Call.objects.count() == 1
    report = client.get(reverse("import_report", args=[org.slug, run.pk])).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(report)))[1][:3] == ["3", "Afdeling", "Sterrenkunde"]
    assert "log.csv" in client.get(reverse("imports", args=[org.slug])).content.decode()


def test_a_mapping_with_a_needed_column_missing_is_shown_again_with_the_reason(client_for, org, wave, people):
    client = client_for(people["coordinator"])
    content = log(row(1))
    answer = upload_file(client, org, wave, content)
    mapping = mapping_of(content) | {"department": "", "scenario": "Extern id"}
    page = client.post(answer.url, mapping).content.decode()
    assert "Choose the column that holds this." in page
    assert "This column is already used for something else." in page
    assert ImportRun.objects.get().state == "uploaded"


def test_what_is_no_table_is_refused_on_the_page(client_for, org, wave, people):
    page = upload_file(client_for(people["coordinator"]), org, wave, b"PK\x03\x04 broken", "log.xlsx").content.decode()
    assert "This Excel file is damaged or protected." in page
    assert not ImportRun.objects.exists()


def test_a_file_above_the_limit_is_refused(client_for, org, wave, people, settings):
    settings.UPLOAD_LIMIT = 100
    page = upload_file(client_for(people["coordinator"]), org, wave, log(row(1))).content.decode()
    assert "The file is larger than" in page


@pytest.mark.parametrize(("role", "status"), [("coordinator", 200), ("reviewer", 403), ("evaluator", 403), ("stranger", 404)])
def test_only_coordinators_see_an_import(client_for, org, start, people, role, status):
    run = check(start(row(1, Afdeling="Sterrenkunde")))
    client = client_for(people[role])
    for name in ("import", "import_mapping", "import_report"):
        answer = client.get(reverse(name, args=[org.slug, run.pk]))
        assert answer.status_code == status, name
        assert ("Sterrenkunde" in answer.content.decode()) == (status == 200), name
    answer = client.post(reverse("import_confirm", args=[org.slug, run.pk]))
    assert answer.status_code == (302 if status == 200 else status)


def test_no_wave_yet_is_said_with_the_way_there(client_for, org, wave, people):
    type(wave).objects.update(state="planned")
    page = client_for(people["coordinator"]).get(reverse("import_new", args=[org.slug])).content.decode()
    assert reverse("waves", args=[org.slug]) in page
    assert "There is no open or closed wave" in page
