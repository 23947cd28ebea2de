"""What employees said, word for word, as evaluators noted it with a phrase: from the calls, for who may open them.

Nothing here takes names out of a quote, as nothing does on the page of a call: so a quote is read only by somebody who may
open the call that it is of, and links to it. Figures of phrases rest on sums (`analytics.frames`), not on this.
"""

import datetime as dt
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import TextField
from django.db.models.functions import Cast

from analytics.access import Reader
from analytics.filters import Filters
from analytics.sources import of_calls
from surveys import access
from surveys.models import Call
from surveys.presentation import moment
from surveys.querysets import CallQuerySet

MOST_QUOTES: Final = 20
# The newest calls in which a phrase was heard: as many as are looked through.
MOST_CALLS: Final = 3000


@dataclass(frozen=True, slots=True)
class Quote:
    """What was said: `phrase` is a code of the bank, or "" for none; `second` of the call, where it was noted."""

    phrase: str
    words: str
    second: int | None
    call: int
    day: dt.date
    department: int

    @property
    def moment(self) -> str:
        """Minutes and seconds into the call: “03:12”."""
        return moment(self.second)

    @property
    def reference(self) -> str:
        return Call.reference_of(self.call)


def newest(reader: Reader, filters: Filters, departments: frozenset[int], known: Collection[str]) -> list[Quote]:
    """The newest quotes with each of these phrases, at most `MOST_QUOTES` of one."""
    counts: Counter[str] = Counter()
    chosen: list[int] = []
    for pk, heard in _heard_in(_calls(reader, filters, departments)):
        wanted = [code for code in heard if code in known and counts[code] < MOST_QUOTES]
        if wanted:
            counts.update(wanted)
            chosen.append(pk)
        if len(counts) == len(known) and min(counts.values()) == MOST_QUOTES:
            break
    calls = Call.objects.filter(pk__in=chosen)
    return _firsts(calls, lambda quote: quote.phrase in known)


def saying(reader: Reader, filters: Filters, departments: frozenset[int], q: str) -> list[Quote]:
    """The newest quotes that hold these words, of any phrase, at most `MOST_QUOTES` of one."""
    calls = _calls(reader, filters, departments)
    days = [day for (day,) in calls.values_list("local_date")[:MOST_CALLS]]
    if not days or not plain(q):
        return []
    found = calls.filter(local_date__gte=days[-1])
    # Letters with accents are stored in more than one way: the database looks for the longest run without.
    run = max(re.findall(r"[a-z0-9]+", q.casefold()), key=len, default="")
    if run:
        found = found.annotate(said=Cast("answers", TextField())).filter(said__icontains=run)
    return _firsts(found[: MOST_CALLS // 5], lambda quote: holds(quote.words, q))


def plain(words: str) -> str:
    """Words in lower case, without signs and accents: what is compared when somebody looks for them."""
    letters = unicodedata.normalize("NFKD", words.casefold().replace("’", "'"))
    return " ".join(re.findall(r"\w+", "".join(each for each in letters if not unicodedata.combining(each))))


def holds(words: str, q: str) -> bool:
    """Whether all of the words looked for stand in these, whole or begun."""
    held = f" {plain(words)}"
    return all(f" {word}" in held for word in plain(q).split())


# --- how --------------------------------------------------------------------------------------------------------------


def _calls(reader: Reader, filters: Filters, departments: frozenset[int]) -> CallQuerySet:
    """The counting calls of the period in which a phrase was heard, of those that the reader may open, newest first."""
    mine = access.visible_calls(reader.user).counting().filter(of_calls(reader, filters, departments))
    heard: CallQuerySet = mine.annotate(heard=Cast("phrases", TextField())).exclude(heard="[]")
    return heard.order_by("-local_date", "-pk")


def _heard_in(calls: CallQuerySet) -> Iterator[tuple[int, list[str]]]:
    for pk, heard in calls.values_list("pk", "heard")[:MOST_CALLS]:
        yield pk, json.loads(heard)


def _firsts(calls: Any, wanted: Callable[[Quote], bool]) -> list[Quote]:
    """The quotes of these calls that are wanted, newest first, no more than so many of a phrase."""
    counts: Counter[str] = Counter()
    found = []
    rows = calls.order_by("-local_date", "-pk") if not calls.query.is_sliced else calls
    for pk, day, department, answers in rows.values_list("pk", "local_date", "department", "answers"):
        for quote in _quotes(pk, day, department, answers):
            if wanted(quote) and counts[quote.phrase] < MOST_QUOTES:
                counts[quote.phrase] += 1
                found.append(quote)
    return found


def _quotes(pk: int, day: dt.date, department: int, answers: dict[str, Any]) -> Iterator[Quote]:
    """The quotes noted in a call. Only the answer to a question about phrases is a list of them."""
    for answer in answers.values():
        value = answer.get("value") if isinstance(answer, dict) else None
        for row in value if isinstance(value, list) else ():
            if isinstance(row, dict) and row.get("quote"):
                yield Quote(row.get("phrase") or "", row["quote"], row.get("second"), pk, day, department)
