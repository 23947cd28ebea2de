"""A report on its page, in its file and from the API: the same digits."""

import csv
import io

from django.urls import reverse

from tests.analytics.test_pages import NUMBER, page_rows, same


def topic(slug):
    return reverse("topic", args=["zuiderveen", slug])


def file(report):
    return reverse("report_csv", args=["zuiderveen", report])


def rows_of(browser, report, query=""):
    return list(csv.DictReader(io.StringIO(browser.get(file(report) + query).content.decode())))


def assert_same_digits(browser, program, page, report, query=""):
    """The page is read in Dutch: its numbers have commas."""
    written = rows_of(browser, report, query)
    answered = program.get(f"/api/v1/reports/{report}/{query}").json()["rows"]
    shown = page_rows(browser.get(topic(page) + query).content.decode(), report)
    assert written
    assert len(answered) == len(shown) == len(written)
    for row, cells, line in zip(answered, shown, written, strict=True):
        for name, value in line.items():
            assert ("" if row[name] is None else str(row[name])) == value
            if NUMBER.fullmatch(value) and name != "weekday":  # which a page calls by its name
                assert same(cells[name], value), (name, cells[name], value)
    return written
