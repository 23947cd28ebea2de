"""Another choice on a page of figures: shown without leaving the page, and back again, as loading would."""

import re

import pytest
from playwright.sync_api import expect

OVERVIEW = "/o/demo/overview/"
DRAWN = "[data-chart] .main-svg"


@pytest.fixture
def figures(open_page, sign_in):
    """A page whose document is marked: whoever loads another loses the mark."""

    def make(path=OVERVIEW, **look):
        page = open_page(**look)
        sign_in(page, "analyst")
        page.goto(path)
        expect(page.locator(DRAWN).first).to_be_visible()
        page.evaluate("document.documentElement.dataset.same = 'yes'")
        return page

    return make


def is_same(page):
    return page.evaluate("document.documentElement.dataset.same") == "yes"


def send(page, style):
    page.locator(".filters > summary").click()
    page.locator("#filter-caller_style").select_option(style)
    page.get_by_role("button", name="Show").click()


def chosen(page, style):
    expect(page.locator(".chip b", has_text=style)).to_be_visible()


def choose(page, style):
    send(page, style)
    chosen(page, style)
    expect(page.locator(DRAWN).first).to_be_visible()


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_choice_is_shown_on_the_page_that_is_open(figures, axe, fits, device):
    page = figures(device=device)
    before = page.locator(".lede").inner_text()
    choose(page, "dominant")
    assert is_same(page)
    # Only what was chosen is in the address.
    assert "caller_style=dominant" in page.url
    assert "scenario" not in page.url
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.evaluate("window.scrollY") == 0
    # What is read out to who does not see it: the page's answer.
    said = page.locator("body > [role=status]")
    assert said.inner_text() == page.locator(".lede").inner_text() != before
    assert page.url.endswith(page.locator(".language [name=next]").input_value())
    axe(page)
    fits(page)
    page.get_by_role("link", name="Take away: Caller style").click()
    expect(page.locator(".lede")).to_have_text(before)
    assert is_same(page)


def test_back_and_forward_find_what_was_drawn(figures):
    page = figures()
    first = page.locator(".lede").inner_text()
    page.locator("[data-chart]").evaluate("element => { element.dataset.first = 'yes' }")
    page.evaluate("addEventListener('submit', () => { window.left ??= window.scrollY })")
    page.evaluate("window.scrollTo(0, 300)")
    choose(page, "dominant")
    choose(page, "calm")
    # What was chosen and not sent is gone when the page is seen again.
    page.locator(".filters > summary").click()
    page.locator("#filter-caller_style").select_option("")
    page.go_back()
    chosen(page, "dominant")
    page.go_back()
    expect(page.locator(".lede")).to_have_text(first)
    expect(page.locator("[data-first] .main-svg").first).to_be_visible()
    assert page.evaluate("window.scrollY === window.left && window.left > 0")
    page.go_forward()
    page.go_forward()
    chosen(page, "calm")
    expect(page.locator("#filter-caller_style")).to_have_value("calm")
    assert is_same(page)


def test_what_is_no_longer_kept_is_loaded(figures):
    page = figures()
    first = page.locator(".lede").inner_text()
    choose(page, "dominant")
    page.reload()
    chosen(page, "dominant")
    page.go_back()
    expect(page.locator(".lede")).to_have_text(first)
    expect(page.locator(DRAWN).first).to_be_visible()


def test_back_from_another_page_finds_the_choice(figures):
    page = figures()
    choose(page, "dominant")
    page.locator(".figures tbody th a").first.click()
    expect(page.locator("h1")).not_to_have_text("Overview")
    page.go_back()
    chosen(page, "dominant")
    expect(page.locator(DRAWN).first).to_be_visible()


def test_a_section_stays_where_its_own_choice_is_made(figures):
    page = figures()
    trend = page.locator("#trend")
    trend.get_by_text("Choose the lines").click()
    link = trend.get_by_role("link", name="Burgerzaken")
    link.scroll_into_view_if_needed()
    top = trend.bounding_box()["y"]
    link.click()
    expect(page.locator(".annotation", has_text="Burgerzaken")).to_be_visible()
    assert is_same(page)
    assert abs(page.locator("#trend").bounding_box()["y"] - top) <= 1
    assert top < 300
    # So that another line can be chosen at once.
    expect(page.locator("#trend").get_by_role("link", name="Burgerzaken")).to_be_focused()


def test_a_choice_goes_to_the_place_that_its_link_names(figures):
    page = figures("/o/demo/figures/trend/?period=last_year")
    page.locator(".courses a.word").last.click()
    expect(page).to_have_url(re.compile("#control$"))
    expect(page.locator("#control")).to_be_in_viewport()
    assert is_same(page)


def test_the_last_of_two_choices_is_shown(figures):
    page = figures()
    held = []
    page.route("**caller_style=calm*", lambda route: held.append(route))  # noqa: PLW0108 - only functions of Python are called
    send(page, "calm")
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    page.locator("#filter-caller_style").select_option("dominant")
    page.get_by_role("button", name="Show").click()
    chosen(page, "dominant")
    assert len(held) == 1
    expect(page.locator("[data-no-line]")).to_be_hidden()
    assert is_same(page)


def test_who_is_signed_out_meanwhile_signs_in_and_goes_on(figures):
    page = figures()
    page.context.clear_cookies(name=re.compile("session"))
    send(page, "calm")
    expect(page).to_have_url(re.compile("login"))
    assert "caller_style" in page.url
    assert not is_same(page)


def test_without_a_connection_the_page_stays_and_says_so(figures, problems):
    problems.allow(r"net::ERR_|Failed to load resource")
    page = figures()
    before = page.locator(".lede").inner_text()
    page.context.set_offline(True)
    send(page, "calm")
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    expect(page.locator(".lede")).to_have_text(before)
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    page.context.set_offline(False)
    page.get_by_role("button", name="Show").click()
    chosen(page, "calm")
    assert is_same(page)


def test_what_is_no_page_is_left_to_the_browser(figures, problems):
    problems.allow("500")
    page = figures()
    page.route("**caller_style=calm*", lambda route: route.fulfill(status=500, body="<p>The fault is ours</p>"))
    send(page, "calm")
    expect(page.locator("body")).to_have_text("The fault is ours")


def test_what_was_opened_stays_open(figures):
    page = figures("/o/demo/figures/trend/?period=last_year")
    table = page.locator("section", has=page.locator("#control-title")).locator("details.table")
    table.locator("summary").click()
    page.locator(".courses a.word").last.click()
    expect(page).to_have_url(re.compile("#control$"))
    expect(table).to_have_attribute("open", "")


def test_pages_of_calls_are_turned_to_their_top(figures):
    page = figures()
    page.goto("/o/demo/figures/calls/?period=last_year")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator("#calls")).to_be_in_viewport()
    assert page.locator("#calls").bounding_box()["y"] >= 0


def test_what_was_said_is_opened_by_its_link(figures):
    page = figures("/o/demo/overview/")
    page.goto("/o/demo/figures/heard/?period=last_year")
    link = page.get_by_role("link", name="what was said").last
    place = link.get_attribute("href")
    link.click()
    expect(page.locator(place)).to_have_attribute("open", "")


def test_who_signs_in_beside_gets_a_page_of_their_own(figures, sign_in):
    page = figures()
    links = page.locator(".rail-links a").count()
    sign_in(page, "manager")
    send(page, "calm")
    chosen(page, "calm")
    assert not is_same(page)
    assert page.locator(".rail-links a").count() < links


def test_the_oldest_choice_that_is_kept_still_answers_a_click(figures):
    page = figures()
    for _ in range(4):
        choose(page, "dominant")
        choose(page, "calm")
    page.evaluate("history.go(-8)")
    expect(page.locator(".chip b", has_text="calm")).to_have_count(0)
    expect(page.locator(DRAWN).first).to_be_visible()
    assert is_same(page)
    assert page.locator("[data-chart]").evaluate("chart => chart._ev.listenerCount('plotly_click')") == 1


def test_what_was_looked_for_leaves_the_box_on_the_way_back(figures):
    page = figures()
    page.goto("/o/demo/figures/heard/?period=last_year")
    page.get_by_role("searchbox").fill("terugbellen")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=terugbellen"))
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_a_choice_opens_beside_when_it_is_asked_to(figures):
    page = figures("/o/demo/figures/trend/?period=last_year")
    with page.context.expect_page() as beside:
        page.locator(".courses a.word").first.click(modifiers=["Control"])
    expect(beside.value.locator(DRAWN).first).to_be_visible()
    assert page.url.endswith("?period=last_year")
