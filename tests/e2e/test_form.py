"""Filling in a call in a real browser: nothing given is lost, by whatever happens in between."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.tools.browser import until

CASES = json.loads((Path(__file__).parents[1] / "surveys" / "condition_cases.json").read_text(encoding="utf-8"))
LIST = "/o/demo/calls/"
# Everything a calm first call that went well is asked.
GOOD = {
    "greeting": {"greeting.answered": "yes", "greeting.organisation": "both", "greeting.own_name": "yes", "greeting.opening": "4"},
    "phrasing": {
        "phrasing.clear_answer": "yes", "phrasing.no_harmful": "yes", "phrasing.wording": "4", "phrasing.hold": ":na",
    },
    "listening": {"listening.let_finish": "yes", "listening.checked": "summary", "listening.follow_up": "yes"},
    "callback": {"callback.helped_at_once": "yes"},
    "tone": {"tone.calm": "5", "tone.empathy": "named", "tone.effort": "same"},
    "closing": {"closing.fate": "helped", "closing.call_again": "8"},
}  # fmt: skip
UNREACHABLE = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|when fetching the script"
NO_CONNECTION = "No connection. Your answers are saved on this device"


def start(page: Page) -> str:
    """A new draft; its form is open on the first part. Returns its address without the part."""
    page.goto(f"{LIST}new/")
    page.locator("[name=department]").select_option(index=2)
    page.locator("[name=scenario]").first.check()
    page.get_by_role("button", name="Open the form").click()
    expect(page.locator("h1")).to_have_text("Greeting")
    is_ready(page)
    return re.sub(r"form/.*", "", page.url)


def is_ready(page: Page) -> None:
    """The page's script, if it may run, has taken over."""
    if page.evaluate("matchMedia('(scripting: enabled)').matches"):
        expect(page.locator("html.scripted.ready")).to_have_count(1)


# How many answers this device keeps because the server has not confirmed them.
HELD = """() => new Promise((done) => { const open = indexedDB.open("klankbord"); open.onsuccess = () => {
    const all = open.result.transaction("changes").objectStore("changes").count(); all.onsuccess = () => done(all.result); }; })"""


def holds(page: Page, count: int) -> None:
    until(page, lambda: page.evaluate(HELD) == count)


def give(page: Page, code: str, value: str) -> None:
    page.locator(f'[name="{code}"][value="{value}"]').check()


def is_saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"^saved \d\d:\d\d$"))


def has(page: Page, code: str, value: str) -> None:
    expect(page.locator(f'[name="{code}"][value="{value}"]')).to_be_checked()


def stored(page: Page, call: str) -> dict:
    """The draft as the server has it."""
    return page.request.get(f"{call}save/").json()


def device(open_page, sign_in, **options) -> Page:
    return sign_in(open_page(**options), "evaluator")


@pytest.fixture
def phone(open_page, sign_in) -> Page:
    return device(open_page, sign_in, device="phone")


# --- the whole way ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_whole_call_on_a_phone(open_page, sign_in, fits, script):
    page = device(open_page, sign_in, device="phone", script=script)
    call = start(page)
    for section, answers in GOOD.items():
        expect(page).to_have_url(re.compile(f"/form/{section}/$"))
        for code, value in answers.items():
            give(page, code, value)
        if section == "greeting":
            page.locator("[name='greeting.seconds']").fill("12")
        fits(page)
        page.locator("[data-next]").click()
    expect(page.locator("h1")).to_have_text("Check your answers")
    expect(page.get_by_text("Every question that applies has been answered.")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Submit this call").click()
    expect(page.locator("h1")).to_have_text("Your call has been submitted")
    expect(page.locator(".reference")).to_have_text(re.compile(r"^KB-\d{6}$"))
    assert stored(page, call)["state"] == "submitted"
    assert stored(page, call)["answers"]["greeting.seconds"] == {"value": 12}


def test_missing_answers_are_linked_to_and_mended(phone):
    call = start(phone)
    give(phone, "greeting.answered", "no")
    expect(phone.locator("[data-next]")).to_have_text("Next: How it ended")
    phone.locator("[data-next]").click()
    expect(phone.locator("h1")).to_have_text("How it ended")
    phone.locator("[data-next]").click()
    phone.get_by_role("button", name="Submit this call").click()
    expect(phone).to_have_title(re.compile("^Error: "))
    expect(phone.locator(".error-summary")).to_be_focused()
    phone.locator(".error-summary a").first.click()
    expect(phone).to_have_url(re.compile("/form/closing/#closing-fate$"))
    expect(phone.locator("#closing-fate")).to_be_focused()
    give(phone, "closing.fate", "unanswered")
    phone.locator("[data-next]").click()
    phone.get_by_role("button", name="Submit this call").click()
    expect(phone.locator("h1")).to_have_text("Your call has been submitted")
    assert stored(phone, call)["answers"].keys() == {"greeting.answered", "closing.fate"}


# --- saved as it is given ---------------------------------------------------------------------------------------------


def test_every_answer_is_saved_as_it_is_given_and_a_reload_loses_nothing(phone):
    call = start(phone)
    give(phone, "greeting.answered", "yes")
    is_saved(phone)
    assert stored(phone, call)["answers"] == {"greeting.answered": {"value": "yes"}}
    phone.locator("[name='greeting.seconds']").fill("17")
    until(phone, lambda: phone.evaluate(HELD) == 1 or "greeting.seconds" in stored(phone, call)["answers"])
    phone.reload()
    has(phone, "greeting.answered", "yes")
    expect(phone.locator("[name='greeting.seconds']")).to_have_value("17")
    is_saved(phone)
    assert stored(phone, call)["answers"]["greeting.seconds"] == {"value": 17}


def test_an_answer_given_before_the_script_came_is_saved_too(open_page, sign_in):
    # Without the service worker, which has the script at hand.
    phone = device(open_page, sign_in, device="phone", service_workers="block")
    call = start(phone)
    held = []
    phone.route("**/surveys/form*.js", lambda route: held.append(route))  # noqa: PLW0108
    phone.goto(f"{call}form/closing/", wait_until="commit")
    give(phone, "closing.fate", "voicemail")
    until(phone, lambda: held)
    assert stored(phone, call)["answers"] == {}
    held[0].continue_()
    is_saved(phone)
    has(phone, "closing.fate", "voicemail")
    assert stored(phone, call)["answers"] == {"closing.fate": {"value": "voicemail"}}


def test_questions_come_and_go_with_the_answers(phone):
    start(phone)
    name = phone.get_by_role("group", name="Did the employee give their own name?")
    expect(name).to_be_hidden()
    give(phone, "greeting.answered", "yes")
    expect(name).to_be_visible()
    expect(phone.locator("[data-next]")).to_have_text("Next: Phrasing")
    give(phone, "greeting.answered", "no")
    expect(name).to_be_hidden()


def test_a_low_answer_opens_the_note_it_needs(phone):
    start(phone)
    give(phone, "greeting.answered", "yes")
    phone.locator("[data-next]").click()
    quote = phone.locator("[name='phrasing.no_harmful:quote']")
    expect(quote).to_be_hidden()
    give(phone, "phrasing.no_harmful", "no")
    expect(quote).to_be_visible()


def test_a_wrong_answer_is_kept_here_and_explained(phone, problems):
    call = start(phone)
    give(phone, "greeting.answered", "yes")
    seconds = phone.locator("[name='greeting.seconds']")
    seconds.fill("twelve")
    seconds.blur()
    expect(phone.get_by_text("Enter a number, such as 12 or 12.5.")).to_be_visible()
    expect(phone.locator("[data-banner]")).to_contain_text("1 answer is not saved yet")
    phone.reload()
    expect(seconds).to_have_value("twelve")
    expect(phone.get_by_text("Enter a number, such as 12 or 12.5.")).to_be_visible()
    phone.locator("[data-next]").click()
    expect(seconds).to_be_focused()
    seconds.fill("12")
    seconds.blur()
    is_saved(phone)
    expect(phone.locator("[data-banner]")).to_be_hidden()
    assert stored(phone, call)["answers"]["greeting.seconds"] == {"value": 12}


def test_phrases_with_their_quotes(phone):
    call = start(phone)
    give(phone, "greeting.answered", "yes")
    phone.get_by_role("button", name="Dialled").click()
    phone.locator("[data-next]").click()
    phone.locator("[data-phrase]").first.check()
    quote = phone.locator("[name='phrasing.phrases:p0-quote']")
    quote.fill("Ik hang u even op")
    expect(phone.locator("[name='phrasing.phrases:p0-second']")).to_have_value(re.compile(r"^\d\d:\d\d$"))
    own = phone.locator("[data-own]")
    for number, words in enumerate(("Eerste eigen zin", "Tweede", "Derde")):
        own.nth(number).locator("summary").click()
        own.nth(number).locator("textarea").fill(words)
    phone.locator("[name='phrasing.phrases:p0-second']").fill("3.12")
    phone.locator("[name='phrasing.phrases:p0-second']").blur()
    is_saved(phone)
    heard = stored(phone, call)["answers"]["phrasing.phrases"]["value"]
    phrase = phone.locator("[data-phrase]").first.get_attribute("value")
    assert heard[0] == {"phrase": phrase, "quote": "Ik hang u even op", "second": 192}
    assert [row["quote"] for row in heard[1:]] == ["Eerste eigen zin", "Tweede", "Derde"]
    phone.reload()
    expect(phone.locator("[name='phrasing.phrases:p0-second']")).to_have_value("03:12")
    expect(own.nth(2).locator("textarea")).to_have_value("Derde")


def test_the_stopwatch_fills_in_the_seconds(phone):
    call = start(phone)
    give(phone, "greeting.answered", "yes")
    phone.get_by_role("button", name="Dialled").click()
    phone.get_by_role("button", name="Answered").click()
    expect(phone.locator("[name='greeting.seconds']")).to_have_value(re.compile(r"^\d+$"))
    is_saved(phone)
    assert "greeting.seconds" in stored(phone, call)["answers"]


# --- without a connection ---------------------------------------------------------------------------------------------


def test_without_a_connection_the_form_goes_on_and_is_sent_later(phone, problems):
    problems.allow(UNREACHABLE)
    call = start(phone)
    give(phone, "greeting.answered", "yes")
    is_saved(phone)
    expect(phone.locator("html[data-device=ready]")).to_have_count(1)
    phone.context.set_offline(True)
    give(phone, "greeting.own_name", "yes")
    expect(phone.locator("[data-saved]")).to_have_text("saved on this device")
    expect(phone.locator("[data-banner]")).to_contain_text(NO_CONNECTION)
    phone.locator("[data-next]").click()
    expect(phone.locator("h1")).to_have_text("Phrasing")
    expect(phone).to_have_url(re.compile("/form/phrasing/$"))
    give(phone, "phrasing.clear_answer", "yes")
    phone.go_back()
    expect(phone.locator("h1")).to_have_text("Greeting")
    has(phone, "greeting.own_name", "yes")
    assert stored(phone, call)["answers"].keys() == {"greeting.answered"}
    phone.context.set_offline(False)
    is_saved(phone)
    expect(phone.locator("[data-banner]")).to_be_hidden()
    assert stored(phone, call)["answers"].keys() == {"greeting.answered", "greeting.own_name", "phrasing.clear_answer"}


def test_a_press_is_not_lost_when_the_connection_goes_meanwhile(phone, problems):
    """What there is to say of it would push the button away from under the finger: it waits until that is lifted."""
    problems.allow(UNREACHABLE)
    start(phone)
    held: list[Route] = []
    line: list[str] = []

    def save(route: Route) -> None:
        if line:
            route.continue_()
        elif held:
            route.abort()
        else:
            held.append(route)

    phone.route(re.compile(r"/save/$"), save)
    give(phone, "greeting.answered", "no")
    until(phone, lambda: held)
    phone.locator("[data-next]").hover()
    phone.mouse.down()
    with phone.expect_event("requestfailed"):
        held[0].abort()
    phone.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    phone.mouse.up()
    expect(phone.locator("h1")).to_have_text("How it ended")
    expect(phone.locator("[data-banner]")).to_contain_text(NO_CONNECTION)
    line.append("is back")
    is_saved(phone)


def test_a_closed_tab_loses_nothing(phone, problems):
    problems.allow(UNREACHABLE)
    call = start(phone)
    phone.context.set_offline(True)
    give(phone, "greeting.answered", "yes")
    give(phone, "greeting.opening", "2")
    expect(phone.locator("[data-saved]")).to_have_text("saved on this device")
    holds(phone, 2)
    context = phone.context
    phone.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{call}form/greeting/")
    has(again, "greeting.opening", "2")
    is_saved(again)
    assert stored(again, call)["answers"]["greeting.opening"] == {"value": "2"}


def test_a_confirmation_lost_on_the_way_makes_no_clash(phone, problems):
    problems.allow(UNREACHABLE)
    call = start(phone)
    give(phone, "greeting.answered", "yes")
    is_saved(phone)
    arrived: list[object] = []

    def lose(route):
        if not arrived:
            arrived.append(route.fetch())
        route.abort()

    phone.route("**/save/", lose)
    give(phone, "greeting.own_name", "yes")
    expect(phone.locator("[data-banner]")).to_contain_text(NO_CONNECTION)
    assert stored(phone, call)["answers"]["greeting.own_name"] == {"value": "yes"}
    give(phone, "greeting.own_name", "no")
    phone.unroute("**/save/")
    is_saved(phone)
    expect(phone.locator("[data-clash]")).to_have_count(0)
    assert stored(phone, call)["answers"]["greeting.own_name"] == {"value": "no"}


@pytest.mark.parametrize(
    "answer", [{"status": 200, "body": "<h1>Wifi of the train</h1>"}, {"status": 502, "body": "no"}]
)
def test_an_answer_that_is_not_the_servers_drops_nothing(phone, problems, answer):
    problems.allow("502")
    call = start(phone)
    phone.route("**/save/", lambda route: route.fulfill(content_type="text/html", **answer))
    give(phone, "greeting.answered", "yes")
    expect(phone.locator("[data-banner]")).to_contain_text("The server does not answer as it should.")
    phone.unroute("**/save/")
    is_saved(phone)
    assert stored(phone, call)["answers"]["greeting.answered"] == {"value": "yes"}


def test_submitting_waits_for_what_is_still_on_the_device(phone, problems):
    problems.allow(UNREACHABLE)
    call = start(phone)
    give(phone, "greeting.answered", "no")
    phone.locator("[data-next]").click()
    give(phone, "closing.fate", "unanswered")
    is_saved(phone)
    other = phone.context.new_page()
    other.goto(f"{call}check/")
    phone.context.set_offline(True)
    phone.bring_to_front()
    phone.locator("[name='closing.remarks']").fill("Written in the train")
    phone.locator("[name='closing.remarks']").blur()
    expect(phone.locator("[data-saved]")).to_have_text("saved on this device")
    holds(phone, 1)
    phone.close()
    other.context.set_offline(False)
    other.reload()
    expect(other.get_by_text("Written in the train")).to_be_visible()
    other.get_by_role("button", name="Submit this call").click()
    expect(other.locator("h1")).to_have_text("Your call has been submitted")
    assert stored(other, call)["answers"]["closing.remarks"] == {"value": "Written in the train"}


# --- signed out -------------------------------------------------------------------------------------------------------


def test_an_expired_session_loses_nothing(open_page, sign_in, problems, axe, fits):
    problems.allow("401|403")
    page = sign_in(open_page(device="phone"), "evaluator", fresh=True)
    call = start(page)
    page.context.clear_cookies(name=re.compile("session|csrf"))
    give(page, "greeting.answered", "yes")
    expect(page.locator("[data-banner]")).to_contain_text("You are signed out. Your answers are safe on this device.")
    expect(page.locator("[data-saved]")).to_have_text("saved on this device")
    axe(page)
    fits(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    tab = opened.value
    expect(tab).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, "evaluator", fresh=True)
    tab.close()
    page.get_by_role("button", name="Try again").click()
    is_saved(page)
    expect(page.locator("[data-banner]")).to_be_hidden()
    assert stored(page, call)["answers"] == {"greeting.answered": {"value": "yes"}}


def test_another_person_on_the_same_device_sees_nothing_of_it(open_page, sign_in, server, problems):
    problems.allow(f"{UNREACHABLE}|40[134]")
    server.shell(
        "from surveys.models import Assignment, User; user = User.objects.get(email='bram.terpstra@demo.example');"
        "user.set_password('klankbord-demo'); user.save();"
        "Assignment.objects.open().filter(evaluator=user).update(state='cancelled')"
    )
    page = sign_in(open_page(device="phone"), "evaluator", fresh=True)
    call = start(page)
    page.context.set_offline(True)
    give(page, "greeting.answered", "yes")
    expect(page.locator("[data-saved]")).to_have_text("saved on this device")
    # Back within reach the form looks at once who is signed in.
    page.context.clear_cookies(name=re.compile("session|csrf"))
    sign_in(page, "bram.terpstra", fresh=True)
    page.context.set_offline(False)
    expect(page.locator("[data-banner]")).to_contain_text("Somebody else is signed in on this device now.")
    other = page.context.new_page()
    assert other.goto(f"{call}form/greeting/").status == 404
    start(other)
    expect(other.locator('[name="greeting.answered"]:checked')).to_have_count(0)
    page.context.clear_cookies(name=re.compile("session|csrf"))
    sign_in(page, "evaluator", fresh=True)
    other.goto(f"{call}form/greeting/")
    has(other, "greeting.answered", "yes")
    is_saved(other)


def test_signing_out_asks_about_what_was_not_sent_and_leaves_nothing_else(open_page, sign_in, problems):
    problems.allow(UNREACHABLE)
    page = sign_in(open_page(), "evaluator", fresh=True)
    start(page)
    unsendable = re.compile("/(save|sync)/$")
    page.route(unsendable, lambda route: route.abort())
    give(page, "greeting.answered", "yes")
    expect(page.locator("[data-saved]")).to_have_text("saved on this device")
    page.goto(LIST)
    holds(page, 1)
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("button", name="Sign out").click()
    assert "have not been sent yet" in asked.value.message
    expect(page.locator("h1")).to_have_text("My calls")
    page.unroute(unsendable)
    page.get_by_role("link", name="Go on").first.click()
    is_saved(page)
    page.goto(LIST)
    page.get_by_role("button", name="Sign out").click()
    expect(page).not_to_have_url(re.compile(LIST))
    page.wait_for_load_state()
    assert page.evaluate(HELD) == 0


# --- more than one device ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "value"), [("Keep the answer here", "no"), ("Take the other answer", "yes")])
def test_two_devices_that_disagree_are_asked(open_page, sign_in, problems, axe, fits, button, value):
    problems.allow(UNREACHABLE)
    desk, phone = device(open_page, sign_in), device(open_page, sign_in, device="phone")
    call = start(desk)
    give(desk, "greeting.answered", "yes")
    is_saved(desk)
    phone.goto(f"{call}form/greeting/")
    is_ready(phone)
    phone.context.set_offline(True)
    give(phone, "greeting.own_name", "no")
    give(desk, "greeting.own_name", "yes")
    give(desk, "greeting.opening", "5")
    is_saved(desk)
    phone.context.set_offline(False)
    clash = phone.locator("[data-clash]")
    expect(clash).to_contain_text("Another device answered this differently.")
    expect(clash.locator("[data-other]")).to_have_text("Yes")
    has(phone, "greeting.own_name", "no")
    has(phone, "greeting.opening", "5")
    axe(phone)
    fits(phone)
    assert stored(phone, call)["answers"]["greeting.own_name"] == {"value": "yes"}
    phone.get_by_role("button", name=button).click()
    expect(clash).to_have_count(0)
    is_saved(phone)
    has(phone, "greeting.own_name", value)
    assert stored(phone, call)["answers"]["greeting.own_name"] == {"value": value}


def test_two_tabs_share_what_is_answered(open_page, sign_in):
    one = device(open_page, sign_in)
    call = start(one)
    one.goto(f"{call}form/closing/")
    is_ready(one)
    two = one.context.new_page()
    two.goto(f"{call}form/closing/")
    is_ready(two)
    give(one, "closing.fate", "helped")
    is_saved(one)
    two.locator("[name='closing.remarks']").fill("From the second tab")
    two.locator("[name='closing.remarks']").blur()
    has(two, "closing.fate", "helped")
    give(two, "closing.fate", "voicemail")
    is_saved(two)
    expect(two.locator("[data-clash]")).to_have_count(0)
    assert stored(one, call)["answers"]["closing.fate"] == {"value": "voicemail"}


def test_a_device_that_comes_too_late_loses_nothing(open_page, sign_in, problems):
    problems.allow(f"{UNREACHABLE}|409")
    desk, phone = device(open_page, sign_in), device(open_page, sign_in, device="phone")
    call = start(desk)
    give(desk, "greeting.answered", "no")
    desk.locator("[data-next]").click()
    give(desk, "closing.fate", "unanswered")
    is_saved(desk)
    phone.goto(f"{call}form/closing/")
    is_ready(phone)
    phone.context.set_offline(True)
    give(phone, "closing.fate", "voicemail")
    expect(phone.locator("[data-saved]")).to_have_text("saved on this device")
    desk.locator("[data-next]").click()
    desk.get_by_role("button", name="Submit this call").click()
    expect(desk.locator("h1")).to_have_text("Your call has been submitted")
    phone.context.set_offline(False)
    expect(phone.locator("[data-banner]")).to_contain_text("What you answered here is kept beside it.")
    phone.get_by_role("link", name="Look at it").click()
    phone.get_by_role("link", name="Compare and choose").click()
    expect(phone.get_by_role("row", name=re.compile("How did the call end"))).to_contain_text("Left a voicemail")
    phone.get_by_role("button", name="Keep what is stored").click()
    assert stored(phone, call)["answers"]["closing.fate"] == {"value": "unanswered"}


# --- keys, looks, weight ----------------------------------------------------------------------------------------------


def test_a_desktop_answers_with_digit_keys(page, sign_in):
    sign_in(page, "evaluator")
    call = start(page)
    page.keyboard.press("1")
    has(page, "greeting.answered", "yes")
    page.keyboard.press("Enter")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    has(page, "greeting.organisation", "one")
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.press("4")
    has(page, "greeting.opening", "4")
    page.keyboard.press("Enter")
    expect(page.locator("[data-next]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Phrasing")
    is_saved(page)
    assert len(stored(page, call)["answers"]) == 5
    page.locator("[name='phrasing.hold']").first.focus()
    page.keyboard.press("0")
    has(page, "phrasing.hold", ":na")


def test_the_digit_keys_can_be_switched_off(page, sign_in):
    sign_in(page, "evaluator")
    start(page)
    page.get_by_label("Answer with the digit keys").uncheck()
    page.reload()
    is_ready(page)
    expect(page.get_by_label("Answer with the digit keys")).not_to_be_checked()
    page.keyboard.press("1")
    expect(page.locator('[name="greeting.answered"]:checked')).to_have_count(0)


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_every_page_is_in_order(open_page, sign_in, axe_in_both, fits, device):
    page = sign_in(open_page(device=device), "evaluator")
    page.goto(LIST)
    axe_in_both(page)
    fits(page)
    page.goto(f"{LIST}new/")
    page.locator("[name=scenario]").first.check()
    axe_in_both(page)
    fits(page)
    call = start(page)
    axe_in_both(page)
    give(page, "greeting.answered", "yes")
    is_saved(page)
    for address in (
        "form/greeting/",
        "form/phrasing/",
        "form/callback/",
        "form/closing/",
        "check/",
        "facts/",
        "discard/",
        "conflicts/",
    ):
        page.goto(f"{call}{address}")
        if address == "form/phrasing/":
            page.locator("[data-phrase]").first.check()
            give(page, "phrasing.no_harmful", "no")
            page.locator(".help summary").first.click()
        if address == "check/":
            page.get_by_role("button", name="Submit this call").click()
            expect(page.locator(".error-summary")).to_be_visible()
        # What lies half under the head that stays in view would be taken for a small target.
        page.evaluate("scrollTo(0, 0)")
        axe_in_both(page)
        fits(page)


def test_a_page_of_the_form_weighs_little(open_page, sign_in):
    call = start(device(open_page, sign_in))
    page = device(open_page, sign_in, device="phone")  # with an empty cache
    answers = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - a built-in will not do
    page.goto(f"{call}form/phrasing/")
    is_ready(page)
    # With all that makes it work without a connection later.
    expect(page.locator("html[data-device=ready]")).to_have_count(1)
    own = [answer for answer in answers if not answer.from_service_worker]
    assert {"/device/kit/", "/device/calls/"} <= {urlsplit(answer.url).path for answer in own}
    weight = sum(answer.request.sizes()["responseBodySize"] for answer in own)
    assert weight <= 100_000, weight


def test_the_browser_shows_the_same_questions_as_the_server(page, sign_in, server):
    sign_in(page, "evaluator")
    page.goto(LIST)
    find = "from django.contrib.staticfiles.storage import staticfiles_storage as static; print(static.url('surveys/conditions.js'))"
    shown = page.evaluate(
        """async ([url, cases]) => {
            const { visible } = await import(url);
            return cases.map(({ items, answers, facts }) =>
                [...visible(items.map(([code, condition]) => ({ code, condition })), answers, facts)]);
        }""",
        [server.shell(find), CASES],
    )
    assert dict(zip((case["name"] for case in CASES), shown, strict=True)) == {
        case["name"]: case["shown"] for case in CASES
    }
