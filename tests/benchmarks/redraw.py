"""What a reader waits for in a real browser: from choosing another filter until the first chart is drawn anew."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Times, engine, line, ms, note, table
from tests.benchmarks.pages import client_of
from tests.benchmarks.people import SLUG, address
from tests.tools.parts import CHROMIUM_FLAGS, GET_CHROMIUM, find_chromium
from tests.tools.site import Site, running

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PAGES = {"overview": f"/o/{SLUG}/overview/", "trend": f"/o/{SLUG}/figures/trend/"}
COLUMNS = ("filter form sent, until", "words are there, ms, median", "chart is drawn, ms, median", "chart, ms, slowest")
# Counted from the press of the button; what is drawn is there a frame after it came onto the page.
WATCH = """
document.addEventListener("submit", () => {
  const [before, from] = [document.querySelector("main"), performance.now()];
  const isNew = () => document.querySelector("main") !== before;
  const isDrawn = () => isNew() && document.querySelector("[data-chart] .main-svg");
  const after = (isThere) => new Promise((resolve) => {
    new MutationObserver((_changes, watching) => {
      if (!isThere()) return;
      watching.disconnect();
      const timed = () => resolve(performance.now() - from);
      requestAnimationFrame(() => scheduler.postTask(timed, { priority: "user-blocking" }));
    }).observe(document, { childList: true, subtree: true });
  });
  window.times = Promise.all([after(isNew), after(isDrawn)]);
}, true);
"""
PATIENCE = 60_000


def redraw(calls: int, rounds: int) -> None:
    """Prints a table, where there is a Chromium."""
    if find_chromium() is None or find_spec("playwright") is None:
        note(f"Redrawing is not measured: {GET_CHROMIUM}.")
        return
    from django.conf import settings

    settings_of_site = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "DEMO")}
    with running(Path(settings.VAR_DIR), worker=False, **settings_of_site) as site:
        table(f"In Chromium, {calls:,} calls, {engine()}", COLUMNS)
        for context in _signed_in(site):
            for name, path in PAGES.items():
                _measure(context.new_page(), name, path, rounds)


def _signed_in(site: Site) -> "Iterator[BrowserContext]":
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    session = client_of(address("analyst")).cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
        context.add_init_script(WATCH)
        context.set_default_timeout(PATIENCE)
        yield context
        browser.close()


def _measure(page: "Page", name: str, path: str, rounds: int) -> None:
    page.goto(path)
    painted, drawn = [], []
    for number in range(rounds + 1):
        found = _once(page, "dominant" if number % 2 else "calm")
        # The first fills the caches of browser and server.
        if number:
            painted.append(found[0])
            drawn.append(found[1])
    line(name, ms(Times(painted).median), ms(Times(drawn).median), ms(Times(drawn).slowest))


def _once(page: "Page", style: str) -> tuple[float, float]:
    form = page.locator("details.filters")
    form.locator("summary").click()
    form.locator("select[name=caller_style]").select_option(style)
    form.locator("button[type=submit]").click()
    page.wait_for_url(f"**caller_style={style}*")
    painted, drawn = page.evaluate("window.times")
    return painted / 1000, drawn / 1000
