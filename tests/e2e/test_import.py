"""Bringing in a call log: file, columns, progress, report, confirmation, as a coordinator in a browser does it."""

import csv
import io
import json
import re
import uuid

import pytest
from playwright.sync_api import Page, expect


def log(day: str, rows: int = 30, **changes: str) -> bytes:
    """A log as a Dutch Excel saves it, with ids that no other test has."""
    known = {
        "greeting.answered": "ja", "greeting.own_name": "Ja", "greeting.seconds": "12,5", "tone.calm": "5",
        "closing.fate": "helped", "Opmerking": "regen",
    }  # fmt: skip
    run, file = uuid.uuid4().hex[:8], io.StringIO()
    fixed = ["Extern id", "Datum", "Afdeling", "Scenario"]
    writer = csv.DictWriter(file, [*fixed, *known], delimiter=";")
    writer.writeheader()
    for number in range(rows):
        place = "Burgerzaken" if number else "Sterrenkunde"
        about = (f"{run}-{number}", f"{day} 10:15", place, "complaint_calm")
        writer.writerow(dict(zip(fixed, about, strict=True)) | known | changes)
    return file.getvalue().encode("cp1252")


@pytest.fixture(scope="module")
def day(server) -> str:
    """A day of the latest closed wave, as people write it, and the wave's name."""
    code = (
        "print(Wave.objects.filter(organisation__slug='demo', state='closed').first().starts_on.strftime('%d-%m-%Y'))"
    )
    return str(server.shell(code))


@pytest.fixture
def upload(sign_in, server):
    def bring_in(page: Page, content: bytes, name: str = "belronde 3.csv") -> None:
        sign_in(page, "coordinator")
        page.goto("/o/demo/imports/new/")
        wave = server.shell("print(Wave.objects.filter(organisation__slug='demo', state='closed').first().pk)")
        page.get_by_label("Wave").select_option(wave)
        page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Upload and choose columns").click()

    return bring_in


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_file_comes_in(open_page, upload, axe_in_both, fits, day, device):
    page = open_page(device=device)
    upload(page, log(day))
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is what?")
    axe_in_both(page)
    fits(page)
    expect(page.get_by_text("1 column is not used yet")).to_be_visible()

    # A column that was understood carries a mark, and loses it when it is taken away.
    mark = "e => getComputedStyle(e.labels[0], '::before').content"
    seconds = page.locator("[id='id_greeting.seconds']")
    assert "✓" in seconds.evaluate(mark)
    seconds.select_option("")
    assert "✓" not in seconds.evaluate(mark)
    seconds.select_option("greeting.seconds")

    # A remark's select waits behind its question.
    remark = page.locator("[id='id_tone.calm:comment']")
    expect(remark).to_be_hidden()
    page.locator(".question", has=page.locator("[id='id_tone.calm']")).get_by_text("Remark and quote").click()
    remark.select_option("Opmerking")
    page.get_by_role("button", name="Check the rows").click()

    expect(page.get_by_text("29 rows can be imported")).to_be_visible(timeout=120_000)
    expect(page.locator("main")).to_contain_text("1 is rejected. Nothing is stored yet.")
    expect(page.locator("main")).to_contain_text("There is no department with this code or name.")
    axe_in_both(page)
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";"))
    assert [row[:3] for row in rows] == [["line", "column", "value"], ["2", "Afdeling", "Sterrenkunde"]]

    page.get_by_role("button", name="Import 29 calls").click()
    expect(page.get_by_text("Tick that the rejected rows may be left out")).to_be_visible()
    page.get_by_label("Leave the rejected rows out").check()
    page.get_by_role("button", name="Import 29 calls").click()
    expect(page.get_by_text("29 calls imported")).to_be_visible(timeout=120_000)
    axe_in_both(page)
    fits(page)
    page.get_by_role("link", name="Imports").first.click()
    expect(page.get_by_role("row", name=re.compile("belronde 3.csv")).first).to_contain_text("imported")
    axe_in_both(page)
    fits(page)


# The test takes the run as pressing "Check the rows" would and plays the worker's part up to where it hands the job over:
# what the page must show stays there until it has been seen, on a slow machine and on a fast one. The signs of life lie
# ahead, so that nobody thinks the job dead meanwhile.
TAKE = """
import datetime as dt
from django.utils import timezone
from surveys import imports, tasks
run, ahead = ImportRun.objects.get(pk={pk}), timezone.now() + dt.timedelta(hours=1)
hold = imports.start_check(run=run, at=ahead)
hold.keep(at=ahead, done=1200)
print(hold.token)
"""
GO_ON = """
from surveys import imports, tasks
hold = imports.Hold.from_token({pk}, "checking", "{token}")
hold.keep(at=hold.beat, done=2400)
print(hold.token)
"""
HAND_OVER = """
from surveys import imports, tasks
tasks.begin(imports.Hold.from_token({pk}, "checking", "{token}"))
"""


def test_progress_is_seen_while_the_worker_is_busy_and_the_page_can_be_left(open_page, upload, server, day, axe):
    page = open_page()
    upload(page, log(day, rows=3000))
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is what?")
    found = re.search(r"/imports/(\d+)/", page.url)
    assert found
    pk, address = found[1], page.url[: found.end()]
    token = server.shell(TAKE.format(pk=pk))
    page.goto(address)
    progress, words = page.get_by_role("progressbar"), page.locator("[data-progress=busy]")
    expect(progress).to_have_attribute("value", "1200")
    expect(words).to_contain_text("1,200 of 3,000 rows")
    axe(page)
    token = server.shell(GO_ON.format(pk=pk, token=token))
    expect(progress).to_have_attribute("value", "2400")
    expect(words).to_contain_text("2,400 of 3,000 rows")
    page.goto("/o/demo/imports/")
    page.goto(address)
    expect(words).to_contain_text("2,400 of 3,000 rows")
    server.shell(HAND_OVER.format(pk=pk, token=token))
    expect(page.get_by_text("2,999 rows can be imported")).to_be_visible(timeout=120_000)


def test_without_script_the_page_refreshes_itself(open_page, upload, day):
    page = open_page(script=False)
    upload(page, log(day, rows=600))
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_text("599 rows can be imported")).to_be_visible(timeout=120_000)


def test_a_missing_column_is_told_at_the_top_and_at_its_place(open_page, upload, axe, day):
    page = open_page(device="phone")
    upload(page, log(day, rows=2))
    page.get_by_label("Department (code or name)").select_option("")
    page.get_by_role("button", name="Check the rows").click()
    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name=re.compile("Department")).click()
    expect(page.get_by_label("Department (code or name)")).to_be_focused()
    axe(page)


def test_two_pages_of_one_report_and_the_second_is_late(open_page, upload, sign_in, server, day):
    page = open_page()
    upload(page, log(day, rows=3))
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_text("2 rows can be imported")).to_be_visible(timeout=120_000)
    other = page.context.new_page()
    other.goto(page.url)
    for each in (page, other):
        each.get_by_label("Leave the rejected rows out").check()
    page.get_by_role("button", name="Import 2 calls").click()
    expect(page.get_by_text("2 calls imported")).to_be_visible(timeout=120_000)
    other.get_by_role("button", name="Import 2 calls").click()
    expect(other.get_by_text("Somebody else went on with this import meanwhile.")).to_be_visible()
    pk = re.search(r"/imports/(\d+)/", page.url)
    assert pk
    made = server.shell(f"import json; print(json.dumps(ImportRun.objects.get(pk={pk[1]}).report['made']))")
    assert json.loads(made) == 2
