"""Puts words into mouths: each call's evaluator writes in their own language, what they heard is in that of the town."""

from random import Random
from types import ModuleType
from typing import Final

from surveys.demo import words_en, words_nl
from surveys.demo.world import LANGUAGE

LANGUAGES: Final[dict[str, ModuleType]] = {"nl": words_nl, "en": words_en}


class Writer:
    """One evaluator writing about one call, word for word in the language that was spoken."""

    def __init__(self, rng: Random, language: str, scenario: str) -> None:
        self.rng, self.words, self.heard = rng, LANGUAGES[language], LANGUAGES[LANGUAGE]
        self.topics: tuple[str, ...] = self.words.TOPICS[scenario]

    def quote(self, phrase: str) -> str:
        """What was said when this phrase of the bank was heard; "" is a phrase that the bank does not have."""
        return str(self.rng.choice(self.heard.QUOTES[phrase] if phrase else self.heard.OTHER_QUOTES))

    def said(self, item: str) -> str | None:
        """Word for word, why an item was answered low; None where only a comment makes sense."""
        choices = self.heard.SAID.get(item)
        return str(self.rng.choice(choices)) if choices else None

    def remark(self, item: str, dimension: str) -> str:
        """Why an item was answered low: words for the item itself, else for its dimension."""
        return self._composed(*self.words.REMARKS.get(item, self.words.REMARKS.get(dimension)))

    def closing(self, mood: str) -> str:
        return self._composed(*self.words.CLOSING[mood])

    def who(self) -> str:
        return str(self.rng.choice(self.heard.WHO))

    def _composed(self, openings: tuple[str, ...], details: tuple[str, ...]) -> str:
        opening, detail = self.rng.choice(openings), self.rng.choice(details)
        words = f"{opening} {detail}".strip() if self.rng.random() < 0.8 else opening
        values = {"topic": self.rng.choice(self.topics), "n": self.rng.randint(2, 9), "s": self.rng.randint(35, 140)}
        return words.format(**values)
