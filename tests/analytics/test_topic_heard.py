"""The page about what callers heard: what it says first, its figures and quotes, and who may read which."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from analytics import frames, metrics, quotes, topics
from analytics.access import Reader
from analytics.filters import parse
from surveys.models import Department, User
from tests.analytics.conftest import NOW, moment
from tests.analytics.test_pages import NUMBER, page_rows
from tests.people import join

pytestmark = pytest.mark.django_db
REPORTS = ("phrases", "phrase_places", "quotes")
HARM, HOLD = "not_my_department", "hold_asked"
PAGE = ["zuiderveen", "heard"]
BEFORE, NOW_DAY = dt.date(2025, 12, 10), dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def heard(sow, code, day, count, phrase, said, calls=60):
    """So many of the calls hold this phrase, each with its own words."""
    sow(
        {
            "code": code,
            "score": 7000,
            "day": day,
            "phrases": [phrase] if place < count else [],
            "answers": {"phrasing.phrases": {"value": [{"phrase": phrase, "quote": f"{said} {place}", "second": 65}]}}
            if place < count
            else {},
        }
        for place in range(calls)
    )


@pytest.fixture
def town(sow):
    """AFV says whose task it is not in half of its calls; holding is asked for less often than before."""
    for day, holds in ((BEFORE, 40), (NOW_DAY, 10)):
        heard(sow, "AFV", day, 30, HARM, "Daar gaat Gerda van Zuiderveen over")
        heard(sow, "BEL", day, 1, HARM, "Dat doet een ander")
        heard(sow, "BUR", day, holds, HOLD, "Mag ik u heel even in de wacht zetten, mevrouw Ünal")


def built(org, people, query="", *, who="analyst"):
    reader = Reader(User.objects.get(pk=people[who].pk), org, moment(who))
    filters = parse(QueryDict(query), reader)
    return reader, filters, topics.page(reader, filters, topics.TOPICS["heard"])


def report(page, slug):
    (found,) = [section.report for section in page.sections if section.report.slug == slug]
    return found


def row(found, **wanted):
    (only,) = [each for each in found.rows if all(each[name] == value for name, value in wanted.items())]
    return only


def said(page):
    return " ".join(sentence.text for sentence in page.lede)


def read(client, query=""):
    return client.get(reverse("topic", args=PAGE) + query)


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_first_sentences_say_where_and_what_moved(town, org, people):
    _reader, _filters, page = built(org, people)
    assert page.lede[0].strong
    assert page.lede[0].text.startswith(
        "“That is not our department.” is heard clearly more often in Afval than elsewhere"
    )
    assert "of 60 calls" in page.lede[0].text
    assert "is heard less often: in 6" in said(page)
    assert "−16.7 against the 13 weeks before" in said(page)


def test_without_signals_it_says_so(sow, org, people):
    for code in ("AFV", "BEL"):
        for day in (BEFORE, NOW_DAY):
            heard(sow, code, day, 2, HARM, "Nee")
    _reader, _filters, page = built(org, people)
    assert said(page) == "No phrase is heard clearly more or less often than in the 13 weeks before."
    assert report(page, "phrase_places").rows == ()


def test_three_of_a_few_calls_are_no_signal(sow, org, people):
    """Among many phrases and departments, three of seventeen against one of a hundred may be chance."""
    heard(sow, "AFV", NOW_DAY, 3, HARM, "Nee", calls=17)
    for code in ("BEL", "BUR"):
        heard(sow, code, NOW_DAY, 5, HARM, "Nee", calls=500)
    _reader, _filters, page = built(org, people)
    (found,) = [each for each in metrics.phrases_apart(_rates(org, people)).values() if each.n == 17]
    assert found.p is not None
    assert 0.0001 < found.p < 0.01
    assert row(report(page, "phrases"), phrase=HARM)["heard"] == 13


def _rates(org, people):
    reader, filters, _page = built(org, people)
    keys = frozenset(reader.departments)
    sums = metrics.parts(frames.totals(reader, filters, keys, ("score",)), ["department", "now"])
    calls = {key: sums[key, True]["n_calls"] for key in keys if (key, True) in sums}
    return metrics.phrase_rates(frames.phrases(reader, filters, keys), calls)


def test_nothing_counted_says_what_will_come(org, people, client_for):
    assert "No figures yet" in read(client_for(people["analyst"])).content.decode()


# --- the same figures everywhere --------------------------------------------------------------------------------------


def test_figures_are_those_of_the_metrics(town, org, people):
    _reader, _filters, page = built(org, people)
    rates = _rates(org, people)
    found = row(report(page, "phrases"), phrase=HARM)
    whole = rates.whole[HARM]
    assert (found["heard"], found["calls"], found["share"]) == (31, 180, whole.value)
    assert (found["share_low"], found["share_high"]) == (whole.low, whole.high)
    assert found["share_before"] == whole.value
    silent = row(report(page, "phrases"), phrase="hang_you_up")
    assert (silent["heard"], silent["share"], silent["calls"]) == (0, Decimal("0.00"), 180)
    afv = Department.objects.get(organisation=org, code="AFV").pk
    place = row(report(page, "phrase_places"), phrase=HARM, department_code="AFV")
    assert (place["heard"], place["calls"], place["share"]) == (30, 60, rates.departments[afv][HARM].value)
    assert place["apart"] == metrics.phrases_apart(rates)[afv, HARM].value


@pytest.mark.parametrize("slug", REPORTS)
@pytest.mark.parametrize("query", ["", "?q=gerda"])
def test_page_file_and_api_hold_the_same_digits(town, people, client_for, api_client, slug, query):
    browser, program = client_for(people["analyst"]), api_client(people["analyst"], "read")
    html = read(browser, query).content.decode()
    file = browser.get(reverse("report_csv", args=["zuiderveen", slug]) + query).content.decode()
    written = list(csv.DictReader(io.StringIO(file)))
    answered = program.get(f"/api/v1/reports/{slug}/{query}").json()["rows"]
    shown = page_rows(html, slug)
    assert len(written) == len(answered) == len(shown) > 0
    for line, api, cells in zip(written, answered, shown, strict=True):
        for name, value in line.items():
            assert (api[name] is None and value == "") or str(api[name]) == value or not NUMBER.fullmatch(value)
            assert not NUMBER.fullmatch(value) or cells[name].replace("−", "-").replace(",", "") == value, name


# --- what was said ----------------------------------------------------------------------------------------------------


def test_quotes_are_the_newest_and_no_more_than_twenty_of_a_phrase(town, sow, org, people):
    heard(sow, "AFV", dt.date(2026, 3, 12), 2, HARM, "Nieuwste", calls=2)
    _reader, _filters, page = built(org, people)
    found = [each for each in report(page, "quotes").rows if each["phrase"] == HARM]
    assert len(found) == 20
    assert [each["quote"] for each in found[:2]] == ["Nieuwste 1", "Nieuwste 0"]
    assert found[0]["moment"] == "01:05"
    days = [each["day"] for each in found]
    assert days == sorted(days, reverse=True)


def test_quotes_are_for_who_may_open_the_calls(later, town, people, client_for, org):
    seen = read(client_for(people["analyst"])).content.decode()
    assert "Gerda van Zuiderveen" in seen
    assert re.search(r'href="[^"]*/calls/\d+/"[^>]*>KB-', seen)
    council = client_for(people["works_council"])
    hidden = read(council).content.decode()
    assert "That is not our department." in hidden
    assert "30 calls" in hidden or "31 calls" in hidden
    for answer in (
        hidden,
        read(council, "?q=gerda").content.decode(),
        council.get(reverse("report_csv", args=["zuiderveen", "quotes"])).content.decode(),
        council.get(reverse("report_csv", args=["zuiderveen", "phrases"]) + "?q=gerda").content.decode(),
        str(council.get("/api/v1/reports/quotes/?organisation=zuiderveen").json()),
    ):
        assert "Gerda" not in answer
        assert "KB-" not in answer
    manager = read(client_for(people["manager"])).content.decode()
    assert "Gerda van Zuiderveen" in manager
    assert "Dat doet een ander" not in manager
    assert "Dat doet een ander" in seen


def test_a_quote_does_not_follow_somebody_who_manages_another_department(later, town, people, client_for, org):
    """The works council's totals and one's own department's calls, in one person: quotes of the latter only."""
    join(people["manager"], org, "works_council")
    page = read(client_for(User.objects.get(pk=people["manager"].pk))).content.decode()
    assert "Gerda van Zuiderveen" in page
    assert "Belastingen" in page
    assert "Dat doet een ander" not in page


def test_no_quote_names_who_made_the_call(town, people, client_for):
    page = read(client_for(people["analyst"])).content.decode()
    assert people["evaluator"].name not in page


def test_search_looks_in_phrases_and_in_what_was_said(town, org, people, client_for):
    def found(query):
        _reader, _filters, page = built(org, people, query)
        return (
            {each["phrase"] for each in report(page, "phrases").rows},
            {each["quote"].rpartition(" ")[0] for each in report(page, "quotes").rows},
        )

    everything, _quotes = found("")
    assert len(everything) > 10
    assert found("q=gerda") == ({HARM}, {"Daar gaat Gerda van Zuiderveen over"})
    assert found("q=unal+WACHT") == ({HOLD}, {"Mag ik u heel even in de wacht zetten, mevrouw Ünal"})
    assert found("q=ünal")[0] == {HOLD}
    phrases, words = found("q=not+our+department")
    assert phrases == {HARM}
    assert words == {"Daar gaat Gerda van Zuiderveen over", "Dat doet een ander"}
    assert found("q=xylophone") == (set(), set())
    page = read(client_for(people["analyst"]), "?q=xylophone&period=last_year").content.decode()
    assert "No phrase holds these words" in page
    assert 'name="period" value="last_year"' in page


def test_the_first_sentence_is_about_everything_whatever_is_looked_for(town, org, people):
    _reader, _filters, page = built(org, people)
    _reader, _filters, sought = built(org, people, "q=hold")
    assert said(sought) == said(page)


def test_search_is_safe_and_survives_the_filter_form(town, people, client_for):
    page = read(client_for(people["analyst"]), "?q=%3Cscript%3E%25_%22").content.decode()
    assert "<script>%_" not in page
    assert 'name="q" value="&lt;script&gt;%_&quot;"' in page
    assert page.count('name="q"') == 2


def test_words_are_found_whole_or_begun_without_accents():
    assert quotes.holds("Dat doet mevrouw Ünal’s collega", "unal's coll")
    assert not quotes.holds("Dat doet een ander", "oet")
    assert quotes.holds("Alles", "")


# --- who may, and what may not be worked out --------------------------------------------------------------------------


def test_readers_see_it_and_others_do_not(town, people, client_for):
    for role in ("coordinator", "manager", "analyst", "works_council"):
        assert read(client_for(people[role])).status_code == 200
    assert read(client_for(people["evaluator"])).status_code == 403
    assert read(client_for(people["stranger"])).status_code == 404


def test_a_small_department_cannot_be_worked_out_by_who_reads_totals(sow, org, people):
    heard(sow, "BEL", NOW_DAY, 20, HARM, "Nee", calls=60)
    heard(sow, "AFV", NOW_DAY, 3, HARM, "Nee", calls=3)
    _reader, _filters, open_page = built(org, people)
    _reader, _filters, page = built(org, people, who="works_council")
    assert row(report(open_page, "phrases"), phrase=HARM)["heard"] == 23
    assert row(report(page, "phrases"), phrase=HARM)["note"] == "too few calls"
    assert all(each["heard"] is None and each["share"] is None for each in report(page, "phrases").rows)
    assert report(page, "phrase_places").rows == ()


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_departments(town, sow, org, people, departments, django_assert_max_num_queries):
    built(org, people)
    with django_assert_max_num_queries(15) as few:
        built(org, people)
    for number in range(12):
        departments[f"D{number}"] = Department.objects.create(organisation=org, code=f"D{number}", name=f"D {number}")
        heard(sow, f"D{number}", NOW_DAY, 3, HARM, "Nee", calls=12)
    with django_assert_max_num_queries(15) as many:
        built(org, people)
    assert len(many) == len(few)
