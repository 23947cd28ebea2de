"""A question that does not fit the call: marked in the form, counted nowhere, read by those who keep the checklists."""

import csv
import io
import json

import pytest
from django.urls import reverse

from surveys import workflow
from surveys.models import Call
from tests.people import AT, api_client, client_for, valid_answers

pytestmark = pytest.mark.django_db
REASON = "A recording answered me"
UNFIT = {"unfit": True, "comment": REASON}


@pytest.fixture
def marked(make_call) -> Call:
    return make_call(answers=valid_answers(tone__calm=UNFIT, greeting__organisation=UNFIT))


def test_it_counts_nowhere_and_is_told_as_such(marked, make_call, people, org):
    assert marked.unfit_count == 2
    assert "tone.calm" not in marked.item_points
    page = client_for(people["manager"]).get(reverse("call", args=[marked.pk])).content.decode()
    assert page.count('<span class="tag flat">does not fit this call</span>') == 2
    assert "Does not count, as if it had not been asked." in page
    assert REASON in page
    told = api_client(people["analyst"], "read").get(f"/api/v1/calls/{marked.pk}/").json()
    assert told["answers"]["tone.calm"] == UNFIT

    def file(name: str) -> list[dict[str, str]]:
        answer = client_for(people["analyst"]).get(reverse(name, args=[org.slug]))
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    (row,) = file("export_calls")
    assert (row["tone.calm"], row["tone.empathy"]) == ("UNFIT", "named")
    long = {row["item"]: row for row in file("export_answers")}
    assert [long["tone.calm"][name] for name in ("value", "na", "unfit", "points", "lost", "comment")] == [
        "", "no", "yes", "", "", REASON,
    ]  # fmt: skip
    assert (long["tone.empathy"]["unfit"], long["phrasing.hold"]["na"]) == ("no", "yes")


def test_by_the_form_without_script_and_asked_for_its_reason(make_call, people):
    call, client = make_call("draft"), client_for(people["evaluator"])
    url = reverse("call_section", args=[call.pk, "tone"])
    page = client.get(url).content.decode()
    assert page.count("data-unfit-box>") == page.count("data-item=") > 0
    call.refresh_from_db()
    sent = {
        "revision": call.revision, "before": json.dumps({"tone.calm": call.answers["tone.calm"]}),
        # without script the chosen option cannot be let go
        "tone.calm": "5", "tone.calm:unfit": "yes", "tone.calm:reason": "",
    }  # fmt: skip
    client.post(url, sent)
    call.refresh_from_db()
    assert call.answers["tone.calm"] == {"unfit": True}
    page = client.get(reverse("call_check", args=[call.pk])).content.decode()
    assert "Say in a few words why this question does not fit this call." in page
    with pytest.raises(workflow.Incomplete):
        workflow.submit(call=call, by=people["evaluator"], at=AT)
    before = json.dumps({"tone.calm": {"unfit": True}})
    client.post(url, sent | {"revision": call.revision, "before": before, "tone.calm:reason": f" {REASON} "})
    call.refresh_from_db()
    assert call.answers["tone.calm"] == UNFIT
    page = client.get(url).content.decode()
    assert f">{REASON}</textarea>" in page
    assert 'name="tone.calm:unfit" value="yes" checked' in page


def test_the_coordinators_list_by_question(marked, make_call, people, org, django_assert_max_num_queries):
    again = [make_call(answers=valid_answers(tone__calm=UNFIT)) for _number in range(6)]
    voided = make_call("voided", answers=valid_answers(tone__effort=UNFIT))
    make_call("draft", answers=valid_answers(tone__empathy=UNFIT))
    client, url = client_for(people["coordinator"]), reverse("unfit", args=[org.slug])
    client.get(url)
    with django_assert_max_num_queries(10):
        page = client.get(url).content.decode()
    assert page.index("7 calls") < page.index("1 call<")
    assert "tone.calm" in page
    assert page.count(REASON) == 6  # the latest five of the one, and the other
    assert again[-1].reference in page
    assert marked.reference in page
    assert "tone.effort" not in page
    assert "tone.empathy" not in page
    assert voided.reference not in page
    assert client_for(people["reviewer"]).get(url).status_code == 403
    assert client_for(people["stranger"]).get(url).status_code == 404


def test_an_empty_list_says_what_will_come(people, org):
    page = client_for(people["coordinator"]).get(reverse("unfit", args=[org.slug])).content.decode()
    assert "No question was marked yet" in page
