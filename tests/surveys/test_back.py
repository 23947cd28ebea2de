"""The way back from a call leads to the page of results it was opened from, and nowhere else."""

import pytest
from django.test import RequestFactory

from surveys.back import results_before

HERE = "http://testserver"


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        (f"{HERE}/o/zuiderveen/overview/?period=last_year", "/o/zuiderveen/overview/?period=last_year"),
        (f"{HERE}/o/zuiderveen/figures/calls/?sort=lowest&page=2", "/o/zuiderveen/figures/calls/?sort=lowest&page=2"),
        ("", ""),
        (f"{HERE}/o/noordveld/overview/", ""),
        (f"{HERE}/o/zuiderveen/review/", ""),
        (f"{HERE}/o/zuiderveen/nothing/here/", ""),
        ("http://elsewhere.example/o/zuiderveen/overview/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("http://testserver:99999999/o/zuiderveen/overview/", ""),
    ],
)
def test_back_leads_to_results_of_this_organisation(came_from, back):
    request = RequestFactory().get("/calls/1/", headers={"Referer": came_from} if came_from else {})
    assert results_before(request, "zuiderveen") == back
