"""Browser tests: a real Chromium against the real stack, with the demo's data.

    def test_overview(open_page, sign_in):
        page = open_page(device="phone", scheme="dark", language="nl")
        sign_in(page, "analyst@demo.example")
        page.goto("/o/demo/overview/")
        axe(page)

A test fails by itself when a page logs an error, breaks the content security policy, or asks for something that is not
there; `problems.allow(pattern)` excuses what a test provokes. A picture of every failed page lies in `test-results/`.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.tools import browser as tools
from tests.tools.parts import CHROMIUM_FLAGS, GET_CHROMIUM, find_chromium
from tests.tools.site import Site, prepare_demo, running

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "test-results"
DEMO_HOST = "demo.example"
DATABASE, AS_NEW = "klankbord.sqlite3", "as-new.sqlite3"
# Reached by what fails only; a machine may be much slower than the one at hand.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail(f"Chromium is missing: {GET_CHROMIUM}")
        pytest.skip(f"Chromium is missing: {GET_CHROMIUM}")
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This process's own copy of the prepared demo (VAR_DIR)."""
    folder = tmp_path_factory.mktemp("site") / "var"
    prepare_demo(ROOT / ".pytest_cache" / "demo", folder)
    with sqlite3.connect(folder / DATABASE) as database:
        # Nobody's own choice of language overrules what a test asks for.
        database.execute("UPDATE surveys_user SET language = ''")
        # Midnight, also of a month's last day, may pass between the making of the demo and a test's call.
        database.execute("UPDATE surveys_wave SET ends_on = date(ends_on, '+2 days') WHERE state = 'open'")
    database.close()
    shutil.copy(folder / DATABASE, folder / AS_NEW)
    return folder


@pytest.fixture(scope="session")
def demo_site(demo_folder: Path) -> Iterator[Site]:
    with running(demo_folder, DEMO="yes") as site:
        yield site


@pytest.fixture(scope="module")
def server(demo_site: Site) -> Site:
    """The demo, served: `server.url`, `server.manage("create_token", ...)`, `server.shell("print(...)")`.

    Each file begins with the demo as it was made, whatever another file did to it.
    """
    new, old = (sqlite3.connect(demo_site.folder / name, timeout=60) for name in (AS_NEW, DATABASE))
    with closing(new), closing(old):
        new.backup(old)
    demo_site.visitors.clear()
    return demo_site


@pytest.fixture
def problems() -> Iterator[tools.Problems]:
    found = tools.Problems()
    yield found
    assert not found.remaining, "the pages complained:\n" + "\n".join(found.remaining)


@pytest.fixture
def open_page(
    browser: Browser, server: Site, problems: tools.Problems, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a page of a fresh visitor: open_page(device="phone", scheme="dark", language="nl", script=False, ...).

    Further keywords go to Playwright's `new_context`. Addresses are relative to the site: `page.goto("/o/demo/")`.
    """
    contexts: list[BrowserContext] = []

    def make(
        *, device: str = "desktop", scheme: str = "light", language: str = "en", script: bool = True, **more: Any
    ) -> Page:
        context = browser.new_context(
            base_url=server.url,
            color_scheme=scheme,  # type: ignore[arg-type]
            locale={"en": "en-GB", "nl": "nl-NL"}[language],
            timezone_id="Europe/Amsterdam",
            java_script_enabled=script,
            **{**tools.DEVICES[device], **more},
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "klankbord_language", "value": language, "url": server.url}])
        context.on("page", problems.watch)
        contexts.append(context)
        return context.new_page()

    yield make
    failed = any(
        getattr(request.node, f"rep_{when}", None) and getattr(request.node, f"rep_{when}").failed
        for when in ("setup", "call")
    )
    for number, context in enumerate(contexts):
        for page in context.pages if failed else []:
            name = re.sub(r"\W+", "-", request.node.nodeid.removeprefix("tests/e2e/")).strip("-")[:120]
            page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True, timeout=PATIENCE)
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A desktop, light, in English."""
    return open_page()


@pytest.fixture
def sign_in(server: Site) -> Callable[..., Page]:
    """sign_in(page, "evaluator@demo.example"): a name alone gets @demo.example; the demo's password unless given.

    Takes over a session made once per person, as signing in a hundred times would meet the sign-in limit. Pass
    `fresh=True` for a session of its own, where the test signs out, changes the password, or watches sign-in itself.
    """

    def enter(page: Page, email: str, *, password: str = "", fresh: bool = False) -> Page:
        from surveys.demo import DEMO_PASSWORD

        address = email if "@" in email else f"{email}@{DEMO_HOST}"
        if fresh:
            server.visitors.pop(address, None)
        visitor = server.visitor(address, password or DEMO_PASSWORD)
        if fresh:
            server.visitors.pop(address, None)
        page.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": server.url}
                for cookie in visitor.cookies
                if cookie.name.endswith(("session", "csrf"))
            ]
        )
        return page

    return enter


@pytest.fixture
def axe() -> Callable[..., None]:
    """axe(page): fails when the page breaks a WCAG 2.2 A or AA rule."""
    return tools.axe


@pytest.fixture
def axe_in_both() -> Callable[[Page], None]:
    """axe_in_both(page): the same in the light and in the dark, for half of what two pages would take."""
    return tools.axe_in_both


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """fits(page): fails when the page scrolls sideways."""
    return tools.assert_fits
