"""The file, read by pyxform within limits: a workbook is a zip that may unpack to anything."""

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .lines import WorkbookError

MAX_UNPACKED: Final = 60 * 1024 * 1024
MAX_PARTS: Final = 2_000
MAX_OLD: Final = 5 * 1024 * 1024
"""An .xls is read whole into memory."""
MAX_LINES: Final = 20_000
MAX_GAP: Final = 60
"""More empty lines than this are the end of a sheet; pyxform reads no further."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets' rows with their headings sorted out: translations are {"label": {"Dutch (nl)": ".."}}."""

    survey: Sequence[tuple[int, Row]]
    choices: Sequence[tuple[int, Row]]
    settings: Row
    other_sheets: Sequence[str] = field(default_factory=list)


def open_workbook(content: bytes) -> Workbook:
    """The sheets of an XLSForm.

    Raises:
        WorkbookError: no workbook, too large, or without the sheet that holds the questions.
    """
    kind = _kind(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells what it leaves out of a workbook; nothing of that is ours
        sheets = _sheets(content, kind)
    if not sheets.get("survey"):
        raise WorkbookError("no_survey")
    settings = _grouped(sheets, "settings")
    known = ("survey", "choices", "settings")
    return Workbook(
        survey=_grouped(sheets, "survey"),
        choices=_grouped(sheets, "choices"),
        settings=settings[0][1] if settings else {},
        other_sheets=[
            name for name in ("external_choices", "entities", "osm") if sheets.get(name) and name not in known
        ],
    )


def _kind(content: bytes) -> str:
    if content[:4] == b"\xd0\xcf\x11\xe0":
        if len(content) > MAX_OLD:
            raise WorkbookError("too_large")
        return ".xls"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise WorkbookError("not_workbook") from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise WorkbookError("too_large")
    return ".xlsx"


def _sheets(content: bytes, kind: str) -> dict[str, Any]:
    from pyxform import xls2json_backends  # a second or more, and only needed here
    from pyxform.errors import PyXFormError, PyXFormReadError

    read = xls2json_backends.xls_to_dict if kind == ".xls" else xls2json_backends.xlsx_to_dict
    try:
        if kind == ".xlsx":
            _refuse_too_long(content)
        found: dict[str, Any] = read(io.BytesIO(content))
    except WorkbookError:
        raise
    except PyXFormReadError:
        raise WorkbookError("not_workbook") from None
    except PyXFormError as error:
        raise WorkbookError("unreadable", why=str(error)) from None
    except Exception:  # noqa: BLE001 - a damaged workbook raises whatever the damaged part happens to raise
        raise WorkbookError("not_workbook") from None
    if any(len(found.get(name) or ()) > MAX_LINES for name in ("survey", "choices")):
        raise WorkbookError("too_large")
    return found


def _refuse_too_long(content: bytes) -> None:
    """Counts the lines of the sheets that pyxform would read, which reads them all before anybody can count."""
    from openpyxl import load_workbook
    from pyxform.constants import SUPPORTED_SHEET_NAMES

    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        sheets = workbook.worksheets
        read = [each for each in sheets if len(sheets) == 1 or each.title.lower() in SUPPORTED_SHEET_NAMES]
        if any(_lines_in(sheet) > MAX_LINES for sheet in read):
            raise WorkbookError("too_large")
    finally:
        workbook.close()


def _lines_in(sheet: Any) -> int:
    """Up to the gap that ends a sheet, and no more than one too many."""
    # The file's own claim of its size may be a lie of a million empty rows or columns.
    sheet.reset_dimensions()
    count = last = 0
    for count, row in enumerate(sheet.iter_rows(values_only=True), start=-1):
        if any(value is not None for value in row):
            last = count
        if count > MAX_LINES or count - last > MAX_GAP:
            break
    return last + 1


def _grouped(sheets: Mapping[str, Any], name: str) -> Sequence[tuple[int, Row]]:
    """The rows with their lines in the sheet, columns under the names that pyxform knows them by."""
    from pyxform import aliases
    from pyxform.errors import PyXFormError
    from pyxform.parsing.sheet_headers import dealias_and_group_headers

    rows = sheets.get(name)
    if not rows:
        return []
    known = {
        "survey": (aliases.survey_header, {"type", "name", "label", "hint", "guidance_hint", "parameters", "default"}),
        "choices": (aliases.list_header, {"list name", "name", "label"}),
        "settings": (aliases.settings_header, {"title", "id_string", "default_language"}),
    }
    header_aliases, columns = known[name]
    try:
        found = dealias_and_group_headers(
            sheet_name=name,
            sheet_data=rows,
            sheet_header=sheets.get(f"{name}_header") or [],
            header_aliases=header_aliases,
            header_columns=columns,
        )
    except PyXFormError as error:
        raise WorkbookError("headers", sheet=name, why=str(error)) from None
    return [(number, row) for number, row in enumerate(found.data, start=2) if row]
