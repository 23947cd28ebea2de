"""What the quota page of a wave shows: the numbers as stored, as typed, or as a quick fill or an earlier wave has them.

What was filled in is saved only when the coordinator saves it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from surveys import access, quotas
from surveys.forms.planning import FillForm, QuotaForm
from surveys.tree import Branch, in_tree_order

if TYPE_CHECKING:
    from surveys.models import User, Wave

# A form may hold a thousand fields; larger organisations turn pages.
FIELDS_A_PAGE = 800
# More columns than these are shown as a list under each department, on every screen.
WIDEST = 10


@dataclass(frozen=True, slots=True)
class QuotaPage:
    form: QuotaForm
    fill: FillForm
    pages: "Page[Branch]"
    columns: tuple[quotas.Column, ...]
    earlier: "tuple[Wave, ...]"
    is_filled: bool

    @property
    def is_wide(self) -> bool:
        return len(self.columns) > WIDEST


def build(wave: "Wave", *, user: "User", query: QueryDict, sent: QueryDict | None, today: dt.date) -> QuotaPage:
    day = max(today, wave.starts_on)
    departments = list(access.visible_departments(user, wave.organisation).open_on(day))
    stored = quotas.stored(wave)
    columns = quotas.columns(access.visible_scenarios(user, wave.organisation), stored)
    pages = Paginator(in_tree_order(departments), max(1, FIELDS_A_PAGE // max(1, len(columns)))).get_page(
        query.get("page")
    )
    earlier = tuple(access.waves_with_quota(user, wave))
    fill = FillForm(query if "each" in query else None, columns=[column for column in columns if column.in_use])
    source = next((each for each in earlier if str(each.pk) == query.get("copy")), None)
    filled = None
    if sent is None and source is not None:
        filled = quotas.stored(source)
    elif sent is None and fill.is_bound and fill.is_valid():
        filled = fill.filled(departments, stored)
    form = QuotaForm(
        sent,
        branches=list(pages),
        columns=columns,
        stored=stored,
        seen=quotas.fingerprint(wave),
        filled=filled,
    )
    return QuotaPage(form, fill, pages, columns, earlier, is_filled=filled is not None)
