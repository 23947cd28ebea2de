"""Reads a table from a CSV or XLSX file, as a Dutch Excel saves them too. No Django.

CSV: UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252; comma, semicolon or tab. XLSX: the first sheet with
anything in it, values not formulas. Every cell comes out as text; moments as ISO 8601, numbers as they would be typed.
"""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELL = 10_000
# An XLSX is a zip: refuse one that unpacks to more than this.
MAX_UNPACKED = 400 * 1024 * 1024


class TableError(ValueError):
    """A file that cannot be read as a table; `code` names why (words in `surveys.imports.REASONS`)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` hold (line number in the file, cells), each as wide as `headings`; blank rows are left out."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(name: str, content: bytes) -> Table:
    """The table in a file.

    Raises:
        TableError: empty, unreadable, no headings, a heading twice, too large, or a row wider than the headings.
    """
    if content[:4] == b"PK\x03\x04":
        lines = _xlsx(content)
    elif content[:4] == b"\xd0\xcf\x11\xe0":
        raise TableError("old_excel")
    elif name.lower().endswith((".xlsx", ".xlsm")):
        raise TableError("not_xlsx")
    else:
        lines = _csv(content)
    return _table(lines)


def _table(lines: Iterable[tuple[int, list[str]]]) -> Table:
    filled = ((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))
    first = next(filled, None)
    if first is None:
        raise TableError("empty_file")
    headings = [cell.strip() for cell in first[1]]
    while headings and not headings[-1]:
        headings.pop()
    width = len(headings)
    if width > MAX_COLUMNS:
        raise TableError("too_many_columns", limit=MAX_COLUMNS)
    if any(not heading for heading in headings):
        raise TableError("heading_blank", column=headings.index("") + 1)
    seen = set()
    for heading in headings:
        if heading.casefold() in seen:
            raise TableError("heading_twice", heading=heading)
        seen.add(heading.casefold())
    rows = []
    for number, cells in filled:
        if any(cell.strip() for cell in cells[width:]):
            raise TableError("row_too_wide", row=number, columns=width)
        if any(len(cell) > MAX_CELL for cell in cells):
            raise TableError("cell_too_long", row=number, limit=MAX_CELL)
        if len(rows) == MAX_ROWS:
            raise TableError("too_many_rows", limit=MAX_ROWS)
        rows.append((number, tuple(cell.strip() for cell in [*cells, *[""] * width][:width])))
    if not rows:
        raise TableError("no_rows")
    return Table(tuple(headings), tuple(rows))


# --- CSV --------------------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decode(content)
    if "\x00" in text:
        raise TableError("not_text_file")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        start = 1
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise TableError("bad_quotes", row=start) from None


def decode(content: bytes) -> str:
    """Text of a file whose encoding nobody stated: BOM first, then UTF-8 if it fits, else Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise TableError("not_text_file") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Excel may say it (`sep=;`); else the candidate that splits the heading line most, outside quotes."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    counts = {mark: len(next(csv.reader([line], delimiter=mark), [])) for mark in (";", ",", "\t")}
    return max(counts, key=lambda mark: counts[mark])


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # heavy, and only needed here

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise TableError("too_large_unpacked")
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except TableError:
        raise
    except Exception:  # a damaged workbook raises whatever the damaged part happens to raise
        raise TableError("not_xlsx") from None
    try:
        for sheet in workbook.worksheets:
            lines = [(number, [_shown(value) for value in row]) for number, row in enumerate(_values(sheet), 1)]
            if any(any(cells) for _number, cells in lines):
                yield from lines
                return
    finally:
        workbook.close()


def _values(sheet: object) -> Iterator[tuple[object, ...]]:
    # The file's own claim of its size may be a lie of a million empty rows or columns.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)  # type: ignore[attr-defined]
    blank = 0
    try:
        for row in rows:
            blank = 0 if any(cell is not None for cell in row) else blank + 1
            if blank > 1000:
                return
            yield row
    except TableError:
        raise
    except Exception:
        raise TableError("not_xlsx") from None


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        if value.time() == dt.time(0):
            return value.date().isoformat()
        # Excel keeps moments as fractions of a day: whole seconds are what was typed.
        return (value + dt.timedelta(milliseconds=500)).replace(microsecond=0).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.replace(microsecond=0).isoformat()
    return str(value)
