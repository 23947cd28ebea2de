"""Views under a name: kept with their filters, opened by everyone within their own rights."""

import pytest
from django.urls import reverse

from analytics import saved_views
from analytics.models import SavedView
from tests.people import client_for


@pytest.fixture
def keep(org, people):
    def keep_as(role, **facts):
        sent = {"name": "Monday", "page": "overview", "query": "?measure=tone"} | facts
        return client_for(people[role]).post(reverse("saved_views", args=[org.slug]), sent)

    return keep_as


def test_a_view_is_kept_with_its_filters_and_opened_again(org, people, keep):
    response = keep("manager")
    assert response["Location"] == f"{reverse('overview', args=[org.slug])}?measure=tone"
    listed = client_for(people["manager"]).get(reverse("saved_views", args=[org.slug]))
    assert f'href="{response["Location"]}"' in listed.content.decode()


def test_a_view_of_the_same_name_is_replaced(keep):
    keep("manager")
    keep("manager", page="comparison", query="?by=week")
    view = SavedView.objects.get()
    assert (view.page, view.query) == ("comparison", "by=week")


def test_only_what_is_shared_is_seen_by_others(org, people, keep):
    keep("manager", name="Mine alone")
    keep("manager", name="For all", is_shared="on")
    page = client_for(people["works_council"]).get(reverse("saved_views", args=[org.slug])).content.decode()
    assert "For all" in page
    assert "Mine alone" not in page


def test_others_cannot_take_a_shared_view_away(org, people, keep):
    keep("manager", is_shared="on")
    remove = reverse("saved_view_remove", args=[org.slug, SavedView.objects.get().pk])
    assert client_for(people["coordinator"]).post(remove).status_code == 404
    assert SavedView.objects.count() == 1
    assert client_for(people["manager"]).post(remove).status_code == 302
    assert not SavedView.objects.exists()


def test_a_department_s_page_is_kept_for_who_may_open_it(org, people, departments, keep):
    bur, bel = departments["BUR"].pk, departments["BEL"].pk
    opened = reverse("department", args=[org.slug, bur])
    form = client_for(people["manager"]).get(opened).content.decode()
    assert f'name="page" value="department/{bur}"' in form
    assert keep("manager", page=f"department/{bur}")["Location"] == f"{opened}?measure=tone"
    assert keep("manager", page=f"department/{bel}").status_code == 422
    keep("analyst", name="Taxes", page=f"department/{bel}", is_shared="on")
    listed = {
        who: client_for(people[who]).get(reverse("saved_views", args=[org.slug])).content.decode()
        for who in ("analyst", "manager")
    }
    assert ("Taxes" in listed["analyst"], "Taxes" in listed["manager"]) == (True, False)


@pytest.mark.parametrize("page", ["nowhere", "", "../overview", "department/", "department/x"])
def test_a_page_that_does_not_exist_is_not_kept(keep, page):
    assert keep("manager", page=page).status_code == 422
    assert not SavedView.objects.exists()


def test_a_name_is_asked_for_and_what_was_chosen_stays(keep):
    response = keep("manager", name="")
    assert response.status_code == 422
    assert 'value="?measure=tone"' in response.content.decode()


def test_there_is_an_end_to_how_many(keep, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    assert keep("manager", name="One").status_code == 302
    refused = keep("manager", name="Two")
    assert refused.status_code == 422
    assert "take one away first" in refused.content.decode()
    assert keep("manager", name="One", query="?by=week").status_code == 302


def test_an_address_elsewhere_cannot_be_kept(keep, org):
    response = keep("manager", query="https://evil.example/?measure=tone")
    assert response["Location"].startswith(reverse("overview", args=[org.slug]))
