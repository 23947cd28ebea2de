"""The scoring rules by example: every published vector, every policy, every kind of fail."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from surveys.definition import Definition, parse
from surveys.scoring import Scoring, half_even, score

CALM: dict[str, Any] = {"caller_style": "calm", "attempt": 1, "asked_person_absent": False}


def words(value: str) -> dict[str, str]:
    return {"en": value}


def item(code: str, **changes: Any) -> dict[str, Any]:
    """A single-choice item whose options are worth 0, 25, 50, 75 and 100 points (values p0 to p100)."""
    options = [
        {"value": f"p{points}", "points": points, "label": words(str(points))} for points in (0, 25, 50, 75, 100)
    ]
    base = {"code": code, "kind": "single", "aspect": "content", "weight": 1, "text": words(code), "na_allowed": True}
    return base | ({"options": options} if changes.get("kind", "single") == "single" else {}) | changes


def failing(code: str, fails: str, **changes: Any) -> dict[str, Any]:
    return item(code, kind="yes_no", options=[{"value": "no", "fails": fails}], **changes)


def section(code: str, weight: int, *items: dict[str, Any], dimension: str = "other") -> dict[str, Any]:
    return {"code": code, "dimension": dimension, "weight": weight, "title": words(code), "items": list(items)}


def checklist(*sections: dict[str, Any], policy: str = "redistribute", pass_mark: int | None = None) -> Definition:
    return parse({"languages": ["en"], "na_policy": policy, "pass_mark": pass_mark, "sections": list(sections)})


def answers(**given: Any) -> dict[str, Any]:
    """`a_1=100` answers item a.1 with its option p100; text answers as it is; None is "not applicable"."""
    made: dict[str, Any] = {}
    for name, value in given.items():
        code = name.replace("_", ".", 1)
        if value is None:
            made[code] = {"na": True}
        else:
            made[code] = {"value": f"p{value}" if type(value) is int else value}
    return made


def line(scoring: Scoring, code: str) -> Any:
    return next(each for each in scoring.trace if each.code == code)


class TestVectors:
    """The table "Vectors that must hold" and the policy vector."""

    weights = checklist(
        section(
            "a", 7, item("a.i", weight=40), item("a.ii", weight=20), item("a.iii", weight=20), item("a.iv", weight=20)
        )
    )

    def test_weights(self) -> None:
        assert score(self.weights, answers(a_i=100, a_ii=50, a_iii=50, a_iv=0), CALM).score == 6000

    def test_weights_na(self) -> None:
        assert score(self.weights, answers(a_i=100, a_ii=50, a_iii=50, a_iv=None), CALM).score == 7500

    def test_groups(self) -> None:
        form = checklist(section("a", 80, item("a.i"), item("a.ii")), section("b", 20, item("b.i")))
        scoring = score(form, answers(a_i=100, a_ii=0, b_i=100), CALM)
        assert scoring.score == 6000
        assert [each.nominal for each in scoring.trace] == [40, 40, 20]

    def test_means(self) -> None:
        scores = [10_000, 991, 6396, 9099, 0]
        assert half_even(sum(scores), len(scores)) == 5297

    @pytest.mark.parametrize("policy", ["redistribute", "keep_section_weight"])
    def test_all_na(self, policy: str) -> None:
        form = checklist(section("a", 50, item("a.i")), section("b", 50, item("b.i")), policy=policy, pass_mark=1)
        scoring = score(form, answers(a_i=None, b_i=None), CALM)
        assert (scoring.score, scoring.score_calculated, scoring.content, scoring.experience) == (None,) * 4
        assert set(scoring.by_section.values()) == set(scoring.by_dimension.values()) == {None}
        assert scoring.critical is None
        assert scoring.outcome == "none"
        assert {each.state for each in scoring.trace} == {"na"}

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [("redistribute", 6000), ("keep_section_weight", 5833), ("as_pass", 6667), ("as_zero", 5000)],
    )
    def test_policies(self, policy: str, expected: int) -> None:
        a = section("a", 50, item("a.i"), item("a.ii"), item("a.iii"))
        b = section("b", 50, item("b.i"), item("b.ii"), item("b.iii"))
        given = answers(a_i=100, a_ii=0, a_iii=None, b_i=100, b_ii=100, b_iii=0)
        assert score(checklist(a, b, policy=policy), given, CALM).score == expected

    def test_forbidden(self) -> None:
        plain = [item("a.i", na_allowed=False), item("a.ii", na_allowed=False)]
        form = checklist(section("a", 50, *plain), policy="forbidden")
        assert score(form, answers(a_i=100, a_ii=0), CALM).score == 5000
        with pytest.raises(ValueError, match=r"a\.ii: .*not applicable"):
            score(form, answers(a_i=100, a_ii=None), CALM)


class TestShares:
    def test_kinds(self) -> None:
        ticks = [{"value": value, "points": 60, "label": words(value)} for value in ("x", "y", "z")]
        form = checklist(
            section(
                "a",
                1,
                item("a.yes", kind="yes_no"),
                item(
                    "a.inverted", kind="yes_no", options=[{"value": "yes", "points": 0}, {"value": "no", "points": 100}]
                ),
                item("a.ticks", kind="multiple", options=ticks),
            )
        )

        def points(**given: Any) -> list[int | None]:
            return [each.points for each in score(form, answers(**given), CALM).trace]

        assert points(a_yes="yes", a_inverted="yes", a_ticks=["x"]) == [100, 0, 60]
        assert points(a_yes="no", a_inverted="no", a_ticks=["x", "y"]) == [0, 100, 100]
        assert points(a_yes="no", a_inverted="no", a_ticks=[]) == [0, 100, 0]
        assert points(a_yes="no", a_inverted="no") == [0, 100, None]

    @pytest.mark.parametrize(
        ("seconds", "points"),
        [
            (0, 100),
            (15, 100),
            ("15.000001", 60),
            ("15.0", 100),
            (16, 60),
            (30, 60),
            ("30,5", 20),
            (60, 20),
            (61, 0),
            (3600, 0),
        ],
    )
    def test_number_bands_are_inclusive_and_exact(self, seconds: int | str, points: int) -> None:
        bands = [{"up_to": bound, "points": worth} for bound, worth in ((15, 100), (30, 60), (60, 20), (None, 0))]
        form = checklist(section("a", 1, item("a.s", kind="number", bands=bands)))
        assert score(form, {"a.s": {"value": seconds}}, CALM).score == points * 100

    def test_unscored_items_never_count(self) -> None:
        form = checklist(
            section(
                "a", 1, item("a.i"), item("a.off", scored=False), item("a.t", kind="text"), item("a.p", kind="phrase")
            )
        )
        given = answers(a_i=75, a_off=0, a_t="words") | {
            "a.p": {"value": [{"phrase": "", "quote": "x", "second": None}]}
        }
        scoring = score(form, given, CALM)
        assert scoring.score == 7500
        assert [each.state for each in scoring.trace] == ["scored", "unscored", "unscored", "unscored"]
        assert [each.effective for each in scoring.trace] == [100, 0, 0, 0]

    def test_comment_without_answer_is_absent(self) -> None:
        form = checklist(section("a", 1, item("a.i"), item("a.ii", required=False)))
        assert score(form, answers(a_i=50) | {"a.ii": {"comment": "nothing to say"}}, CALM).score == 5000

    @pytest.mark.parametrize("value", ["p13", 100, ["p100"], True])
    def test_unknown_value_is_named(self, value: Any) -> None:
        with pytest.raises(ValueError, match=r"a\.i: "):
            score(checklist(section("a", 1, item("a.i"))), {"a.i": {"value": value}}, CALM)


class TestAbsent:
    @pytest.mark.parametrize("policy", ["redistribute", "keep_section_weight", "as_pass", "as_zero"])
    def test_hidden_counts_nowhere(self, policy: str) -> None:
        repeat = item("a.repeat", weight=5, condition={"fact": "attempt", "at_least": 2})
        form = checklist(section("a", 1, item("a.i"), repeat), policy=policy)
        given = answers(a_i=75, a_repeat=0)
        first = score(form, given, CALM)
        assert first.score == 7500
        assert line(first, "a.repeat").state == "absent"
        assert line(first, "a.repeat").points is None
        assert score(form, given, CALM | {"attempt": 2}).score == 1250

    @pytest.mark.parametrize("policy", ["redistribute", "keep_section_weight", "as_pass", "as_zero"])
    def test_optional_blank_counts_nowhere(self, policy: str) -> None:
        form = checklist(section("a", 1, item("a.i"), item("a.ii", required=False)), policy=policy)
        assert score(form, answers(a_i=75), CALM).score == 7500

    def test_absent_section_leaves_the_others(self) -> None:
        hidden = item("b.i", condition={"fact": "caller_style", "is": ["dominant"]})
        form = checklist(section("a", 10, item("a.i")), section("b", 90, hidden), policy="keep_section_weight")
        scoring = score(form, answers(a_i=75, b_i=0), CALM)
        assert (scoring.score, scoring.by_section) == (7500, {"a": 7500, "b": None})


class TestFails:
    def form(self, fails: str, **changes: Any) -> Definition:
        return checklist(
            section("a", 50, failing("a.f", fails), item("a.i", aspect="experience", critical=True), dimension="tone"),
            section("b", 50, item("b.i"), dimension="greeting"),
            **changes,
        )

    def test_section_fail(self) -> None:
        scoring = score(self.form("section"), answers(a_f="no", a_i=100, b_i=100), CALM)
        assert (scoring.score_calculated, scoring.score) == (7500, 5000)
        assert scoring.by_section == {"a": 0, "b": 10_000}
        assert scoring.by_dimension["tone"] == 0
        assert scoring.by_dimension["greeting"] == 10_000
        assert scoring.by_dimension["callback"] is None
        assert (scoring.content, scoring.experience, scoring.critical) == (6667, 0, 0)
        assert (scoring.failed_by, scoring.failed_sections) == (("a.f",), ("a",))
        assert scoring.outcome == "passed"
        assert sum(each.earned for each in scoring.trace) == 75
        assert line(scoring, "a.f").fails == "section"

    @pytest.mark.parametrize(("policy", "expected"), [("redistribute", 5000), ("keep_section_weight", 5000)])
    def test_failed_section_keeps_the_weight_of_na(self, policy: str, expected: int) -> None:
        scoring = score(self.form("section", policy=policy), answers(a_f="no", a_i=None, b_i=100), CALM)
        assert scoring.score == expected
        assert scoring.experience == 0

    def test_failed_section_does_not_count_absent(self) -> None:
        hidden = item("a.h", weight=2, condition={"fact": "attempt", "at_least": 2})
        form = checklist(section("a", 60, failing("a.f", "section"), hidden), section("b", 40, item("b.i")))
        scoring = score(form, answers(a_f="no", b_i=100), CALM)
        assert scoring.score == half_even(40 * 10_000, 60)
        kept = checklist(
            section("a", 60, failing("a.f", "section"), hidden),
            section("b", 40, item("b.i")),
            policy="keep_section_weight",
        )
        assert score(kept, answers(a_f="no", b_i=100), CALM).score == 4000

    def test_call_fail(self) -> None:
        scoring = score(self.form("call"), answers(a_f="no", a_i=100, b_i=100), CALM)
        assert (scoring.score_calculated, scoring.score, scoring.outcome) == (7500, 0, "failed")
        assert scoring.by_section == {"a": 5000, "b": 10_000}
        assert (scoring.content, scoring.experience) == (6667, 10_000)
        assert (scoring.failed_by, scoring.failed_sections) == (("a.f",), ())

    def test_not_choosing_the_option_fails_nothing(self) -> None:
        scoring = score(self.form("call"), answers(a_f="yes", a_i=100, b_i=100), CALM)
        assert (scoring.score, scoring.outcome, scoring.failed_by) == (10_000, "passed", ())

    def test_na_fails_nothing(self) -> None:
        scoring = score(self.form("call"), answers(a_f=None, a_i=100, b_i=100), CALM)
        assert (scoring.outcome, scoring.failed_by) == ("passed", ())

    def test_hidden_fails_nothing(self) -> None:
        form = checklist(
            section("a", 1, item("a.i"), failing("a.f", "call", condition={"fact": "attempt", "at_least": 2}))
        )
        given = answers(a_i=100, a_f="no")
        assert score(form, given, CALM).outcome == "passed"
        assert score(form, given, CALM | {"attempt": 2}).outcome == "failed"

    def test_unscored_item_still_fails(self) -> None:
        form = checklist(section("a", 1, item("a.i"), failing("a.f", "call", scored=False)))
        scoring = score(form, answers(a_i=100, a_f="no"), CALM)
        assert (scoring.score, scoring.score_calculated, scoring.failed_by) == (0, 10_000, ("a.f",))
        assert (line(scoring, "a.f").state, line(scoring, "a.f").fails) == ("unscored", "call")

    def test_ticked_option_fails(self) -> None:
        ticks = [
            {"value": "ok", "points": 100, "label": words("ok")},
            {"value": "sec", "points": 0, "label": words("s"), "fails": "section"},
            {"value": "call", "points": 0, "label": words("c"), "fails": "call"},
        ]
        form = checklist(section("a", 1, item("a.m", kind="multiple", options=ticks)))
        assert score(form, answers(a_m=["ok", "sec"]), CALM).failed_sections == ("a",)
        assert score(form, answers(a_m=["ok", "sec", "call"]), CALM).outcome == "failed"

    def test_nothing_scorable_and_a_failed_call(self) -> None:
        form = checklist(section("a", 1, item("a.i"), failing("a.f", "call", scored=False)))
        scoring = score(form, answers(a_i=None, a_f="no"), CALM)
        assert (scoring.score, scoring.score_calculated, scoring.outcome) == (None, None, "failed")

    def test_nothing_scorable_and_a_failed_section(self) -> None:
        form = checklist(section("a", 1, item("a.i"), failing("a.f", "section", scored=False)))
        scoring = score(form, answers(a_i=None, a_f="no"), CALM)
        assert (scoring.score, scoring.outcome, scoring.failed_sections) == (None, "none", ("a",))

    @pytest.mark.parametrize(("mark", "outcome"), [(5000, "passed"), (5001, "failed"), (None, "passed")])
    def test_pass_mark_compares_with_the_effective_score(self, mark: int | None, outcome: str) -> None:
        form = self.form("section", pass_mark=mark)
        assert score(form, answers(a_f="no", a_i=100, b_i=100), CALM).outcome == outcome


class TestGroups:
    def test_dimension_covers_all_its_sections(self) -> None:
        form = checklist(
            section("a", 30, item("a.i"), dimension="tone"),
            section("b", 10, item("b.i"), dimension="tone"),
            section("c", 60, item("c.i"), dimension="callback"),
        )
        scoring = score(form, answers(a_i=100, b_i=0, c_i=50), CALM)
        assert scoring.by_dimension == {
            "greeting": None,
            "phrasing": None,
            "callback": 5000,
            "listening": None,
            "tone": 7500,
            "other": None,
        }

    def test_aspects_under_kept_section_weight_use_the_aspects_own_weight(self) -> None:
        form = checklist(
            section("a", 50, item("a.c"), item("a.e", aspect="experience", weight=9)),
            section("b", 50, item("b.c", weight=4), item("b.n", weight=6)),
            policy="keep_section_weight",
        )
        # Nominal weights of the content items: 5 in a, 20 + 30 in b. With b.n not applicable, b keeps its 50.
        given = answers(a_c=100, a_e=0, b_c=0, b_n=None)
        assert score(form, given, CALM).content == half_even(5 * 10_000, 55)

    def test_critical_items_have_a_score_of_their_own(self) -> None:
        form = checklist(section("a", 1, item("a.i", critical=True), item("a.ii", critical=True), item("a.iii")))
        assert score(form, answers(a_i=100, a_ii=50, a_iii=0), CALM).critical == 7500

    def test_weightless_section_has_a_score_and_does_not_count(self) -> None:
        form = checklist(section("a", 1, item("a.i")), section("b", 0, item("b.i"), dimension="tone"))
        scoring = score(form, answers(a_i=75, b_i=25), CALM)
        assert (scoring.score, scoring.by_section["b"], scoring.by_dimension["tone"]) == (7500, 2500, None)


class TestTrace:
    def test_explains_a_score(self) -> None:
        form = checklist(
            section("a", 60, item("a.i", weight=2), item("a.ii")), section("b", 40, item("b.i", critical=True))
        )
        scoring = score(form, answers(a_i=75, a_ii=None, b_i=50), CALM)
        first, second, third = scoring.trace
        assert [first.nominal, first.effective] == [40, 50]
        assert (first.earned, first.lost, first.lost_hundredths) == (Fraction(75, 2), Fraction(25, 2), 1250)
        assert (second.state, second.points) == ("na", None)
        assert [second.nominal, second.effective, second.lost] == [20, 0, 0]
        assert (third.section, third.dimension, third.aspect, third.critical) == ("b", "other", "content", True)
        assert scoring.score_calculated == 6250

    @pytest.mark.parametrize(("policy", "points", "lost"), [("as_pass", 100, 0), ("as_zero", 0, 5000)])
    def test_na_line_counts_under_the_fixed_policies(self, policy: str, points: int, lost: int) -> None:
        form = checklist(section("a", 1, item("a.i"), item("a.ii")), policy=policy)
        na = line(score(form, answers(a_i=100, a_ii=None), CALM), "a.ii")
        assert (na.state, na.points, na.effective, na.lost_hundredths) == ("na", points, 50, lost)


class TestRounding:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "expected"),
        [(1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (1, 3, 0), (2, 3, 1), (0, 5, 0), (10**30 + 1, 2, 5 * 10**29)],
    )
    def test_half_even(self, numerator: int, denominator: int, expected: int) -> None:
        assert half_even(numerator, denominator) == expected

    @pytest.mark.parametrize(("worth", "expected"), [(1, 12), (3, 38), (5, 62), (7, 88)])
    def test_a_score_at_a_half_goes_to_the_even_hundredth(self, worth: int, expected: int) -> None:
        options = [
            {"value": "x", "points": worth, "label": words("x")},
            {"value": "y", "points": 0, "label": words("y")},
        ]
        form = checklist(section("a", 1, item("a.i", options=options), item("a.ii", weight=7)))
        assert score(form, {"a.i": {"value": "x"}, "a.ii": {"value": "p0"}}, CALM).score == expected
