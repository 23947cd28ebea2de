"""Reviewing calls and taking data out, as a person in a browser does it."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

QUEUE = "/o/demo/review/"
# What the whole demo counts, read once from the site itself.
COUNT = "from surveys.models import Call; print(Call.objects.counting().count())"


def is_open(page: Page) -> None:
    """A call's page, and its script: only then a key does something."""
    expect(page.locator("h1")).to_contain_text("KB-")
    page.wait_for_load_state()


def open_first(page: Page, tab: str = "waiting") -> str:
    page.goto(f"{QUEUE}?tab={tab}")
    page.locator("[data-row]").first.click()
    is_open(page)
    return page.url


def reference(page: Page) -> str:
    found = re.search(r"KB-\d{6}", page.locator("h1").inner_text())
    assert found
    return found[0]


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_every_page_is_in_order(open_page, sign_in, axe_in_both, fits, device):
    page = open_page(device=device)
    sign_in(page, "reviewer")
    for tab in ("waiting", "returned", "mine"):
        page.goto(f"{QUEUE}?tab={tab}")
        expect(page.locator("[data-row]").first).to_be_visible()
        axe_in_both(page)
        fits(page)
    page.locator(".filters summary").click()
    axe_in_both(page)
    open_first(page)
    page.locator("[data-explain]").check()
    expect(page.locator(".points.explained").first).to_be_visible()
    axe_in_both(page)
    fits(page)
    page.locator("summary[data-key=r]").click()
    axe_in_both(page)
    fits(page)
    sign_in(page, "analyst")
    page.goto("/o/demo/exports/")
    page.locator(".brief summary").first.click()
    axe_in_both(page)
    fits(page)


def test_a_call_is_read_and_approved_by_keys_alone(page, sign_in):
    sign_in(page, "reviewer")
    page.goto(QUEUE)
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    is_open(page)
    first = reference(page)
    page.keyboard.press("a")
    message = page.locator(".message.success")
    expect(message).to_contain_text(first)
    expect(page.locator("h1")).not_to_contain_text(first)
    message.locator("a").click()
    expect(page.locator("h1")).to_contain_text(first)
    expect(page.locator("[data-key=a]")).to_have_count(0)
    expect(page.locator("summary[data-key=r]")).to_be_visible()


def test_the_keys_can_be_switched_off_for_good(page, sign_in):
    sign_in(page, "reviewer")
    address = open_first(page)
    page.keyboard.press("r")
    words = page.locator("#return-reason")
    expect(words).to_be_focused()
    page.keyboard.type("arv")
    expect(words).to_have_value("arv")
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    expect(page.locator("summary[data-key=r]")).to_be_focused()
    page.locator("[data-shortcuts] input").uncheck()
    page.reload()
    for key in "arv":
        page.keyboard.press(key)
    expect(words).to_be_hidden()
    expect(page).to_have_url(address)
    page.locator("[data-shortcuts] input").check()
    page.keyboard.press("v")
    expect(page.locator("#void-reason")).to_be_focused()


def test_a_call_is_returned_without_script(open_page, sign_in, problems):
    problems.allow("422")
    page = open_page(device="phone", script=False)
    sign_in(page, "reviewer")
    open_first(page)
    returned = reference(page)
    page.locator("summary[data-key=r]").click()
    page.locator("details[open] button[type=submit]").click()
    expect(page.locator("details[open] .error-summary")).to_be_visible()
    page.locator("details[open] .quick input").first.check()
    page.locator("#return-reason").fill("Luister nog eens vanaf 03:12.")
    page.locator("details[open] button[type=submit]").click()
    expect(page.locator(".message.success")).to_contain_text(returned)
    page.goto(f"{QUEUE}?tab=returned")
    page.locator("[data-row]").first.click()
    expect(page.locator("h1")).to_contain_text(returned)
    expect(page.locator("main")).to_contain_text("Luister nog eens vanaf 03:12.")


def test_of_two_reviewers_the_second_is_told_and_loses_nothing(open_page, sign_in, problems, axe):
    problems.allow("409")
    mine, theirs = open_page(), open_page()
    sign_in(mine, "reviewer")
    sign_in(theirs, "coordinator")
    address = open_first(mine)
    theirs.goto(address)
    theirs.locator("[data-key=a]").click()
    expect(theirs.locator(".message.success")).to_be_visible()
    mine.locator("summary[data-key=v]").click()
    mine.locator("#void-reason").fill("Dit was een proefgesprek.")
    mine.locator("details[open] button[type=submit]").click()
    summary = mine.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Dit was een proefgesprek.")
    axe(mine)
    mine.locator("summary[data-key=v]").click()
    expect(mine.locator("#void-reason")).to_have_value("Dit was een proefgesprek.")
    mine.locator("details[open] button[type=submit]").click()
    expect(mine.locator(".message.success")).to_be_visible()


def test_a_download_is_whole(page, sign_in, server):
    sign_in(page, "analyst")
    page.goto("/o/demo/exports/")
    with page.expect_download() as started:
        page.locator("[formaction$='calls.csv']").click()
    download = started.value
    assert re.fullmatch(r"demo-calls-\d{4}-\d\d-\d\d\.csv", download.suggested_filename)
    rows = list(csv.DictReader(io.StringIO(download.path().read_text("utf-8"), newline="")))
    assert len(rows) == int(server.shell(COUNT))
    assert len({row["reference"] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"E\d+", row["evaluator"]) for row in rows)


def test_a_filtered_download_is_for_a_dutch_excel(page, sign_in):
    sign_in(page, "analyst")
    page.goto("/o/demo/exports/")
    page.locator("#id_caller_style").select_option("dominant")
    page.locator("#id_excel").select_option("1")
    page.locator("[formaction$='exports/'], form.export .btn.ghost").first.click()
    expect(page.locator("#id_caller_style")).to_have_value("dominant")
    with page.expect_download() as started:
        page.locator("[formaction$='answers.csv']").click()
    text = started.value.path().read_text("utf-8")
    assert text.startswith("\ufeff")
    assert text.splitlines()[0].count(";") == 16


def test_a_manager_reads_a_call_and_meets_no_names(page, sign_in, server):
    code = (
        "from surveys import access; from surveys.models import User; "
        "call = access.visible_calls(User.objects.get(email='manager@demo.example')).latest('pk'); "
        "print(call.pk, call.evaluator, call.decided_by, sep='|')"
    )
    pk, evaluator, reviewer = server.shell(code).split("|")
    sign_in(page, "manager")
    page.goto(f"/calls/{pk}/")
    expect(page.locator("h1")).to_contain_text("KB-")
    source = page.content()
    assert evaluator not in source
    assert reviewer not in source
    expect(page.locator("[data-decide]")).to_have_count(0)
