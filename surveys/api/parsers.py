"""JSON as the API reads it."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, get_encoding  # type: ignore[attr-defined]  # newer than its types
from rest_framework.renderers import JSONRenderer


class ExactJSONParser(BaseParser):
    """Numbers with a decimal point arrive as the text that was sent, so that 12.1 stays 12.1; NaN and Infinity are refused.

    Django's limit on a request's size does not hold for DRF, which reads the stream itself; here it does.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = _within_limit(stream)
        try:
            return _storable(
                json.loads(raw.decode(get_encoding(parser_context or {})), parse_float=str, parse_constant=_refuse)
            )
        except json.JSONDecodeError as error:
            words = {"line": error.lineno, "column": error.colno}
            raise ParseError(_("This is not JSON: see line %(line)s, column %(column)s.") % words) from None
        except (ValueError, RecursionError):
            raise ParseError(_("This is not JSON that can be read.")) from None


def _within_limit(stream: IO[bytes]) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise RequestDataTooBig
    return raw


def _storable(value: Any) -> Any:
    """The value, unless a text in it holds half a character (a lone surrogate), which no answer could repeat."""
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
