"""The pages of an import: from the file to the report, for whom they are, and what a hostile file cannot do."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys import imports
from surveys.imports import report
from surveys.models import Call, ImportRun
from surveys.tables import read
from tests.logs import HEADINGS, check, fresh, log, row, start_fixture  # noqa: F401 - a fixture

DAY = "03-03-2026"


def upload_file(client, org, wave, content, name="log.csv"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(reverse("import_new", args=[org.slug]), {"wave": wave.pk, "file": file})


def mapping_of(content):
    headings = read("log.csv", content).headings
    known = {heading: target for target, heading in HEADINGS.items()}
    return {known.get(heading, heading): heading for heading in headings}


@pytest.fixture
def coordinator(client_for, people):
    return client_for(people["coordinator"])


@pytest.fixture
def go_on(coordinator, org):
    """`go_on(run)`: presses the button of its page, as the page shows it."""

    def press(run, **fields):
        page = coordinator.get(reverse("import", args=[org.slug, run.pk])).context
        return coordinator.post(
            reverse("import_confirm", args=[org.slug, run.pk]), {"seen": page["seen"], **fields}, follow=True
        ).content.decode()

    return press


def test_a_coordinator_takes_a_file_all_the_way_through(coordinator, org, wave, go_on):
    content = log(row(1, Datum=DAY), row(2, Afdeling="Sterrenkunde", Datum=DAY))
    answer = upload_file(coordinator, org, wave, content)
    run = ImportRun.objects.get()
    assert answer.url == reverse("import_mapping", args=[org.slug, run.pk])
    assert "OUD-1" in coordinator.get(answer.url).content.decode()
    answer = coordinator.post(answer.url, mapping_of(content))
    page = coordinator.get(answer.url).content.decode()
    assert "1 row can be imported" in page
    assert "There is no department with this code or name." in page
    assert "Tick that the rejected rows may be left out" in go_on(run)
    assert not Call.objects.exists()
    page = go_on(run, leave_out="1")
    assert "1 call imported" in page
    assert Call.objects.count() == 1
    sent = coordinator.get(reverse("import_report", args=[org.slug, run.pk]))
    lines = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[1][:3] == ["3", "Afdeling", "Sterrenkunde"]
    assert sent["Content-Disposition"].endswith('-rejected.csv"')
    assert "log.csv" in coordinator.get(reverse("imports", args=[org.slug])).content.decode()
    again = coordinator.get(reverse("import_mapping", args=[org.slug, run.pk]), follow=True).content.decode()
    assert "The columns of this import can no longer change." in again


def test_a_mapping_with_a_needed_column_missing_is_shown_again_with_the_reason(coordinator, org, wave):
    content = log(row(1))
    answer = upload_file(coordinator, org, wave, content)
    mapping = mapping_of(content) | {"department": "", "scenario": "Extern id", "tone.calm:quote": "Extern id"}
    page = coordinator.post(answer.url, mapping)
    words = page.content.decode()
    assert "Choose the column that holds this." in words
    assert "This column is already used for something else." in words
    groups = page.context["form"].groups()
    open_ones = [question.answer.name for group in groups for question in group.questions if question.is_open]
    assert open_ones == ["tone.calm"], "an error behind a closed part would not be found"
    assert ImportRun.objects.get().state == "uploaded"


@pytest.mark.parametrize(("language", "title"), [("nl", "Begroeting"), ("en", "Greeting")])
def test_the_mapping_page_names_sections_in_the_readers_language(coordinator, org, start, people, language, title):
    run = start(row(1))
    type(people["coordinator"]).objects.filter(pk=people["coordinator"].pk).update(language=language)
    page = coordinator.get(reverse("import_mapping", args=[org.slug, run.pk]))
    groups = page.context["form"].groups()
    assert groups[0].title == title
    assert (groups[0].filled, len(groups[0].questions)) == (5, 5)
    assert page.context["form"].unused() == []
    assert title in page.content.decode()


def test_columns_that_are_not_used_are_named(coordinator, org, start):
    run = start(row(1, Weer="regen"))
    page = coordinator.get(reverse("import_mapping", args=[org.slug, run.pk]))
    assert page.context["form"].unused() == ["Weer"]


def test_what_is_no_table_is_refused_on_the_page(coordinator, org, wave):
    page = upload_file(coordinator, org, wave, b"PK\x03\x04 broken", "log.xlsx").content.decode()
    assert "This Excel file is damaged or protected." in page
    page = upload_file(coordinator, org, wave, b"id,date\n1,2,3\n").content.decode()
    assert "Line 2 has more cells than the 2 headings." in page
    assert not ImportRun.objects.exists()


def test_a_file_above_the_limit_is_refused(coordinator, org, wave, settings):
    settings.UPLOAD_LIMIT = 100
    page = upload_file(coordinator, org, wave, log(row(1))).content.decode()
    assert "The file is larger than" in page


@pytest.mark.parametrize(
    ("role", "status"), [("coordinator", 200), ("reviewer", 403), ("evaluator", 403), ("stranger", 404)]
)
def test_only_coordinators_see_an_import(client_for, org, start, people, role, status):
    run = check(start(row(1, Afdeling="Sterrenkunde")))
    client = client_for(people[role])
    for name in ("import", "import_mapping", "import_report"):
        answer = client.get(reverse(name, args=[org.slug, run.pk]))
        assert answer.status_code == status, name
        assert ("Sterrenkunde" in answer.content.decode()) == (status == 200), name
    answer = client.post(reverse("import_confirm", args=[org.slug, run.pk]), {"again": "1"})
    assert answer.status_code == (302 if status == 200 else status)


def test_no_wave_yet_is_said_with_the_way_there(coordinator, org, wave):
    type(wave).objects.update(state="planned")
    page = coordinator.get(reverse("import_new", args=[org.slug])).content.decode()
    assert reverse("waves", args=[org.slug]) in page
    assert "There is no open or closed wave" in page


def test_the_list_costs_a_few_queries_however_many_runs_there_are(
    coordinator, org, start, django_assert_max_num_queries
):
    for number in range(3):
        check(start(row(number, Afdeling="?")))
    with django_assert_max_num_queries(13) as captured:
        coordinator.get(reverse("imports", args=[org.slug]))
    assert not any('"content"' in query["sql"] or '"report"' in query["sql"] for query in captured.captured_queries)


# --- states -----------------------------------------------------------------------------------------------------------


def test_a_page_that_was_overtaken_changes_nothing_and_says_so(coordinator, org, start, go_on):
    run = check(start(row(1)))
    seen = imports.report_token(run)
    check(run, at=timezone.now())
    assert "Somebody else went on with this import meanwhile." in go_on(run, seen=seen)
    assert not Call.objects.exists()
    assert "1 call imported" in go_on(run)


def test_progress_while_a_job_is_at_work_and_a_way_on_when_it_died(coordinator, org, start, go_on):
    run = check(start(row(1), row(2, Afdeling="?")))
    page = reverse("import", args=[org.slug, run.pk])
    now = timezone.now()
    imports.start_write(run=run, seen=imports.report_token(run), leave_out=True, at=now)
    words = coordinator.get(page).content.decode()
    assert 'data-progress="busy"' in words
    assert "0 of 2 rows" in words
    assert "Sterrenkunde" not in words
    ImportRun.objects.update(heartbeat_at=now - imports.STALE_AFTER - dt.timedelta(seconds=1))
    words = coordinator.get(page).content.decode()
    assert 'data-progress="busy"' not in words
    assert "it stopped, or has not begun" in words
    assert "1 call imported" in go_on(run, again="1")


@pytest.mark.parametrize(("work", "button"), [("checking", "Cancel the check"), ("writing", "Cancel the import")])
def test_a_job_is_cancelled_by_its_button_and_only_while_it_is_at_work(coordinator, org, start, go_on, work, button):
    run = check(start(row(1)))
    page = reverse("import", args=[org.slug, run.pk])
    assert button not in coordinator.get(page).content.decode()
    now = timezone.now()
    if work == "checking":
        imports.start_check(run=run, at=now)
    else:
        imports.start_write(run=run, seen=imports.report_token(run), leave_out=False, at=now)
    assert button in coordinator.get(page).content.decode()
    assert "Cancelled. Nothing was stored." in go_on(run, cancel="1")
    assert fresh(run).state == {"checking": "uploaded", "writing": "checked"}[work]
    assert "It was over before it could be cancelled." in go_on(run, cancel="1")


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"failure": "bad_quotes", "params": {"row": 7}}, "From line 7 on, quotation marks do not match."),
        ({"failure": "clash"}, "Meanwhile calls with the same ids were stored"),
        ({"failure": "file_forgotten"}, "Upload it again."),
        ({"failure": "a reason of long ago"}, "a reason of long ago"),
    ],
)
def test_a_failure_is_said_in_words(coordinator, org, start, stored, words):
    run = start(row(1))
    ImportRun.objects.update(state="failed", report=stored)
    assert words in coordinator.get(reverse("import", args=[org.slug, run.pk])).content.decode()


def test_many_rejections_are_summed_up_paged_and_named_as_incomplete(coordinator, org, start, monkeypatch):
    monkeypatch.setattr(report, "KEPT", 150)
    run = check(start(*(row(number, Afdeling="?") for number in range(160)), row(161, Datum="gisteren")))
    page = coordinator.get(reverse("import", args=[org.slug, run.pk]))
    words = page.content.decode()
    assert [(cause["rows"], cause["column"]) for cause in page.context["causes"]] == [(160, "Afdeling"), (1, "Datum")]
    assert len(page.context["rejections"]) == 25
    assert "There are 11 more, which are not listed." in words
    second = coordinator.get(reverse("import", args=[org.slug, run.pk]), {"page": 2})
    assert [line["row"] for line in second.context["rejections"]] == list(range(27, 52))
    sent = coordinator.get(reverse("import_report", args=[org.slug, run.pk]))
    assert "rejected-first-" in sent["Content-Disposition"]


# --- hostile files ----------------------------------------------------------------------------------------------------


def test_what_a_file_says_is_never_markup_nor_a_formula(coordinator, org, wave):
    bad = '<script>alert("x")</script>'
    formula = '=HYPERLINK("http://example.org";"x")'
    content = log(row(1, Afdeling=bad, Scenario=formula, **{"<b>kop</b>": "x", '"><img src=x>': "y"}))
    answer = upload_file(coordinator, org, wave, content, name="<i>log</i>.csv")
    run = ImportRun.objects.get()
    pages = [coordinator.get(answer.url)]
    coordinator.post(answer.url, mapping_of(content) | {"<b>kop</b>": ""})
    pages += [
        coordinator.get(reverse(name, args=[org.slug, *key])) for name, key in (("import", [run.pk]), ("imports", []))
    ]
    assert fresh(run).report["rejected"] == 1
    for page in pages:
        for raw in (bad, "<b>kop", "<img src", "<i>log"):
            assert raw not in page.content.decode()
    assert "&lt;script&gt;" in pages[1].content.decode()
    sent = coordinator.get(reverse("import_report", args=[org.slug, run.pk])).content.decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(sent), delimiter=";") for cell in line]
    assert f"'{formula}" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_mapping_cannot_name_what_is_not_there(coordinator, org, start):
    run = start(row(1))
    url = reverse("import_mapping", args=[org.slug, run.pk])
    page = coordinator.post(url, run.mapping | {"department": "Bestaat niet"}).content.decode()
    assert "Bestaat niet is not one of the available choices" in page
    assert fresh(run).mapping == run.mapping
    coordinator.post(url, run.mapping | {"evil": "Datum"})
    assert "evil" not in fresh(run).mapping
