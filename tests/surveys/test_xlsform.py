"""XLSForm workbooks: what maps, what is listed, what is refused. Never a traceback."""

import contextlib
import io
import zipfile

import pytest
from openpyxl import Workbook

from surveys import definition, xlsform
from surveys.definition import editing
from surveys.xlsform import choices as lists
from surveys.xlsform.languages import code_of

LABELS = ("label::Dutch (nl)", "label::English (en)")
SURVEY = ("type", "name", *LABELS, "hint::English (en)", "relevant", "required", "constraint", "klankbord::dimension")
CHOICES = ("list_name", "name", *LABELS, "klankbord::points")
YES_NO = [("yn", "yes", "Ja", "Yes"), ("yn", "no", "Nee", "No")]
SCALE = [("s5", str(n), f"{n}", f"{n}") for n in range(1, 6)]
COLOURS = [("colour", name, name, name) for name in ("red", "green", "blue")]


def workbook(survey, choices=(), *, headings=SURVEY, choice_headings=CHOICES, settings=None, survey_name="survey"):
    book = Workbook()
    sheet = book.active
    sheet.title = survey_name
    for row in (headings, *survey):
        sheet.append(row)
    sheet = book.create_sheet("choices")
    for row in (choice_headings, *choices):
        sheet.append(row)
    if settings:
        sheet = book.create_sheet("settings")
        sheet.append(list(settings))
        sheet.append(list(settings.values()))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(*survey, choices=(*YES_NO, *SCALE, *COLOURS), untagged="nl", **more):
    return xlsform.read(workbook(survey, choices, **more), untagged=untagged)


def item(mapped, code):
    return editing.item_of(mapped.document, code)


def left(mapped):
    return [(each.row, each.name, each.code) for each in mapped.left]


def test_a_workbook_becomes_a_version_that_can_be_published():
    mapped = read(
        ("begin group", "greeting", "Begroeting", "Greeting", "", "", "", "", "greeting"),
        ("note", "hello", "Welkom", "Welcome"),
        ("select_one yn", "own_name", "Naam genoemd?", "Gave a name?", "", "", "yes"),
        ("select_one s5", "warm", "Hoe warm?", "How warm?", "", "${own_name} = 'yes'", "yes"),
        ("select_multiple colour", "colours", "Welke?", "Which?", "", "selected(${own_name}, 'no')"),
        ("end group", ""),
        ("begin group", "rest", "Rest", "Rest", "", "${warm} >= 3"),
        ("integer", "seconds", "Seconden?", "Seconds?", "", "", "", ". >= 0 and . <= 60"),
        ("text", "why", "Waarom?", "Why?", "", "${seconds} > 15 or not(${own_name} = 'no')"),
        ("dateTime", "when", "Wanneer?", "When?"),
        ("end group", ""),
        settings={"form_title": "Telefoon", "form_id": "t"},
    )
    assert mapped.left == ()
    assert mapped.title == "Telefoon"
    form = definition.parse(mapped.document)
    assert form.languages == ("nl", "en")
    assert [section.dimension for section in form.sections] == ["greeting", "other"]
    assert form.sections[0].intro == {"nl": "Welkom", "en": "Welcome"}
    name, warm = form.item("greeting.own_name"), form.item("greeting.warm")
    assert (name.kind, name.required, name.help) == ("yes_no", True, None)
    assert [option.points for option in name.options] == [100, 0]
    assert (warm.kind, [option.points for option in warm.options]) == ("scale", [0, 25, 50, 75, 100])
    assert warm.condition == {"item": "greeting.own_name", "is": ["yes"]}
    assert form.item("greeting.colours").scored is False
    seconds = form.item("rest.seconds")
    assert (seconds.minimum, seconds.maximum) == (0, 60)
    assert seconds.condition == {"item": "greeting.warm", "at_least": 3}
    assert form.item("rest.why").condition == {
        "all": [
            {"item": "greeting.warm", "at_least": 3},
            {
                "any": [
                    {"item": "rest.seconds", "at_least": 16},
                    {"not": {"item": "greeting.own_name", "is": ["no"]}},
                ]
            },
        ]
    }
    assert [section.weight for section in form.sections] == [2, 0]


def test_what_does_not_come_along_is_listed_line_by_line():
    mapped = read(
        ("start", "start"),
        ("calculate", "sum"),
        ("geopoint", "place", "Waar?", "Where?"),
        ("select_one nowhere", "gone", "Welke?", "Which?"),
        ("select_one yn", "asked", "Gevraagd?", "Asked?", "", "count(${x}) > 2"),
        ("begin repeat", "many", "Meer", "More"),
        ("text", "inside", "Binnen", "Inside"),
        ("begin group", "deep", "Diep", "Deep"),
        ("end group", ""),
        ("end repeat", ""),
        ("date", "day", "Dag van ${asked}", "Day"),
        ("text", "", "Naamloos", "Nameless"),
        ("begin group", "inputs", "Invoer", "Inputs", "", "false()"),
        ("text", "hidden", "Verborgen", "Hidden"),
        ("end group", ""),
        ("end group", "stray"),
        ("note", "bye", "Tot ziens", "Goodbye"),
    )
    assert left(mapped) == [
        (2, "start", "metadata"),
        (3, "sum", "calculation"),
        (4, "place", "type"),
        (5, "gone", "list_missing"),
        (6, "asked", "condition"),
        (7, "many", "repeat"),
        (8, "inside", "in_repeat"),
        (9, "deep", "in_repeat"),
        (12, "day", "date"),
        (12, "day", "placeholder"),
        (13, "", "name_missing"),
        (14, "inputs", "never"),
        (15, "hidden", "in_never"),
        (17, "stray", "group_end"),
        (18, "bye", "note_last"),
    ]
    assert all(xlsform.REASONS[each.code] % each.params for each in mapped.left)
    assert editing.item_codes(mapped.document) == ["questions.asked", "questions.day"]
    assert item(mapped, "questions.asked")["condition"] is None


def test_points_dimensions_and_weights_of_our_own_columns():
    rows = [("colour", "red", "r", "r", 20), ("colour", "green", "g", "g", 100), ("colour", "blue", "b", "b", 0)]
    survey = [("select_one colour", "c", "C", "C", "", "", "", "", ""), ("select_one yn", "y", "Y", "Y")]
    mapped = read(*survey, choices=[*rows, *YES_NO])
    assert [option["points"] for option in item(mapped, "questions.c")["options"]] == [20, 100, 0]
    assert item(mapped, "questions.c")["scored"] is True
    headings = ("type", "name", "label", "klankbord::weight", "klankbord::aspect", "klankbord::dimension")
    mapped = read(
        ("begin group", "g", "G", "7", "", "tone"),
        ("select_one yn", "a", "A", "3", "experience", ""),
        ("select_one yn", "b", "B", "heavy", "sideways", ""),
        ("end group", "", "", "", "", ""),
        ("begin group", "h", "H", "", "", "moon"),
        ("text", "t", "T"),
        ("end group",),
        headings=headings,
    )
    group = editing.section_of(mapped.document, "g")
    assert (group["weight"], group["dimension"], [each["weight"] for each in group["items"]]) == (7, "tone", [3, 1])
    assert item(mapped, "g.a")["aspect"] == "experience"
    assert sorted(left(mapped)) == [(4, "b", "aspect"), (4, "b", "weight"), (6, "h", "dimension")]
    wrong = read(*survey, choices=[("colour", "red", "r", "r", "many"), *rows[1:], *YES_NO])
    assert [(each.sheet, each.row, each.code) for each in wrong.left] == [("choices", 2, "points")]
    assert item(wrong, "questions.c")["scored"] is False


def test_a_hint_in_one_language_waits_for_its_translation():
    mapped = read(("text", "a", "A", "A", "First or last name"))
    assert item(mapped, "questions.a")["help"] == {"en": "First or last name"}
    assert str(definition.check(mapped.document)[0].problem).endswith("Add the text in nl.")


def listed(*names):
    return lists.choices_of([lists.Choice(name, {"nl": name}, None) for name in names], several=False)


@pytest.mark.parametrize(
    ("names", "kind", "points"),
    [
        (("Ja", "Nee"), "yes_no", [100, 0]),
        (("no", "yes"), "yes_no", [0, 100]),
        (("strongly disagree", "disagree", "neutral", "agree", "strongly agree"), "scale", [0, 25, 50, 75, 100]),
        (("always", "sometimes", "never"), "scale", [100, 50, 0]),
        (("3", "2", "1"), "scale", [100, 50, 0]),
        (("1", "2", "99"), "single", [0, 0, 0]),
        (("red", "green", "blue"), "single", [0, 0, 0]),
    ],
)
def test_what_a_list_earns_when_nobody_said(names, kind, points):
    made = listed(*names)
    assert made.kind == kind
    assert made.scored is (kind != "single")
    if kind == "yes_no":
        points = [100, 0]
    assert [option["points"] for option in made.options] == points


def test_not_applicable_is_an_answer_of_its_own():
    made = listed("good", "very_good", "poor", "n/a")
    assert (made.kind, made.na_allowed, len(made.options)) == ("scale", True, 3)
    assert made.values["n/a"] == ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Dutch (nl)", "nl"),
        ("Nederlands", "nl"),
        ("English", "en"),
        ("fr", "fr"),
        ("français (FR)", "fr"),
        ("Klingon!", ""),
    ],
)
def test_languages_are_known_by_code_or_name(name, code):
    assert code_of(name) == code


def test_texts_without_a_language_get_the_one_that_was_said():
    survey = [("text", "a", "Hello"), ("text", "b", "")]
    mapped = read(*survey, headings=("type", "name", "label"), untagged="en")
    assert mapped.document["languages"] == ["en"]
    assert item(mapped, "questions.b")["text"] == {"en": "b"}
    definition.parse(mapped.document)
    mapped = read(*survey, headings=("type", "name", "label"), settings={"default_language": "French (fr)"})
    assert mapped.document["languages"] == ["fr"]
    mapped = read(*survey, headings=("type", "name", "label::Elvish!"))
    assert [each.code for each in mapped.left] == ["language"]


@pytest.mark.parametrize(
    "expression",
    [
        "${warm} = 'many'", "${later} = 'x'", "selected(${own_name}", "1 = 1", "${own_name} = ${own_name}", "${warm} > 1.5",
        "not ${own_name}", "position(..) > 1", "'", "((((((((${own_name} = 'yes'))))))))", "${own_name} =", "and", "${", "«»",
        "${own_name} = 'yes' " * 300,
    ],
)  # fmt: skip
def test_a_condition_that_is_not_simple_is_left_with_its_reason(expression):
    mapped = read(
        ("select_one yn", "own_name", "N", "N"),
        ("select_one s5", "warm", "W", "W"),
        ("text", "t", "T", "T", "", expression),
    )
    assert left(mapped) == [(4, "t", "condition")]
    assert item(mapped, "questions.t")["condition"] is None


def refusal(content):
    with pytest.raises(xlsform.WorkbookError) as caught:
        xlsform.read(content, untagged="nl")
    assert xlsform.REFUSALS[caught.value.code] % caught.value.params
    return caught.value


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def endless_workbook():
    """Every line that a sheet can have, and then a broken end: whoever reads all of them finds no workbook."""
    good = workbook([("text", "a", "A", "A")])
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                head, _end = data.split(b"</sheetData>")
                data = head + b"<row><c><v>1</v></c></row>" * 100_000 + b"<broken"
            new.writestr(part, data)
    return content.getvalue()


def test_what_is_no_xlsform_is_refused_in_words():
    good = workbook([("text", "a", "A", "A")])
    assert refusal(b"").code == "not_workbook"
    assert refusal(b"\xd0\xcf\x11\xe0 broken").code == "not_workbook"
    assert refusal(good[: len(good) // 2]).code == "not_workbook"
    assert refusal(zipped(a=b"x")).code == "not_workbook"
    assert refusal(zipped(a=b"0" * 70_000_000)).code == "too_large"
    assert refusal(endless_workbook()).code == "too_large"
    assert refusal(workbook([], survey_name="vragen")).code == "no_survey"
    assert refusal(workbook([("x",)], headings=("name",))).code in ("headers", "nothing")
    nothing = refusal(workbook([("geopoint", "a", "A", "A"), ("start", "s")]))
    assert nothing.code == "nothing"
    assert [each.code for each in nothing.left] == ["type", "metadata"]


def test_a_damaged_workbook_is_refused_wherever_the_damage_is():
    """Every part of a workbook, cut short in turn: read or refused, nothing else."""
    good = workbook([("text", "a", "A", "A")])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, data in parts.items():
        for broken in (b"", data[: len(data) // 2], b"<" + data):
            with contextlib.suppress(xlsform.WorkbookError):
                xlsform.read(zipped(**{**parts, name: broken}), untagged="nl")


def test_a_long_form_is_cut_and_says_so():
    rows = [("text", f"q{n}", f"Vraag {n}", f"Question {n}") for n in range(310)]
    groups = [row for n in range(60) for row in (("begin group", f"g{n}", "G", "G"), ("end group", ""))]
    mapped = read(*rows, *groups, ("text", "last", "L", "L"))
    assert len(editing.item_codes(mapped.document)) == 300
    assert [each.code for each in mapped.left] == ["too_many"] * 11
    definition.parse(mapped.document)
