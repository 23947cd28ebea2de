"""What was heard in the demo's calls, and how Dutch-speaking evaluators call things."""

from typing import Final

from surveys.demo.remarks_nl import CLOSING, REMARKS

__all__ = ["CLOSING", "OTHER_QUOTES", "QUOTES", "REMARKS", "SAID", "TOPICS", "WHO"]

TOPICS: Final = {
    "complaint_calm": ("mijn klacht", "de klacht van drie weken geleden", "de stand van mijn klacht"),
    "complaint_dominant": ("mijn klacht", "de klacht die al weken ligt", "het uitblijven van een reactie"),
    "invoice_calm": ("de rekening", "het verschil van 48 euro", "het bedrag op mijn rekening"),
    "invoice_dominant": ("de rekening", "die 48 euro te veel", "de verhoging op mijn rekening"),
    "jansen_second_call": ("mijn aanvraag", "het gesprek met de heer Jansen", "mijn vraag van gisteren"),
    "jansen_fourth_call": ("mijn klacht", "de heer Jansen", "mijn vierde telefoontje"),
    "opening_hours": ("de openingstijden", "een afspraak", "wat ik moet meenemen"),
    "change_of_address": ("mijn verhuizing", "het nieuwe adres", "de wijziging van mijn adres"),
}

# By code of the phrase bank.
QUOTES: Final = {
    "hang_you_up": (
        "Ik hang u even op.",
        "Blijft u hangen, ik hang u even op.",
        "Moment, ik hang u even weg.",
        "Ik hang u er even uit, hoor.",
        "Dan hang ik u even op, ogenblikje.",
    ),
    "where_is_he": (
        "Ja, net was hij nog op zijn plaats, maar waar hij nu is?",
        "Hij was er net nog, ik zie hem nu niet.",
        "Geen idee waar die uithangt.",
        "Hij zal wel koffie aan het halen zijn.",
        "Zijn jas hangt er, maar ik zie hem niet.",
    ),
    "try_again_later": (
        "Dan probeert u het later toch nog een keer.",
        "Belt u anders na de lunch nog eens.",
        "Nou, dan probeert u het na het weekend nog maar eens.",
        "Morgen is er weer iemand, belt u dan maar.",
    ),
    "fifth_time": (
        "U belt al voor de vierde keer? Dan wordt dit de vijfde keer.",
        "Tja, dan zult u een vijfde keer moeten bellen.",
        "Vier keer? Dan kan één keer extra ook nog wel.",
    ),
    "good_luck": (
        "Prettig weekend en veel succes.",
        "Nou, succes ermee.",
        "Ik wens u er veel succes mee.",
        "Dan wens ik u sterkte en een fijn weekend.",
    ),
    "not_my_department": (
        "Daar gaan wij niet over.",
        "Dat is niet van onze afdeling.",
        "Nee, dan moet u bij een ander zijn.",
        "Daar moet u de wijkbeheerder voor hebben, niet ons.",
    ),
    "no_idea": (
        "Geen idee, ik zit hier ook maar voor het eerst.",
        "Zou ik zo niet weten.",
        "Ik heb werkelijk geen idee.",
        "Dat weet ik ook niet, ik val vandaag in.",
    ),
    "you_must": (
        "U moet dat schriftelijk indienen.",
        "Dan moet u eerst het formulier invullen.",
        "U moet gewoon de brief goed lezen.",
        "Dat moet u op de website doen, niet telefonisch.",
    ),
    "system_says": (
        "Het systeem laat dat niet toe.",
        "De computer geeft aan dat het niet kan.",
        "Ik kan daar in het systeem niet bij.",
        "Volgens het systeem bestaat u niet.",
    ),
    "calm_down": (
        "Rustig maar, u hoeft niet zo boos te doen.",
        "Als u zo begint, hang ik op.",
        "Doet u eens rustig, zeg.",
        "U hoeft tegen mij niet te schreeuwen.",
    ),
    "nobody_complains": (
        "U bent de eerste die daarover klaagt.",
        "Daar horen we anders nooit iemand over.",
        "Andere mensen hebben daar geen last van.",
        "Vreemd, bij anderen gaat het altijd goed.",
    ),
    "as_soon_as_possible": (
        "U wordt zo snel mogelijk teruggebeld.",
        "Iemand belt u wel een keer terug.",
        "U hoort vanzelf van ons.",
        "Er wordt contact met u opgenomen, maar wanneer kan ik niet zeggen.",
    ),
    "callback_unasked": (
        "Zal ik vragen of zij u terugbelt? Wanneer komt het u uit?",
        "Ik laat u terugbellen, dan hoeft u dat niet te doen.",
        "Zal ik mijn collega vragen u vanmiddag te bellen?",
    ),
    "who_and_when": (
        "De heer Jansen belt u vandaag tussen drie en vier.",
        "Mevrouw De Boer belt u morgen vóór elf uur.",
        "Mijn collega Van Dam belt u uiterlijk om vier uur.",
    ),
    "summary": (
        "Als ik u goed begrijp, wacht u nog op antwoord. Klopt dat?",
        "Dus u wilt weten waar u aan toe bent, zeg ik dat goed?",
        "Ik vat het even samen, zegt u maar of het klopt.",
    ),
    "recognised": (
        "Ik zie dat u al eerder heeft gebeld. Ik neem het nu van u over.",
        "U heeft dit al vaker uitgelegd, dat hoeft niet nog eens.",
        "Ik zie uw eerdere telefoontjes staan. Dat gaan we nu oplossen.",
    ),
    "feeling_named": (
        "Ik hoor dat dit u hoog zit, en dat begrijp ik.",
        "Daar zou ik ook van balen.",
        "Wat vervelend dat u hier zo lang mee zit.",
    ),
    "hold_asked": (
        "Mag ik u een halve minuut in de wacht zetten? Dan haal ik uw dossier erbij.",
        "Ik zoek het even op, vindt u het goed als ik u laat wachten?",
    ),
    "finding_out": (
        "Dat weet ik niet, maar ik zoek het uit en bel u vóór twaalf uur.",
        "Ik ga dat voor u na, u hoeft verder niets te doen.",
    ),
    "all_answered": ("Heb ik al uw vragen beantwoord?", "Is hiermee alles duidelijk, of kan ik nog iets voor u doen?"),
}

# Heard, but not in the phrase bank.
OTHER_QUOTES: Final = (
    "Ja, u bent niet de enige die belt.",
    "Het is hier ook druk, hoor.",
    "Dat heb ik u toch net gezegd?",
    "Wie heeft u dát verteld?",
    "Zo doen we dat hier nu eenmaal.",
    "Daar kan ik echt niet aan beginnen.",
    "Dan had u eerder moeten bellen.",
    "Dat staat gewoon op de website.",
)

# Word for word, for an item answered low.
SAID: Final = {
    "phrasing.wording": (
        "Wij werken nu eenmaal met termijnen.",
        "Volgens onze procedure krijgt u eerst een brief.",
        "Ons beleid is dat we daar telefonisch niets over zeggen.",
        "Dat traject loopt bij de tweede lijn.",
        "U zit nog in de wachtrij van het team.",
        "Dat is een zaak voor de backoffice.",
    ),
    "callback.offered": (
        "Hij is er morgen weer.",
        "Dan zou ik het morgen nog eens proberen.",
        "Ik kan er nu niets mee.",
        "U kunt altijd een mail sturen.",
        "Meer kan ik niet voor u doen.",
    ),
    "listening.repeat_caller": (
        "Dat kan ik hier niet zien.",
        "Wat was uw vraag ook alweer?",
        "Dan had u toen moeten aandringen.",
        "Daar weet ik niets van, vertelt u het nog maar een keer.",
        "Bij wie heeft u toen gesproken dan?",
    ),
    "tone.composure": (
        "Zeg, zo hoeft het niet.",
        "Dan houdt het op.",
        "Laat u mij nou eens uitpraten!",
        "Ik ga dit gesprek zo beëindigen.",
        "Wat wilt u nou eigenlijk?",
    ),
}

WHO: Final = (
    "De heer Jansen",
    "Mevrouw De Boer",
    "Een collega van de afdeling",
    "De heer Van Dam",
    "Mevrouw El Idrissi",
    "De behandelaar van mijn dossier",
    "De medewerker zelf",
    "Mevrouw Kuipers",
    "De teamleider",
)
