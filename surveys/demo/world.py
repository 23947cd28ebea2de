"""Who and what there is in the demo: a Dutch town, its departments, its people and the briefs of its callers."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

SLUG: Final = "demo"
NAME: Final = "Gemeente Lindewaard"
TIME_ZONE: Final = "Europe/Amsterdam"
LANGUAGE: Final = "nl"
DEMO_PASSWORD: Final = "klankbord-demo"  # noqa: S105 - public on purpose: it opens the demo only
MONTH_NAMES: Final = (
    "Januari",
    "Februari",
    "Maart",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Augustus",
    "September",
    "Oktober",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    language: str
    roles: tuple[str, ...]
    departments: tuple[str, ...] = ()
    signs_in: bool = False


@dataclass(frozen=True, slots=True)
class Department:
    """`closes_after` is the last month in which it was called. Targets are hundredths of a point."""

    code: str
    name: str
    parent: str | None = None
    phone_numbers: tuple[str, ...] = ()
    targets: dict[str, int] = field(default_factory=dict)
    closes_after: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    code: str
    name: dict[str, str]
    persona: dict[str, str]
    question: dict[str, str]
    caller_style: str = "calm"
    attempt: int = 1
    asked_person_absent: bool = False
    problem: str = ""

    @property
    def facts(self) -> dict[str, object]:
        return {
            "caller_style": self.caller_style,
            "attempt": self.attempt,
            "asked_person_absent": self.asked_person_absent,
        }


@dataclass(frozen=True, slots=True)
class Wave:
    """`number` is the month, from 1."""

    number: int
    name: str
    starts_on: dt.date
    ends_on: dt.date
    state: str


# No Dutch subscriber's number begins with a 0 after the area code, so nobody is called by these.
DEPARTMENTS: Final = (
    Department("DV", "Dienstverlening", None, ("+31880000100",), {"target": 8000}),
    Department(
        "KCC", "Klantcontact", "DV", ("+31880000101", "+31880000102"), {"target": 8000, "target_callback": 7000}
    ),
    Department("BZ", "Burgerzaken", "DV", ("+31880000110",), {"target": 8000}),
    Department("KLA", "Klachten", "DV", ("+31880000120",), {"target": 8000, "target_tone": 8500}),
    Department("JUR", "Juridisch loket", "DV", ("+31880000130",), {"target": 7500}),
    Department("SM", "Stad en middelen", None, ("+31880000200",), {"target": 8000}),
    Department("BEL", "Belastingen", "SM", ("+31880000210", "+31880000211"), {"target": 8000}),
    Department("LO", "Leefomgeving", "SM", ("+31880000220",), {"target": 7500}),
    Department("AFV", "Afval en milieu", "LO", ("+31880000221",), {"target": 7500, "target_callback": 6500}),
    Department("PRK", "Parkeervergunningen", "LO", ("+31880000222",), {"target": 7500}),
    Department("OMG", "Bouwen en verbouwen", "LO", ("+31880000223",), {"target": 7500}),
    Department("MOR", "Meldpunt openbare ruimte", "LO", ("+31880000224",), {"target": 7500}, closes_after=10),
)

PEOPLE: Final = (
    Person("admin@demo.example", "Anneke Admiraal", "nl", ("administrator",), signs_in=True),
    Person("coordinator@demo.example", "Cor Dinkelman", "nl", ("coordinator",), signs_in=True),
    Person("reviewer@demo.example", "Rianne Viersma", "nl", ("reviewer",), signs_in=True),
    Person("manager@demo.example", "Maarten Agerbeek", "nl", ("manager",), ("LO",), signs_in=True),
    Person("analyst@demo.example", "Anouk Lijster", "nl", ("analyst",), signs_in=True),
    Person("works-council@demo.example", "Wouter Raadsma", "nl", ("works_council",), signs_in=True),
)


def _evaluator(name: str, language: str = "nl") -> Person:
    address = "".join(letter for letter in name.lower().replace(" ", ".") if letter.isascii())
    return Person(f"{address}@demo.example", name, language, ("evaluator",))


# In the order of `truth.TRUTH.severities`. The first one signs in; the others only made calls.
EVALUATORS: Final = (
    Person("evaluator@demo.example", "Eva Luijten", "nl", ("evaluator",), signs_in=True),
    _evaluator("Bram Terpstra"),
    _evaluator("Sanne Wiegers"),
    _evaluator("Oliver Whitmore", "en"),
    _evaluator("Fatma Yildirim"),
    _evaluator("Joost Hamersma"),
    _evaluator("Hannah Prescott", "en"),
    _evaluator("Lotte Brouwer"),
    _evaluator("Ruben Kastelein"),
    _evaluator("Priya Raman", "en"),
    _evaluator("Marieke Zandstra"),
    _evaluator("Thijs Verhoef"),
    _evaluator("Imke Postma"),
    _evaluator("Daniel Okafor", "en"),
    _evaluator("Nienke Roosenburg"),
    _evaluator("Youssef El Amrani"),
    _evaluator("Carla Monteiro", "en"),
    _evaluator("Pieter van Aalst"),
    _evaluator("Mirjam Koopmans"),
    _evaluator("Grace Ellison", "en"),
    _evaluator("Stefan Dorsman"),
    _evaluator("Elif Aksoy"),
    _evaluator("Tom Ashworth", "en"),
    _evaluator("Wietske Hylkema"),
    _evaluator("Sophie Lambert", "en"),
)

SCENARIOS: Final = (
    Scenario(
        "complaint_calm",
        {"nl": "Klacht, rustige beller", "en": "Complaint, calm caller"},
        {
            "nl": "U woont al jaren in Lindewaard. Drie weken geleden diende u een klacht in over de gemeente en u kreeg "
            "alleen een ontvangstbevestiging. U spreekt met een rustige stem.",
            "en": "You have lived in Lindewaard for years. Three weeks ago you filed a complaint about the town and all you "
            "got was a confirmation. You speak in a calm voice.",
        },
        {
            "nl": "“Ik vind het vervelend dat mijn klacht nog niet is opgelost. Kunt u mij vertellen hoe het ermee staat?”",
            "en": "“I am sorry to say my complaint has not been resolved yet. Can you tell me how it stands?”",
        },
        problem="complaint",
    ),
    Scenario(
        "complaint_dominant",
        {"nl": "Klacht, dominante beller", "en": "Complaint, dominant caller"},
        {
            "nl": "U woont al jaren in Lindewaard. Drie weken geleden diende u een klacht in over de gemeente en u kreeg "
            "alleen een ontvangstbevestiging. U spreekt luid en dwingend, maar u scheldt niet.",
            "en": "You have lived in Lindewaard for years. Three weeks ago you filed a complaint about the town and all you "
            "got was a confirmation. You speak loudly and insistently, but you do not swear.",
        },
        {
            "nl": "“Ik ben het meer dan zat dat mijn klacht nog niet is opgelost! Hoe staat het ermee?”",
            "en": "“I am more than fed up that my complaint has not been resolved! How does it stand?”",
        },
        caller_style="dominant",
        problem="complaint",
    ),
    Scenario(
        "invoice_calm",
        {"nl": "Vraag over een rekening, rustige beller", "en": "Query about a bill, calm caller"},
        {
            "nl": "U kreeg een rekening van de gemeente die 48 euro hoger is dan vorig jaar. De betaaltermijn loopt over een "
            "week af. U bent vriendelijk en neemt de tijd.",
            "en": "You received a bill from the town that is 48 euros higher than last year. Payment is due in a week. You "
            "are friendly and take your time.",
        },
        {
            "nl": "“Er staat 48 euro meer op mijn rekening dan vorig jaar. Kunt u nagaan hoe dat komt?”",
            "en": "“My bill is 48 euros higher than last year. Could you check why?”",
        },
        problem="invoice",
    ),
    Scenario(
        "invoice_dominant",
        {"nl": "Vraag over een rekening, dominante beller", "en": "Query about a bill, dominant caller"},
        {
            "nl": "U kreeg een rekening van de gemeente die 48 euro hoger is dan vorig jaar. De betaaltermijn loopt over een "
            "week af. U bent ongeduldig en wilt nu een antwoord.",
            "en": "You received a bill from the town that is 48 euros higher than last year. Payment is due in a week. You "
            "are impatient and want an answer now.",
        },
        {
            "nl": "“Er staat 48 euro te veel op mijn rekening! Leg mij maar eens uit hoe dat kan.”",
            "en": "“There are 48 euros too many on my bill! Do explain to me how that is possible.”",
        },
        caller_style="dominant",
        problem="invoice",
    ),
    Scenario(
        "jansen_second_call",
        {"nl": "De heer Jansen, tweede keer", "en": "Mr Jansen, second call"},
        {
            "nl": "U belde gisteren ook al voor de heer Jansen, over uw aanvraag. Hij was er niet en zou terugbellen. Dat is "
            "niet gebeurd.",
            "en": "You called for Mr Jansen yesterday too, about your application. He was out and was to call back. He did "
            "not.",
        },
        {
            "nl": "“Ik bel opnieuw voor de heer Jansen, over mijn aanvraag. Is hij er?”",
            "en": "“I am calling again for Mr Jansen, about my application. Is he in?”",
        },
        attempt=2,
        asked_person_absent=True,
        problem="jansen",
    ),
    Scenario(
        "jansen_fourth_call",
        {"nl": "De heer Jansen, vierde keer", "en": "Mr Jansen, fourth call"},
        {
            "nl": "U belt voor de vierde keer voor de heer Jansen, over een klacht. U zegt zelf pas dat u vaker heeft gebeld "
            "als de medewerker er niet naar vraagt. Vraag niet om teruggebeld te worden voordat u gaat ophangen.",
            "en": "You are calling for Mr Jansen for the fourth time, about a complaint. Only say that you have called "
            "before if the employee does not ask. Do not ask to be called back until you are about to hang up.",
        },
        {
            "nl": "“Mag ik de heer Jansen spreken? Het gaat over mijn klacht.”",
            "en": "“May I speak to Mr Jansen? It is about my complaint.”",
        },
        attempt=4,
        asked_person_absent=True,
        problem="jansen",
    ),
    Scenario(
        "opening_hours",
        {"nl": "Eenvoudige vraag om informatie", "en": "Simple request for information"},
        {
            "nl": "U wilt volgende week langskomen en weet niet wanneer u terechtkunt en wat u moet meenemen.",
            "en": "You want to drop in next week and do not know when you can and what to bring.",
        },
        {
            "nl": "“Wanneer kan ik bij u terecht, en moet ik daarvoor een afspraak maken?”",
            "en": "“When can I come in, and do I need an appointment?”",
        },
    ),
    Scenario(
        "change_of_address",
        {"nl": "Verhuizing", "en": "Moving house"},
        {
            "nl": "U verhuist op de eerste van de volgende maand binnen Lindewaard en wilt weten wat deze afdeling daarvoor "
            "van u nodig heeft. Verzin een adres in Lindewaard.",
            "en": "You are moving within Lindewaard on the first of next month and want to know what this department needs "
            "from you. Make up an address in Lindewaard.",
        },
        {
            "nl": "“Ik ga verhuizen. Wat heeft u van mij nodig?”",
            "en": "“I am moving. What do you need from me?”",
        },
    ),
)

# Planned for the first time this month: with these the calls for Mr Jansen make a chain of four.
NEW_SCENARIOS: Final = (
    Scenario(
        "jansen_first_call",
        {"nl": "De heer Jansen, eerste keer", "en": "Mr Jansen, first call"},
        {
            "nl": "U belt voor de heer Jansen, die uw aanvraag behandelt. Hij blijkt er niet te zijn.",
            "en": "You call for Mr Jansen, who deals with your application. He turns out to be out.",
        },
        {
            "nl": "“Mag ik de heer Jansen spreken? Het gaat over mijn aanvraag.”",
            "en": "“May I speak to Mr Jansen? It is about my application.”",
        },
        attempt=1,
        asked_person_absent=True,
        problem="jansen",
    ),
    Scenario(
        "jansen_third_call",
        {"nl": "De heer Jansen, derde keer", "en": "Mr Jansen, third call"},
        {
            "nl": "U belde al twee keer voor de heer Jansen. Beide keren zou hij terugbellen, en dat is niet gebeurd. U bent "
            "het zat, maar blijft beleefd.",
            "en": "You have called for Mr Jansen twice. Both times he was to call back, and he did not. You are fed up, but "
            "you stay polite.",
        },
        {
            "nl": "“Ik probeer het nog maar eens: is de heer Jansen er? Hij zou mij al twee keer terugbellen.”",
            "en": "“Let me try once more: is Mr Jansen in? He was to call me back twice already.”",
        },
        attempt=3,
        asked_person_absent=True,
        problem="jansen",
    ),
)
