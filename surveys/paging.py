"""Pages of a long list in time order: the next page begins after the last row seen, so nothing is skipped or met twice."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """`after` leads to the next page and is "" on the last one; `is_first` tells whether there is something before."""

    rows: list[M]
    after: str
    is_first: bool


def page_of(rows: "QuerySet[M]", *, by: str, after: str, size: int, down: bool = False) -> "Page[M]":
    """`size` rows ordered by the moment `by` and the key, from `after` on; a cursor that is not ours begins at the start."""
    key = _read(after)
    sign = "-" if down else ""
    rows = rows.order_by(f"{sign}{by}", f"{sign}pk")
    if key is not None:
        beyond = "lt" if down else "gt"
        moment, pk = key
        # The first condition is implied by the second; a database finds its place in an index by it.
        rows = rows.filter(
            Q(**{f"{by}__{beyond}e": moment})
            & (Q(**{f"{by}__{beyond}": moment}) | Q(**{by: moment, f"pk__{beyond}": pk}))
        )
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], "" if last is None else _written(getattr(last, by), last.pk), key is None)


def _written(moment: dt.datetime, pk: Any) -> str:
    return f"{moment.astimezone(dt.UTC).strftime('%Y%m%dT%H%M%S.%fZ')}_{pk}"


def _read(cursor: str) -> tuple[dt.datetime, int] | None:
    moment, _, pk = cursor.partition("_")
    try:
        at = dt.datetime.strptime(moment, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=dt.UTC)
        return at, int(pk) if len(pk) < 19 else 0
    except ValueError:
        return None
