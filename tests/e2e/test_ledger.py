"""A call marked tap by tap, also without a connection, a question that does not fit, and the promise that came of it."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_form import GOOD, UNREACHABLE, give, is_ready, is_saved, start, stored

PROMISED = GOOD | {
    "callback": {
        "callback.helped_at_once": "no", "callback.offered": "unasked", "callback.concrete": "both",
        "callback.alternative": "colleague",
    },
    "closing": {"closing.fate": "callback_agreed", "closing.call_again": "8"},
}  # fmt: skip


def mark(page: Page, name: str) -> None:
    page.locator(f"[data-mark={name}]").click()


def names(page: Page, call: str) -> list[str]:
    return [name for name, _second in stored(page, call)["answers"]["@timeline"]["value"]]


def test_from_the_first_tap_to_the_callback(open_page, sign_in, problems, axe, fits):
    problems.allow(UNREACHABLE)
    page = sign_in(open_page(device="phone"), "evaluator")
    call = start(page)
    give(page, "greeting.answered", "yes")
    mark(page, "dialled")
    mark(page, "answered")
    expect(page.locator("[name='greeting.seconds']")).to_have_value(re.compile(r"^\d+$"))
    mark(page, "hold")
    is_saved(page)
    fits(page)
    axe(page)
    # The line drops; the marks stay on the device and are sent when it is back.
    page.context.set_offline(True)
    mark(page, "back")
    mark(page, "ended")
    expect(page.locator("[data-saved]")).to_have_text("saved on this device")
    page.context.set_offline(False)
    is_saved(page)
    assert names(page, call) == ["dialled", "answered", "hold", "back", "ended"]
    page.reload()
    is_ready(page)
    # Every mark can be corrected afterwards, and the question about the seconds follows.
    page.locator("[data-timer-more]").click()
    rows = page.locator("[data-timer-rows] li")
    expect(rows).to_have_count(5)
    for place, time in ((4, "4:00"), (3, "1:30"), (2, "1:00"), (1, "0:12")):
        rows.nth(place).locator("input").fill(time)
        rows.nth(place).locator("input").blur()
    expect(page.locator("[name='greeting.seconds']")).to_have_value("12")
    page.locator("[data-add-name]").select_option("transferred")
    page.locator("[data-add-time]").fill("2:10")
    page.locator("[data-add]").click()
    expect(rows).to_have_count(6)
    page.locator("[data-add-time]").fill("9:00")
    page.locator("[data-add]").click()
    expect(page.locator("[data-timer-error]")).to_be_visible()
    fits(page)
    axe(page)
    page.locator("[data-timer-more]").click()
    # A question that does not fit takes its answer's place, and gives it back for another.
    opening = page.locator("[data-item='greeting.opening']")
    give(page, "greeting.opening", "4")
    opening.locator("[data-unfit] summary").click()
    opening.locator("[data-unfit-box]").check()
    expect(opening.locator("[type=radio]:checked")).to_have_count(0)
    opening.locator("[name$=':reason']").fill("A recording opened the call")
    opening.locator("[name$=':reason']").blur()
    is_saved(page)
    assert stored(page, call)["answers"]["greeting.opening"] == {
        "unfit": True,
        "comment": "A recording opened the call",
    }
    for section, answers in PROMISED.items():
        for code, value in answers.items():
            if code != "greeting.opening":
                give(page, code, value)
        if section == "callback":
            page.locator("[data-quick='1 17:00']").click()
            expect(page.locator("[name='callback.due']")).to_have_value(re.compile("T17:00$"))
            page.locator("[name='callback.who']").fill("Mevrouw Testbel")
        page.locator("[data-next]").click()
    page.get_by_role("button", name="Submit this call").click()
    expect(page.locator("h1")).to_have_text("Your call has been submitted")
    promise(page, call, axe, fits)
    reviewer = sign_in(open_page(), "reviewer")
    reviewer.goto(call)
    expect(reviewer.get_by_text("00:12 Answered")).to_be_visible()
    expect(reviewer.locator("#item-greeting-opening, [id='item-greeting.opening']")).to_contain_text(
        "does not fit this call"
    )


def promise(page: Page, call: str, axe, fits) -> None:
    """Counted down in the list, recorded as come, and told as kept."""
    page.goto("/o/demo/calls/")
    line = page.locator(".calls li", has_text="Mevrouw Testbel")
    expect(line.locator("[data-countdown]")).to_have_text(re.compile(r"^in \d+ (hours|days)$"))
    fits(page)
    line.get_by_role("link", name="Record").click()
    page.get_by_label("The call came").check()
    page.get_by_label("Who called").fill("Mevrouw Testbel")
    axe(page)
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".lede")).to_contain_text("kept in time")
    fits(page)
    page.goto("/o/demo/calls/")
    expect(page.get_by_text("Mevrouw Testbel")).to_have_count(0)
