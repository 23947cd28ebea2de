"""The watch itself: what it must see, it sees; otherwise every other browser test would prove nothing."""

import json

import pytest
from playwright.sync_api import expect

from tests.tools.browser import until

LOGIN = "/accounts/login/"


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_the_door(open_page, axe, fits, device, scheme, language):
    page = open_page(device=device, scheme=scheme, language=language)
    page.goto(LOGIN)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is (scheme == "dark")
    axe(page)
    fits(page)


def test_without_script(open_page):
    page = open_page(script=False)
    page.goto(LOGIN)
    expect(page.get_by_role("button").first).to_be_visible()


@pytest.mark.parametrize("person", ["evaluator", "reviewer", "coordinator", "manager", "analyst", "admin"])
def test_everybody_of_the_demo_can_sign_in(page, sign_in, person):
    sign_in(page, person)
    page.goto("/")
    assert LOGIN not in page.url
    expect(page.locator("main")).to_be_visible()


def test_a_session_that_a_test_ended_is_made_anew(page, sign_in, server):
    sign_in(page, "analyst")
    server.visitors["analyst@demo.example"].post("/accounts/logout/")
    sign_in(page, "analyst")
    page.goto("/")
    assert LOGIN not in page.url


def test_commands_run_beside_the_server(server):
    assert int(server.shell("print(Call.objects.count())")) > 6000


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ("console.error('oops')", "console: oops"),
        ("setTimeout(() => { throw new Error('thrown') })", "script: thrown"),
        ("document.body.insertAdjacentHTML('beforeend', '<img src=/no/such.png>')", "404"),
        (
            "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
            "Content Security Policy",
        ),
        (
            "document.body.append(Object.assign(document.createElement('style'), {textContent: 'b{}'}))",
            "Content Security",
        ),
        ("fetch('http://127.0.0.1:9/').catch(() => 0)", "Content Security"),
    ],
)
def test_what_goes_wrong_is_seen(page, problems, script, seen):
    page.goto(LOGIN)
    page.evaluate(f"() => {{ {script} }}")
    until(page, lambda: any(seen in line for line in problems.remaining))
    problems.allow("")


def test_axe_finds_what_is_wrong(page, axe):
    page.goto(LOGIN)
    page.evaluate("() => { document.querySelector('main').innerHTML = '<img src=\"data:,\"><input type=text>' }")
    with pytest.raises(AssertionError, match=r"image-alt(.|\n)*label"):
        axe(page)


def test_a_wide_page_is_found(page, fits):
    page.goto(LOGIN)
    page.evaluate(
        "() => document.querySelector('main').insertAdjacentHTML('beforeend', '<pre>' + 'wide'.repeat(900) + '</pre>')"
    )
    with pytest.raises(AssertionError, match="scrolls sideways"):
        fits(page)


@pytest.mark.parametrize("kind", ["scatter", "bar", "heatmap"])
def test_charts_draw_under_the_policy(page, server, kind):
    """The vendored bundle and its stylesheet on a real page: nothing is blocked, nothing offers to send data elsewhere."""
    names = json.loads((server.folder / "static" / "staticfiles.json").read_text())["paths"]
    page.goto(LOGIN)
    page.evaluate(
        """([href]) => {
            const link = document.createElement('link');
            Object.assign(link, {rel: 'stylesheet', id: 'plotly.js-style-global', className: 'no-inline-styles', href});
            document.head.append(link);
            document.querySelector('main').innerHTML = '<div id="chart"></div>';
        }""",
        ["/static/" + names["vendor/plotly.css"]],
    )
    page.add_script_tag(url="/static/" + names["vendor/plotly.js"])
    page.evaluate(
        """async ([type]) => {
            const trace = type === 'heatmap' ? {type, z: [[1, 2], [3, 4]]} : {type, x: [1, 2], y: [3, 4], error_y: {array: [1, 1]}};
            const options = {showSendToCloud: false, plotlyServerURL: '', displaylogo: false, displayModeBar: true};
            await Plotly.newPlot('chart', [trace], {width: 400, height: 300, title: {text: 'Drawn'}}, options);
        }""",
        [kind],
    )
    expect(page.locator("#chart .main-svg").first).to_be_visible()
    expect(page.locator("#chart .modebar-btn").first).to_be_attached()
    offers = page.locator("#chart .modebar-btn").evaluate_all("all => all.map(button => button.dataset.title)")
    assert not [offer for offer in offers if any(word in offer for word in ("Share", "cloud", "Edit"))], offers
