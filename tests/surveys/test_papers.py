"""Papers on file: no wave opens without them; none is ever deleted."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys import families, papers, setting_up
from surveys.models import AuditEntry, Clearance, Scenario, Wave
from surveys.refused import Refused
from tests.people import client_for

TODAY = dt.date(2026, 3, 10)


@pytest.fixture
def coordinator(people):
    return client_for(people["coordinator"])


def typed(**changes):
    return {"kind": "dpia", "dated_on": "2026-01-12", "document": "DPIA 2.0", "given_by": "FG"} | changes


def test_no_wave_opens_without_its_papers(org, people, wave, coordinator):
    setting_up.close_wave(wave=wave, by=people["coordinator"], at=timezone.now())
    Clearance.objects.filter(organisation=org, kind="dpia").update(valid_until="2026-02-01")
    Clearance.objects.filter(organisation=org, kind="staff_told").delete()
    page = coordinator.get(reverse("wave", args=[org.slug, wave.pk])).text
    for kind in ("dpia", "staff_told"):
        assert f'href="{reverse("papers", args=[org.slug])}#{kind}"' in page
    assert f'href="{reverse("papers", args=[org.slug])}#works_council"' not in page
    assert "#dpia" in coordinator.get(reverse("waves", args=[org.slug])).text

    told = coordinator.post(reverse("wave_open", args=[org.slug, wave.pk]), follow=True).text
    assert "Not on file: data protection impact assessment (DPIA); staff were told that test calls happen." in told
    assert Wave.objects.get(pk=wave.pk).state == "closed"

    for kind in ("dpia", "staff_told"):
        sent = coordinator.post(reverse("papers", args=[org.slug]), typed(kind=kind))
        assert sent.status_code == 302
    coordinator.post(reverse("wave_open", args=[org.slug, wave.pk]))
    assert Wave.objects.get(pk=wave.pk).state == "open"
    assert "not on file" not in coordinator.get(reverse("waves", args=[org.slug])).text


def test_a_withdrawn_paper_is_kept_and_warns_on_open_waves(org, people, wave, coordinator):
    paper = Clearance.objects.get(organisation=org, kind="works_council")
    path = reverse("paper_withdraw", args=[org.slug, paper.pk])
    assert "This field is required" in coordinator.post(path, {"reason": " "}).text
    assert coordinator.post(path, {"reason": "The council took it back."}).status_code == 302
    paper.refresh_from_db()
    assert paper.withdrawn_at is not None
    entry = AuditEntry.objects.of(paper).get()
    assert (entry.action, entry.actor, entry.reason) == (
        "paper withdrawn", people["coordinator"], "The council took it back.",
    )  # fmt: skip
    assert "withdrawn already" in coordinator.post(path, {"reason": "Again."}).text
    assert Wave.objects.get(pk=wave.pk).state == "open"
    assert "The wave is open, but a paper" in coordinator.get(reverse("wave", args=[org.slug, wave.pk])).text
    listed = coordinator.get(reverse("papers", args=[org.slug])).text
    assert "works_council-1" in listed
    assert "One paper is missing" in listed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "other"}, "Select a valid choice"),
        ({"dated_on": "2999-01-01"}, "has not come yet"),
        ({"valid_until": "2025-12-31"}, "It would end before it began."),
        ({"document": ""}, "This field is required."),
        ({"given_by": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_with_a_paper_is_said(org, coordinator, changes, words):
    before = Clearance.objects.count()
    page = coordinator.post(reverse("papers", args=[org.slug]), typed(**changes))
    assert "<title>Error:" in page.text
    assert words in page.text
    assert Clearance.objects.count() == before


def test_who_reads_and_who_keeps_papers(org, people, coordinator):
    path = reverse("papers", args=[org.slug])
    paper = Clearance.objects.filter(organisation=org).first()
    council = client_for(people["works_council"])
    page = council.get(path).text
    assert paper.document in page
    assert "Put a paper on file" not in page
    assert council.post(path, typed()).status_code == 403
    assert council.get(reverse("paper_withdraw", args=[org.slug, paper.pk])).status_code == 403
    for role in ("reviewer", "evaluator", "manager", "analyst"):
        assert client_for(people[role]).get(path).status_code == 403, role
    assert client_for(people["stranger"]).get(path).status_code == 404
    assert coordinator.post(path, typed()).status_code == 302
    made = Clearance.objects.get(document="DPIA 2.0")
    assert (made.recorded_by, AuditEntry.objects.of(made).get().action) == (people["coordinator"], "paper put on file")


def test_a_paper_holds_from_its_day_to_its_last(org):
    for dated, until, expected in (
        ("2026-03-11", None, False), ("2026-03-10", None, True), ("2026-01-01", "2026-03-10", True),
        ("2026-01-01", "2026-03-09", False),
    ):  # fmt: skip
        Clearance.objects.filter(kind="dpia").update(dated_on=dated, valid_until=until)
        paper = Clearance.objects.get(organisation=org, kind="dpia")
        assert papers.holds(paper, TODAY) is expected
        assert (papers.missing(org, TODAY) == ()) is expected


def test_a_planned_wave_says_when_a_paper_ends_early(org, wave, coordinator):
    Wave.objects.filter(pk=wave.pk).update(state="planned", ends_on="2999-12-31")
    Clearance.objects.filter(kind="dpia").update(valid_until="2999-01-01")
    page = coordinator.get(reverse("wave", args=[org.slug, wave.pk])).text
    assert "valid until" in page
    assert "the wave goes on" in page


# --- scenarios that belong together -------------------------------------------------------------------------------------


def test_pairs_and_chains_are_found(org, people, scenarios, coordinator):
    found = {(one.kind, one.problem): [s.code for s in one.scenarios] for one in families.families(scenarios.values())}
    assert found == {
        ("pair", "complaint"): ["complaint_calm", "complaint_dominant"],
        ("pair", "invoice"): ["invoice_calm", "invoice_dominant"],
        ("chain", "jansen"): ["jansen_first_call", "jansen_second_call", "jansen_third_call", "jansen_fourth_call"],
    }
    Scenario.objects.filter(code="complaint_dominant").update(asked_person_absent=True)
    Scenario.objects.filter(code="jansen_third_call").update(is_active=False)
    left = families.families(Scenario.objects.filter(organisation=org).in_use())
    assert [(one.kind, one.problem, len(one.scenarios)) for one in left] == [
        ("pair", "invoice", 2), ("chain", "jansen", 2),
    ]  # fmt: skip
    page = coordinator.get(reverse("scenarios", args=[org.slug])).text
    assert "chain of 2" in page
    with pytest.raises(Refused):
        setting_up.save_scenario(
            scenario=scenarios["invoice_calm"],
            values={"code": "invoice_dominant"},
            by=people["coordinator"],
            at=timezone.now(),
        )
