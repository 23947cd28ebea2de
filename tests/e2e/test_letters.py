"""A management letter, from the page it is of to the PDF, followed without reloading; and planning those that come by themselves."""

import pytest
from playwright.sync_api import expect

from analytics.letters import document

# Without calls it is short: the rest of a letter is tried where it is made.
EMPTY = "?from=2001-01-01&to=2001-03-01"


@pytest.mark.skipif(not document.can_print(), reason="needs the library pango")
def test_a_letter_is_asked_for_followed_and_opened(open_page, sign_in, axe, fits):
    page = open_page(device="phone", scheme="dark", language="en")
    sign_in(page, "analyst")
    page.goto(f"/o/demo/overview/{EMPTY}")
    page.get_by_role("link", name="Letter (PDF)").click()
    expect(page.locator("#field-of")).to_contain_text("1 January to 1 March 2001")
    axe(page)
    fits(page)
    page.get_by_label("Title").fill("Long ago")
    page.get_by_role("button", name="Make the letter").click()
    axe(page)
    fits(page)
    # The page turns by itself when the worker is done.
    download = page.get_by_role("link", name="Download (PDF")
    expect(download).to_be_visible(timeout=60_000)
    axe(page)
    with page.expect_download() as taken:
        download.click()
    assert taken.value.suggested_filename.startswith("demo-long-ago-")
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    page.locator("button[name=remove]").click()
    expect(page.get_by_text("No letters yet")).to_be_visible()


def test_letters_are_planned_for_chosen_readers(open_page, sign_in, axe, fits):
    page = open_page(device="phone", scheme="light", language="nl")
    sign_in(page, "coordinator")
    page.goto("/o/demo/letters/planned/new/?measure=tone")
    axe(page)
    fits(page)
    page.locator("input[name=title]").fill("Toon")
    page.locator("input[name=every][value=quarter]").check()
    page.locator("input[name=readers]").first.check()
    page.locator("main form button[type=submit]").click()
    planned = page.locator(".letters li").filter(has_text="Toon")
    expect(planned).to_be_visible()
    axe(page)
    fits(page)
    planned.locator("button[name=remove]").click()
    expect(page.locator(".letters li").filter(has_text="Toon")).to_have_count(0)
