"""What people write in a cell: moments, numbers, yes and no. No Django."""

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import Final

YES: Final = frozenset({"yes", "y", "ja", "j", "true", "waar", "1", "x"})
NO: Final = frozenset({"no", "n", "nee", "false", "onwaar", "0"})
NOT_APPLICABLE: Final = frozenset({"na", "n a", "nvt", "n v t", "not applicable", "niet van toepassing"})
# What Excel shows for a formula that failed, in English and Dutch; "#N/A" is not "not applicable".
EXCEL_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}
    | {"#N/B", "#VERW!", "#WAARDE!", "#DEEL/0!", "#NAAM?", "#LEEG!", "#GETAL!"}
)

_YEAR_FIRST: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|([0-9]{2})([0-9]{2}))")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_CLOCK: Final = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:\.[0-9]{1,6})?)? *(?:uur|u)?", re.IGNORECASE)
_WITH_OFFSET: Final = re.compile(r"[0-9-]{10}[T ][0-9:.]{5,15} ?(Z|[+-][0-9]{2}:?[0-9]{2})")


@lru_cache(maxsize=10_000)
def plain(words: str) -> str:
    """Lower case, no accents, punctuation as single spaces: how headings and options are compared."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


def parse_moment(text: str, zone: dt.tzinfo | None = None) -> tuple[dt.date | None, dt.time | None]:
    """A day, with a time where one follows it; days are read before months, as the Dutch write them.

    The wall clock of `zone`, also when the moment names its distance to UTC. (None, None) when it cannot be read.
    """
    text = text.strip()
    if zone is not None and _WITH_OFFSET.fullmatch(text):
        try:
            local = dt.datetime.fromisoformat(text).astimezone(zone)
        except ValueError:
            return None, None
        return local.date(), local.time().replace(microsecond=0)
    first, _separator, rest = text.replace("T", " ").partition(" ")
    day = _parse_day(first)
    if day is None or not rest.strip():
        return day, None
    clock = parse_clock(rest)
    return (day, clock) if clock is not None else (None, None)


def _parse_day(text: str) -> dt.date | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[2] or found[4]), int(found[3] or found[5])
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
    else:
        return None
    try:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def parse_clock(text: str) -> dt.time | None:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return dt.time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        return None


def decimal_point(text: str) -> str:
    """`1.234,5` and `1234,5` as `1234.5`; a point alone stays the decimal point."""
    compact = text.replace("\u00a0", "").replace(" ", "")
    return compact.replace(".", "").replace(",", ".") if "," in compact else compact
