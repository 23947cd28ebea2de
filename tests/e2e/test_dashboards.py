"""The pages of figures in a real browser: charts drawn under the policy, in both themes, at both widths, with and without script."""

import csv
import io
import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from analytics.registry import METRICS
from tests.tools.browser import until

OVERVIEW = "/o/demo/overview/"


@pytest.fixture
def overview(open_page, sign_in):
    def make(query="", who="analyst", **look):
        page = open_page(**look)
        sign_in(page, who)
        page.goto(OVERVIEW + query)
        return page

    return make


def drawn(page, count):
    """All charts of the page, drawn."""
    charts = page.locator("[data-chart]")
    expect(charts).to_have_count(count)
    for place in range(count):
        expect(charts.nth(place)).to_have_attribute("data-drawn", "yes")
        expect(charts.nth(place).locator("svg.main-svg").first).to_be_visible()
    return charts


def within(part, whole):
    """Nothing of the part sticks out of the whole."""
    inner, outer = part.bounding_box(), whole.bounding_box()
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"], (inner, outer)


def open_department(page, name="Klachten"):
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "nl")])
@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_overview_is_drawn_accessible_and_fits(overview, axe, fits, device, scheme, language):
    page = overview(device=device, scheme=scheme, language=language)
    drawn(page, 1)
    expect(page.locator(".lede")).to_contain_text("Afval en milieu")
    expect(page.locator("svg.dot").first).to_be_visible()
    expect(page.locator("svg.spark").first).to_be_visible()
    within(page.locator(".figures"), page.locator(".sheet").first)
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    axe(page)
    fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_department_is_drawn_accessible_and_fits(overview, axe, fits, device, scheme):
    page = overview(device=device, scheme=scheme)
    open_department(page)
    charts = drawn(page, 3)
    # Lines and bands, dots in their intervals, lines and bands again.
    expect(charts.nth(0).locator(".scatterlayer .trace.scatter path.js-line").first).to_be_attached()
    expect(charts.nth(1).locator(".errorbar path.yerror").first).to_be_attached()
    expect(charts.nth(2).locator(".scatterlayer path.js-fill").first).to_be_attached()
    expect(page.locator("svg.bar").first).to_be_visible()
    for summary in page.locator("details > summary:visible").all():
        summary.click()
    axe(page)
    fits(page)


@pytest.mark.parametrize(("device", "scheme", "language"), [("phone", "dark", "nl"), ("desktop", "light", "en")])
def test_every_figure_is_explained_one_tap_away(overview, axe, fits, device, scheme, language):
    page = overview(device=device, scheme=scheme, language=language)
    page.locator(".foot a[href='/help/figures/']").first.click()
    expect(page.locator("section.sheet")).to_have_count(len(METRICS))
    expect(page.locator("#score dd").last).to_contain_text("Biometrika")
    axe(page)
    fits(page)


def test_charts_follow_the_theme_while_the_page_is_open(overview):
    page = overview()
    drawn(page, 1)
    line = page.locator("path.js-line").last
    light = line.evaluate("element => getComputedStyle(element).stroke")
    tick = page.locator(".xtick text").first
    light_text = tick.evaluate("element => getComputedStyle(element).fill")
    page.emulate_media(color_scheme="dark")
    expect(line).not_to_have_css("stroke", light)
    expect(tick).not_to_have_css("fill", light_text)
    page.emulate_media(color_scheme="light")
    expect(line).to_have_css("stroke", light)


def test_plotly_offers_a_picture_and_nothing_else(overview):
    page = overview()
    drawn(page, 1)
    page.locator("[data-chart]").hover()
    buttons = page.locator(".modebar-btn")
    expect(buttons).to_have_count(1)
    expect(buttons.first).to_have_attribute("data-title", "Save as a picture")
    assert "plotly.com" not in page.content()
    assert "chart-studio" not in page.content()


def test_a_hovered_point_says_a_sentence(overview):
    page = overview("?line=total")
    chart = drawn(page, 1)
    said = page.locator(".hoverlayer .hovertext")

    def hovers():
        page.mouse.move(1, 1)
        chart.locator(".points path").last.hover(force=True)
        with suppress(Error):
            said.wait_for(timeout=3_000)
        return said.count()

    # A chart that is drawn anew under the pointer takes its words away.
    until(page, hovers)
    expect(said).to_contain_text("All together")
    assert re.search(r"\d\d\.\d points \(\d\d\.\d to \d\d\.\d\), [\d,]+ calls", said.text_content())


def test_labels_stand_at_the_lines_ends_or_below_on_a_phone(overview):
    wide, narrow = overview("?line=total&line=KLA"), overview("?line=total&line=KLA", device="phone")
    for page in (wide, narrow):
        drawn(page, 1)
    expect(wide.locator(".annotation", has_text="Klachten")).to_be_visible()
    expect(wide.locator(".keys")).to_be_hidden()
    expect(narrow.locator(".annotation", has_text="Klachten")).to_have_count(0)
    expect(narrow.locator(".keys")).to_contain_text("Klachten")


def test_filters_make_chips_that_can_be_taken_away(overview):
    page = overview()
    page.locator(".filters > summary").click()
    page.get_by_label("Caller style").select_option("dominant")
    page.get_by_label("Period", exact=True).select_option("last_half_year")
    page.get_by_label("Leefomgeving").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".chips")).to_contain_text("dominant")
    expect(page.locator(".figures")).not_to_contain_text("Klachten")
    # Only what was chosen is in the address.
    assert "scenario" not in page.url
    assert "from=" not in page.url
    page.get_by_role("link", name="Take away: Caller style").click()
    expect(page).not_to_have_url(re.compile("caller_style"))
    assert "period=last_half_year" in page.url
    page.get_by_role("link", name="Take away: Department").click()
    expect(page.locator(".figures")).to_contain_text("Klachten")


def test_lines_measure_and_step_are_chosen_by_links(overview):
    page = overview()
    trend = page.locator("#trend")
    trend.get_by_text("Choose the lines").click()
    trend.get_by_role("link", name="Burgerzaken").click()
    expect(page.locator(".annotation", has_text="Burgerzaken")).to_be_visible()
    trend = page.locator("#trend")
    trend.get_by_role("link", name="Tone").click()
    expect(page.locator("#trend-title")).to_contain_text("Tone by")
    page.locator("#trend").get_by_role("link", name="by week").click()
    expect(page.locator("#trend-title")).to_contain_text("by week")
    expect(page.locator(".annotation", has_text="Burgerzaken")).to_be_visible()


def test_a_cell_leads_to_its_department_and_dimension(overview):
    page = overview()
    page.get_by_role("row", name=re.compile("Afval en milieu")).get_by_role("link", name=re.compile("Callback")).click()
    expect(page.locator("h1")).to_have_text("Afval en milieu")
    assert "measure=callback" in page.url
    drawn(page, 3)


def test_the_file_holds_what_the_table_shows(overview):
    page = overview("?line=total&line=KLA")
    with page.expect_download() as download:
        page.locator("#trend").get_by_role("link", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    page.locator("#trend details.table", has_text="Table").locator("summary").last.click()
    shown = page.locator('#trend [data-report="trend"] tbody tr [data-column="mean"]').all_text_contents()
    assert [row["mean"] or "–" for row in rows] == shown
    assert {row["department_code"] for row in rows} == {"total", "KLA"}


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_without_script_everything_but_the_drawing_is_there(overview, device):
    page = overview(device=device, script=False)
    expect(page.locator(".figures")).to_contain_text("Klachten")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("[data-chart]")).to_be_hidden()
    page.locator(".filters > summary").click()
    page.get_by_label("Caller style").select_option("calm")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".chips")).to_contain_text("calm")
    expect(page.locator(".message.warning:visible")).to_have_count(0)


def test_dutch_numbers_have_their_comma(overview):
    page = overview(language="nl")
    drawn(page, 1)
    expect(page.locator(".figures .score b").first).to_have_text(re.compile(r"^\d\d,\d$"))
    expect(page.locator(".foot")).to_contain_text(re.compile(r"\d\.\d{3}"))


def test_a_manager_sees_own_departments_and_no_evaluator(overview, axe):
    page = overview(who="manager")
    drawn(page, 1)
    expect(page.locator(".figures")).not_to_contain_text("Klachten")
    open_department(page, "Afval en milieu")
    expect(page.get_by_role("heading", name="Recent calls")).to_be_visible()
    axe(page)
    page.locator("table.cards th a").first.click()
    expect(page.locator("h1")).to_be_visible()
