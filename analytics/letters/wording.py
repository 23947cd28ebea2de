"""What a letter is of, and why one could not be made, as its reader reads it."""

from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics import words
from analytics.access import Reader
from analytics.choices import chips
from analytics.filters import Filters, parse

FAILURES: Final[Mapping[str, str]] = {
    "rights": gettext_noop("You no longer read results here, so no letter was made."),
    "elsewhere": gettext_noop("It was asked of a department or wave that is not among those you read."),
    "broke": gettext_noop("Something went wrong on our side. Ask again; if it fails again, tell your administrator."),
    "killed": gettext_noop("It was begun several times and cut off each time. Tell your administrator before asking again."),
}  # fmt: skip


def failure(kept: str) -> str:
    """A code in words; what makes the document says by itself what it lacks."""
    return _(FAILURES[kept]) if kept in FAILURES else kept


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
