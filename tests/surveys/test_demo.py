"""The demo: the same from the same seed, valid by the real rules, in words that vary."""

import datetime as dt
import itertools
import subprocess
import sys
from collections import Counter, defaultdict

import pytest
from django.conf import settings

from surveys import defaults, definition
from surveys.demo import TRUTH, days, generate, generate_small, words_en, words_nl
from surveys.demo.model import default_form
from surveys.demo.plan import Calendar
from surveys.demo.world import DEPARTMENTS, EVALUATORS, SCENARIOS

TODAY = dt.date(2026, 11, 23)
FORM = default_form()
FACTS = {scenario.code: scenario.facts for scenario in SCENARIOS}


@pytest.fixture(scope="module")
def data():
    return generate(seed=11, today=TODAY)


@pytest.fixture(scope="module")
def counting(data):
    return [call for call in data.calls if call.counts]


@pytest.fixture
def small():
    return generate_small(seed=3, today=TODAY)


def test_the_same_seed_and_day_give_the_same_data(small):
    assert generate_small(seed=3, today=TODAY) == small
    assert generate_small(seed=4, today=TODAY).calls != small.calls
    assert generate_small(seed=3, today=TODAY + days.DAY).calls != small.calls


def test_the_data_does_not_depend_on_the_hash_seed_of_the_process():
    program = (
        "import datetime, hashlib; from surveys.demo import generate_small;"
        "print(hashlib.sha256(repr(generate_small(seed=3, today=datetime.date(2026, 11, 23))).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR,
            env={"PYTHONHASHSEED": number},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(found) == 1


def test_as_many_calls_as_promised(data, counting):
    states = Counter((call.kind, call.state) for call in data.calls)
    assert states["field", "approved"] == len(counting) == 6600
    assert states["field", "submitted"] == 12
    assert states["field", "draft"] == 8
    assert states["field", "returned"] == 7
    assert states["field", "voided"] >= 20
    assert states["second", "approved"] == 264
    assert {call.evaluator for call in counting} == {person.email for person in EVALUATORS}
    assert {call.scenario for call in counting} == set(FACTS)
    assert {call.department for call in counting} == set(TRUTH.departments)
    own = Counter(
        call.state for call in data.calls if call.evaluator == "evaluator@demo.example" and call.kind == "field"
    )
    assert (own["draft"], own["submitted"], own["returned"]) == (3, 2, 2)
    assert own["approved"] > 200


def test_few_calls_have_the_same_shape(small):
    assert sum(call.counts for call in small.calls) == 300
    assert {call.department for call in small.calls if call.counts} == set(TRUTH.departments)
    assert len({call.wave for call in small.calls}) == 18


def test_the_town_has_three_levels_and_eight_open_departments_that_are_called():
    parents = {unit.code: unit.parent for unit in DEPARTMENTS}
    depth = {code: 1 if not parent else 3 if parents[parent] else 2 for code, parent in parents.items()}
    leaves = set(parents) - set(parents.values())
    assert max(depth.values()) == 3
    assert 10 <= len(DEPARTMENTS) <= 12
    assert leaves == set(TRUTH.departments)
    assert len([unit for unit in DEPARTMENTS if unit.code in leaves and unit.closes_after is None]) == 8
    for unit in DEPARTMENTS:
        assert unit.closes_after in {None, getattr(TRUTH.departments.get(unit.code), "last_month", None)}
        assert unit.phone_numbers


def test_every_answer_is_valid_and_belongs_to_its_call(data):
    for call in data.calls:
        facts = FACTS[call.scenario]
        assert definition.relevant(FORM, call.answers, facts) == call.answers
        for code, answer in call.answers.items():
            assert definition.clean_answer(FORM.item(code), answer) == answer
        if call.state != "draft":
            assert definition.check_answers(FORM, call.answers, facts) == ()


def test_drafts_are_unfinished(data):
    drafts = [call for call in data.calls if call.state == "draft"]
    assert all(definition.check_answers(FORM, call.answers, FACTS[call.scenario]) for call in drafts)
    assert all(call.answer_revisions.keys() == call.answers.keys() for call in drafts)


def test_every_call_is_made_in_office_hours_of_its_wave(data):
    waves = {wave.number: wave for wave in data.waves}
    for call in data.calls:
        local = call.called_at.astimezone(days.ZONE)
        assert days.is_working_day(local.date())
        assert local.date() < TODAY
        assert dt.time(9) <= local.time() <= dt.time(17)
        assert waves[call.wave].starts_on <= local.date() <= waves[call.wave].ends_on
        if call.department in data.closed_on:
            assert local.date() < data.closed_on[call.department]


def test_nobody_makes_two_calls_at_a_time(data):
    moments = defaultdict(list)
    for call in data.calls:
        if call.kind == "field":
            moments[call.evaluator].append(call.called_at)
    for called in moments.values():
        called.sort()
        assert all(later - earlier > dt.timedelta(minutes=1) for earlier, later in itertools.pairwise(called))


def test_times_follow_one_another_and_end_in_the_state(data):
    midnight = days.local(TODAY, dt.time(0))
    for call in data.calls:
        if call.state == "draft":
            assert call.called_at < call.created_at < call.changed_at
            assert call.history == ()
            continue
        moments = [call.called_at, call.created_at, *(step.at for step in call.history)]
        assert moments == sorted(set(moments))
        assert call.submitted_at < midnight
        assert call.history[-1].after == call.state
        assert [step.before for step in call.history[1:]] == [step.after for step in call.history[:-1]]
        if call.state == "submitted":
            assert call.decided_at is None
        else:
            assert call.submitted_at < call.decided_at < midnight
            assert call.decided_by in {person.email for person in data.people}
        assert bool(call.return_reason) is (call.state == "returned")


def test_second_scorings_are_of_another_evaluator_and_agree_on_what_happened(data):
    firsts = {call.key: call for call in data.calls if call.kind == "field"}
    same: Counter[bool] = Counter()
    for call in data.calls:
        if call.kind != "second":
            assert call.second_of is None
            continue
        first = firsts[call.second_of]
        assert first.state == "approved"
        assert call.evaluator != first.evaluator
        assert (call.department, call.scenario, call.called_at) == (first.department, first.scenario, first.called_at)
        assert call.answers["closing.fate"]["value"] == first.answers["closing.fate"]["value"]
        for code in call.answers.keys() & first.answers.keys():
            if FORM.item(code).kind == "scale" and FORM.item(code).scored:
                same[call.answers[code].get("value") == first.answers[code].get("value")] += 1
    assert 0.7 < same[True] / same.total() < 0.95


@pytest.mark.parametrize(
    "today",
    [dt.date(2026, 11, 1), dt.date(2026, 6, 1), dt.date(2027, 1, 1), dt.date(2028, 2, 29), dt.date(2026, 3, 30)],
)
def test_any_day_will_do(today):
    """Also the first of a month, when the current wave has no call yet and the one before is still open."""
    small = generate_small(seed=1, today=today)
    assert [wave.state for wave in small.waves].count("open") == (1 if Calendar(today).days[-1] else 2)
    assert small.waves[-1].state == "open"
    assert small.waves[-1].starts_on <= today <= small.waves[-1].ends_on
    open_waves = {wave.number for wave in small.waves if wave.state == "open"}
    assert {call.wave for call in small.calls if call.state == "draft"} & open_waves
    assert sum(call.counts for call in small.calls) == 300


def test_the_town_hall_is_closed_on_dutch_holidays():
    closed = {
        dt.date(2026, 4, 3),
        dt.date(2026, 4, 6),
        dt.date(2026, 4, 27),
        dt.date(2026, 5, 14),
        dt.date(2026, 5, 25),
    }
    assert not any(days.is_working_day(day) for day in closed)
    assert days.is_working_day(dt.date(2026, 4, 7))


# --- the words --------------------------------------------------------------------------------------------------------


def test_both_languages_have_words_for_the_same_things():
    for name in ("TOPICS", "REMARKS", "CLOSING"):
        assert getattr(words_nl, name).keys() == getattr(words_en, name).keys()
    assert words_nl.QUOTES.keys() == {phrase["code"] for phrase in defaults.read("phrases")}
    assert words_nl.TOPICS.keys() == FACTS.keys()


def test_what_the_truth_names_is_in_the_checklist():
    named = {*TRUTH.ease, *TRUTH.not_applicable, *TRUTH.again.drivers, *words_nl.SAID, *words_nl.REMARKS}
    assert {code for code in named if "." in code} <= {item.code for item in FORM.items}
    assert set(TRUTH.not_applicable) == {item.code for item in FORM.items if item.na_allowed}
    assert len(TRUTH.severities) == len(EVALUATORS) == 25
    assert abs(sum(TRUTH.scenarios.values()) - 1) < 1e-9
    assert abs(sum(department.share for department in TRUTH.departments.values()) - 1) < 1e-9


def test_evaluators_write_in_their_own_language(data):
    spoken = {"nl": words_nl, "en": words_en}
    language = {person.email: person.language for person in EVALUATORS}
    assert Counter(language.values()).keys() == {"nl", "en"}
    begun = {
        name: {opening.partition("{")[0] for openings, _details in texts for opening in openings} - {""}
        for name, texts in ((name, [*each.REMARKS.values(), *each.CLOSING.values()]) for name, each in spoken.items())
    }
    written: Counter[str] = Counter()
    for call in data.calls:
        own = language[call.evaluator]
        other = "en" if own == "nl" else "nl"
        comments = [answer["comment"] for answer in call.answers.values() if "comment" in answer]
        assert not [each for each in comments if each.startswith(tuple(begun[other] - begun[own]))]
        written[own] += sum(each.startswith(tuple(begun[own])) for each in comments)
    assert min(written["nl"], written["en"]) > 200


def test_what_was_said_is_in_the_language_of_the_town(data):
    """Whoever wrote it down: a list of quotes reads as what callers there hear."""
    language = {person.email: person.language for person in EVALUATORS}
    heard: Counter[str] = Counter()
    said = {
        text for texts in (*words_nl.QUOTES.values(), words_nl.OTHER_QUOTES, *words_nl.SAID.values()) for text in texts
    }
    for call in data.calls:
        phrases = call.answers.get("phrasing.phrases", {}).get("value", ())
        quotes = [each["quote"] for each in (*phrases, *call.answers.values()) if each.get("quote")]
        assert said.issuperset(quotes)
        heard[language[call.evaluator]] += len(quotes)
    assert min(heard["nl"], heard["en"]) > 200


def test_remarks_are_varied(data):
    written = Counter(
        answer[key]
        for call in data.calls
        for answer in call.answers.values()
        for key in ("comment", "quote")
        if key in answer
    )
    last_words = Counter(
        call.answers["closing.remarks"]["value"] for call in data.calls if "closing.remarks" in call.answers
    )
    assert len(written) > 500
    assert written.most_common(1)[0][1] < 0.04 * written.total()
    assert len(last_words) > 400
    assert not any("{" in text or text != text.strip() for text in written | last_words)
