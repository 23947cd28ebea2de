"""The effects that were put into the demo can be found again in its calls, as large as `surveys.demo.truth` says."""

import datetime as dt
import statistics
from collections import Counter, defaultdict

import numpy as np
import pytest

from surveys import defaults, scoring
from surveys.demo import TRUTH, days, expected, generate
from surveys.demo.model import default_form
from surveys.demo.world import EVALUATORS, SCENARIOS

TODAY = dt.date(2026, 11, 23)
FORM = default_form()
FACTS = {scenario.code: scenario.facts for scenario in SCENARIOS}
EVALUATOR = {person.email: number for number, person in enumerate(EVALUATORS)}


@pytest.fixture(scope="module")
def data():
    return generate(seed=11, today=TODAY)


@pytest.fixture(scope="module")
def counting(data):
    return [call for call in data.calls if call.counts]


@pytest.fixture(scope="module")
def scored(counting):
    """(call, its score in points) of every counting call that has one."""
    pairs = [(call, scoring.score(FORM, call.answers, FACTS[call.scenario]).score) for call in counting]
    return [(call, score / 100) for call, score in pairs if score is not None]


def close(values, wanted, errors=4.0):
    """The mean of `values` is `wanted` within so many standard errors."""
    return abs(statistics.mean(values) - wanted) < errors * statistics.stdev(values) / len(values) ** 0.5


def share_close(hits, count, wanted, errors=4.0):
    return abs(hits / count - wanted) < errors * (wanted * (1 - wanted) / count) ** 0.5


def difference_error(one, other):
    """Standard error of the difference of two means."""
    return (statistics.variance(one) / len(one) + statistics.variance(other) / len(other)) ** 0.5


def test_departments_score_what_is_written_down(scored):
    for code in TRUTH.departments:
        gaps = [score - expected.expected_score(code, call.wave) for call, score in scored if call.department == code]
        assert close(gaps, 0), code


def test_equal_departments_cannot_be_told_apart(scored):
    means = [expected.expected_score(code, 1) for code in ("KCC", "BZ", "BEL")]
    assert max(means) - min(means) < 1e-9
    by_code = {code: [score for call, score in scored if call.department == code] for code in ("KCC", "BZ", "BEL")}
    for one, other in (("KCC", "BZ"), ("KCC", "BEL"), ("BZ", "BEL")):
        error = difference_error(by_code[one], by_code[other])
        assert abs(statistics.mean(by_code[one]) - statistics.mean(by_code[other])) < 4 * error


def test_departments_that_differ_do(scored):
    means = {
        code: statistics.mean(score for call, score in scored if call.department == code) for code in TRUTH.departments
    }
    assert means["KCC"] > means["OMG"] + 3 > means["AFV"] + 6 > means["JUR"] + 6


def slope(pairs):
    months, values = np.array(pairs, dtype=float).T
    fit, covariance = np.polyfit(months, values, 1, cov=True)
    return fit[0], covariance[0, 0] ** 0.5


def test_the_declining_department_declines_as_written_down(scored):
    found, error = slope([(call.wave, score) for call, score in scored if call.department == "AFV"])
    written, _none = slope([(month, expected.expected_score("AFV", month)) for month in range(1, 19)])
    assert -1.3 < written < -0.8
    assert abs(found - written) < 4 * error
    assert found < -4 * error


def test_the_training_helped_as_written_down(scored):
    training = TRUTH.training
    before, after = (
        [
            score
            for call, score in scored
            if call.department == training.department and (call.wave >= training.month) is late
        ]
        for late in (False, True)
    )
    written = expected.expected_score(training.department, 18) - expected.expected_score(training.department, 1)
    error = difference_error(before, after)
    assert 6 < written < 10
    assert abs(statistics.mean(after) - statistics.mean(before) - written) < 4 * error
    steps = {
        name: expected.expected_score("KLA", 9, measure=name) - expected.expected_score("KLA", 8, measure=name)
        for name in ("greeting", "phrasing", "callback", "listening", "tone")
    }
    assert all((steps[name] > 5) is (name in training.lift) for name in steps)
    assert abs(steps["greeting"]) + abs(steps["tone"]) < 1e-9


def test_the_tone_gap_is_in_one_department_only(scored):
    style = {scenario.code: scenario.caller_style for scenario in SCENARIOS}
    paired = {code for pair in expected.PAIRS for code in pair}
    for code in ("PRK", "KCC", "KLA"):
        calm, dominant = (
            [
                score
                for call, score in scored
                if call.department == code and call.scenario in paired and style[call.scenario] == of
            ]
            for of in ("calm", "dominant")
        )
        written = statistics.mean(expected.tone_gap(code, month) for month in range(1, 19))
        error = difference_error(calm, dominant)
        assert abs(statistics.mean(calm) - statistics.mean(dominant) - written) < 4 * error
        assert written > 7 if code == "PRK" else abs(written) < 0.5


def test_strict_and_lenient_evaluators(scored):
    gaps = defaultdict(list)
    for call, score in scored:
        gaps[EVALUATOR[call.evaluator]].append(score - expected.expected_score(call.department, call.wave))
    for number in range(len(EVALUATORS)):
        assert close(gaps[number], expected.severity(number)), EVALUATORS[number].name
    order = sorted(range(25), key=expected.severity)
    assert {TRUTH.severities[number] for number in order[:2]} == {-0.70, -0.60}
    assert expected.severity(order[1]) < -5
    assert expected.severity(order[2]) > -2
    assert expected.severity(order[-3]) < 2
    assert expected.severity(order[-2]) > 4


def test_sixty_four_per_cent_of_promised_callbacks_come_within_a_day(counting):
    promised = [call for call in counting if call.callback]
    kept = Counter(
        call.department
        for call in promised
        if (event := call.callback.event)
        and event.kind == "came"
        and event.happened_at - call.called_at <= dt.timedelta(hours=24)
    )
    assert 0.61 < kept.total() / len(promised) < 0.67
    assert abs(expected.kept_share() - 0.64) < 0.01
    counts = Counter(call.department for call in promised)
    for code, department in TRUTH.departments.items():
        assert share_close(kept[code], counts[code], department.kept), code
    calls = Counter(call.department for call in counting)
    for code in ("KCC", "PRK", "OMG"):
        assert share_close(counts[code], calls[code], expected.promise_share(code, 1)), code


def test_promises_end_in_time_or_stay_open(data, counting):
    midnight = days.local(TODAY, dt.time(0))
    events = [(call, call.callback.event) for call in counting if call.callback]
    for call, event in events:
        assert call.answers["closing.fate"]["value"] == "callback_agreed"
        if event is None:
            assert (TODAY - call.called_at.date()).days <= 21
            continue
        assert call.called_at < event.happened_at <= event.recorded_at < midnight
        assert days.is_working_day(event.happened_at.astimezone(days.ZONE).date())
        if event.kind == "not_come":
            assert event.recorded_at > call.called_at + dt.timedelta(hours=24)
            assert event.recorded_at > call.callback.due_at
    assert any(event is None for _call, event in events)
    promised = {call.key for call in data.calls if call.callback}
    agreed = {
        call.key
        for call in data.calls
        if call.kind == "field" and call.state != "draft" and call.answers["closing.fate"]["value"] == "callback_agreed"
    }
    assert promised == agreed


def test_plain_rates_are_as_written_down(counting):
    for code, truth in TRUTH.departments.items():
        calls = [call for call in counting if call.department == code]
        answered = [call for call in calls if call.answers["greeting.answered"]["value"] == "yes"]
        assert share_close(len(calls) - len(answered), len(calls), truth.unanswered), code
        prompt = sum(call.answers["greeting.seconds"]["value"] <= 15 for call in answered)
        assert share_close(prompt, len(answered), truth.prompt), code
        for harmful_rate, part in (
            (truth.harmful, [call for call in answered if code != "KLA" or call.wave < 9]),
            (TRUTH.training.harmful, [call for call in answered if code == "KLA" and call.wave >= 9]),
        ):
            hits = sum(call.answers["phrasing.no_harmful"]["value"] == "no" for call in part)
            assert not part or share_close(hits, len(part), harmful_rate), code
    answered = [call for call in counting if call.answers["greeting.answered"]["value"] == "yes"]
    cut = sum(call.answers["closing.fate"]["value"] == "disconnected" for call in answered)
    assert share_close(cut, len(answered), TRUTH.disconnected)
    for code, rate in TRUTH.not_applicable.items():
        assert share_close(sum("na" in call.answers[code] for call in answered), len(answered), rate), code


def test_a_harmful_phrase_is_noted_with_its_words(counting):
    harmful = {phrase["code"] for phrase in defaults.read("phrases") if phrase["kind"] == "harmful"}
    for call in counting:
        said = call.answers.get("phrasing.no_harmful", {}).get("value") == "no"
        noted = [each["phrase"] for each in call.answers.get("phrasing.phrases", {}).get("value", ())]
        assert said is any(not code or code in harmful for code in noted)
        hung_up = call.answers.get("phrasing.hold", {}).get("value") == "hang_up"
        assert hung_up is ("hang_you_up" in noted)


def test_those_who_were_helped_well_would_call_again(counting):
    drivers = list(TRUTH.again.drivers)
    rows, grades = [], []
    for call in counting:
        if "closing.call_again" in call.answers:
            points = [(FORM.item(code).points_for(call.answers[code]["value"]) or 0) / 100 for code in drivers]
            rows.append([1, *points])
            grades.append(int(call.answers["closing.call_again"]["value"]))
    weights = np.linalg.lstsq(np.array(rows), np.array(grades), rcond=None)[0][1:]
    for code, weight in zip(drivers, weights, strict=True):
        # A grade cannot exceed 10, which flattens the weights a little.
        assert 0.6 * TRUTH.again.drivers[code] < weight < 1.1 * TRUTH.again.drivers[code], code


def test_expected_scores_refuse_what_was_not_called():
    with pytest.raises(ValueError, match="MOR was called in the months 1 to 10"):
        expected.expected_score("MOR", 11)
    with pytest.raises(ValueError, match="none of these scenarios"):
        expected.expected_score("KCC", 1, scenarios=["no_such_thing"])
