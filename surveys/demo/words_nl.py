"""What Dutch-speaking evaluators of the demo write down. `{topic}`, `{n}` and `{s}` are filled in."""

from typing import Final

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
        "Volgens het systeem bestaat uw aanvraag niet.",
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
        "Als ik u goed begrijp, wacht u al drie weken op antwoord. Klopt dat?",
        "Dus het gaat u om het verschil met vorig jaar, zeg ik dat goed?",
        "Ik vat het even samen, zegt u maar of het klopt.",
    ),
    "recognised": (
        "Ik zie dat u al eerder heeft gebeld. Ik neem het nu van u over.",
        "U heeft dit al vaker uitgelegd, dat hoeft niet nog eens.",
        "Ik zie uw eerdere telefoontjes staan. Dat gaan we nu oplossen.",
    ),
    "feeling_named": (
        "Ik hoor dat dit u hoog zit, en dat begrijp ik.",
        "Drie weken wachten, daar zou ik ook boos van worden.",
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

# For an item answered low: (what was wrong, what made it so). Code of the item, or "low" for any other.
REMARKS: Final = {
    "phrasing.clear_answer": (
        (
            "Ik weet na dit gesprek nog niets over {topic}.",
            "Geen antwoord gekregen over {topic}.",
            "De medewerker kon niets zeggen over {topic}.",
            "Ik kreeg een algemeen verhaal in plaats van antwoord.",
            "Na {n} minuten stond ik met lege handen.",
            "Het antwoord sloeg niet op {topic}.",
            "De medewerker verwees alleen naar de website.",
        ),
        (
            "Er is niets opgezocht.",
            "Er werd gegokt, en dat hoorde ik.",
            "Mijn dossier kon niet worden gevonden.",
            "Ik kreeg twee verschillende termijnen te horen.",
            "Ik moest zelf voorstellen om het na te kijken.",
            "Volgens de medewerker moest ik de brief afwachten.",
            "Ik heb {n} keer naar hetzelfde gevraagd.",
            "Pas toen ik aandrong, werd er een collega bij gehaald.",
        ),
    ),
    "phrasing.wording": (
        (
            "Veel afkortingen en namen van teams.",
            "Alles werd verteld vanuit de eigen regels.",
            "De procedure ging vóór mijn vraag.",
            "Onpersoonlijk: ‘men’ en ‘de gemeente’, nooit ‘ik’.",
            "Ambtelijke taal over {topic}.",
            "Het ging over wat niet kon, niet over wat wel kan.",
        ),
        (
            "Ik moest {n} keer vragen wat er bedoeld werd.",
            "Iemand die de weg niet kent, haakt hier af.",
            "Ik voelde me een nummer.",
            "Er werd iets voorgelezen.",
            "‘Wij’ was steeds de afdeling, niet wij samen.",
            "De toon werd er niet warmer van.",
        ),
    ),
    "callback.offered": (
        (
            "Er is niet aangeboden om mij terug te bellen.",
            "Terugbellen kwam niet ter sprake.",
            "Ik mocht het zelf later nog eens proberen.",
            "Ik bleef met {topic} zitten.",
            "Het gesprek werd afgerond zonder vervolg.",
            "Een terugbelverzoek kon volgens de medewerker niet.",
        ),
        (
            "Ik heb {n} tellen stil gelaten, maar er kwam niets.",
            "Ook een boodschap aannemen gebeurde niet.",
            "Mijn nummer is niet gevraagd.",
            "De medewerker leek opgelucht dat ik ophing.",
            "Een ander nummer kreeg ik evenmin.",
            "Daarna viel er een stilte.",
        ),
    ),
    "listening.repeat_caller": (
        (
            "Dat ik al eerder belde, deed er niet toe.",
            "Ik moest alles opnieuw vertellen.",
            "Mijn eerdere telefoontjes stonden nergens.",
            "De medewerker ging eraan voorbij dat ik vaker belde.",
            "Geen excuus, geen herkenning.",
        ),
        (
            "Ik heb het twee keer gezegd.",
            "Het gesprek begon gewoon bij het begin.",
            "Er werd meteen naar mijn naam gevraagd.",
            "Ik kreeg te horen dat collega’s dat hadden moeten noteren.",
            "Over {topic} was niets bekend.",
        ),
    ),
    "tone.composure": (
        (
            "De medewerker ging mee in mijn toon.",
            "Werd kortaf zodra ik luider sprak.",
            "Zuchtte hoorbaar toen ik over {topic} begon.",
            "Ging in de verdediging.",
            "Praatte door mij heen.",
            "Viel stil en liet mij maar praten.",
        ),
        (
            "Na {n} minuten was de rust weg.",
            "Daarna kwam het niet meer goed.",
            "Er klonk ergernis in door.",
            "Het werd een welles-nietesgesprek.",
            "Mijn vraag raakte uit beeld.",
            "Ik werd {n} keer onderbroken.",
        ),
    ),
    "disconnected": (
        (
            "De verbinding werd verbroken terwijl ik sprak.",
            "De medewerker hing op.",
            "Na {s} seconden in de wacht viel de lijn weg.",
            "Midden in mijn zin was het gesprek weg.",
            "Bij het doorverbinden werd opgehangen.",
        ),
        (
            "Ik ben niet teruggebeld.",
            "Er was niets aan voorafgegaan.",
            "Het ging net over {topic}.",
            "Mijn nummer was wel zichtbaar.",
            "Ik hoorde nog ‘een ogenblik’.",
        ),
    ),
    "low": (
        (
            "Dit kon beter.",
            "Hier liet de medewerker het liggen.",
            "Dat viel tegen bij {topic}.",
            "Weinig moeite gedaan.",
        ),
        (
            "Het bleef bij een half antwoord.",
            "Ik moest erom vragen.",
            "Het ging te snel.",
            "Er werd niet doorgevraagd.",
        ),
    ),
}

# A last word about the whole call, by how it went.
CLOSING: Final = {
    "good": (
        (
            "Prettig gesprek.",
            "Zo hoort het.",
            "Hier kan ik mee verder.",
            "Snel en vriendelijk geholpen.",
            "De medewerker nam de tijd voor {topic}.",
            "Ik voelde me serieus genomen.",
            "Vlot, helder en persoonlijk.",
            "Goed geluisterd en goed samengevat.",
        ),
        (
            "Alles over {topic} is duidelijk.",
            "In {n} minuten klaar.",
            "Er werd zelfs gevraagd of ik nog iets wilde weten.",
            "Ik hoefde niets te herhalen.",
            "De medewerker dacht echt mee.",
            "Een glimlach hoor je ook door de telefoon.",
            "Ook toen het lastig werd, bleef de toon warm.",
        ),
    ),
    "mixed": (
        (
            "Vriendelijk, maar niet volledig.",
            "De inhoud klopte, de toon was vlak.",
            "Het begon stroef en eindigde goed.",
            "Aardig geholpen, al duurde het lang.",
            "Niet slecht, niet bijzonder.",
            "Goede wil, weinig houvast.",
        ),
        (
            "Ik moest {n} minuten wachten.",
            "Over {topic} bleef één ding open.",
            "Op de achtergrond was het rumoerig.",
            "Er werd niet samengevat wat we afspraken.",
            "Doorvragen had geholpen.",
            "Ik werd één keer doorverbonden.",
        ),
    ),
    "bad": (
        (
            "Een teleurstellend gesprek.",
            "Hier zou ik als inwoner boos van worden.",
            "Ik voelde me tot last.",
            "Zo houd je geen inwoners te vriend.",
            "Niemand leek zich verantwoordelijk te voelen.",
            "Van het kastje naar de muur.",
        ),
        (
            "Over {topic} weet ik nog net zoveel als ervoor.",
            "Ik zou niet graag opnieuw bellen.",
            "De medewerker wilde vooral van mij af.",
            "Na {n} minuten heb ik het opgegeven.",
            "Ik hoorde collega’s lachen op de achtergrond.",
            "Er is geen enkele toezegging gedaan.",
        ),
    ),
    "unanswered": (
        (
            "Niet opgenomen.",
            "Na {s} seconden overgaan heb ik opgehangen.",
            "De lijn bleef overgaan.",
        ),
        (
            "Binnen de openingstijden gebeld.",
            "Ook een tweede poging lukte niet.",
            "Geen keuzemenu, geen wachtmuziek.",
            "",
        ),
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

RETURN_REASONS: Final = (
    "U noteerde ‘geen schadelijke uitspraken’, maar in uw opmerking staat er een. Wilt u dat nakijken?",
    "De terugbelafspraak mist een tijdstip. Heeft u nog aantekeningen?",
    "Uw toelichting bij het antwoord past bij een ander gesprek. Graag corrigeren.",
    "De begroeting staat overal op het hoogste antwoord, terwijl u na veertig seconden pas iemand sprak.",
    "Het citaat is een samenvatting. Schrijf op wat er letterlijk is gezegd, of laat het weg.",
    "De medewerker wordt bij naam genoemd. Haal de naam weg, alstublieft.",
    "Scenario en antwoorden spreken elkaar tegen: was dit de eerste of de vierde keer?",
)

VOID_REASONS: Final = (
    "De evaluator werd herkend.",
    "Verkeerd nummer gebeld: dit was een andere afdeling.",
    "Het gesprek is dubbel ingevoerd.",
    "De opdracht is niet gevolgd: er is een andere vraag gesteld.",
    "Brandoefening tijdens het gesprek.",
)
