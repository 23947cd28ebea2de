"""Signing in, setting up and inviting, as a person in a browser does it."""

import re

import pytest
from playwright.sync_api import expect

SETUP = {
    "admin": (
        "/o/demo/organisation/", "/o/demo/departments/", "/o/demo/departments/new/", "/o/demo/members/",
        "/o/demo/members/invite/", "/o/demo/waves/", "/o/demo/waves/new/", "/o/demo/scenarios/", "/o/demo/scenarios/new/",
        "/o/demo/checklists/", "/account/", "/account/tokens/new/", "/help/", "/accounts/password/change/",
        "/accounts/logout/",
    )
}  # fmt: skip
DOORS = ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/signup/")


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_every_page_is_in_order(open_page, sign_in, axe_in_both, fits, device):
    page = open_page(device=device)
    sign_in(page, "admin")
    for path in SETUP["admin"]:
        page.goto(path)
        expect(page.locator("main h1")).to_have_count(1)
        axe_in_both(page)
        fits(page)
    for listed in ("departments", "members", "waves", "scenarios", "checklists"):
        page.goto(f"/o/demo/{listed}/")
        page.locator("main tbody th a, main .roles a").first.click()
        expect(page.locator("main h1")).to_be_visible()
        axe_in_both(page)
        fits(page)


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_every_door_is_in_order(open_page, problems, axe_in_both, fits, device):
    problems.allow("404.*/invitation/")
    problems.allow("404 .*/invitation/")
    page = open_page(device=device, language="nl")
    for path in (*DOORS, "/invitation/none/", "/accounts/password/reset/key/1-none/"):
        page.goto(path)
        expect(page.locator("main h1")).to_be_visible()
        axe_in_both(page)
        fits(page)


@pytest.mark.parametrize("script", [True, False])
def test_one_tap_signs_in_to_the_demo(open_page, script):
    page = open_page(device="phone", script=script)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Manager").click()
    expect(page).to_have_url(re.compile("/o/demo/overview/"))


def test_a_typed_password_can_be_seen(page):
    page.goto("/accounts/login/")
    password = page.locator("#id_password")
    password.fill("not-the-password")
    page.get_by_role("button", name="Show: Password").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide: Password").click()
    expect(password).to_have_attribute("type", "password")
    page.get_by_label("E-mail address").fill("manager@demo.example")
    page.get_by_role("button", name="Sign in", exact=True).click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("do not belong together")
    expect(page).to_have_title(re.compile("^Error: Sign in"))


def test_the_language_follows_a_tap(open_page):
    page = open_page(device="phone", language="en")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Nederlands").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    expect(page).to_have_url(re.compile("/accounts/login/$"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_department_is_set_up(page, sign_in):
    sign_in(page, "admin")
    page.goto("/o/demo/departments/new/")
    page.get_by_label("Name").fill("Parkeerbalie")
    page.get_by_label("Code").fill("PARKB")
    page.get_by_label("Telephone numbers").fill("bel mij")
    page.get_by_label("Target", exact=False).first.fill("82,5")
    page.get_by_role("button", name="Add the department").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").click()
    expect(page.get_by_label("Telephone numbers")).to_be_focused()
    page.get_by_label("Telephone numbers").fill("020 - 624 11 11")
    page.get_by_role("button", name="Add the department").click()
    row = page.get_by_role("row", name=re.compile("Parkeerbalie"))
    expect(row).to_contain_text("0206241111")
    expect(row).to_contain_text("82.5")


def test_a_wave_is_planned_and_opened_without_script(open_page, sign_in):
    page = open_page(script=False)
    sign_in(page, "coordinator")
    page.goto("/o/demo/waves/new/")
    page.get_by_label("Name").fill("Proef")
    page.get_by_label("Checklist version").select_option(index=1)
    page.get_by_label("First day").fill("2031-01-01")
    page.get_by_label("Last day").fill("2031-01-31")
    page.get_by_role("button", name="Plan the wave").click()
    page.get_by_role("button", name="Open the wave").click()
    expect(page.locator("main .head").first).to_contain_text("open")
    page.get_by_role("button", name="Close the wave").click()
    expect(page.locator("main .head").first).to_contain_text("closed")


def test_someone_is_invited_and_comes_in(open_page, sign_in, server, axe):
    office = open_page()
    sign_in(office, "admin")
    office.goto("/o/demo/members/invite/")
    expect(office.locator("#field-departments")).to_be_hidden()
    office.get_by_label("E-mail address").fill("nora@demo.example")
    office.locator("[name=role][value=manager]").check()
    expect(office.locator("#field-departments")).to_be_visible()
    office.get_by_role("button", name="Send the invitation").click()
    expect(office.locator(".error-summary")).to_contain_text("at least one department")
    office.locator("#field-departments input").first.check()
    office.get_by_role("button", name="Send the invitation").click()
    expect(office.locator("main")).to_contain_text("nora@demo.example")
    link = re.findall(r"http://localhost:\d+/invitation/\S+", server.log)[-1]

    phone = open_page(device="phone")
    phone.goto(link)
    axe(phone)
    phone.get_by_label("Your name").fill("Nora Nieuw")
    phone.locator("#id_password").fill("drie groene fietsen")
    phone.get_by_role("button", name="Accept and begin").click()
    expect(phone).to_have_url(re.compile("/o/demo/overview/"))

    office.reload()
    expect(office.locator("main")).to_contain_text("Nora Nieuw")
    expect(office.locator("main")).not_to_contain_text("the link works until")


def test_a_token_is_copied_once(open_page, sign_in):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, "analyst")
    page.goto("/account/tokens/new/")
    page.get_by_label("Name").fill("Browser")
    page.get_by_role("button", name="Make the token").click()
    text = page.locator("#token").inner_text()
    assert re.fullmatch(r"kb_[0-9a-f]{8}_[0-9a-f]{64}", text)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == text
    page.get_by_role("link", name="I have it").click()
    expect(page.locator("main")).to_contain_text("Browser")
    expect(page.locator("main")).not_to_contain_text(text)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("Revoke.*Browser")).click()
    expect(page.locator(".message")).to_contain_text("no longer opens anything")
