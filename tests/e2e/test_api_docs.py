"""The page that shows the API: it works under the strict policy, and what it sends is accepted."""

import re

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_a_request_tried_on_the_page(open_page, sign_in, fits, device):
    page = open_page(device=device)
    sign_in(page, "evaluator")
    page.goto("/api/v1/docs/")
    operation = page.locator("#operations-departments-departments_list")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
    fits(page)


def test_what_changes_something_carries_the_csrf_token(open_page, sign_in, problems):
    problems.allow(re.compile("400"))
    page = open_page()
    sign_in(page, "evaluator")
    page.goto("/api/v1/docs/")
    operation = page.locator("#operations-calls-calls_create")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("textarea").fill("{}")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table tbody")
    expect(answer.locator(".response-col_status")).to_contain_text("400")
    expect(answer).to_contain_text("client_id")


def test_it_can_be_read_by_all(open_page, sign_in, axe):
    page = open_page()
    sign_in(page, "analyst")
    page.goto("/api/v1/docs/")
    operation = page.locator("#operations-departments-departments_list")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    expect(operation.get_by_role("button", name="Execute")).to_be_visible()
    axe(page)
