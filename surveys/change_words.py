"""What changed between two versions of a checklist, in words: per section and question, weights as percentages.

Knows no models and no request. Words of the checklists come in `language`, our own in the active one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import definition as forms
from surveys.checklist_words import ASPECTS, DIMENSIONS, FAILS, KINDS, POLICIES, REMARKS, condition_words
from surveys.definition import Band, Definition, Item, Option, Section, Texts, as_document, weights
from surveys.definition.comparing import moved_keys
from surveys.language_names import language_name
from surveys.points import points_text

TEXT_NAMES: Final = {
    "text": gettext_lazy("Question"),
    "title": gettext_lazy("Title"),
    "intro": gettext_lazy("Introduction"),
    "help": gettext_lazy("Explanation"),
    "good": gettext_lazy("Good example"),
    "bad": gettext_lazy("Example that is not good"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change in words; `before` and `after` are texts to show side by side, both "" where the words say it all."""

    words: str
    before: str = ""
    after: str = ""
    language: str = ""


@dataclass(slots=True)
class Changes:
    """What changed about one thing. `kind` is "added", "removed" or "changed"; `code` is "" for the whole checklist."""

    title: str
    code: str
    kind: str
    lines: list[Line] = field(default_factory=list)


def changes_in_words(old: Definition, new: Definition, language: str) -> list[Changes]:
    """What a reader of the old version should know of the new one: the whole, then sections with their questions."""
    telling = _Telling(old, new, language)
    found = [Changes(_("The whole checklist"), "", "changed", list(telling.of_whole()))]
    for section in new.sections:
        found.append(telling.of_section(section))
        found += [telling.of_item(item) for item in section.items]
    for section in old.sections:
        if section.code not in telling.new_sections:
            found.append(Changes(telling.say(section.title), section.code, "removed"))
        found += [
            Changes(telling.say(item.text), item.code, "removed") for item in section.items if item.code not in new
        ]
    return [each for each in found if each.kind != "changed" or each.lines]


class _Telling:
    def __init__(self, old: Definition, new: Definition, language: str) -> None:
        self.old, self.new, self.language = old, new, language
        self.old_sections = {section.code: section for section in old.sections}
        self.new_sections = {section.code: section for section in new.sections}
        before, after = as_document(old), as_document(new)
        self.whole = (weights.section_shares(before), weights.section_shares(after))
        self.shares = (weights.item_shares(before), weights.item_shares(after))
        self.moved_sections = moved_keys(list(self.old_sections), list(self.new_sections))

    def say(self, texts: Texts | None) -> str:
        return forms.text(texts, self.language)

    # --- the whole and its sections

    def of_whole(self) -> Iterator[Line]:
        for code in self.new.languages:
            if code not in self.old.languages:
                yield Line(_("Now also in: %(language)s.") % {"language": language_name(code)})
        for code in self.old.languages:
            if code not in self.new.languages:
                yield Line(_("No longer in: %(language)s.") % {"language": language_name(code)})
        if self.old.na_policy != self.new.na_policy:
            before, after = (str(POLICIES[each.na_policy]) for each in (self.old, self.new))
            yield Line(_("“Not applicable” counts differently:"), before, after)
        if self.old.pass_mark != self.new.pass_mark:
            marks = [_("none") if m is None else points_text(m) for m in (self.old.pass_mark, self.new.pass_mark)]
            yield Line(_("Pass mark: %(before)s → %(after)s.") % {"before": marks[0], "after": marks[1]})

    def of_section(self, section: Section) -> Changes:
        before = self.old_sections.get(section.code)
        title = self.say(section.title)
        if before is None:
            return Changes(title, section.code, "added", list(self._share(section.code, self.whole)))
        lines = [*self._texts(before, section, ("title", "intro")), *self._share(section.code, self.whole)]
        if before.dimension != section.dimension:
            names = str(DIMENSIONS[before.dimension]), str(DIMENSIONS[section.dimension])
            lines.append(Line(_("Dimension: %(before)s → %(after)s.") % {"before": names[0], "after": names[1]}))
        if section.code in self.moved_sections:
            place = list(self.new_sections).index(section.code)
            lines.append(Line(self._after([each.title for each in self.new.sections], place)))
        return Changes(title, section.code, "changed", lines)

    def _after(self, titles: list[Texts], place: int) -> str:
        if place == 0:
            return _("Moved: now comes first.")
        return _("Moved: now comes after “%(name)s”.") % {"name": self.say(titles[place - 1])}

    def _share(self, code: str, shares: tuple[Mapping[str, Fraction], Mapping[str, Fraction]]) -> Iterator[Line]:
        before, after = shares[0].get(code), shares[1].get(code)
        if before == after:
            return
        words = [percent(before), percent(after)]
        if before is None:
            yield Line(_("Weighs %(after)s of the score.") % {"after": words[1]})
        elif after is None:
            yield Line(_("No longer scored; it weighed %(before)s.") % {"before": words[0]})
        elif words[0] != words[1]:
            yield Line(_("Weight: %(before)s → %(after)s of the score.") % {"before": words[0], "after": words[1]})

    # --- questions

    def of_item(self, item: Item) -> Changes:
        title = self.say(item.text)
        if item.code not in self.old:
            return Changes(title, item.code, "added", list(self._share(item.code, self.shares)))
        before = self.old.item(item.code)
        lines = [
            *self._kind(before, item),
            *self._texts(before, item, ("text", "help", "good", "bad")),
            *self._place(item),
            *self._weight(item),
            *self._switches(before, item),
            *self._condition(before, item),
            *self._options(before, item),
            *self._numbers(before, item),
        ]
        return Changes(title, item.code, "changed", lines)

    def _kind(self, before: Item, item: Item) -> Iterator[Line]:
        if before.kind != item.kind:
            kinds = {"before": KINDS[before.kind], "after": KINDS[item.kind]}
            yield Line(_("Answered differently: %(before)s → %(after)s. Earlier answers cannot be compared.") % kinds)

    def _texts(self, before: Any, after: Any, names: tuple[str, ...]) -> Iterator[Line]:
        for name in names:
            was, now = getattr(before, name) or {}, getattr(after, name) or {}
            for code in dict.fromkeys([*was, *now]):
                if was.get(code, "") == now.get(code, ""):
                    continue
                parts = {"what": TEXT_NAMES[name], "language": language_name(code)}
                yield Line(_("%(what)s (%(language)s):") % parts, was.get(code, ""), now.get(code, ""), code)

    def _place(self, item: Item) -> Iterator[Line]:
        home, origin = self.new.section_of(item.code), self.old.section_of(item.code)
        if home.code != origin.code:
            names = {"before": self.say(origin.title), "after": self.say(home.title)}
            yield Line(_("Moved from “%(before)s” to “%(after)s”.") % names)
            return
        codes = [each.code for each in home.items]
        if item.code in moved_keys([each.code for each in origin.items], codes):
            yield Line(self._after([each.text for each in home.items], codes.index(item.code)))

    def _weight(self, item: Item) -> Iterator[Line]:
        """A question whose share changed with its whole section is told at the section."""
        home, origin = self.new.section_of(item.code), self.old.section_of(item.code)
        within = [
            shares.get(item.code, Fraction(0)) / whole[section.code] if whole.get(section.code) else None
            for shares, whole, section in zip(self.shares, self.whole, (origin, home), strict=True)
        ]
        scored = [item.code in shares for shares in self.shares]
        if within[0] != within[1] or home.code != origin.code or scored[0] != scored[1]:
            yield from self._share(item.code, self.shares)

    def _switches(self, before: Item, item: Item) -> Iterator[Line]:
        switches = {
            "required": (_("Must now be answered."), _("May now be left blank.")),
            "na_allowed": (_("“Not applicable” is now possible."), _("“Not applicable” is no longer possible.")),
            "critical": (_("Now critical."), _("No longer critical.")),
        }
        for name, (on, off) in switches.items():
            if getattr(before, name) != getattr(item, name):
                yield Line(on if getattr(item, name) else off)
        if before.aspect != item.aspect and item.scored:
            yield Line(_("Now says something about: %(aspect)s.") % {"aspect": ASPECTS[item.aspect]})
        if before.remark != item.remark:
            now = REMARKS[item.remark.kind, item.remark.when] if item.remark else _("A comment is no longer required.")
            yield Line(str(now))
        if before.records != item.records:
            yield Line(_("Records something else about the call."))

    def _condition(self, before: Item, item: Item) -> Iterator[Line]:
        if before.condition == item.condition:
            return
        was = condition_words(self.old, before.condition, self.language) or _("always")
        now = condition_words(self.new, item.condition, self.language) or _("always")
        yield Line(_("When it is asked:"), was, now, self.language)

    # --- answers

    def _options(self, before: Item, item: Item) -> Iterator[Line]:
        if not before.options or not item.options:
            return
        old = {option.value: option for option in before.options}
        new = {option.value: option for option in item.options}
        for value, option in old.items():
            if value not in new:
                yield Line(_("Answer “%(label)s” is gone.") % {"label": self.say(option.label)})
        for value, option in new.items():
            if value in old:
                yield from self._option(old[value], option)
            else:
                added = {"label": self.say(option.label), "points": option.points}
                yield Line(_("New answer “%(label)s” with %(points)s points.") % added)
        if moved_keys(list(old), list(new)):
            yield Line(_("The answers stand in another order."))

    def _option(self, before: Option, option: Option) -> Iterator[Line]:
        name = {"label": self.say(option.label)}
        for code in dict.fromkeys([*before.label, *option.label]):
            was, now = before.label.get(code, ""), option.label.get(code, "")
            if was != now:
                yield Line(_("Answer reworded (%(language)s):") % {"language": language_name(code)}, was, now, code)
        if before.points != option.points:
            points = name | {"before": before.points, "after": option.points}
            yield Line(_("Points of “%(label)s”: %(before)s → %(after)s.") % points)
        if before.fails != option.fails:
            now = str(FAILS[option.fails]) if option.fails else _("fails nothing")
            yield Line(_("Answer “%(label)s” now %(fails)s.") % (name | {"fails": now}))

    def _numbers(self, before: Item, item: Item) -> Iterator[Line]:
        if before.kind != "number" or item.kind != "number":
            return
        if before.bands != item.bands:
            yield Line(_("Points by number:"), _bands(before.bands), _bands(item.bands))
        if (before.minimum, before.maximum) != (item.minimum, item.maximum):
            yield Line(_("Possible numbers:"), _range(before), _range(item))
        if before.unit != item.unit:
            yield Line(_("Unit:"), before.unit, item.unit)


def percent(share: Fraction | None) -> str:
    tenths = round((share or Fraction(0)) * 1000)
    return _("%(number)s %%") % {"number": number_format(tenths / 10, decimal_pos=1 if tenths % 10 else 0)}


def _bands(bands: tuple[Band, ...]) -> str:
    words = [
        _("more: %(points)s") % {"points": band.points} if band.up_to is None
        else _("up to %(number)s: %(points)s") % {"number": band.up_to, "points": band.points}
        for band in bands
    ]  # fmt: skip
    return "; ".join(words) or _("none")


def _range(item: Item) -> str:
    low = "…" if item.minimum is None else str(item.minimum)
    return f"{low} – {'…' if item.maximum is None else item.maximum}"
