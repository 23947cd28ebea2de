"""One section of a checklist as a page: its questions with what was answered, and the answers that a page sends back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any, Final

from django.http import Http404, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import definition, messages
from surveys.definition import Answers, Definition, Item, Problem, Section
from surveys.forms.posted import NA, local_minutes, posted_answer, seconds_of, what_was_seen
from surveys.forms.questions import Choice, Clash, PhraseLine, Question
from surveys.forms.steps import Step, steps_of
from surveys.models import Call, Phrase
from surveys.presentation import answer_words, moment

# Options that already say "none of these".
NONE_VALUES: Final = frozenset({"none", "nothing", "neither"})
SPARE_PHRASES: Final = 2


def control_id(code: str) -> str:
    """The id of an item's first control, and what a link to the item names."""
    return code.replace(".", "-")


@dataclass
class SectionForm:
    """One section of a call's checklist. With `posted` it shows and hands on what was sent, else what is stored."""

    call: Call
    code: str
    phrases: Iterable[Phrase] = ()
    posted: QueryDict | None = None
    problems: dict[str, Problem] = field(default_factory=dict)
    conflicts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.language = get_language() or ""
        self.definition: Definition = self.call.version.definition
        self.section: Section = _section_or_404(self.definition, self.code)
        self.items = {item.code: item for item in self.section.items}
        self.revision = self.call.revision
        self.before = {code: self.call.answers.get(code) for code in self.items}
        if self.posted is not None:
            self.revision, self.before = what_was_seen(self.posted, self.before)

    # --- what was sent

    @property
    def changes(self) -> dict[str, Any]:
        """The answers that differ from what the page showed when it was opened, raw."""
        if self.posted is None:
            return {}
        given_up = self.posted.get("take", "")
        return {
            code: answer
            for code, item in self.items.items()
            if code != given_up and (answer := posted_answer(item, self.posted)) != self._shown_before(item)
        }

    def _shown_before(self, item: Item) -> dict[str, Any] | None:
        """What the page would have sent back untouched."""
        answer = self.before.get(item.code)
        if item.kind == "datetime" and answer and "value" in answer:
            return {**answer, "value": self._local(answer["value"])}
        if item.kind == "number" and answer and "value" in answer:
            return {**answer, "value": str(answer["value"])}
        if item.kind == "phrase" and answer and "value" in answer:
            lines = self._phrases(item, answer["value"])
            rows = [
                {"phrase": line.code, "quote": line.quote, "second": seconds_of(line.moment)}
                for line in lines
                if line.ticked
            ]
            return {**answer, "value": rows}
        return answer

    @property
    def goes_to(self) -> str:
        """Where the pressed button leads: "next", "here", or a section's code."""
        if self.posted is None or self.posted.get("take") or self.posted.get("keep"):
            return "here"
        return str(self.posted.get("to", "next") or "next")

    def with_outcome(self, call: Call, problems: Mapping[str, Problem], conflicts: Mapping[str, Any]) -> "SectionForm":
        """The same page again, with what was typed and what is wrong with it, on top of the call as it is now."""
        again = replace(self, call=call, problems=dict(problems), conflicts=dict(conflicts))
        again.revision, again.before = call.revision, {code: call.answers.get(code) for code in again.items}
        return again

    # --- what is shown

    @property
    def title(self) -> str:
        return definition.text(self.section.title, self.language)

    @property
    def intro(self) -> str:
        return definition.text(self.section.intro, self.language)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return steps_of(self.call, self.language, here=self.code)

    @property
    def applies(self) -> bool:
        """Whether any question of this part is asked, given the answers so far."""
        return not all(question.off for question in self.questions)

    @property
    def waits(self) -> bool:
        """Whether an earlier part still has to be filled in, on which the questions of this one may depend."""
        earlier = takewhile(lambda step: step.code != self.code, self.steps)
        return any(step.state == "todo" for step in earlier)

    @property
    def before_json(self) -> str:
        return json.dumps(self.before)

    @cached_property
    def questions(self) -> list[Question]:
        form, answers, facts = self.definition, self.call.answers, self.call.facts
        shown = frozenset(definition.visible(form, answers, facts))
        within_reach = frozenset(definition.reachable(form, answers, facts, self.section))
        return [
            self._question(item, off=item.code not in shown, away=item.code not in within_reach)
            for item in self.items.values()
        ]

    def _question(self, item: Item, *, off: bool, away: bool) -> Question:
        answer = self.call.answers.get(item.code) or {}
        if self.posted is not None:
            answer = posted_answer(item, self.posted) or {}
        value = answer.get("value")
        problem = self.problems.get(item.code)
        text = {name: definition.text(getattr(item, name), self.language) for name in ("text", "help", "good", "bad")}
        return Question(
            item=item,
            id=control_id(item.code),
            off=off,
            away=away,
            only_if=self._only_if(item),
            choices=self._choices(item, value, na=bool(answer.get("na"))),
            none=_none(item, value),
            value=self._typed(item, value),
            na=bool(answer.get("na")),
            phrases=self._phrases(item, value),
            unfit=bool(answer.get("unfit")),
            reason=_text(answer.get("comment")) if answer.get("unfit") else "",
            comment="" if answer.get("unfit") else _text(answer.get("comment")),
            quote=_text(answer.get("quote")),
            moment=_clock(answer.get("second")),
            wants=_wants(item, answer),
            due=_due(item, answer),
            problem=messages.describe(problem) if problem else "",
            clash=self._clash(item, answer),
            return_note=self.call.return_notes.get(item.code, ""),
            **text,
        )

    def _clash(self, item: Item, answer: Answers) -> Clash | None:
        if item.code not in self.conflicts:
            return None
        try:
            mine = answer_words(item, definition.clean_answer(item, answer), self.language)
        except definition.AnswerError:
            mine = ""
        return Clash(mine or _("no answer"), words_of(item, self.conflicts[item.code], self.language))

    def _choices(self, item: Item, value: object, *, na: bool) -> tuple[Choice, ...]:
        values = value if isinstance(value, list) else [value]
        graded = item.kind == "scale" and all(option.value.isdigit() for option in item.options)
        choices = [
            Choice(
                option.value,
                definition.text(option.label, self.language),
                option.value in values,
                option.value if graded else str(number),
                option.points if item.remark else None,
                fails=bool(item.remark and option.fails),
            )
            for number, option in enumerate(item.options, 1)
        ]
        if choices and item.kind != "multiple" and item.na_allowed:
            taken = any(choice.key == "0" for choice in choices)
            choices.append(Choice(NA, _("not applicable"), na, "" if taken else "0"))
        elif choices and item.kind != "multiple" and not item.required:
            choices.append(Choice("", _("no answer"), value is None))
        return tuple(replace(choice, key=choice.key if len(choice.key) == 1 else "") for choice in choices)

    def _typed(self, item: Item, value: object) -> str:
        if item.kind == "datetime" and isinstance(value, str):
            return self._local(value)
        return str(value) if isinstance(value, int | str) else ""

    def _local(self, value: str) -> str:
        """A stored moment on the organisation's clock, as the browser's control wants it."""
        return local_minutes(value, self.call.organisation.zone)

    def _phrases(self, item: Item, value: object) -> tuple[PhraseLine, ...]:
        if item.kind != "phrase":
            return ()
        heard = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        bank = {phrase.code: phrase for phrase in sorted(self.phrases, key=lambda each: each.kind, reverse=True)}
        rows: list[tuple[str, dict[str, Any] | None]] = []
        for code in bank:
            mine = [row for row in heard if row.get("phrase") == code]
            rows += [(code, row) for row in mine] or [(code, None)]
        rows += [(row["phrase"], row) for row in heard if row.get("phrase") and row["phrase"] not in bank]
        rows += [("", row) for row in heard if not row.get("phrase")]
        rows += [("", None)] * SPARE_PHRASES
        return tuple(self._line(number, code, row, bank.get(code)) for number, (code, row) in enumerate(rows))

    def _line(self, number: int, code: str, row: Mapping[str, Any] | None, phrase: Phrase | None) -> PhraseLine:
        return PhraseLine(
            number=number,
            code=code,
            kind=phrase.kind if phrase else "",
            text=definition.text(phrase.text, self.language) if phrase else code,
            ticked=row is not None,
            quote=_text((row or {}).get("quote")),
            moment=_clock((row or {}).get("second")),
        )

    def _only_if(self, item: Item) -> str:
        """In words, when an item depends on an answer on the same page: all that a page without script can do."""
        condition = item.condition or {}
        if "item" in condition and condition["item"] in self.items and "is" in condition:
            other = self.items[condition["item"]]
            labels = [definition.text(other.option(value).label, self.language) for value in condition["is"]]
            answer = _(" or ").join(f"“{label}”" for label in labels)
            return _("Only if you answered %(answer)s to “%(question)s”.") % {
                "answer": answer,
                "question": definition.text(other.text, self.language),
            }
        if any(code in json.dumps(condition) for code in self.items):
            return _("Only if it fits your answers above.")
        return ""


def _section_or_404(form: Definition, code: str) -> Section:
    for section in form.sections:
        if section.code == code:
            return section
    raise Http404


def words_of(item: Item, answer: Answers | None, language: str) -> str:
    """An answer in words with its remark, for a choice between two."""
    if not answer:
        return _("no answer")
    words = [answer_words(item, answer, language), answer.get("comment", ""), answer.get("quote", "")]
    return " · ".join(word for word in words if word) or _("no answer")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _clock(second: object) -> str:
    return moment(second) if isinstance(second, int) else _text(second)


def _none(item: Item, value: object) -> bool | None:
    """Whether "none of these" is ticked; `None` where an option says so already."""
    if item.kind != "multiple" or any(option.value in NONE_VALUES for option in item.options):
        return None
    return value == []


def _wants(item: Item, answer: Answers) -> tuple[str, ...]:
    """The remarks that an item has room for: what its rule asks, what is there already, else a comment."""
    asked = {"comment": ("comment",), "quote": ("quote",), "either": ("quote", "comment")}
    wanted = asked[item.remark.kind] if item.remark else ("comment",) if item.kind in definition.SCORABLE_KINDS else ()
    return (*wanted, *(name for name in ("comment", "quote") if answer.get(name) and name not in wanted))


def _due(item: Item, answer: Answers) -> bool:
    """Whether the rule asks for a remark with this answer, written already or not."""
    try:
        clean = definition.clean_answer(item, {key: answer[key] for key in ("value", "na") if key in answer})
    except definition.AnswerError:
        return False
    return bool(clean and "value" in clean and definition.missing_remark(item, clean))
