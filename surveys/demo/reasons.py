"""Why a reviewer of the demo sends a form back or voids a call: only reasons that fit the call."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

# What must be in the call, and what is then said about it.
RETURNED: Final = {
    "nl": (
        ("quote", "Het citaat is een samenvatting. Schrijf op wat er letterlijk is gezegd, of laat het weg."),
        ("quote", "In het citaat staat een naam. Haal die weg, alstublieft: het gaat ons niet om de persoon."),
        ("comment", "Uw toelichting past niet bij het antwoord dat u koos. Welke van de twee is juist?"),
        ("comment", "Uw toelichting is een mening. Wat hoorde u precies waardoor u dit antwoord gaf?"),
        ("callback", "Klopt de terugbelafspraak? Uit uw aantekeningen begrijp ik dat er geen tijd is genoemd."),
        (
            "repeat",
            "U gaf aan dat uw eerdere telefoontjes bekend waren. Heeft u dat zelf gezegd of zei de medewerker het?",
        ),
        ("any", "U laat open waarom u dit cijfer voor opnieuw bellen geeft. Eén zin is genoeg."),
        ("any", "Uw cijfer voor opnieuw bellen past slecht bij uw andere antwoorden. Wilt u er nog eens naar kijken?"),
    ),
    "en": (
        ("quote", "The quote is a summary. Write down what was said word for word, or leave it out."),
        ("quote", "The quote mentions a name. Please remove it: this is not about the person."),
        ("comment", "Your remark does not fit the answer you chose. Which of the two is right?"),
        ("comment", "Your remark is an opinion. What exactly did you hear that made you answer so?"),
        ("callback", "Is the promised callback right? From your notes I gather that no time was mentioned."),
        ("repeat", "You noted that your earlier calls were known. Did you say so yourself, or did the employee?"),
        ("any", "You leave open why you gave this mark for calling again. One sentence will do."),
        ("any", "Your mark for calling again hardly fits your other answers. Would you look at it once more?"),
    ),
}
# The reviewer keeps the files in Dutch.
RECOGNISED: Final = "De evaluator werd herkend."
VOIDED: Final = (
    RECOGNISED,
    "Verkeerd nummer gebeld: dit was een andere afdeling.",
    "Het gesprek is dubbel ingevoerd.",
    "De opdracht is niet gevolgd: er is een andere vraag gesteld.",
    "Brandoefening tijdens het gesprek.",
)


def returned(rng: Random, language: str, answers: Mapping[str, Any], *, promised: bool, attempt: int) -> str:
    """In the evaluator's language, so that they know what to do."""
    there = {key for answer in answers.values() for key in ("quote", "comment") if key in answer}
    there |= {"callback"} if promised else set()
    there |= {"repeat"} if attempt > 1 else set()
    fitting = [text for needed, text in RETURNED[language] if needed in (there or {"any"})]
    return rng.choice(fitting)


def voided(rng: Random) -> str:
    return rng.choice(VOIDED)
