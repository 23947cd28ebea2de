"""CSV files that are complete or visibly broken, and that no spreadsheet can be tricked with.

The rows go into a temporary file without a name, and only the finished file is sent, with its length: when something fails
while it is made there is an error page instead of a file, and when the transmission breaks the browser knows. Sending rows
as they are made would begin sooner, but a server ends a chunked answer neatly when its iterator fails (granian does), and
half a file would look like a whole one.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.conf import settings

BATCH: Final = 1000
IN_MEMORY: Final = 8 * 1024 * 1024
Row = Sequence[object]

_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
_NUMBER_OR_PHONE: Final = re.compile(r"[+-]?[0-9]{1,30}([.,][0-9]{1,30})?|\+[0-9][0-9 ]{0,30}[0-9]")


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet runs as a formula; plain numbers and telephone numbers stay as they are."""
    return "'" + text if text and text[0] in _FORMULA and not _NUMBER_OR_PHONE.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file, to be read from its start, and how many rows stand below the header."""

    file: IO[bytes]
    rows: int


def write(rows: Iterable[Row], *, excel: bool) -> Written:
    """The header and its rows as a file. A failure leaves nothing behind."""
    with ExitStack() as unless_finished:
        file = unless_finished.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(settings.VAR_DIR)))
        lines = 0
        for count, piece in as_csv(rows, excel=excel):
            lines += count
            file.write(piece)
        file.seek(0)
        unless_finished.pop_all()
    return Written(file, lines - 1)


def as_csv(rows: Iterable[Row], *, excel: bool) -> Iterator[tuple[int, bytes]]:
    """The file in pieces of so many rows, UTF-8; for a Dutch Excel with a byte order mark and semicolons."""
    remaining = iter(rows)
    mark = "\ufeff" if excel else ""
    while batch := list(islice(remaining, BATCH)):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=";" if excel else ",").writerows(batch)
        yield len(batch), (mark + buffer.getvalue()).encode()
        mark = ""
