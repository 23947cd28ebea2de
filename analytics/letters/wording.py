"""What a letter is of, and why one could not be made, as its reader reads it."""

import re
from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics import words
from analytics.access import Reader
from analytics.choices import chips
from analytics.filters import Filters, parse
from analytics.letters.models import MOST_TITLE

# So much of a title is for the names of departments.
MOST_NAMES: Final = 80
FAILURES: Final[Mapping[str, str]] = {
    "rights": gettext_noop("You read no results here when it was to be made, so there is no letter. Ask again if you do now."),
    "elsewhere": gettext_noop("You do not read the department or wave that it was asked of. Ask for a new letter of what you do read."),
    "broke": gettext_noop("Something went wrong on our side. Ask again; if it fails again, tell your administrator."),
    "killed": gettext_noop("It was begun several times and cut off each time. A shorter period or a single department asks less of the server; if that is cut off too, tell your administrator."),
    "pango": gettext_noop("This server cannot make PDFs: the library pango is missing. Whoever looks after the server installs it; the README names the packages. Ask again after that."),
}  # fmt: skip


def failure(kept: str) -> str:
    """A code in words; of older letters the sentence itself was kept."""
    return _(FAILURES[kept]) if kept in FAILURES else kept


def printable(text: str) -> str:
    """Without control characters: a title stands in the document's own data and in the name of its file as well."""
    return "".join(each for each in text if each.isprintable())


def titled(title: str, reader: Reader, query: str) -> str:
    """“Management letter: Burgerzaken”: a title with the departments that the letter is of, unless it names them already."""
    chosen = parse(QueryDict(query), reader).departments
    if not chosen and not reader.reads_all and len(reader.departments) == 1:
        chosen = tuple(reader.departments)
    names = [printable(reader.departments[key].name) for key in chosen]
    missing = [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", title, re.IGNORECASE)]
    if not missing:
        return title
    of = _cut(words.listed(missing), MOST_NAMES)
    return f"{_cut(title, MOST_TITLE - len(of) - 2)}: {of}"


def _cut(text: str, most: int) -> str:
    """As the database counts, which takes a mark over a letter for one more."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def about(reader: Reader, query: str) -> str:
    """“1 January to 31 March 2026, department Burgerzaken”."""
    filters = parse(QueryDict(query), reader)
    return ", ".join([period(filters), *narrowed(reader, filters)])


def narrowed_by(reader: Reader, query: str) -> list[str]:
    """What narrows a schedule's letters, as far as this reader's rights go."""
    return narrowed(reader, parse(QueryDict(query), reader))


def period(filters: Filters) -> str:
    named = filters.quarter is not None or filters.start is None
    return words.capital(words.period(filters.period)) if named else words.dates(filters)


def narrowed(reader: Reader, filters: Filters) -> list[str]:
    """What narrows a choice, each with its name; a period is no part of it."""
    unwanted = {_("Compared with")}
    found = chips(reader, filters)[1:]
    return [f"{chip.label.lower()} {chip.value}" for chip in found if chip.label not in unwanted]
