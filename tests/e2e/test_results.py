"""Every page of results in a real browser: drawn under the policy, accessible, nothing beside the screen, and down to a call."""

import html
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from analytics.topics import TOPICS

PHONE, DESKTOP = ("phone", "dark", "nl"), ("desktop", "light", "en")
# Every page in one of the two looks, and the first in both: each costs seconds.
LOOKS = [(slug, *(PHONE, DESKTOP)[place % 2]) for place, slug in enumerate(TOPICS)] + [(next(iter(TOPICS)), *DESKTOP)]
# Where the default quarter of the demo holds too little to draw, a year holds enough.
YEAR = "?period=last_year"


@pytest.fixture
def results(open_page, sign_in):
    def make(slug, who="analyst", query=YEAR, **look):
        page = open_page(**look)
        sign_in(page, who)
        page.goto(f"/o/demo/figures/{slug}/{query}")
        return page

    return make


@pytest.mark.parametrize(("slug", "device", "scheme", "language"), LOOKS)
def test_a_page_is_drawn_accessible_and_fits(results, axe, fits, slug, device, scheme, language):
    page = results(slug, device=device, scheme=scheme, language=language)
    expect(page.locator(".lede")).not_to_be_empty()
    charts = page.locator("[data-chart]")
    for place in range(charts.count()):
        expect(charts.nth(place)).to_have_attribute("data-drawn", "yes")
    for summary in page.locator(".meaning > summary").all():
        summary.click()
    axe(page)
    fits(page)


def test_a_page_without_calls_says_so(results, axe, fits):
    page = results("comparison", query="?from=2001-01-01&to=2001-03-01", device="phone")
    expect(page.locator(".empty")).to_be_visible()
    axe(page)
    fits(page)


def test_a_chart_is_kept_as_a_picture(results):
    page = results("comparison")
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).first.click()
        assert re.fullmatch(rf"funnel-demo-\d{{4}}-\d\d-\d\d\.{kind.lower()}", download.value.suggested_filename)
        assert download.value.path().read_bytes().startswith(start)
    # By itself it says what it is, and what it was drawn from.
    drawn = html.unescape(re.sub(r"<[^>]+>", " ", download.value.path().read_text()))
    title = page.locator("#funnel h2").inner_text()
    assert title in drawn
    assert re.search(r"\d+ calls", drawn)


def test_what_is_drawn_in_a_table_is_kept_as_a_picture(results):
    """The same on a dark phone as on a desk: light and wide."""
    kept = {}
    for device, scheme in (("desktop", "light"), ("phone", "dark")):
        page = results("questions", device=device, scheme=scheme)
        with page.expect_download() as download:
            page.locator("#heatmap").get_by_role("button", name="PNG").click()
        assert re.fullmatch(r"heatmap-demo-\d{4}-\d\d-\d\d\.png", download.value.suggested_filename)
        kept[device] = download.value.path().read_bytes()
    drawn, desktop = (Image.open(io.BytesIO(kept[device])).convert("L") for device in ("phone", "desktop"))
    assert drawn.size == desktop.size
    assert drawn.width == 2400
    shades = drawn.histogram()
    # Words are dark, and most of it is paper.
    assert sum(shades[:80]) > 5000
    assert sum(shades[250:]) > drawn.width * drawn.height / 2


def test_a_picture_that_cannot_be_made_is_said_so(results, problems):
    problems.allow(r"Failed to load resource|ERR_FAILED")
    page = results("questions")
    page.route("**/*.css", lambda route: route.abort())
    page.locator("#heatmap").get_by_role("button", name="PNG").click()
    expect(page.locator("#heatmap [role=alert]")).to_have_text(
        "The picture could not be made. Try again, or print the page."
    )


def test_from_a_department_down_to_a_call(results):
    page = results("trend", query="")
    page.get_by_role("link", name="Afval en milieu", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("Afval en milieu")
    page.locator("a.question").first.click()
    expect(page.locator(".lede")).to_contain_text("cost points")
    page.get_by_role("link", name=re.compile(r"^KB-\d+")).first.click()
    expect(page.locator("h1")).to_contain_text("KB-")
    page.go_back()
    expect(page.locator(".lede")).to_contain_text("cost points")


def test_a_view_is_saved_and_opened_again(results):
    page = results("tone-gap", query="?period=last_year&measure=tone")
    page.get_by_text("Save this view", exact=True).first.click()
    page.get_by_label("Name", exact=True).fill("Tone on Monday")
    page.get_by_role("button", name="Save this view").click()
    expect(page).to_have_url(re.compile(r"/figures/tone-gap/\?.*measure=tone"))
    page.goto("/o/demo/views/")
    page.get_by_role("link", name="Tone on Monday").click()
    expect(page).to_have_url(re.compile(r"/figures/tone-gap/\?.*measure=tone"))
    page.goto("/o/demo/views/")
    page.get_by_role("button", name="Take away: Tone on Monday").click()
    expect(page.get_by_text("No saved views yet")).to_be_visible()


def middle(page, chart):
    """Where on the screen the mark stands that leads somewhere, of a chart."""
    element = page.locator(f'[data-chart="chart-{chart}"][data-drawn]')
    element.scroll_into_view_if_needed()
    return element.evaluate(
        """(element) => {
          const trace = element._fullData.find((each) => each.customdata?.length);
          const { xaxis, yaxis } = element._fullLayout;
          const box = element.getBoundingClientRect();
          return [box.x + xaxis._offset + xaxis.d2p(trace.x[1]), box.y + yaxis._offset + yaxis.d2p(trace.y[1])];
        }"""
    )


def test_a_click_on_a_mark_opens_its_department_and_a_tap_says_first_which(results):
    page = results("comparison")
    page.mouse.click(*middle(page, "funnel"))
    page.wait_for_url(re.compile(r"/o/demo/results/\d+/\?period=last_year$"))
    page.go_back()
    expect(page.locator("h1")).to_have_text("Comparison")
    phone = results("trend", device="phone")
    mark = middle(phone, "control")
    phone.touchscreen.tap(*mark)
    link = phone.locator("#control [data-mark] a")
    expect(link).to_be_visible()
    expect(phone).to_have_url(re.compile("/figures/trend/"))
    address = link.get_attribute("href")
    phone.wait_for_timeout(600)  # A tap is told twice; a second tap comes later than that.
    phone.touchscreen.tap(*mark)
    phone.wait_for_url(address)
    expect(phone).to_have_url(re.compile(r"/results/\d+/\?from=\d{4}-\d\d-01&to=.*by=week$"))
