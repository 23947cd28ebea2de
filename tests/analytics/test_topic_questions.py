"""The page about questions: what it says first, that its figures are those of the metrics, and who may read it."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from analytics import frames, metrics, topics
from analytics.access import Reader
from analytics.figures import rounded
from analytics.filters import parse
from analytics.stats.exact import shares_p
from analytics.stats.intervals import Sums
from analytics.stats.permutation import permutation_p
from surveys.models import Call, Department, User
from tests.analytics.conftest import NOW, moment, planted
from tests.analytics.test_pages import NUMBER, page_rows

pytestmark = pytest.mark.django_db
REPORTS = ("pareto", "heatmap", "item_moves", "drivers", "spreads")
NAME, CLEAR, CALM = "greeting.own_name", "phrasing.clear_answer", "tone.calm"
BEFORE = dt.date(2025, 12, 10)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def answered(name, clear, calm, again):
    """A call's document: a question that is not named by anybody costs nothing."""
    points = {NAME: name, CLEAR: clear, CALM: calm}
    return {
        "item_points": {code: [each, 0 if each is None else (100 - each) * 8] for code, each in points.items()},
        "would_call_again": again,
    }


def sown(sow, *, code, day, names, clears=(100,), calms=(75, 100), grades=(6, 8)):
    """As many calls as there are `names`; the other answers take turns, and a good name goes with a good grade."""
    sow(
        {
            "code": code,
            "score": 6000 + 100 * (place % 9),
            "day": day,
            **answered(name, clears[place % len(clears)], calms[place % len(calms)], grades[name == 100] + place % 2),
        }
        for place, name in enumerate(names)
    )


@pytest.fixture
def town(sow):
    """AFV seldom gives its name; the others nearly always, and BUR gives fewer clear answers than before."""
    for day in (BEFORE, dt.date(2026, 3, 10)):
        sown(sow, code="AFV", day=day, names=[0] * 30 + [100] * 10)
        sown(sow, code="BEL", day=day, names=[100] * 38 + [0] * 2)
    sown(sow, code="BUR", day=BEFORE, names=[100] * 38 + [0] * 2)
    sown(sow, code="BUR", day=dt.date(2026, 3, 10), names=[100] * 38 + [0] * 2, clears=(0, 50))


def built(org, people, query="", *, who="analyst"):
    reader = Reader(User.objects.get(pk=people[who].pk), org, moment(who))
    filters = parse(QueryDict(query), reader)
    return reader, filters, topics.page(reader, filters, topics.TOPICS["questions"])


def report(page, slug):
    (found,) = [section.report for section in page.sections if section.report.slug == slug]
    return found


def row(found, **wanted):
    (only,) = [each for each in found.rows if all(each[name] == value for name, value in wanted.items())]
    return only


def said(page):
    return " ".join(sentence.text for sentence in page.lede)


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_first_sentence_names_the_department_the_question_and_what_moved(town, org, people):
    _reader, _filters, page = built(org, people)
    first = page.lede[0]
    assert first.strong
    assert first.text.startswith("Afval is clearly below the others on “Did the employee give their own name?”: 25")
    assert "40 calls" in first.text
    assert "elsewhere 95" in first.text
    assert "“Did you get an answer you could act on?” moved most: −25.0 percentage points" in said(page)
    assert "costs most" in said(page)


@pytest.mark.parametrize(("calls", "strong"), [(9, False), (10, True)])
def test_what_rests_on_few_calls_is_not_in_bold(sow, org, people, calls, strong):
    sown(sow, code="AFV", day=dt.date(2026, 3, 10), names=[0] * calls)
    sown(sow, code="BEL", day=dt.date(2026, 3, 10), names=[100] * 38 + [0] * 2)
    _reader, _filters, page = built(org, people)
    assert page.lede[0].text.startswith(
        "Afval is clearly below the others on “Did the employee give their own name?”: 0"
    )
    assert page.lede[0].strong is strong


def test_without_signals_it_says_that_there_are_none(sow, org, people):
    for code in ("AFV", "BEL", "BUR"):
        for day in (BEFORE, dt.date(2026, 3, 10)):
            sown(sow, code=code, day=day, names=[100] * 30 + [0] * 10)
    _reader, _filters, page = built(org, people)
    assert page.lede[0].text == "No department is clearly below the others on any question."
    assert "No question changed clearly against the 13 weeks before." in said(page)


def test_one_department_is_not_said_to_be_like_others_that_are_not_there(town, org, people):
    _reader, _filters, page = built(org, people, "department=AFV")
    assert "other" not in report(page, "heatmap").summary
    assert "below the others" not in said(page)
    assert "No question changed clearly" in said(page)


def test_a_few_calls_that_are_all_alike_are_no_signal(sow, org, people):
    """Five of five is not clearly more than 85 %, and two of five not clearly more than 3 %."""
    day = dt.date(2026, 3, 10)
    sown(sow, code="BEL", day=day, names=[100] * 34 + [0] * 6, clears=[100] * 39 + [0])
    sown(sow, code="BUR", day=day, names=[100] * 34 + [0] * 6, clears=[100] * 39 + [0])
    sown(sow, code="AFV", day=day, names=[100] * 5, clears=(0, 0, 100, 100, 100))
    _reader, _filters, page = built(org, people)
    heat = report(page, "heatmap")
    assert heat.result.apart == ()
    assert row(heat, item=CLEAR, department_code="AFV")["earned"] == Decimal("60.00")
    assert row(heat, item=NAME, department_code="AFV")["clear"] == "no"


def test_nothing_counted_says_what_will_come(org, people, client_for):
    answer = client_for(people["analyst"]).get(reverse("topic", args=["zuiderveen", "questions"]))
    assert answer.status_code == 200
    assert "No figures yet" in answer.content.decode()
    _reader, _filters, page = built(org, people)
    assert [each.text for each in page.lede] == ["No answer: no calls were counted in this choice."]
    assert [len(section.report.rows) for section in page.sections] == [0] * len(REPORTS)


# --- the same figures everywhere --------------------------------------------------------------------------------------


def test_figures_are_those_of_the_metrics_and_of_the_calls(town, org, people):
    reader, filters, page = built(org, people)
    keys = frozenset(reader.departments)
    calls = {each.pk: 40 for each in reader.departments.values() if each.code in {"AFV", "BEL", "BUR"}}
    items = metrics.items(frames.answers(reader, filters, keys), calls)
    whole = {each.code: each for each in items.whole}
    for each in metrics.pareto(items.whole):
        found = row(report(page, "pareto"), item=each.code)
        assert (found["lost"], found["share"], found["cumulated"]) == (each.lost, each.share, each.cumulated)
        assert (found["earned"], found["scored"]) == (whole[each.code].earned.value, whole[each.code].n)
    bur = Department.objects.get(organisation=org, code="BUR").pk
    counted = Call.objects.filter(local_date=dt.date(2026, 3, 10), department=bur)
    earned = [document[CLEAR][0] for document in counted.values_list("item_points", flat=True)]
    cell = row(report(page, "heatmap"), item=CLEAR, department_code="BUR")
    assert cell["earned"] == rounded(Fraction(sum(earned), len(earned))) == items.departments[bur][CLEAR].earned.value
    assert (cell["scored"], cell["others"], cell["clear"]) == (40, Decimal("100.00"), "yes")
    alone = metrics.drivers(frames.answers(reader, filters, keys))[NAME]
    found = row(report(page, "drivers"), item=NAME)
    assert (found["driver"], found["driver_low"]) == (alone.estimate.value, alone.estimate.low)
    assert (found["full"], found["less"]) == (86, 34)
    spread = row(report(page, "spreads"), department_code="AFV")
    assert sum(spread[f"from_{low}"] for low in range(0, 100, 5)) == spread["calls"] == 40


@pytest.mark.parametrize("who", ["analyst", "works_council"])
@pytest.mark.parametrize("slug", REPORTS)
def test_page_file_and_api_hold_the_same_digits(later, town, people, client_for, api_client, who, slug):
    browser, program = client_for(people[who]), api_client(people[who], "read")
    html = browser.get(reverse("topic", args=["zuiderveen", "questions"])).content.decode()
    file = browser.get(reverse("report_csv", args=["zuiderveen", slug])).content.decode()
    written = list(csv.DictReader(io.StringIO(file)))
    answered = program.get(f"/api/v1/reports/{slug}/").json()["rows"]
    shown = page_rows(html, slug)
    assert len(written) == len(answered) == len(shown) > 0
    for line, api, cells in zip(written, answered, shown, strict=True):
        for name, value in line.items():
            assert (api[name] is None and value == "") or str(api[name]) == value or not NUMBER.fullmatch(value)
            assert not NUMBER.fullmatch(value) or cells[name].replace("−", "-").replace(",", "") == value, name


# --- who may, and what may not be worked out --------------------------------------------------------------------------


def test_readers_see_it_and_others_do_not(town, people, client_for):
    url = reverse("topic", args=["zuiderveen", "questions"])
    for role in ("coordinator", "manager", "analyst", "works_council"):
        assert client_for(people[role]).get(url).status_code == 200
    assert client_for(people["evaluator"]).get(url).status_code == 403
    assert client_for(people["stranger"]).get(url).status_code == 404
    manager, analyst = (client_for(people[role]).get(url).content.decode() for role in ("manager", "analyst"))
    assert "Belastingen" in analyst
    assert "Belastingen" not in manager
    assert "item=greeting.own_name" in analyst


def test_a_small_department_cannot_be_worked_out_by_who_reads_totals(sow, org, people):
    """The whole minus the departments shown would be the three calls of AFV: nothing of the whole is shown either."""
    for day in (BEFORE, dt.date(2026, 3, 10)):
        sown(sow, code="BEL", day=day, names=[100] * 20 + [0] * 10)
        sown(sow, code="AFV", day=day, names=[0, 0, 100])
    _reader, _filters, open_page = built(org, people)
    _reader, _filters, page = built(org, people, who="works_council")
    assert row(report(open_page, "heatmap"), item=NAME, department_code="AFV")["earned"] == Decimal("33.33")
    for slug in REPORTS:
        for each in report(page, slug).rows:
            own = each.get("department_code") == "BEL"
            figures = [value for value in each.values() if isinstance(value, Decimal)]
            assert own or not figures, (slug, each)
    assert row(report(page, "heatmap"), item=NAME, department_code="BEL")["earned"] == Decimal("66.67")
    assert report(open_page, "drivers").rows
    assert not report(page, "drivers").rows
    assert not report(page, "item_moves").rows


def test_links_go_on_with_the_same_choice(town, people, client_for):
    url = reverse("topic", args=["zuiderveen", "questions"])
    page = client_for(people["analyst"]).get(url + "?period=last_half_year").content.decode()
    assert re.search(r'href="/o/zuiderveen/results/\d+/\?period=last_half_year"|\?period=last_half_year', page)
    assert "calls/?period=last_half_year&amp;item=greeting.own_name&amp;department=AFV" in page
    council = client_for(people["works_council"]).get(url).content.decode()
    assert "item=greeting.own_name" not in council


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_departments(town, sow, org, people, departments, django_assert_max_num_queries):
    built(org, people)
    with django_assert_max_num_queries(15) as few:
        built(org, people)
    for number in range(20):
        departments[f"D{number}"] = Department.objects.create(organisation=org, code=f"D{number}", name=f"D {number}")
        sown(sow, code=f"D{number}", day=dt.date(2026, 3, 10), names=[100, 0, 100, 100, 100, 0])
    with django_assert_max_num_queries(15) as many:
        _reader, _filters, page = built(org, people)
    assert len(many) == len(few)
    heat = report(page, "heatmap").result
    assert len(heat.drawn) == 10
    assert len(heat.others) == 13
    assert "Afval" in dict(heat.drawn).values()


# --- the tests behind it ----------------------------------------------------------------------------------------------


def test_the_permutation_variance_is_that_of_all_ways_to_deal_out_the_values():
    values, n = [0, 0, 25, 50, 100, 100, 75], 3
    gaps = []
    for chosen in combinations(range(len(values)), n):
        first = [values[place] for place in chosen]
        rest = [value for place, value in enumerate(values) if place not in chosen]
        gaps.append(Fraction(sum(first), n) - Fraction(sum(rest), len(rest)))
    variance = sum(gap * gap for gap in gaps) / len(gaps)
    first, rest = values[:n], values[n:]
    gap = Fraction(sum(first), n) - Fraction(sum(rest), len(rest))
    from scipy.stats import norm

    sums = [Sums(len(part), sum(part), sum(each * each for each in part)) for part in (first, rest)]
    assert permutation_p(*sums) == pytest.approx(2 * norm.sf(abs(float(gap)) / float(variance) ** 0.5))


def test_yes_or_no_is_the_chi_square_test_of_campbell():
    from scipy.stats import chi2, chi2_contingency

    found = chi2_contingency([[30, 70], [45, 55]], correction=False).statistic * 199 / 200
    assert permutation_p(Sums(100, 30, 30), Sums(100, 45, 45)) == pytest.approx(chi2.sf(found, 1))
    assert shares_p([(30, 100, 45, 100)]) == pytest.approx([chi2.sf(found, 1)])


def test_few_are_tested_exactly():
    """Fisher's tea: three of four cups right; and any small table as scipy's hypergeometric distribution has it."""
    from scipy.stats import hypergeom

    assert shares_p([(3, 4, 1, 4)]) == pytest.approx([2 * 17 / 70])
    tables = [(a, n, b, m) for n, m in ((5, 40), (17, 300), (60, 9)) for a in range(0, n + 1, 3) for b in range(4)]
    for (a, n, b, m), p in zip(tables, shares_p(tables), strict=True):
        if min(a + b, n + m - a - b) * min(n, m) / (n + m) >= 5:
            continue
        below, above = hypergeom.cdf(a, n + m, a + b, n), hypergeom.sf(a - 1, n + m, a + b, n)
        expected = min(1.0, 2 * min(below, above)) if 0 < a + b < n + m else 1.0
        assert p == pytest.approx(expected)
    with pytest.raises(ValueError, match="more successes"):
        shares_p([(5, 4, 1, 4)])
    assert shares_p([]) == []
    assert permutation_p(Sums(), Sums(3, 3, 3)) is None
    assert permutation_p(Sums(3, 300, 30000), Sums(9, 900, 90000)) == 1.0


# --- questions that are answered too differently ----------------------------------------------------------------------


def scored_again(people, item, pairs):
    """Calls of BUR that were scored a second time: what both gave this question."""
    for (first, second), call in zip(
        pairs, Call.objects.filter(department__code="BUR", state="approved"), strict=False
    ):
        call.item_points = call.item_points | {item: [first, 0]}
        call.save(update_fields=["item_points"])
        planted(
            call.organisation, people["reviewer"], call.wave, department=call.department, scenario=call.scenario,
            day=call.local_date, score=8000, kind="second", second_of=call, item_points={item: [second, 0]},
        ).save()  # fmt: skip


@pytest.mark.parametrize("who", ["analyst", "manager"])
def test_a_question_that_is_answered_too_differently_is_marked_for_all_who_may_see_the_calls(
    town, people, client_for, who
):
    mark = "answered too differently to steer on"
    address = "/o/zuiderveen/figures/questions/?period=all"
    assert mark not in client_for(people[who]).get(address).content.decode()
    scored_again(people, CALM, [(100, 0), (0, 100)] * 8)
    html = client_for(people[who]).get(address).content.decode()
    assert mark in html
    assert "do not steer on it" in html
    assert ("figures/quality/" in html and "#item_agreement" in html) is (who == "analyst")


def test_nothing_leads_with_a_question_that_is_answered_too_differently(town, org, people):
    name = "Did the employee give their own name?"

    def seen():
        _reader, _filters, page = built(org, people, "period=all")
        heat, found = report(page, "heatmap"), report(page, "drivers")
        apart = {question.code for question, _cell in heat.result.apart}
        cell = row(heat, item=NAME, department_code="AFV")
        return name in said(page), name in found.summary, NAME in apart, cell["clear"]

    assert seen() == (True, True, True, "yes")
    scored_again(people, NAME, [(100, 0), (0, 100)] * 8)
    assert seen() == (False, False, False, "yes")
