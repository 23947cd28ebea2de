"""Reads a table from a CSV or XLSX file, as a Dutch Excel saves them too. No Django.

CSV: UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252; comma, semicolon or tab, or what Excel's first line
`sep=;` says. XLSX: the first sheet with anything in it, values not formulas. Every cell comes out as text; moments as ISO
8601, numbers as they would be typed. Rows come one by one, so that a large file needs little memory.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELL = 10_000
# An XLSX is a zip: refuse one that unpacks to more than this.
MAX_UNPACKED = 400 * 1024 * 1024
# A gap of more than this many empty rows is the end of a sheet.
MAX_GAP = 1000
_LINE = re.compile(r"[^\r\n]+")
_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)

Row = tuple[int, tuple[str, ...]]
"""The line number in the file and the cells."""


class TableError(ValueError):
    """A file that cannot be read as a table; `code` names why (words in `surveys.import_words`)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` can be gone through once; they are as wide as `headings`, and blank ones are left out.

    Raises `TableError` while they are read: no rows, too many, one wider than the headings, a damaged file.
    """

    headings: tuple[str, ...]
    rows: Iterator[Row]
    is_excel: bool


def read(name: str, content: bytes) -> Table:
    """The table in a file.

    Raises:
        TableError: empty, unreadable, without headings, or a heading twice.
    """
    is_excel = content[:4] == b"PK\x03\x04"
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise TableError("old_excel")
    if not is_excel and name.lower().endswith((".xlsx", ".xlsm")):
        raise TableError("not_xlsx")
    lines = _xlsx(content) if is_excel else _csv(content)
    filled = ((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))
    first = next(filled, None)
    if first is None:
        raise TableError("empty_file")
    headings = _headings(first[1])
    return Table(headings, _rows(filled, len(headings)), is_excel)


def _headings(cells: Iterable[str]) -> tuple[str, ...]:
    """Line breaks inside a heading become spaces: a browser would not send them back as they are."""
    headings = [" ".join(cell.split()) for cell in cells]
    while not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise TableError("too_many_columns", limit=MAX_COLUMNS)
    if "" in headings:
        raise TableError("heading_blank", column=headings.index("") + 1)
    seen: set[str] = set()
    for heading in headings:
        if heading.casefold() in seen:
            raise TableError("heading_twice", heading=heading[:100])
        seen.add(heading.casefold())
    return tuple(headings)


def _rows(lines: Iterable[tuple[int, list[str]]], width: int) -> Iterator[Row]:
    blanks = [""] * width
    count = 0
    for number, cells in lines:
        if any(cell.strip() for cell in cells[width:]):
            raise TableError("row_too_wide", row=number, columns=width)
        if any(len(cell) > MAX_CELL for cell in cells):
            raise TableError("cell_too_long", row=number, limit=MAX_CELL)
        count += 1
        if count > MAX_ROWS:
            raise TableError("too_many_rows", limit=MAX_ROWS)
        yield number, tuple(cell.strip() for cell in [*cells, *blanks][:width])
    if not count:
        raise TableError("no_rows")


# --- CSV --------------------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    encoding, text = decode(content)
    said = _SAID.match(text)
    delimiter = said.group(1) if said else _delimiter(text)
    del text  # from here on line by line: a large file as text takes several times its size
    file = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")
    before = 1 if said else 0
    for _line in range(before):
        file.readline()
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    start = before + 1
    try:
        for cells in reader:
            yield start, cells
            start = before + reader.line_num + 1
    except csv.Error:
        raise TableError("bad_quotes", row=start) from None


def decode(content: bytes) -> tuple[str, str]:
    """The encoding that nobody stated, and the text: BOM first, then UTF-8 if it fits, else Windows-1252."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    said = next((encoding for mark, encoding in marks if content.startswith(mark)), None)
    try:
        encoding, text = said or "utf-8", content.decode(said or "utf-8")
    except UnicodeDecodeError:
        if said:
            raise TableError("not_text_file") from None
        encoding, text = "cp1252", content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise TableError("not_text_file")
    return encoding, text


def _delimiter(text: str) -> str:
    """The candidate that splits the heading line most, outside quotes."""
    line = next((found.group() for found in _LINE.finditer(text) if found.group().strip()), "")
    return max((";", ",", "\t"), key=lambda mark: _columns(line, mark))


def _columns(line: str, mark: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=mark), []))
    except csv.Error:  # split by the wrong mark, a long line is one field that is too large
        return 0


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # heavy, and only needed here

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise TableError("not_xlsx") from None
    if unpacked > MAX_UNPACKED:
        raise TableError("too_large_unpacked")
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception:  # noqa: BLE001 - a damaged workbook raises whatever the damaged part happens to raise
        raise TableError("not_xlsx") from None
    try:
        for sheet in workbook.worksheets:
            has_rows = False
            for line in _lines(sheet):
                has_rows = True
                yield line
            if has_rows:
                return
    finally:
        workbook.close()


def _lines(sheet: object) -> Iterator[tuple[int, list[str]]]:
    """The rows with anything in them, with their numbers."""
    # The file's own claim of its size may be a lie of a million empty rows or columns.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)  # type: ignore[attr-defined]
    number, last = 0, 0
    while True:
        try:
            row = next(rows, None)
        except Exception:  # noqa: BLE001 - the same damage, found later
            raise TableError("not_xlsx") from None
        number += 1
        if row is None or number - last > MAX_GAP:
            return
        if any(value is not None and value != "" for value in row):
            last = number
            yield number, [_shown(value) for value in row]


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
