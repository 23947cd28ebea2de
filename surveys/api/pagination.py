"""Pages that stay right while rows are added: the next page begins after the last key seen, not at a number of rows."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

MAX_KEY = 2**63 - 1


class KeysetPagination(BasePagination):
    """`?page_size=100&cursor=...`; follow `next` until it is null. The cursor is opaque; take it from `next` only.

    A walk meets every row that stood there from its beginning to its end exactly once, whatever is added meanwhile.
    """

    page_size = 100
    largest = 500
    # By the value of `order`: the columns of the key, the last one unique, and whether they go down.
    orders: Mapping[str, tuple[Sequence[str], bool]] = {"id": (("pk",), False)}

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.order = self.read_order(request)
        columns, down = self.orders[self.order]
        size = self.read_size(request)
        rows = queryset.order_by(*(f"-{column}" if down else column for column in columns))
        if cursor := request.query_params.get("cursor"):
            rows = rows.filter(after(columns, self.read_cursor(cursor, columns), down=down))
        found = list(rows[: size + 1])
        self.last = [_plain(getattr(found[size - 1], column)) for column in columns] if len(found) > size else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_link(), "results": data})

    def next_link(self) -> str | None:
        if self.last is None:
            return None
        key = json.dumps([self.order, *self.last], separators=(",", ":")).encode()
        cursor = base64.urlsafe_b64encode(key).decode().rstrip("=")
        return str(replace_query_param(self.request.build_absolute_uri(), "cursor", cursor))

    def read_size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= self.largest):
            raise ValidationError({"page_size": _("Give a number from 1 to %(limit)s.") % {"limit": self.largest}})
        return int(text)

    def read_order(self, request: Request) -> str:
        order = request.query_params.get("order") or next(iter(self.orders))
        if order not in self.orders:
            raise ValidationError({"order": _("Choose one of: %(choices)s.") % {"choices": ", ".join(self.orders)}})
        return order

    def read_cursor(self, text: str, columns: Sequence[str]) -> list[Any]:
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return _key(json.loads(raw), self.order, columns)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise ValidationError({"cursor": _("This cursor is not one of ours. Begin again without it.")}) from None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.largest, "default": self.page_size}
        found = [
            _parameter("cursor", {"type": "string"}, "Where the page begins; take it from `next`."),
            _parameter("page_size", size, "Rows a page."),
        ]
        if len(self.orders) > 1:
            choices = {"type": "string", "enum": list(self.orders), "default": next(iter(self.orders))}
            found.append(_parameter("order", choices, "What the rows are ordered by; `-` is backwards."))
        return found

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "description": "The next page; null at the end."}
        return {"type": "object", "required": ["next", "results"], "properties": {"next": link, "results": schema}}


class CallPagination(KeysetPagination):
    """By key, or by local date and key, either way round."""

    orders = {
        "id": (("pk",), False),
        "-id": (("pk",), True),
        "date": (("local_date", "pk"), False),
        "-date": (("local_date", "pk"), True),
    }


def after(columns: Sequence[str], key: Sequence[Any], *, down: bool) -> Q:
    """Rows that come after `key` in the order of `columns`."""
    beyond = "lt" if down else "gt"
    first, *others = columns
    rule = Q(**{f"{first}__{beyond}": key[0]})
    if others:
        # The first condition is implied by the second; databases find their place in an index by it.
        return Q(**{f"{first}__{beyond}e": key[0]}) & (rule | Q(**{first: key[0]}) & after(others, key[1:], down=down))
    return rule


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _key(parts: Any, asked: str, columns: Sequence[str]) -> list[Any]:
    order, *key = parts
    if order != asked:
        raise ValueError(order)
    return [_value(column, value) for column, value in zip(columns, key, strict=True)]


def _value(column: str, value: Any) -> Any:
    if column == "local_date":
        return dt.date.fromisoformat(value)
    if type(value) is not int or not 0 <= value <= MAX_KEY:
        raise ValueError(value)
    return value


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
