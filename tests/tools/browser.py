"""What browser tests share: looks, a watch for whatever goes wrong on a page, and the accessibility check.

`page.wait_for_function` uses eval, which our policy forbids; wait with locators and `expect` instead.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, Request, Response

AXE = Path(__file__).resolve().parents[1] / "e2e" / "vendor" / "axe.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}


@dataclass
class Problems:
    """Everything a page complained about: console errors, script errors, policy violations, failed answers.

    A test that provokes one says so before the end: `problems.allow(r"404 .*/o/other/")`. Each pattern is searched in
    lines such as "answer 404 http://.../x" and "console: Failed to load resource ... 404 ... http://.../x".
    """

    lines: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        self.allowed.append(re.compile(pattern))

    @property
    def remaining(self) -> list[str]:
        return [line for line in self.lines if not any(pattern.search(line) for pattern in self.allowed)]

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._script)
        page.on("response", self._answer)
        page.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.lines.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _script(self, error: Error) -> None:
        self.lines.append(f"script: {error}")

    def _answer(self, response: Response) -> None:
        if response.status >= 400:
            self.lines.append(f"answer {response.status} {response.url}")

    def _failed(self, request: Request) -> None:
        # A download or a click away ends a request on purpose.
        if request.failure != "net::ERR_ABORTED":
            self.lines.append(f"request {request.failure} {request.url}")


def until(page: Page, holds: Callable[[], object], *, within: float = 30) -> None:
    """Waits for what no locator can see; what the browser tells meanwhile reaches the test."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"{page.url}: it never came to that"
        page.wait_for_timeout(50)


def axe(page: Page, *, exclude: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> None:
    """Assert that the page as it stands breaks no WCAG 2.2 A or AA rule that axe can see.

    `exclude` leaves out parts of the page by selector, `without` rules by id; say why beside each use.
    """
    rules = {rule: {"enabled": False} for rule in without}
    _axe(page, {"runOnly": {"type": "tag", "values": WCAG_22_AA}, "rules": rules}, exclude)


def axe_in_both(page: Page) -> None:
    """The same in the light and in the dark, where other colours are all that differs; the page is left in the light."""
    # Colours change at once, not within the blink that is pleasant to see.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    axe(page)
    page.emulate_media(color_scheme="dark")
    _axe(page, {"runOnly": {"type": "rule", "values": OF_COLOURS}})
    page.emulate_media(color_scheme="light")


def _axe(page: Page, options: dict[str, Any], exclude: tuple[str, ...] = ()) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text() + "\n;undefined")
    found = page.evaluate(
        "([exclude, options]) => axe.run({include: [['html']], exclude: exclude.map(part => [part])},"
        " {...options, resultTypes: ['violations']}).then(result => result.violations)",
        [list(exclude), options],
    )
    told = [
        f"{rule['id']}: {rule['help']}\n"
        + "\n".join(f"    {node['target']}: {node['failureSummary']}".replace("\n", " ") for node in rule["nodes"][:5])
        for rule in found
    ]
    assert not told, f"{page.url} breaks accessibility rules:\n" + "\n".join(told)


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    wide = page.evaluate(
        """() => {
            const {clientWidth: width, scrollWidth} = document.documentElement;
            if (scrollWidth <= width) return [];
            const beyond = element => Math.max(element.getBoundingClientRect().right,
                element.getBoundingClientRect().left + element.scrollWidth) > width + 1;
            const names = [...document.querySelectorAll('body *')].filter(beyond).map(e => `${e.tagName}.${e.className}`);
            return [`${scrollWidth} of ${width} px`, ...names.slice(-8)];
        }"""
    )
    assert not wide, f"{page.url} scrolls sideways: {wide}"
