"""Checking as people do it: the queue by keyboard, and an appeal from the department's phone to the dashboard."""

import re

from playwright.sync_api import Page, expect

QUEUE = "/o/demo/review/"
# The call that waits longest gets a flag: who checks opens it, and it cannot be approved with the others.
FLAG = """
from surveys.models import Call
call = Call.objects.filter(state="submitted", kind="field").order_by("submitted_at", "pk").first()
Call.objects.filter(pk=call.pk).update(flags=[{"rule": "recognised"}], flag_count=1)
print(call.reference)
"""
# The newest call of a department of the demo's manager that somebody answered, made one in which no name was heard and approved
# by the reviewer just now: whatever the day on which the demo was made, the department's page lists it.
NAMELESS = """
from django.utils import timezone
from surveys import access, workflow
from surveys.models import Organisation, User
manager = User.objects.get(email="manager@demo.example")
calls = access.department_calls(manager, Organisation.objects.get(slug="demo")).order_by("-local_date", "-called_at", "-pk")
calls = calls.filter(appeals=None, acknowledgements=None).with_names()
call = next(call for call in calls[:200] if "greeting.own_name" in call.answers)
call.answers["greeting.own_name"] = {"value": "no", "comment": "Not a word."}
workflow.fill_from_answers(call)
call.decided_at, call.decided_by = timezone.now(), User.objects.get(email="reviewer@demo.example")
call.save()
workflow.announce([call])
print(call.pk, call.department_id, call.score)
"""


def unread(page: Page) -> int:
    tag = page.locator(".rail a[href$='/department-calls/'] .tag")
    return int(tag.inner_text()) if tag.count() else 0


def test_the_queue_by_keyboard(page, sign_in, server, axe, fits):
    flagged = server.shell(FLAG).strip()
    sign_in(page, "reviewer")
    page.goto(QUEUE)
    keys = page.keyboard
    keys.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    axe(page)
    keys.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    rows = page.locator("tr:has([data-row])")
    expect(rows.first).to_contain_text(flagged)
    expect(rows.first).to_contain_text("The evaluator was recognised as a tester.")
    expect(rows.first.locator("[data-tick]")).to_have_count(0)
    plain = [place for place in range(rows.count()) if rows.nth(place).locator("[data-tick]").count()][:2]
    chosen = [re.findall(r"KB-\d{6}", rows.nth(place).inner_text())[0] for place in plain]
    for place in range(plain[-1] + 1):
        keys.press("j")
        expect(rows.nth(place).locator("[data-row]")).to_be_focused()
        if place in plain:
            keys.press("x")
            expect(rows.nth(place).locator("[data-tick]")).to_be_checked()
    axe(page)
    fits(page)
    keys.press("a")
    page.get_by_role("button", name="Approve these 2 calls").click()
    expect(page.locator(".message.success")).to_contain_text("2 calls are approved:")
    for reference in chosen:
        expect(page.locator("table")).not_to_contain_text(reference)
    page.goto(f"{QUEUE}?flagged=yes")
    expect(rows.first).to_contain_text(flagged)
    others = rows.count() - 1
    keys.press("j")
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text(flagged)
    page.wait_for_load_state()
    expect(page.locator(".flags")).to_contain_text("recognised")
    page.locator(".answer .note summary").first.press("Enter")
    page.locator(".answer .note textarea").first.fill("How did they recognise you?")
    axe(page)
    keys.press("Escape")
    page.locator("h1").click()
    keys.press("r")
    expect(page.locator("#return-reason")).to_be_focused()
    page.locator("details.reason[open] button[type=submit]").press("Enter")
    expect(page.locator(".message.success")).to_contain_text(f"{flagged} went back to the evaluator.")
    # On to the next flagged call, or back to the list when that was the last one.
    expect(page).to_have_url(re.compile(rf"/{'calls' if others else 'review'}/[0-9]*/?\?flagged=yes$"))
    page.goto(f"{QUEUE}?tab=returned")
    page.locator("[data-row]").first.click()
    expect(page.locator(".notes").first).to_contain_text("How did they recognise you?")


def test_an_appeal_changes_the_dashboard(open_page, sign_in, server, axe, fits):
    pk, department, before = server.shell(NAMELESS).split()
    manager, decider = open_page(device="phone", scheme="dark"), open_page()
    sign_in(manager, "manager")
    manager.goto(f"/calls/{pk}/")
    left = unread(manager)
    axe(manager)
    manager.get_by_role("button", name="Mark as read").click()
    expect(manager.locator(".department-says")).to_contain_text("You read this on")
    assert unread(manager) == left - 1
    manager.get_by_role("link", name="Appeal against this call").click()
    manager.get_by_label("Why do you object?").fill("She said her name after seven seconds.")
    manager.locator("input[value='greeting.own_name']").check()
    axe(manager)
    fits(manager)
    manager.get_by_role("button", name="Send the appeal").click()
    expect(manager.locator("h1 ~ .acts")).to_contain_text("waits for a decision")
    axe(manager)
    address = manager.url
    sign_in(decider, "coordinator")
    decider.goto("/o/demo/appeals/")
    axe(decider)
    decider.goto(address)
    decider.get_by_role("link", name="Uphold and correct answers").click()
    axe(decider)
    decider.locator("label:has(input[name='greeting.own_name'][value=yes])").click()
    decider.get_by_label("Why do you decide so?").fill("The recording has it.")
    decider.get_by_role("button", name="Uphold and score anew").click()
    expect(decider.locator(".message.success")).to_contain_text("scored anew")
    axe(decider)
    after = server.shell(f"from surveys.models import Call; print(Call.objects.get(pk={pk}).score)").strip()
    assert int(after) > int(before)
    manager.goto(f"/o/demo/results/{department}/")
    row = manager.locator(f"tr:has(a[href='/calls/{pk}/'])")
    expect(row).to_contain_text(f"{int(after) / 100:.2f}".rstrip("0").rstrip("."))
    manager.goto(f"/calls/{pk}/")
    expect(manager.locator("main")).to_contain_text("Appeal upheld")
    fits(manager)
