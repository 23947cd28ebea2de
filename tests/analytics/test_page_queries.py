"""Every page of results, whoever reads it, takes at most fifteen queries: no page may ask for what is already known."""

import pytest
import time_machine
from django.urls import reverse

from analytics.topics import TOPICS
from tests.analytics.conftest import NOW, moment

MOST = 15
READERS = ("administrator", "coordinator", "reviewer", "manager", "analyst", "works_council")


@pytest.fixture
def pages(plant, departments):
    for code in ("BUR", "AFV", "BEL"):
        plant(code, [7000, 7300, 8100, 8800, 9000, 6000], promised=2, kept=1)
        plant(code, [6000, 6300, 7100, 7800, 8000, 5000], day=NOW.date().replace(day=2))
    topics = {slug: reverse("topic", args=["zuiderveen", slug]) for slug in TOPICS}
    department = reverse("department", args=["zuiderveen", departments["BUR"].pk])
    return {"overview": reverse("overview", args=["zuiderveen"]), "department": department} | topics


@pytest.mark.parametrize("role", READERS)
def test_no_page_takes_more_than_fifteen_queries(pages, people, client_for, django_assert_max_num_queries, role):
    client = client_for(people[role])
    opened = []
    with time_machine.travel(moment(role), tick=False):
        # The first visit writes down which organisation is in view.
        client.get(pages["overview"])
        for name, path in pages.items():
            with django_assert_max_num_queries(MOST, info=f"{name}, {role}"):
                status = client.get(path).status_code
            assert status in {200, 403}
            opened += [name] if status == 200 else []
    assert len(opened) >= len(pages) - 3
