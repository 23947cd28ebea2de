"""A checklist is built by keyboard alone, weighed, tried out and published; and on a phone without script."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow


def press_until(page: Page, key: str, selector: str, most: int = 60) -> None:
    """Presses a key until the focus is on the control."""
    wanted = page.locator(selector)
    for _press in range(most):
        page.keyboard.press(key)
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{selector} was not reached")


def order(page: Page) -> list[str]:
    return [line.get_attribute("data-line") or "" for line in page.locator("[data-line]").all()]


def test_a_checklist_is_built_by_keyboard_alone(open_page, sign_in, axe, fits):
    page = open_page()
    sign_in(page, "coordinator")
    page.goto("/o/demo/checklists/new/")
    axe(page)
    page.locator("#id_name").focus()
    page.keyboard.type("Keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sections and questions")
    axe(page)
    # A question moves down with its button, then with Alt and an arrow; the focus stays with it.
    page.locator("#down-i-greeting-seconds").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-live]")).to_contain_text("now at place 3 of 5")
    expect(page.locator("#down-i-greeting-seconds")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-live]")).to_contain_text("now at place 4 of 5")
    assert order(page)[3] == "greeting.seconds"
    page.reload()
    assert order(page)[3] == "greeting.seconds"
    # Removed, and brought back.
    page.locator("#i-tone-effort .row-more summary").focus()
    page.keyboard.press("Enter")
    press_until(page, "Tab", "#i-tone-effort .row-acts .danger")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("is removed")
    assert "tone.effort" not in order(page)
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#i-tone-effort")).to_be_visible()
    # A new question, seen as the evaluator will see it while it is typed.
    page.locator("[data-part=tone] .add a").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="scale").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_options-4-label_en")).to_have_value("5")
    page.wait_for_load_state()
    page.locator("#id_text_nl").focus()
    page.keyboard.type("Hoe was het afscheid?")
    page.keyboard.press("Tab")
    page.keyboard.type("How was the goodbye?")
    expect(page.locator("[data-asked]")).to_contain_text("How was the goodbye?")
    axe(page)
    page.get_by_role("button", name="Add the question").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#i-tone-how_was_the_goodbye")).to_be_visible()
    # Weights: one is typed, the others make room, and what is saved is what was shown.
    page.goto(page.url.partition("#")[0] + "weights/")
    page.locator('[id="id_section:tone"]').fill("36")
    expect(page.locator('[id="id_section:greeting"]')).to_have_value("12.8")
    axe(page)
    page.locator('[id="id_section:tone"]').press("Enter")
    expect(page.locator(".messages")).to_contain_text("together they are 100 %")
    expect(page.locator('[id="id_section:greeting"]')).to_have_value("12.8")
    # Tried out: the score is the server's.
    page.get_by_role("link", name="Try it out").click()
    expect(page.locator("html.scripted")).to_have_count(1)
    page.locator('[name="greeting.answered"][value=yes]').press("Space")
    expect(page.locator('[data-item="greeting.own_name"]')).to_be_visible()
    page.locator('[name="greeting.own_name"][value=no]').press("Space")
    expect(page.locator("[data-score] .big")).to_contain_text(re.compile("^0 failed"))
    axe(page)
    page.get_by_role("link", name="Check and publish").click()
    axe(page)
    page.get_by_role("button", name="Publish version 1").press("Enter")
    expect(page.locator(".messages")).to_contain_text("is published")


def test_a_draft_on_a_phone_in_the_dark_without_script(open_page, sign_in, axe, fits):
    page = open_page(device="phone", scheme="dark", language="nl", script=False)
    sign_in(page, "coordinator")
    page.goto("/o/demo/checklists/1/")
    page.locator("form[action$='/draft/'] button").click()
    expect(page).to_have_url(re.compile("/build/"))
    page.locator("#up-i-greeting-own_name").click()
    expect(page.locator("[data-line]").nth(2)).to_have_attribute("data-line", "greeting.own_name")
    draft = page.url.partition("#")[0]
    for path in ("", "questions/callback.offered/", "weights/", "settings/", "try/", "publish/", "sections/tone/new/"):
        page.goto(draft + path)
        fits(page)
    page.goto(f"{draft}questions/callback.offered/")
    page.locator("#id_options-0-points").fill("95")
    page.locator("[data-item-form] .item-foot button[type=submit]").first.click()
    expect(page.locator("[data-item-form]")).to_have_count(0)
    page.goto(f"{draft}publish/")
    fits(page)
    assert page.locator(".changed").count() == 2
    page.goto(f"{draft}weights/")
    page.locator('[id="id_section:tone"]').fill("50")
    page.locator(".item-foot button[type=submit]").click()
    expect(page.locator('[id="id_section:tone"]')).to_have_value("50")
    page.goto(f"{draft}discard/")
    page.locator("main form .btn.danger").click()
    page.goto("/o/demo/checklists/upload/")
    fits(page)
