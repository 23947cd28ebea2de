"""Turns what was heard in a call into answers to the real checklist, with the remarks it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Final

from surveys import definition
from surveys.demo import days
from surveys.demo.model import CLEAN, Heard, Model
from surveys.demo.words import Writer
from surveys.demo.world import Scenario

HANG_UP: Final = "hang_you_up"
# Harmful phrases that only fall in some calls; the others may fall in any.
ONLY_WHEN: Final[Mapping[str, Callable[[Scenario, dt.datetime], bool]]] = {
    "fifth_time": lambda brief, _day: brief.attempt >= 3,
    "where_is_he": lambda brief, _day: brief.asked_person_absent,
    "good_luck": lambda _brief, day: day.weekday() == 4,
    "calm_down": lambda brief, _day: brief.caller_style == "dominant",
    "nobody_complains": lambda brief, _day: brief.code.startswith(("complaint", "invoice")),
}
HARMFUL: Final = (
    "where_is_he",
    "try_again_later",
    "fifth_time",
    "good_luck",
    "not_my_department",
    "no_idea",
    "you_must",
    "system_says",
    "calm_down",
    "nobody_complains",
    "as_soon_as_possible",
)
# Exemplary phrases, and the answer that goes with them.
EXEMPLARY: Final = (
    ("callback_unasked", "callback.offered", "unasked"),
    ("who_and_when", "callback.concrete", "both"),
    ("summary", "listening.checked", "summary"),
    ("recognised", "listening.repeat_caller", "took_over"),
    ("feeling_named", "tone.empathy", "named"),
    ("hold_asked", "phrasing.hold", "asked"),
    ("finding_out", "callback.alternative", None),
    ("all_answered", "tone.effort", "same"),
)
LEANING, OTHER_PHRASE, SECOND_PHRASE, EXEMPLARY_SHARE, CLOSING_SHARE, EXTRA_REMARK = 4, 0.08, 0.18, 0.16, 0.24, 0.05


class Answerer:
    """Fills in one form."""

    def __init__(
        self,
        model: Model,
        heard: Heard,
        *,
        rng: Random,
        writer: Writer,
        brief: Scenario,
        called: dt.datetime,
        leaning: tuple[str, ...],
    ) -> None:
        """`called` is on the organisation's clock; `leaning` are the harmful phrases common in this department."""
        self.model, self.heard, self.rng, self.writer = model, heard, rng, writer
        self.brief, self.facts, self.called, self.leaning = brief, brief.facts, called, leaning

    def answers(self) -> dict[str, Any]:
        form = self.model.form
        shown = definition.relevant(form, self._values(), self.facts)
        if (noted := self._phrases(shown)) and self.model.phrases.code in self._visible(shown):
            shown[self.model.phrases.code] = {"value": noted}
        for code, answer in shown.items():
            if "value" in answer:
                self._explain(form.item(code), answer, noted)
        if (last := self._last_word(shown)) is not None:
            shown[self._remarks_code()] = {"value": last}
        return definition.relevant(form, shown, self.facts)

    def _visible(self, answers: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(definition.visible(self.model.form, answers, self.facts))

    def _values(self) -> dict[str, Any]:
        """An answer to every item, also to those that the others will hide."""
        heard, codes = self.heard, self.model.codes
        values: dict[str, Any] = {}
        for each in self.model.graded:
            level = heard.levels[each.code]
            values[each.code] = {"na": True} if level is None else {"value": each.value_at(level, self.rng)}
        if heard.hung_up:
            failing = next(option.value for option in self.model.hold.options if option.fails)
            values[self.model.hold.code] = {"value": failing}
        plain = {
            codes["answered"]: _yes(heard.answered),
            codes["seconds_to_answer"]: heard.seconds,
            codes["helped_at_once"]: _yes(heard.helped),
            codes["callback_due"]: self._due().strftime("%Y-%m-%dT%H:%M"),
            codes["callback_who"]: self.writer.who(),
            codes["fate"]: self._fate(),
            codes["would_call_again"]: str(self._again()),
            CLEAN: _yes(not heard.harmful),
        }
        return values | {code: {"value": value} for code, value in plain.items()}

    def _fate(self) -> str:
        heard, chance = self.heard, self.rng.random()
        if not heard.answered:
            return "unanswered" if chance < 0.7 else "voicemail"
        if heard.disconnected:
            return "disconnected"
        if heard.helped:
            if self.facts["asked_person_absent"]:
                return "colleague" if chance < 0.8 else "helped"
            return "helped" if chance < 0.6 else "right_person" if chance < 0.8 else "colleague"
        if heard.promised:
            return "callback_agreed"
        return "ring_again" if chance < 0.82 else "voicemail"

    def _due(self) -> dt.datetime:
        """By when they said they would call: today, tomorrow, or the working day after."""
        afternoon = dt.time(self.rng.choice((15, 16, 17)))
        if self.called.hour < 13 and self.rng.random() < 0.45:
            return dt.datetime.combine(self.called.date(), afternoon)
        later = days.working_days(self.called.date() + days.DAY, self.called.date() + 14 * days.DAY)
        clock = self.rng.choice((dt.time(11), dt.time(12), afternoon))
        return dt.datetime.combine(later[0] if self.rng.random() < 0.8 else later[1], clock)

    def _again(self) -> int:
        truth, total = self.model.truth.again, 0.0
        for code, weight in truth.drivers.items():
            total += weight * self._share(code)
        highest = truth.cut_off if self.heard.disconnected else definition.MAX_GRADE
        return min(max(round(truth.base + total + self.rng.gauss(0, truth.noise)), 0), highest)

    def _share(self, code: str) -> float:
        if code == self.model.codes["helped_at_once"]:
            return float(self.heard.helped)
        each = next(each for each in self.model.graded if each.code == code)
        level = self.heard.levels[code]
        return 0.5 if level is None else each.points[level] / 100

    # phrases and remarks

    def _phrases(self, shown: Mapping[str, Any]) -> list[dict[str, Any]]:
        codes = [*self._harmful(), *self._exemplary(shown)] if self.heard.answered else []
        return [
            {"phrase": code, "quote": self.writer.quote(code), "second": self.rng.randint(8, 420)} for code in codes
        ]

    def _harmful(self) -> Iterator[str]:
        if not self.heard.harmful:
            return
        if self.heard.hung_up:
            yield HANG_UP
        if self.heard.hung_up and self.rng.random() >= SECOND_PHRASE:
            return
        if self.rng.random() < OTHER_PHRASE:
            yield ""
            return
        fitting = [code for code in HARMFUL if ONLY_WHEN.get(code, _always)(self.brief, self.called)]
        weights = [LEANING if code in self.leaning else 1 for code in fitting]
        first = self.rng.choices(fitting, weights)[0]
        yield first
        if not self.heard.hung_up and self.rng.random() < SECOND_PHRASE:
            yield self.rng.choice([code for code in fitting if code != first])

    def _exemplary(self, shown: Mapping[str, Any]) -> Iterator[str]:
        for phrase, code, wanted in EXEMPLARY:
            value = shown.get(code, {}).get("value")
            fits = "self" in (value or ()) if wanted is None else value == wanted
            if fits and self.rng.random() < EXEMPLARY_SHARE:
                yield phrase

    def _explain(self, item: definition.Item, answer: dict[str, Any], noted: list[dict[str, Any]]) -> None:
        """Adds the remark that this answer needs, now and then one more."""
        missing = definition.missing_remark(item, answer)
        if missing is None:
            low = item.scored and (item.points_for(answer["value"]) or 0) < definition.LOW_POINTS
            if low and self.rng.random() < EXTRA_REMARK:
                answer["comment"] = self._remark(item)
            return
        said = None if self.heard.disconnected else self.writer.said(item.code)
        if missing == "quote_required" or (missing == "remark_required" and said and self.rng.random() < 0.45):
            self._quote(item, answer, noted, said)
        else:
            answer["comment"] = self._remark(item)

    def _remark(self, item: definition.Item) -> str:
        about = item.code
        if self.heard.disconnected and item.code in {self.model.codes["fate"], self.model.codes["callback_offered"]}:
            about = "disconnected" if item.code == self.model.codes["fate"] else "cut_off"
        return self.writer.remark(about, self.model.form.section_of(item.code).dimension)

    def _quote(
        self, item: definition.Item, answer: dict[str, Any], noted: list[dict[str, Any]], said: str | None
    ) -> None:
        wanted = HANG_UP if item.code == self.model.hold.code else None
        from_bank = next((each for each in noted if wanted in {None, each["phrase"]}), None)
        if said is None and from_bank is not None:
            answer["quote"], answer["second"] = from_bank["quote"], from_bank["second"]
        else:
            answer["quote"], answer["second"] = said or self.writer.quote(""), self.rng.randint(8, 420)

    def _last_word(self, shown: Mapping[str, Any]) -> str | None:
        if not self.heard.answered:
            return self.writer.closing("unanswered") if self.rng.random() < 0.6 else None
        if self.rng.random() >= CLOSING_SHARE:
            return None
        again = int(shown[self.model.codes["would_call_again"]]["value"])
        return self.writer.closing("good" if again >= 8 else "mixed" if again >= 5 else "bad")

    def _remarks_code(self) -> str:
        return next(item.code for item in reversed(self.model.form.items) if item.kind == "text" and not item.records)


def _yes(value: bool) -> str:  # noqa: FBT001 - says what it is of
    return "yes" if value else "no"


def _always(_brief: Scenario, _day: dt.datetime) -> bool:
    return True
