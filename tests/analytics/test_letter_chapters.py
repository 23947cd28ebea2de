"""The chapters of a letter: each answers its heading first, names no evaluator, and is left out where it answers nothing."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.utils import translation

from analytics.access import Reader
from analytics.filters import parse
from analytics.letters import chapters, document, scheduling, wording
from analytics.letters.models import Letter
from analytics.reports.agreed import Agreed, Asked
from surveys.models import Department, Organisation, User
from tests.analytics.conftest import NOW


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def town(sow):
    """Six months of calls at two departments, of which one declines, and one call at a third."""
    rows = []
    for turn, (year, month) in enumerate(((2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3))):
        for place in range(8):
            day = dt.date(year, month, 3 + place)
            rows.append({"code": "AFV", "score": 8100 - 700 * turn + 137 * place, "day": day})
            rows.append({"code": "BUR", "score": 8013 + 91 * place, "day": day, "tone": 6900 + 53 * place})
    sow([*rows, {"code": "BEL", "score": 6371, "day": dt.date(2026, 3, 3)}])


def reader_of(org, people, who="analyst"):
    return Reader(User.objects.get(pk=people[who].pk), Organisation.objects.get(pk=org.pk), NOW)


def letter(reader, query=""):
    """The words of a letter of some chapters, in English, a section after the other."""
    filters = parse(QueryDict(query), reader)
    with translation.override("en"):
        found = [chapters.build(reader, filters, slug) for slug in ("overview", "trend", "comparison", "tone-gap")]
        html = document.html(reader, filters, "Letter of March", found).partition("</style>")[2]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)) for part in html.split("<h2>")]


def headed(parts, heading):
    return [part for part in parts if part.strip().startswith(heading)]


@pytest.mark.django_db
class TestLeftOut:
    def test_what_one_department_answers_nothing_of_is_named_at_the_end_with_why(self, town, org, people):
        whole, one = (letter(reader_of(org, people), query) for query in ("", "department=BUR"))
        heading = "Which departments differ by more than chance?"
        assert headed(whole, heading)
        assert not headed(one, heading)
        (end,) = headed(one, "How these numbers were made")
        left = end[end.index("Left out are the questions") :]
        assert f"“{heading}” (Burgerzaken has nothing to be compared with" in left
        assert "“Do callers who press get less for the same question?” (There are no matched pairs" in left
        assert heading not in headed(whole, "How these numbers were made")[0]
        (short,) = headed(one, "In short")
        assert "Is it really changing" in short
        assert heading not in short

    def test_a_chapter_without_calls_is_left_out(self, org, people):
        """A chapter of nothing would be a heading over nothing; the letter itself says there are no calls."""
        reader = reader_of(org, people)
        filters = parse(QueryDict(""), reader)
        assert all(chapters.build(reader, filters, slug).is_empty for slug in chapters.ORDER[1:-1])


@pytest.mark.django_db
class TestOneDepartment:
    def test_its_courses_are_its_own(self, town, org, people):
        whole, one = (letter(reader_of(org, people), query) for query in ("", "department=BUR"))
        (whole,), (one,) = (headed(each, "Is it really changing") for each in (whole, one))
        assert "Burgerzaken" in one
        assert "Afval" in whole
        assert "Afval" not in one

    def test_its_course_is_drawn_once(self, town, org, people):
        reader = reader_of(org, people)
        whole, one = (
            chapters.build(reader, parse(QueryDict(query), reader), "trend") for query in ("", "department=BUR")
        )
        assert whole.extra["lines"].chart
        assert one.extra["lines"] is None
        assert one.reports["control"].chart

    def test_a_part_shows_what_is_below_it(self, town, org, people, departments):
        reader = reader_of(org, people)
        keys = chapters.build(reader, parse(QueryDict("department=PUB"), reader), "trend").extra["keys"]
        assert {departments["PUB"].pk, departments["BUR"].pk} <= keys
        assert departments["BEL"].pk not in keys


class TestAnswers:
    def asked(self, name: str, verdict: str) -> Asked:
        agreement: Any = SimpleNamespace()
        return Asked("code", name, "tone", agreement, verdict, sure=False)

    def test_quality_names_the_question_not_to_steer_on(self):
        low, good = self.asked("Did it feel right?", "not"), self.asked("Was it said?", "firmly")
        agreed = Agreed((("not", (low,)), ("firmly", (good,))), 47, may_listen=False)
        report: Any = SimpleNamespace(result=agreed, summary="1 of 2 questions can be relied upon.")
        with translation.override("en"):
            said = chapters._without_names("quality", {"item_agreement": report})
        assert said[0].text.startswith("Do not steer on “Did it feel right?”")
        assert said[-1].text == report.summary

    def test_strictness_says_first_what_it_does_to_departments(self):
        made: Any = {
            "severity": SimpleNamespace(summary="2 of 9 lean."),
            "corrected": SimpleNamespace(summary="At most 0.4 points."),
        }
        said = chapters._without_names("strictness", made)
        assert [each.text for each in said] == ["At most 0.4 points.", "2 of 9 lean."]

    @pytest.mark.django_db
    def test_the_first_page_repeats_the_first_sentence_of_every_chapter(self, town, org, people):
        reader = reader_of(org, people)
        found = [chapters.build(reader, parse(QueryDict(""), reader), slug) for slug in chapters.known(reader)]
        assert len([each for each in found if not each.is_empty]) > 4
        assert all(each.first[0] == each.said[0] for each in found)


@pytest.mark.django_db
def test_a_character_that_cannot_be_printed_is_left_out(town, org, people):
    Department.objects.filter(code="BUR").update(name="Burger\x08zaken\ufffe")
    (where,) = headed(letter(reader_of(org, people)), "Where does each department stand")
    assert "Burgerzaken" in where
    assert not re.search("[\x08\ufffe]", where)


@pytest.mark.django_db
class TestTitles:
    @pytest.mark.parametrize(
        ("title", "query", "titled"),
        [
            ("March", "", "March"),
            ("March", "department=BUR", "March: Burgerzaken"),
            ("Burgerzaken in March", "department=BUR", "Burgerzaken in March"),
            ("March", "department=BUR&department=AFV", "March: Burgerzaken and Afval"),
            ("x" * 120, "department=BUR", "x" * 106 + "…: Burgerzaken"),
            # A column of 120 counts a mark over a letter for one more.
            ("x\u0301" * 60, "department=BUR", "x\u0301" * 53 + "…: Burgerzaken"),
            # A word that holds the name is not the name.
            ("Voorafval", "department=AFV", "Voorafval: Afval"),
        ],
    )
    def test_a_department_s_letter_says_whose_it_is(self, org, people, departments, title, query, titled):
        with translation.override("en"):
            assert wording.titled(title, reader_of(org, people), query) == titled

    def test_whoever_reads_one_department_reads_its_name(self, org, people, departments):
        reader = reader_of(org, people, "manager")
        only = {key: each for key, each in reader.departments.items() if each.code == "BUR"}
        several = wording.titled("March", reader, "")
        reader.__dict__["departments"] = only
        assert (several, wording.titled("March", reader, "")) == ("March", "March: Burgerzaken")

    def test_a_planned_letter_says_so_in_its_reader_s_language(self, org, people, departments):
        User.objects.filter(pk=people["analyst"].pk).update(language="nl")
        reader = reader_of(org, people, "coordinator")
        wanted = scheduling.Wanted("March", "month", "department=BUR&department=AFV", [people["analyst"]])
        scheduling.make_new(reader, wanted)
        scheduling.make_due(at=NOW + dt.timedelta(days=1))
        assert Letter.objects.get().title == "March: Burgerzaken en Afval"

    def test_a_character_that_cannot_be_seen_stays_out(self, org, people, departments):
        Department.objects.filter(code="BUR").update(name="Burger\x08zaken")
        assert wording.titled("March", reader_of(org, people), "department=BUR") == "March: Burgerzaken"
