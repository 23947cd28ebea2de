"""A wave from its papers to its progress, as a coordinator goes about it."""

import datetime as dt
import re

from playwright.sync_api import expect


def test_a_wave_is_planned_from_paper_to_progress(open_page, sign_in, axe, fits):
    page = open_page()
    sign_in(page, "coordinator")
    page.goto("/o/demo/papers/")
    page.locator("#dpia").get_by_role("link", name=re.compile("Withdraw")).click()
    page.get_by_label("Why it no longer holds").fill("A new one is needed.")
    page.get_by_role("button", name="Withdraw the paper").click()
    expect(page.locator("main")).to_contain_text("One paper is missing")
    monday = dt.date.today() + dt.timedelta(days=14 - dt.date.today().weekday())  # noqa: DTZ011 - any week ahead will do
    page.goto("/o/demo/waves/new/")
    page.get_by_label("Name").fill("Van papier tot plan")
    page.get_by_label("Checklist version").select_option(index=1)
    page.get_by_label("First day").fill(monday.isoformat())
    page.get_by_label("Last day").fill((monday + dt.timedelta(days=25)).isoformat())
    page.get_by_role("button", name="Plan the wave").click()

    # It does not open without a paper; the way to put it there is one tap away.
    page.get_by_role("button", name="Open the wave").click()
    expect(page.locator(".messages")).to_contain_text("Not on file: data protection impact assessment")
    axe(page)
    page.get_by_role("link", name=re.compile("assessment")).click()
    page.get_by_role("link", name=re.compile("Put on file.*data")).click()
    page.locator("[name=dated_on]").fill("2026-01-12")
    page.get_by_label("Document").fill("DPIA 2.0")
    page.get_by_label("By whom").fill("FG")
    axe(page)
    page.get_by_role("button", name="Put on file").last.click()
    expect(page.locator("main")).to_contain_text("All that a wave needs is on file.")

    # The quota, many at once; totals follow what is typed.
    page.goto("/o/demo/waves/")
    page.get_by_role("link", name="Van papier tot plan").click()
    page.get_by_role("link", name="Set the quota").click()
    page.get_by_text("Fill in many at once").click()
    page.get_by_label("Calls for each department").fill("3")
    page.get_by_label("Matched pairs of each problem").fill("1")
    page.get_by_role("button", name="Fill in").click()
    expect(page.locator("main")).to_contain_text("not saved yet")
    total = int(page.locator("[data-total]").inner_text())
    page.locator("[data-column] input").first.fill("9")
    expect(page.locator("[data-total]")).not_to_have_text(str(total))
    axe(page)
    total = page.locator("[data-total]").inner_text()
    page.get_by_role("button", name="Save the quota").click()

    # The plan is shown, then confirmed.
    page.get_by_role("link", name="Plan the calls").click()
    expect(page.locator(".lede")).to_contain_text(f"{total} calls to plan")
    axe(page)
    page.get_by_role("button", name="Confirm and offer the calls").click()
    expect(page.locator(".messages")).to_contain_text(f"{total} calls have been planned.")
    page.get_by_role("button", name="Open the wave").click()
    expect(page.locator("main .head").first).to_contain_text("open")
    progress = page.locator("[data-live]")
    expect(progress).to_contain_text(f"0 calls made on a quota of {total}")
    axe(page)

    # On a phone, in the dark, all of it fits.
    phone = open_page(device="phone", scheme="dark")
    sign_in(phone, "coordinator")
    path = page.url
    for address in (
        path,
        f"{path}quota/",
        f"{path}plan/",
        "/o/demo/papers/",
        "/o/demo/planner/",
        "/o/demo/planner/?aim=gap&points=5&of=half&power=80",
    ):
        phone.goto(address)
        expect(phone.locator("main h1")).to_have_count(1)
        axe(phone)
        fits(phone)
