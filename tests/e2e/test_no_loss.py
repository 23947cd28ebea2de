"""Nothing typed is lost and nothing counts twice, whatever happens between the device and the database.

Each test breaks something on purpose, and at the end the database is counted: calls handed in on a device, faults injected,
calls lost, calls doubled. `SOAK=300 pytest tests/e2e/test_no_loss.py -k soak` goes on breaking things for five minutes.
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.tools.browser import until
from tests.tools.site import Site, _wait_for_pages, clean_environment, free_port, prepare_demo

ROOT = Path(__file__).resolve().parents[2]
LIST = "/o/demo/calls/"
SYNC = re.compile(r"/sync/$")
SOAK_SECONDS = float(os.environ.get("SOAK", "10"))
# What a page may complain about while we break things.
EXPECTED = r"ERR_|answer (401|403|409|422)|status of (401|403|409|422)|when fetching the script"


# --- a site that can be killed ----------------------------------------------------------------------------------------


class Mortal(Site):
    """The demo on a port and in a folder of its own, which outlive the server."""

    process: subprocess.Popen[bytes]

    def start(self) -> None:
        from project.processes import server_command

        port = int(self.url.rpartition(":")[2])
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                server_command(host="127.0.0.1", port=port, workers=1, threads=4), cwd=ROOT,
                env={**os.environ, **self.environment}, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        _wait_for_pages(self, self.process)

    def signal(self, number: int) -> None:
        os.killpg(self.process.pid, number)

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """As a power cut does: no goodbye, no clean-up."""
        if self.is_alive:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def ask(self, query: str, *values: object) -> list[tuple]:
        with sqlite3.connect(self.folder / "klankbord.sqlite3", timeout=20) as database:
            found = database.execute(query, values).fetchall()
        database.close()
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    folder = tmp_path_factory.mktemp("mortal") / "var"
    prepare_demo(ROOT / ".pytest_cache" / "demo", folder)
    url = f"http://localhost:{free_port()}"
    site = Mortal(url, folder, clean_environment(VAR_DIR=str(folder), BASE_URL=url, DEMO="yes"))
    site.ask("UPDATE surveys_user SET language = ''")
    # A second evaluator who can sign in: with the first one's password.
    site.ask(
        "UPDATE surveys_user SET password = (SELECT password FROM surveys_user WHERE email = 'evaluator@demo.example')"
        " WHERE email = 'bram.terpstra@demo.example'"
    )
    # Calls of one's own choice, none of them expected.
    site.ask("UPDATE surveys_assignment SET state = 'cancelled' WHERE state IN ('planned', 'offered', 'accepted')")
    site.start()
    yield site
    site.kill()
    shutil.rmtree(folder.parent, ignore_errors=True)


# --- what is counted --------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What was handed in, by the words that tell each call apart, and what was broken meanwhile."""

    site: Mortal
    handed_in: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)

    def result(self) -> dict[str, int]:
        """Counted in the database, call by call and answer by answer."""
        rows = self.site.ask("SELECT answers FROM surveys_call WHERE state IN ('submitted', 'approved')")
        found = [{code: answer.get("value") for code, answer in json.loads(row[0]).items()} for row in rows]
        named = Counter(answers.get("closing.remarks") for answers in found)
        whole = [answers for answers in found if answers in self.handed_in.values()]
        return {
            "faults": self.faults.total(),
            "acknowledged": sum(1 for words in self.handed_in if named[words]),
            "lost": sum(1 for answers in self.handed_in.values() if answers not in whole),
            "doubled": sum(named[words] - 1 for words in self.handed_in if named[words] > 1),
            "copies": self.site.ask("SELECT count(*) FROM surveys_conflict WHERE resolved_at IS NULL")[0][0],
        }

    def is_clean(self) -> dict[str, int]:
        result = self.result()
        print(f"\n{dict(self.faults)}\n{result}", file=sys.stderr)
        assert result["lost"] == result["doubled"] == result["copies"] == 0, result
        assert result["acknowledged"] == len(self.handed_in), result
        return result


@pytest.fixture
def tally(server: Mortal, problems) -> Iterator[Tally]:
    problems.allow(EXPECTED)
    if not server.is_alive:
        server.start()
    counted = Tally(server)
    yield counted
    counted.is_clean()


# --- what an evaluator does -------------------------------------------------------------------------------------------


@pytest.fixture
def phone(tally: Tally, open_page: Callable[..., Page], sign_in: Callable[..., Page]) -> Page:
    """Signed in and ready to work without a connection: the list was open once."""
    page = sign_in(open_page(device="phone"), "evaluator", fresh=True)
    return visit(page)


def visit(page: Page) -> Page:
    page.goto(LIST)
    expect(page.locator("html[data-device=ready]")).to_have_count(1)
    return page


def give(page: Page, code: str, value: str) -> None:
    page.locator(f'[name="{code}"][value="{value}"]').check()


def begin(page: Page, department: int = 2) -> str:
    """Starts a call from the list's page as it is, with or without a connection. Returns its address."""
    page.goto(f"{LIST}new/")
    page.locator("[name=department]").select_option(index=department)
    page.locator("[name=scenario]").first.check()
    page.get_by_role("button", name="Open the form").click()
    expect(page.locator("html.scripted.ready")).to_have_count(1)
    return re.sub(r"form/.*", "", page.url)


def fill_in(page: Page, words: str, ends: tuple[str, ...] = ("Check your answers",)) -> dict[str, str]:
    """The shortest honest call: nobody answered. Ends on the page with all answers."""
    give(page, "greeting.answered", "no")
    expect(page.locator("[data-next]")).to_have_text("Next: How it ended")
    page.locator("[data-next]").click()
    expect(page.locator("h1")).to_have_text("How it ended")
    give(page, "closing.fate", "unanswered")
    page.locator("[name='closing.remarks']").fill(words)
    page.locator("[data-next]").click()
    expect(page.locator("h1")).to_have_text(re.compile("|".join(ends)))
    return {"greeting.answered": "no", "closing.fate": "unanswered", "closing.remarks": words}


def submit(page: Page) -> None:
    page.get_by_role("button", name="Submit this call").click()


def make(page: Page, tally: Tally, words: str) -> str:
    """A whole call up to the last button, without a connection."""
    page.context.set_offline(True)
    tally.faults["no connection"] += 1
    address = begin(page)
    tally.handed_in[words] = fill_in(page, words)
    return address


def is_queued(page: Page, words: str = "") -> None:
    expect(page.locator("h1")).to_have_text("Saved on this device")
    if words:
        expect(page.locator("[data-fill=told]")).to_contain_text(words)


def is_sent(page: Page) -> None:
    expect(page.locator("h1")).to_have_text(
        re.compile(r"^sent \d\d:\d\d|^Your call has been submitted"), timeout=30_000
    )


def again(page: Page) -> None:
    page.get_by_role("button", name="Try again").click()


HELD = """() => new Promise((done) => { const open = indexedDB.open("klankbord"); open.onsuccess = async () => {
    const base = open.result; const parts = ["changes", "calls", "kits"]; const found = {};
    const store = (part) => base.transaction(part).objectStore(part);
    for (const part of parts) found[part] = await new Promise((next) => {
        const keys = store(part).getAllKeys(); keys.onsuccess = () => next(keys.result); });
    base.close(); done(found); }; })"""
CACHED = """async () => { const found = []; for (const name of await caches.keys()) for (const request of
    await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname); return found; }"""


# --- without a connection ---------------------------------------------------------------------------------------------


def test_after_one_visit_everything_works_without_a_connection(phone, tally, axe, fits):
    """A draft is opened and finished, a call begun, both handed in; nothing of it is on the server before there is a line."""
    draft = begin(phone)
    give(phone, "greeting.answered", "yes")
    expect(phone.locator("[data-saved]")).to_have_text(re.compile(r"^saved \d"))
    visit(phone)
    made = make(phone, tally, "in the tunnel")
    axe(phone)
    fits(phone)
    submit(phone)
    is_queued(phone, "There is no connection now.")
    fits(phone)
    phone.goto(f"{draft}form/")
    expect(phone.locator("html.scripted.ready")).to_have_count(1)
    expect(phone.locator('[name="greeting.answered"][value="yes"]')).to_be_checked()
    for step in phone.locator("[data-step]").all():
        step.click()
        expect(step).to_have_attribute("aria-current", "step")
        expect(phone.locator("[data-item]").first).to_be_attached()
    phone.locator("[data-step]").first.click()
    expect(phone.get_by_role("group", name="Did the employee give their own name?")).to_be_visible()
    phone.goto(f"{draft}form/greeting/")
    expect(phone.locator("html.scripted.ready")).to_have_count(1)
    tally.handed_in["the draft"] = fill_in(phone, "the draft")
    submit(phone)
    is_queued(phone)
    phone.goto(LIST)
    expect(phone.locator("[data-queue-state]")).to_have_text("waiting for a connection: 2 calls")
    axe(phone)
    fits(phone)
    phone.goto(f"{made}facts/")
    expect(phone.locator("h1")).to_have_text("Saved on this device")
    assert tally.result()["acknowledged"] == 0
    # What no device keeps says so, in place of the browser's own page.
    phone.goto("/help/")
    expect(phone.locator("h1")).to_have_text("This page needs a connection.")
    phone.goto(f"{made}facts/")
    phone.context.set_offline(False)
    is_sent(phone)
    visit(phone)
    expect(phone.locator("[data-queue-state]")).to_have_text("Nothing is waiting: everything has been sent.")
    assert phone.evaluate(HELD)["changes"] == []


# --- at the moment of handing in --------------------------------------------------------------------------------------


def lose_the_answer(route: Route, site: Mortal) -> None:
    route.fetch()
    route.abort()


def portal(route: Route, site: Mortal) -> None:
    route.fulfill(status=200, content_type="text/html", body="<h1>Wifi of the train</h1>")


def half_an_answer(route: Route, site: Mortal) -> None:
    answer = route.fetch()
    route.fulfill(status=200, content_type="application/json", body=answer.text()[:60])


def an_answer_to_another(route: Route, site: Mortal) -> None:
    answer = route.fetch().json()
    route.fulfill(status=200, json={**answer, "received": "0" * 64})


def killed_before(route: Route, site: Mortal) -> None:
    """The request has reached the machine, and nobody has read it."""
    site.signal(signal.SIGSTOP)
    route.continue_()
    site.kill()


def killed_after(route: Route, site: Mortal) -> None:
    """Committed, and nobody was told."""
    route.fetch()
    site.kill()
    route.abort()


@dataclass
class Fault:
    """Every attempt to hand in goes wrong, until it is mended; `met` counts them."""

    how: Callable[[Route, Mortal], None]
    site: Mortal
    met: int = 0
    busy: int = 0
    mended: bool = False

    def __call__(self, route: Route) -> None:
        if self.mended or '"submit":true' not in (route.request.post_data or ""):
            route.continue_()
            return
        self.busy += 1
        try:
            self.how(route, self.site)
        except Error:
            with suppress(Error):
                route.abort()  # there was no server to answer
        self.busy -= 1
        self.met += 1

    def mend(self, page: Page) -> int:
        self.mended = True
        until(page, lambda: not self.busy)
        return self.met


def break_submitting(page: Page, how: Callable[[Route, Mortal], None], site: Mortal) -> Fault:
    fault = Fault(how, site)
    page.route(SYNC, lambda route: fault(route))  # noqa: PLW0108 - it counts a handler's parameters
    return fault


FAULTS = {
    "captive portal": (portal, "The server does not answer as it should."),
    "killed with the request": (killed_before, "There is no connection now."),
    "answer lost after commit": (lose_the_answer, "There is no connection now."),
    "answer cut short": (half_an_answer, "The server does not answer as it should."),
    "receipt of other content": (an_answer_to_another, "The server does not answer as it should."),
    "killed after commit": (killed_after, "There is no connection now."),
}


def test_a_call_that_goes_wrong_on_the_way_is_handed_in_once(phone, tally, server):
    """One call meets them all, before it is committed and after."""
    make(phone, tally, "ill-fated")
    submit(phone)
    is_queued(phone, "There is no connection now.")
    for fault, (break_it, words) in FAULTS.items():
        # The line is back, and handing in goes wrong each time.
        met = break_submitting(phone, break_it, server)
        phone.context.set_offline(False)
        again(phone)
        until(phone, lambda met=met: met.met)
        is_queued(phone, words)
        phone.context.set_offline(True)
        tally.faults[fault] += met.mend(phone)
        if not server.is_alive:
            server.start()
    phone.context.set_offline(False)
    is_sent(phone)
    submitted = server.ask(
        "SELECT count(*) FROM surveys_auditentry WHERE action = 'submitted' AND lower(subject) = 'call'"
        " AND subject_id IN (SELECT id FROM surveys_call WHERE answers LIKE '%ill-fated%')"
    )
    assert submitted == [(1,)]


def test_a_session_that_ended_and_another_evaluator(phone, tally, sign_in, server):
    make(phone, tally, "signed out")
    phone.context.clear_cookies(name=re.compile("session|csrf"))
    tally.faults["session ended"] += 1
    phone.context.set_offline(False)
    submit(phone)
    is_queued(phone, "You are signed out.")

    # Another evaluator signs in on the same phone, and sees nothing of the first one: no call, no count, no page kept.
    sign_in(phone, "bram.terpstra", fresh=True)
    tally.faults["another evaluator"] += 1
    again(phone)
    is_queued(phone, "Somebody else is signed in on this device now.")
    visit(phone)
    expect(phone.locator("[data-queue-state]")).to_have_text("Nothing is waiting: everything has been sent.")
    expect(phone.get_by_text("signed out", exact=True)).to_have_count(0)
    me, other = (
        server.ask("SELECT id FROM surveys_user WHERE email = ?", f"{name}@demo.example")[0][0]
        for name in ("evaluator", "bram.terpstra")
    )
    held = phone.evaluate(HELD)
    assert {key.split("|")[0] for key in held["kits"]} == {str(other)}
    assert {key.split("|")[0] for key in held["changes"]} == {str(me)}
    assert len([key for key in held["calls"] if key.startswith(f"{me}|")]) == 1
    cached = phone.evaluate(CACHED)
    assert [path for path in cached if not path.startswith("/static/")] == ["/device/"]
    phone.context.set_offline(True)
    phone.goto(LIST)
    expect(phone.locator("[data-queue-state]")).to_have_text("Nothing is waiting: everything has been sent.")
    phone.context.set_offline(False)

    # The first one comes back: their call goes.
    phone.context.clear_cookies(name=re.compile("session|csrf"))
    sign_in(phone, "evaluator", fresh=True)
    visit(phone)
    expect(phone.locator("[data-queue] li")).to_have_count(1)
    expect(phone.locator("[data-queue]")).to_contain_text(re.compile(r"sent \d\d:\d\d"))


# --- tabs and devices -------------------------------------------------------------------------------------------------


def test_a_crashed_tab_two_tabs_and_two_devices(phone, tally, open_page, sign_in, server):
    # The tab dies between the last answer and the last button; another one finds all of it.
    address = make(phone, tally, "crashed")
    dead, context = phone, phone.context
    with pytest.raises(Error):
        dead.goto("chrome://crash", timeout=3_000)
    tally.faults["tab crashed"] += 1
    phone = context.new_page()
    dead.close()
    phone.goto(f"{address}check/")
    expect(phone.get_by_text("crashed", exact=True)).to_be_visible()
    # Two tabs press the button, and a third opens the list, while the line comes back.
    twin = context.new_page()
    twin.goto(f"{address}check/")
    submit(phone)
    is_queued(phone)
    submit(twin)
    is_queued(twin)
    third = context.new_page()
    third.goto(LIST)
    tally.faults["two tabs"] += 1
    context.set_offline(False)
    is_sent(phone)
    is_sent(twin)
    # Two devices of one person hand the same draft in, one of them late.
    desk = visit(sign_in(open_page(), "evaluator"))
    draft = begin(desk)
    tally.handed_in["two devices"] = fill_in(desk, "two devices")
    visit(third)
    context.set_offline(True)
    third.goto(f"{draft}check/")
    submit(third)
    is_queued(third)
    tally.faults["two devices"] += 1
    submit(desk)
    is_sent(desk)
    context.set_offline(False)
    is_sent(third)


# --- refusals keep the copy and say why -------------------------------------------------------------------------------


def test_what_is_refused_stays_and_says_why(phone, tally, server):
    make(phone, tally, "closed wave")
    server.ask("UPDATE surveys_wave SET state = 'closed' WHERE state = 'open'")
    tally.faults["wave closed"] += 1
    phone.context.set_offline(False)
    submit(phone)
    expect(phone.locator("h1")).to_have_text("Check your answers")
    expect(phone.locator("[data-state]")).to_contain_text("takes no calls now. Ask your coordinator to open it")
    visit(phone)
    expect(phone.locator("[data-queue-state]")).to_have_text("1 call needs you: see why below")
    expect(phone.locator("[data-queue]")).to_contain_text("takes no calls now")
    assert len(phone.evaluate(HELD)["changes"]) == 3
    server.ask(
        "UPDATE surveys_wave SET state = 'open' WHERE id = (SELECT max(id) FROM surveys_wave WHERE state = 'closed')"
    )
    phone.get_by_role("button", name="Send now").click()
    expect(phone.locator("[data-queue]")).to_contain_text(re.compile(r"sent \d\d:\d\d"))


def test_a_shared_device_keeps_nothing(phone, tally, sign_in):
    assert phone.evaluate(HELD)["kits"]
    phone.get_by_text("Do others use this device?").click()
    phone.get_by_role("button", name="This is a shared device").click()
    expect(phone.locator("html[data-device=ready]")).to_have_count(1)
    assert phone.evaluate(HELD) == {"changes": [], "calls": [], "kits": []}
    session = next(cookie for cookie in phone.context.cookies() if cookie["name"].endswith("session"))
    assert session["expires"] == -1
    address = begin(phone)
    expect(phone.locator("html[data-device=ready]")).to_have_count(1)
    phone.context.set_offline(True)
    tally.faults["no connection"] += 1
    tally.handed_in["shared"] = {"greeting.answered": "no", "closing.fate": "unanswered", "closing.remarks": "shared"}
    give(phone, "greeting.answered", "no")
    expect(phone.locator("[data-banner]")).to_contain_text("stay on this page")
    phone.locator("[data-next]").click()
    give(phone, "closing.fate", "unanswered")
    phone.locator("[name='closing.remarks']").fill("shared")
    assert phone.evaluate(HELD) == {"changes": [], "calls": [], "kits": []}
    phone.context.set_offline(False)
    expect(phone.locator("[data-saved]")).to_have_text(re.compile(r"^saved \d"))
    phone.goto(f"{address}check/")
    submit(phone)
    is_sent(phone)


NO_ROOM = (
    """() => { IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); }; }"""
)


def test_a_full_device_says_so(phone, tally):
    begin(phone)
    phone.evaluate(NO_ROOM)
    phone.context.set_offline(True)
    tally.faults["no room"] += 1
    give(phone, "greeting.answered", "yes")
    expect(phone.locator("[data-banner]")).to_contain_text("This device has no room left. Stay on this page")
    phone.context.set_offline(False)
    expect(phone.locator("[data-saved]")).to_have_text(re.compile(r"^saved \d"))


# --- anything, at any time --------------------------------------------------------------------------------------------


@dataclass
class Storm:
    """Breaks something at random, mends it at random, and hands in calls all the while."""

    pages: list[Page]
    tally: Tally
    chance: random.Random
    sign_in: Callable[..., Page]
    broken: list[Fault] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def call(self, number: int) -> None:
        page = self.chance.choice(self.pages)
        words = f"storm {number}"
        self.gust(page)
        page.goto(LIST)
        if "login" in page.url:
            self.calm(page)
        address = begin(page, self.chance.randint(1, 5))
        self.addresses.append(address)
        self.gust(page)
        self.tally.handed_in[words] = fill_in(page, words, ends=("Check your answers", "Sign in"))
        if "login" in page.url:
            self.calm(page)
            page.goto(f"{address}check/")
            expect(page.get_by_text(words, exact=True)).to_be_visible()
        self.gust(page)
        submit(page)
        until(page, lambda: self.has_answered(page))
        if self.chance.random() < 0.4:
            self.calm(page)
            visit(page)

    def hand_in_the_rest(self, page: Page) -> None:
        """Who pressed the button before the page's script was there saw the browser's page, or the door: presses it again."""
        for address in self.addresses:
            page.goto(f"{address}check/")
            if page.locator("h1").inner_text() == "Check your answers":
                expect(page.locator("html[data-device=ready]")).to_have_count(1)
                submit(page)
                until(page, lambda: self.has_answered(page))

    def has_answered(self, page: Page) -> bool:
        return page.locator("h1").inner_text() != "Check your answers" or page.locator("[data-banner]").is_visible()

    def gust(self, page: Page) -> None:
        fault = self.chance.choice(["line", "line back", "lose", "portal", "cut", "kill", "session", "nothing"])
        if fault == "line":
            page.context.set_offline(True)
        elif fault == "line back":
            page.context.set_offline(False)
        elif fault == "kill" and self.tally.site.is_alive and self.chance.random() < 0.4:
            self.tally.site.kill()
        elif fault == "session" and self.chance.random() < 0.5:
            page.context.clear_cookies(name=re.compile("session|csrf"))
        elif fault in {"lose", "portal", "cut"}:
            how = {"lose": lose_the_answer, "portal": portal, "cut": half_an_answer}[fault]
            self.broken.append(break_submitting(page, how, self.tally.site))
        else:
            return
        self.tally.faults[fault] += fault != "line back"

    def calm(self, page: Page) -> None:
        """Everything works again, and the evaluator is signed in."""
        for fault in self.broken:
            fault.mend(page)
        page.context.set_offline(False)
        if not self.tally.site.is_alive:
            self.tally.site.start()
        if not any(cookie["name"].endswith("session") for cookie in page.context.cookies()):
            self.sign_in(page, "evaluator")


@pytest.mark.slow
def test_soak(open_page, sign_in, server, tally):
    pages = [visit(sign_in(open_page(device=device), "evaluator")) for device in ("phone", "desktop")]
    storm = Storm(pages, tally, random.Random(20260310), sign_in)
    end, number = time.monotonic() + SOAK_SECONDS, 0
    while time.monotonic() < end:
        storm.call(number := number + 1)
    for page in pages:
        storm.calm(page)
        visit(page)
        expect(page.locator("[data-queue-state]")).to_have_text(
            "Nothing is waiting: everything has been sent.", timeout=60_000
        )
    storm.hand_in_the_rest(pages[0])
    visit(pages[0])
    expect(pages[0].locator("[data-queue-state]")).to_have_text(
        "Nothing is waiting: everything has been sent.", timeout=60_000
    )
