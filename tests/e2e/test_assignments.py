"""An assignment's whole way in a real browser: made, offered, accepted, called, handed in, done."""

import re

from playwright.sync_api import Page, expect


def test_from_offered_to_done_on_a_phone(open_page, sign_in, fits, axe, problems):
    coordinator: Page = sign_in(open_page(), "coordinator")
    coordinator.goto("/o/demo/waves/")
    coordinator.locator("tr", has=coordinator.locator(".tag.good")).first.locator("a").first.click()
    coordinator.get_by_role("link", name="Assignments").click()
    expect(coordinator).to_have_url(re.compile("/assignments/"))
    table = coordinator.url
    coordinator.get_by_role("link", name="Add an assignment").click()
    where = coordinator.get_by_label("Department").select_option(index=3)[0]
    coordinator.get_by_label("Scenario").select_option(index=1)
    who = coordinator.get_by_label("Evaluator").locator("option", has_text="Eva").first.get_attribute("value")
    coordinator.get_by_label("Evaluator").select_option(who)
    coordinator.get_by_role("button", name="Add the assignment").click()
    expect(coordinator.get_by_text("The assignment has been made.")).to_be_visible()
    coordinator.goto(f"{table}?evaluator={who}&state=offered&department={where}")
    axe(coordinator)

    page: Page = sign_in(open_page(device="phone", scheme="dark"), "evaluator")
    page.goto("/o/demo/calls/")
    fits(page)
    axe(page)
    # The demo may have others on offer: the one made last has the largest key.
    offered = [link.get_attribute("href") or "" for link in coordinator.locator("tbody th a").all()]
    made = max(offered, key=lambda address: int(address.strip("/").split("/")[1]))
    page.locator(f'form[action="{made}accept/"] button').click()
    expect(page).to_have_url(re.compile(f"{made}$"))
    expect(page.get_by_text("While you call")).to_be_visible()
    fits(page)
    axe(page)
    # The brief is at hand without a connection too.
    page.goto("/o/demo/calls/")
    expect(page.locator("html[data-device=ready]")).to_have_count(1)
    problems.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.goto(made)
    expect(page.locator("html[data-device=shell]")).to_have_count(1)
    expect(page.get_by_role("heading", name="Your brief")).to_be_visible()
    axe(page)
    page.context.set_offline(False)
    page.goto(made)
    page.get_by_role("button", name="Start the form").click()
    expect(page.locator("html.scripted.ready")).to_have_count(1)
    page.locator('[name="greeting.answered"][value="no"]').check()
    page.locator("[data-next]").click()
    page.locator('[name="closing.fate"][value="unanswered"]').check()
    page.locator("[data-next]").click()
    expect(page.locator("h1")).to_have_text("Check your answers")
    expect(page.get_by_role("link", name="Change department")).to_have_count(0)
    fits(page)
    axe(page)
    page.get_by_role("button", name="Submit this call").click()
    expect(page.locator("h1")).to_have_text("Your call has been submitted")
    page.goto(made)
    expect(page.get_by_text("This has been handed in.")).to_be_visible()
    coordinator.goto(made)
    expect(coordinator.get_by_text("Call handed in")).to_be_visible()
    axe(coordinator)
