"""Building checklists: the steps, the pages that take them, and who is told what."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse

from surveys import building, definition
from surveys.change_words import changes_in_words
from surveys.definition import editing
from surveys.forms import conditions
from surveys.models import AuditEntry, Checklist, ChecklistVersion
from surveys.refused import Refused
from tests.people import AT, DOCUMENT, client_for
from tests.surveys.test_xlsform import SURVEY, YES_NO, workbook

NAME = "greeting.own_name"
UNLIKE = (
    "greeting.answered", "greeting.seconds", "phrasing.phrases", "phrasing.hold", "listening.repeat_caller",
    "callback.concrete", "callback.due", "callback.alternative", "tone.composure", "closing.fate", "closing.remarks",
)  # fmt: skip


@pytest.fixture
def draft(version, people):
    return building.add_draft(checklist=version.checklist, document=version.document, by=people["coordinator"], at=AT)


@pytest.fixture
def coordinator(people):
    return client_for(people["coordinator"])


def now(draft):
    return building.document_of(ChecklistVersion.objects.get(pk=draft.pk))


def url(name, draft, *more):
    return reverse(name, args=["zuiderveen", draft.pk, *more])


def do(coordinator, draft, verb, seen=None, **more):
    seen = building.token(now(draft)) if seen is None else seen
    return coordinator.post(url("draft_change", draft), {"do": verb, "seen": seen, **more}, follow=True)


def fields(page):
    """What the page's form would send untouched."""
    found = {}
    text = page.content.decode()
    body = text[text.index("data-item-form") : text.index("<aside")] if "data-item-form" in text else text
    body = re.sub(r"<template.*?</template>", "", body, flags=re.DOTALL)
    for tag in re.findall(r"<input[^>]*>", body):
        at = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if "name" in at and (at.get("type") not in ("checkbox", "radio") or "checked" in tag):
            found[at["name"]] = at.get("value", "on" if at.get("type") == "checkbox" else "")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', body, flags=re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    for name, words in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', body, flags=re.DOTALL):
        found[name] = words.strip()
    return {name: value.replace("&#x27;", "'").replace("&gt;", ">") for name, value in found.items()}


# --- steps ------------------------------------------------------------------------------------------------------------


def test_a_draft_is_the_next_version_and_leaves_the_published_one_alone(version, draft, people):
    assert (draft.number, draft.state) == (2, "draft")
    assert definition.parse(draft.document) == definition.parse(version.document)
    building.change_draft(
        version=draft, change=lambda d: editing.remove_item(d, NAME), by=people["coordinator"], at=AT,
        seen=building.token(now(draft)),
    )  # fmt: skip
    assert NAME not in editing.item_codes(now(draft))
    version.refresh_from_db()
    assert version.document == DOCUMENT
    entry = AuditEntry.objects.of(draft).last()
    assert (entry.action, entry.organisation_id, entry.actor) == (
        building.CHANGED, version.checklist.organisation_id, people["coordinator"],
    )  # fmt: skip
    assert set(entry.changes) == {"section greeting", f"item {NAME}"}


def test_a_stale_writer_is_told_and_overwrites_nothing(draft, people):
    seen = building.token(now(draft))
    by = {"by": people["coordinator"], "at": AT}
    building.change_draft(version=draft, change=lambda d: editing.step_item(d, NAME, 1), seen=seen, **by)
    with pytest.raises(Refused, match="meanwhile"):
        building.change_draft(version=draft, change=lambda d: editing.remove_item(d, NAME), seen=seen, **by)
    assert NAME in editing.item_codes(now(draft))
    # Another question is another piece: two people can work side by side.
    other = editing.item_of(now(draft), "tone.calm")
    about: dict[str, Any] = {"about": "item tone.calm", "seen": building.token(other)}
    building.change_draft(
        version=draft, change=lambda d: editing.put_item(d, "tone.calm", other | {"critical": True}), **about, **by
    )
    assert editing.item_of(now(draft), "tone.calm")["critical"] is True
    with pytest.raises(Refused):
        building.change_draft(version=draft, change=lambda d: d, **about, **by)


def test_changes_are_taken_back_one_by_one(draft, people):
    by = {"by": people["coordinator"], "at": AT}
    before = [now(draft)]
    for step in (
        lambda d: editing.remove_item(d, NAME),
        lambda d: editing.remove_section(d, "tone"),
        lambda d: editing.set_weights(d, {"greeting": 50}, {}),
    ):
        building.change_draft(version=draft, change=step, seen=building.token(before[-1]), **by)
        before.append(now(draft))
    for earlier in reversed(before[:-1]):
        building.undo(version=draft, **by)
        assert now(draft) == earlier
    with pytest.raises(Refused, match="nothing"):
        building.undo(version=draft, **by)


def test_publishing_checks_the_shown_draft_and_is_for_good(draft, people, version):
    by = {"by": people["administrator"], "at": AT}
    seen = building.token(now(draft))
    building.change_draft(version=draft, change=lambda d: editing.remove_item(d, "greeting.answered"), seen=seen, **by)
    with pytest.raises(Refused, match="meanwhile"):
        building.publish(version=draft, seen=seen, **by)
    with pytest.raises(Refused, match="corrected"):
        building.publish(version=draft, seen=building.token(now(draft)), **by)
    building.undo(version=draft, **by)
    building.publish(version=draft, seen=seen, **by)
    draft.refresh_from_db()
    assert (draft.state, draft.published_at, draft.published_by) == ("published", AT, people["administrator"])
    assert AuditEntry.objects.of(draft).last().action == "published"
    for step in (
        lambda: building.publish(version=draft, seen=seen, **by),
        lambda: building.change_draft(version=draft, change=lambda d: d, seen=seen, **by),
        lambda: building.undo(version=draft, **by),
        lambda: building.discard_draft(version=draft, **by),
    ):
        with pytest.raises(Refused):
            step()


def test_a_thrown_away_draft_takes_an_empty_checklist_with_it(org, people):
    by = {"by": people["coordinator"], "at": AT}
    made = building.start_checklist(organisation=org, name="Balie bezoek", document=editing.blank(["nl"]), **by)
    again = building.start_checklist(organisation=org, name="Balie bezoek", document=editing.blank(["nl"]), **by)
    assert [made.checklist.code, again.checklist.code] == ["balie-bezoek", "balie-bezoek_2"]
    building.discard_draft(version=made, **by)
    assert not Checklist.objects.filter(code="balie-bezoek").exists()
    assert AuditEntry.objects.filter(action="checklist draft discarded").exists()


# --- conditions as rows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"item": "a.b", "is": ["yes"]},
        {"item": "a.b", "is": ["x", "y"]},
        {"not": {"item": "a.b", "is": ["x", "y"]}},
        {"item": "a.b", "answered": True},
        {"fact": "asked_person_absent", "is": [False]},
        {"fact": "attempt", "at_least": 2},
        {"fact": "attempt", "is": [2, 3]},
        {"all": [{"item": "a.b", "is": ["x", "y"]}, {"fact": "caller_style", "is": ["calm"]}, {"not": {"item": "c.d", "at_most": 4}}]},
        {"any": [{"item": "a.b", "at_least": 1}, {"item": "a.b", "at_most": -3}]},
    ],
)  # fmt: skip
def test_conditions_go_into_rows_and_come_back_the_same(condition):
    join, rows = conditions.rows_of(condition)
    assert conditions.condition_of(join, rows) == condition


def test_nested_conditions_are_kept_not_flattened():
    leaf = {"item": "a.b", "is": ["x"]}
    assert conditions.rows_of({"all": [{"any": [leaf, leaf]}, leaf]}) is None
    assert conditions.rows_of({"all": [leaf, {"item": "a.b", "is": ["y"]}]}) is None


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_outline_moves_duplicates_removes_and_takes_back(coordinator, draft):
    page = do(coordinator, draft, f"up item {NAME}")
    assert page.redirect_chain[-1][0].endswith("#i-greeting-own_name")
    assert [item["code"] for item in now(draft)["sections"][0]["items"]].index(NAME) == 2
    do(coordinator, draft, f"duplicate item {NAME}")
    assert f"{NAME}_2" in editing.item_codes(now(draft))
    do(coordinator, draft, "move item tone.calm", to="greeting", position="0")
    assert editing.item_codes(now(draft))[0] == "tone.calm"
    page = do(coordinator, draft, "remove item greeting.answered").content.decode()
    assert "other questions are only asked after its answer" in page
    assert "to be corrected before publishing" in page
    assert "Undo: “Did an employee answer the call?” removed" in page
    page = do(coordinator, draft, "undo draft").content.decode()
    assert "greeting.answered" in editing.item_codes(now(draft))
    assert "The last change is taken back." in page
    stale = do(coordinator, draft, "remove section tone", seen="of another page").content.decode()
    assert "Somebody else changed this meanwhile" in stale
    assert "tone" in editing.section_codes(now(draft))
    assert "not possible" in do(coordinator, draft, "explode item x").content.decode()
    assert "not there any more" in do(coordinator, draft, "remove item no.such").content.decode()


def test_the_outline_asks_few_questions_of_the_database(coordinator, draft, django_assert_max_num_queries):
    coordinator.get(url("draft", draft))
    with django_assert_max_num_queries(14):
        assert coordinator.get(url("draft", draft)).status_code == 200


def test_saving_a_question_untouched_changes_nothing(coordinator, draft):
    """A question of every kind and with every sort of condition goes through its form and comes out the same."""
    before = now(draft)
    for code in UNLIKE:
        page = coordinator.get(url("draft_item", draft, code))
        answer = coordinator.post(url("draft_item", draft, code), fields(page))
        assert answer.status_code == 302, (
            code,
            re.findall(r'<p class="error"[^>]*>(.*?)</p>', answer.content.decode()),
        )
    assert now(draft) == before


def test_a_question_is_changed_and_a_wrong_one_is_explained(coordinator, draft, version):
    page = coordinator.get(url("draft_item", draft, "callback.offered"))
    form = fields(page)
    assert "Fixed: an earlier version" in page.content.decode()
    form |= {
        "text_en": "Reworded",
        "options-0-points": "90",
        "options-1-fails": "section",
        "critical": "on",
        "code": "x.y",
    }
    form |= {"join": "any", "conditions-1-test": "fact:attempt|at_least", "conditions-1-number": "2"}
    form |= {"options-3-label_nl": "Nieuw", "options-3-label_en": "Brand new", "options-3-points": "10"}
    assert coordinator.post(url("draft_item", draft, "callback.offered"), form).status_code == 302
    item = editing.item_of(now(draft), "callback.offered")  # the code of a published question stays
    assert (item["text"]["en"], item["critical"], item["options"][0]["points"]) == ("Reworded", True, 90)
    assert item["options"][1]["fails"] == "section"
    assert item["options"][3] == {
        "value": "brand_new",
        "points": 10,
        "label": {"nl": "Nieuw", "en": "Brand new"},
        "fails": None,
    }
    assert item["condition"] == {
        "any": [{"item": "callback.helped_at_once", "is": ["no"]}, {"fact": "attempt", "at_least": 2}]
    }
    # The page that was shown before is stale now; what was typed stays on it.
    stale = coordinator.post(url("draft_item", draft, "callback.offered"), form | {"text_en": "Mine"}).content.decode()
    assert "nothing was saved" in stale
    assert "Mine" in stale
    form = fields(coordinator.get(url("draft_item", draft, "callback.offered")))
    wrong = form | {"options-0-points": "900", "conditions-0-test": "item:tone.calm|is|5", "conditions-1-number": ""}
    page = coordinator.post(url("draft_item", draft, "callback.offered"), wrong).content.decode()
    assert "Error:" in page
    assert 'href="#id_options-0-points"' in page
    assert 'href="#id_conditions-0-test"' in page  # a later question cannot be chosen
    assert 'href="#id_conditions-1-number"' in page


def test_adding_a_question_makes_its_code_and_weight(coordinator, draft):
    address = url("draft_item_new", draft, "tone")
    form = fields(coordinator.get(f"{address}?kind=scale"))
    assert form["options-TOTAL_FORMS"] == "6"
    more = coordinator.post(address, form | {"more": "options"})
    assert fields(more)["options-TOTAL_FORMS"] == "7"
    assert len(now(draft)["sections"][4]["items"]) == 4
    wordless = coordinator.post(address, form | {"text_en": " ", "text_nl": ""})
    assert "Write the question, in one language at least." in wordless.content.decode()
    assert len(now(draft)["sections"][4]["items"]) == 4
    form |= {"text_en": "Was the goodbye friendly?", "text_nl": "Was het afscheid vriendelijk?", "join": "always"}
    preview = coordinator.post(address, form | {"preview": "yes"}).content.decode()
    assert "Was the goodbye friendly?" in preview
    assert "<html" not in preview
    assert coordinator.post(address, form).status_code == 302
    item = now(draft)["sections"][4]["items"][-1]
    assert (item["code"], item["weight"], item["scored"]) == ("tone.was_the_goodbye_friendly", 5, True)
    assert [option["points"] for option in item["options"]] == [0, 25, 50, 75, 100]
    definition.parse(now(draft))
    taken = coordinator.post(
        address, fields(coordinator.get(address)) | {"text_en": "x", "code": NAME}
    ).content.decode()
    assert "Another question of this version has this code" in taken
    do(coordinator, draft, f"remove item {NAME}")
    taken = coordinator.post(
        address, fields(coordinator.get(address)) | {"text_en": "x", "code": NAME}
    ).content.decode()
    assert "An earlier version used this code" in taken


@pytest.mark.parametrize("kind", definition.KINDS)
def test_every_kind_of_question_can_be_added(coordinator, draft, kind):
    address = f"{url('draft_item_new', draft, 'closing')}?kind={kind}"
    form = fields(coordinator.get(address)) | {"text_en": f"New {kind}", "text_nl": "Nieuw"}
    for number in range(2):
        if kind in ("single", "multiple"):
            form |= {f"options-{number}-label_nl": f"A{number}", f"options-{number}-label_en": f"A{number}"}
    assert coordinator.post(address, form).status_code == 302
    assert now(draft)["sections"][-1]["items"][-1]["kind"] == kind
    assert definition.attempt(now(draft))[1] == ()


def test_a_question_that_was_never_published_can_become_another_kind(coordinator, draft):
    do(coordinator, draft, "duplicate item callback.offered")
    address = url("draft_item", draft, "callback.offered_2")
    before = editing.item_of(now(draft), "callback.offered_2")
    assert coordinator.post(address, fields(coordinator.get(f"{address}?kind=multiple"))).status_code == 302
    item = editing.item_of(now(draft), "callback.offered_2")
    assert (item["kind"], item["options"], item["text"]) == ("multiple", before["options"], before["text"])
    assert coordinator.post(address, fields(coordinator.get(f"{address}?kind=text"))).status_code == 302
    item = editing.item_of(now(draft), "callback.offered_2")
    assert (item["kind"], item["scored"], "options" in item) == ("text", False, False)
    address = url("draft_item", draft, "callback.offered")  # a published one keeps its kind
    coordinator.post(address, fields(coordinator.get(f"{address}?kind=text")) | {"kind": "text"})
    assert editing.item_of(now(draft), "callback.offered")["kind"] == "single"
    assert definition.attempt(now(draft))[1] == ()


def test_sections_and_settings(coordinator, draft):
    form = fields(coordinator.get(url("draft_section_new", draft)))
    form |= {"title_nl": "Afscheid", "title_en": "Goodbye", "dimension": "tone"}
    assert coordinator.post(url("draft_section_new", draft), form).status_code == 302
    assert editing.section_of(now(draft), "goodbye")["title"] == {"nl": "Afscheid", "en": "Goodbye"}
    form = fields(coordinator.get(url("draft_section", draft, "goodbye"))) | {"code": "tone"}
    assert "has this code" in coordinator.post(url("draft_section", draft, "goodbye"), form).content.decode()
    page = coordinator.get(url("draft_settings", draft))
    seen = fields(page)["seen"]
    form = {"seen": seen, "languages": ["nl"], "na_policy": "as_zero", "pass_mark": "82.5"}
    assert coordinator.post(url("draft_settings", draft), form).status_code == 302
    document = now(draft)
    assert (document["languages"], document["na_policy"], document["pass_mark"]) == (["nl"], "as_zero", 8250)
    assert "nothing was saved" in coordinator.post(url("draft_settings", draft), form).content.decode()


def test_weights_are_percentages_that_add_up(coordinator, draft):
    form = fields(coordinator.get(url("draft_weights", draft)))
    assert sum(float(form[f"section:{s['code']}"]) for s in now(draft)["sections"][:5]) == 100
    sent = form | {"section:greeting": "30", "item:greeting.seconds": "12"}
    assert coordinator.post(url("draft_weights", draft), sent).status_code == 302
    form = fields(coordinator.get(url("draft_weights", draft)))
    assert (form["section:greeting"], form["item:greeting.seconds"], form["item:greeting.opening"]) == ("30", "12", "6")
    assert form["section:phrasing"] == "20"  # 24 of the 84 that were left, now of 70
    assert "nothing was saved" in coordinator.post(url("draft_weights", draft), sent).content.decode()
    wrong = coordinator.post(url("draft_weights", draft), form | {"section:tone": "120"})
    assert "Error:" in wrong.content.decode()


def test_trying_out_scores_on_the_server_and_keeps_nothing(coordinator, draft, django_assert_num_queries):
    before = AuditEntry.objects.count()
    page = coordinator.get(url("draft_preview", draft)).content.decode()
    assert "no score yet" in page
    answers = {"greeting.answered": "yes", NAME: "no", "greeting.opening": "5", "caller_style": "calm", "attempt": "1"}
    page = coordinator.post(url("draft_preview", draft), answers).content.decode()
    assert re.search(r'class="big">50 ', page)
    assert "Where points were lost" in page
    page = coordinator.post(url("draft_preview", draft), answers | {"closing.fate": "disconnected"}).content.decode()
    assert re.search(r'class="big">0 .*failed', page)
    assert "Without the fail it would be 50." in page
    assert AuditEntry.objects.count() == before


def test_publishing_says_what_to_mend_with_a_link_and_what_changed(coordinator, draft, version):
    item = editing.item_of(now(draft), NAME)
    draft.document = editing.put_item(
        now(draft), NAME, item | {"text": {"en": "Only here"}, "condition": {"item": "tone.calm", "is": ["5"]}}
    )
    draft.save(update_fields=["document"])
    page = coordinator.get(url("draft_publish", draft)).content.decode()
    assert f"{url('draft_item', draft, NAME)}#id_text_nl" in page
    assert f"{url('draft_item', draft, NAME)}#conditions" in page
    assert "Add the text in Dutch." in page
    assert "every text is there" not in page
    assert "Publish version 2" not in page
    assert coordinator.post(url("draft_publish", draft), {"seen": building.token(now(draft))}).status_code == 302
    assert ChecklistVersion.objects.get(pk=draft.pk).state == "draft"
    do(coordinator, draft, f"remove item {NAME}")
    page = coordinator.get(url("draft_publish", draft)).content.decode()
    assert "What changed since version 1" in page
    assert "removed" in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    answer = coordinator.post(url("draft_publish", draft), {"seen": seen}, follow=True)
    assert "is published" in answer.content.decode()
    assert coordinator.get(url("draft", draft)).status_code == 403


def test_changes_are_told_in_words(version):
    old = definition.parse(version.document)
    document = editing.complete(version.document)
    item = editing.item_of(document, "callback.offered")
    options = [option | {"points": 40} if option["value"] == "asked" else option for option in item["options"]]
    options[2] = options[2] | {"label": {"nl": "Nooit", "en": "Never"}, "fails": "call"}
    document = editing.put_item(
        document, "callback.offered", item | {"options": options, "required": False, "condition": None}
    )
    document = editing.step_item(document, NAME, 1)
    document = editing.move_item(document, "tone.calm", "greeting", 1)
    document = editing.set_weights(document, {"tone": 40}, {"greeting.seconds": 8})
    document = editing.remove_item(document, "closing.remarks")
    document = editing.duplicate_item(document, "closing.fate")[0] | {"pass_mark": 8000, "na_policy": "as_zero"}
    found = {each.code: each for each in changes_in_words(old, definition.parse(document), "en")}
    lines = {code: [(line.words, line.before, line.after) for line in each.lines] for code, each in found.items()}
    words = {code: " ".join(" ".join(line) for line in each) for code, each in lines.items()}
    assert "Pass mark: 70 → 80." in words[""]
    assert "counts as no points" in words[""]
    assert "Weight: 20 % → 33.3 % of the score." in words["tone"]
    assert "Points of “Only when I asked”: 50 → 40." in words["callback.offered"]
    assert "It was not offered Never" in words["callback.offered"]
    assert "now fails the call" in words["callback.offered"]
    assert "May now be left blank." in words["callback.offered"]
    assert "is answered “No” always" in words["callback.offered"]
    assert "Moved: now comes after" in words[NAME]
    assert "Moved from “Tone” to “Greeting”." in words["tone.calm"]
    assert "Weight: 4 % →" in words["greeting.seconds"]
    assert (found["closing.remarks"].kind, found["closing.fate_2"].kind) == ("removed", "added")
    assert "tone.empathy" not in found or "Weight" in words["tone.empathy"]
    assert changes_in_words(old, old, "en") == []


def test_any_two_versions_are_compared(coordinator, draft, version):
    assert "Nothing differs" in coordinator.get(url("checklist_compare", draft)).content.decode()
    do(coordinator, draft, f"remove item {NAME}")
    page = coordinator.get(url("checklist_compare", draft), {"with": version.pk}).content.decode()
    assert "One section or question differs" in page or "differ." in page
    assert NAME in page
    page = coordinator.get(url("checklist_compare", version), {"with": draft.pk}).content.decode()
    assert "added" in page
    assert coordinator.get(url("checklist_compare", draft), {"with": "10000"}).status_code == 404


def test_beginning_a_checklist(coordinator, org):
    address = reverse("checklist_new", args=["zuiderveen"])
    for begin, count in (("blank", 0), ("default", 27)):
        answer = coordinator.post(address, {"name": f"Nieuw {begin}", "begin": begin}, follow=True)
        assert answer.status_code == 200
        made = ChecklistVersion.objects.latest("pk")
        assert len(editing.item_codes(made.document)) == count
    assert "Error:" in coordinator.post(address, {"begin": "blank"}).content.decode()


# --- files ------------------------------------------------------------------------------------------------------------


def send(coordinator, content, name, **more):
    file = BytesIO(content)
    file.name = name
    return coordinator.post(reverse("checklist_upload", args=["zuiderveen"]), {"file": file, "language": "nl", **more})


def test_a_version_goes_out_as_json_and_comes_back_the_same(coordinator, version, people):
    answer = coordinator.get(url("checklist_json", version))
    assert answer["Content-Disposition"] == 'attachment; filename="standard-v1.json"'
    schema = client_for(None).get(reverse("checklist_schema"))
    assert schema.json()["$id"] == "urn:klankbord:checklist:1"
    assert reverse("checklist_schema") in answer["Link"]
    page = send(coordinator, answer.content, "standard-v1.json")
    text = page.content.decode()
    assert "27 questions" in text
    document = page.context["form"].initial["document"]
    confirm = reverse("checklist_confirm", args=["zuiderveen"])
    assert ChecklistVersion.objects.count() == 2  # here and in the other organisation: looking makes nothing
    answer = coordinator.post(confirm, {"document": document, "checklist": version.checklist_id}, follow=True)
    made = ChecklistVersion.objects.get(checklist=version.checklist, number=2)
    assert definition.parse(made.document) == definition.parse(version.document)
    assert "Error:" in coordinator.post(confirm, {"document": document, "name": ""}).content.decode()
    for junk in (
        "",
        "{",
        "[]",
        '{"sections": [1]}',
        '{"sections": [{"items": [{"kind": 3}]}]}',
        "null",
        '{"sections": null}',
    ):
        page = coordinator.post(confirm, {"document": junk, "name": "x"}).content.decode()
        assert "not the document that was shown" in page or "This field is required" in page
    elsewhere = Checklist.objects.exclude(organisation=version.checklist.organisation).get()
    assert "Error:" in coordinator.post(confirm, {"document": document, "checklist": elsewhere.pk}).content.decode()


def test_every_problem_of_a_document_is_listed_with_its_place(coordinator):
    document = json.loads(json.dumps(DOCUMENT))
    document["sections"][0]["weight"] = -1
    del document["sections"][1]["items"][0]["text"]["nl"]
    page = send(coordinator, json.dumps(document).encode(), "x.json").content.decode()
    assert "sections[0].weight: A weight cannot be below 0." in page
    assert "sections[1].items[0].text.nl" in page
    for content, name in (
        (b"{nope", "x.json"),
        (b"[" * 100_000, "x.json"),
        (b"\xff\xfe", "x.json"),
        (b"hello", "x.txt"),
    ):
        assert "Error:" in send(coordinator, content, name).content.decode()


def test_a_workbook_is_shown_line_by_line_before_it_becomes_a_draft(coordinator, version):
    rows = [("select_one yn", "named", "Naam?", "Name?"), ("geopoint", "where", "Waar?", "Where?")]
    page = send(coordinator, workbook(rows, YES_NO, settings={"form_title": "Van elders"}), "form.xlsx")
    text = page.content.decode()
    assert "One question" in text
    assert "There are no questions of the type “geopoint” here." in text
    assert ChecklistVersion.objects.count() == 2
    form = page.context["form"].initial
    coordinator.post(reverse("checklist_confirm", args=["zuiderveen"]), form)
    made = ChecklistVersion.objects.latest("pk")
    assert (made.checklist.name, made.state, editing.item_codes(made.document)) == (
        "Van elders",
        "draft",
        ["part.named"],
    ) or (editing.item_codes(made.document) == ["questions.named"])
    text = send(coordinator, workbook([("start", "s")], headings=SURVEY), "form.xlsx").content.decode()
    assert "No question of this workbook can come along." in text
    assert "recorded by a device" in text


def test_another_organisation_sees_and_changes_none_of_it(draft, people):
    stranger = client_for(people["stranger"])
    before = now(draft)
    assert stranger.get(url("draft", draft)).status_code == 404
    assert stranger.post(url("draft_change", draft), {"do": "remove section tone"}).status_code == 404
    reviewer = client_for(people["reviewer"])
    assert reviewer.get(url("draft_publish", draft)).status_code == 403
    assert now(draft) == before
    assert "Did an employee" in client_for(people["administrator"]).get(url("draft", draft)).content.decode()
