"""What Dutch-speaking evaluators of the demo write about a call. `{topic}`, `{n}` and `{s}` are filled in."""

from typing import Final

# For an item answered low: (what was wrong, what made it so), by the code of the item.
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
    "cut_off": (
        (
            "Zover kwam het niet.",
            "Het gesprek was al weg.",
            "Daar was geen gelegenheid voor.",
            "Terugbellen is niet gebeurd.",
        ),
        ("Ik had mijn vraag net gesteld.", "Mijn nummer was niet gevraagd.", "Ik heb nog een kwartier gewacht.", ""),
    ),
    "greeting.organisation": (
        (
            "Ik wist niet waar ik was uitgekomen.",
            "Alleen ‘hallo’.",
            "De afdeling werd niet genoemd.",
            "‘Met de gemeente’, meer niet.",
        ),
        ("Ik moest ernaar vragen.", "Het klonk gehaast.", ""),
    ),
    "greeting.own_name": (
        ("Geen naam gehoord.", "De naam ging verloren in de begroeting.", "Wie ik sprak, bleef onbekend."),
        ("Ook aan het eind niet.", "Ik moest ernaar vragen.", ""),
    ),
    "phrasing.hold": (
        ("Ik werd zomaar in de wacht gezet.", "Opeens was het stil.", "Zonder uitleg doorverbonden."),
        ("Het duurde {s} seconden.", "Ik wist niet of er nog iemand was.", "Daarna begon het gesprek opnieuw."),
    ),
    "listening.let_finish": (
        ("Ik werd onderbroken.", "Uitpraten lukte niet.", "De medewerker vulde mijn zinnen aan."),
        ("Dat gebeurde {n} keer.", "Daardoor ging het eerst over iets anders.", ""),
    ),
    "listening.checked": (
        ("Er is niet nagegaan of het klopte.", "Geen samenvatting.", "Of mijn vraag was begrepen, bleef onzeker."),
        ("Ik moest mijzelf {n} keer verbeteren.", "Over {topic} bleef het vaag.", ""),
    ),
    "callback.concrete": (
        ("Een belofte zonder houvast.", "Onduidelijk wie er zou bellen.", "Een tijd noemen kon niet."),
        ("Ik moest erom vragen.", "‘Vandaag of morgen’ was het.", "Daarna werd er afgerond."),
    ),
    "tone.empathy": (
        ("Op wat dit met mij deed werd niet ingegaan.", "Geen woord over het ongemak.", "Begrip kon er niet af."),
        ("Het bleef zakelijk.", "Er werd meteen om mijn gegevens gevraagd.", ""),
    ),
    "tone.effort": (
        ("De aandacht verslapte.", "Aan het eind moest het snel.", "De moeite was er halverwege af."),
        ("Er werd intussen getypt.", "Na {n} minuten wilde de medewerker afronden.", ""),
    ),
    # By dimension, for any other item.
    "greeting": (
        ("De opening was kortaf.", "Een stroeve start.", "Er werd al gepraat voordat ik aan de lijn was."),
        ("Het klonk gehaast.", "Ik voelde me niet welkom.", ""),
    ),
    "listening": (
        ("Er werd niet doorgevraagd.", "Ik moest alles zelf aandragen.", "Het bleef bij luisteren."),
        ("Daardoor kwam {topic} maar half aan bod.", "Eén vraag had veel gescheeld.", ""),
    ),
    "callback": (
        ("Er werd niets anders geprobeerd.", "Daar hield het op.", "Het initiatief lag bij mij."),
        ("Ook een boodschap werd niet aangenomen.", "Ik heb het na {n} minuten opgegeven.", ""),
    ),
    "tone": (
        ("De stem klonk vlak.", "Gehaast en afwezig.", "Kort en koel.", "Ik hoorde ergernis."),
        ("Het werd een opsomming.", "Er klonk geroezemoes doorheen.", ""),
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
