"""Words for why a file, a column or a row cannot come in, in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop

from surveys.csv_files import Row, safe
from surveys.definition import MESSAGES, Problem
from surveys.messages import describe

REASONS: Final[Mapping[str, str]] = {
    # the file
    "empty_file": gettext_noop("The file is empty."),
    "no_rows": gettext_noop("The file has headings but no rows."),
    "old_excel": gettext_noop("This is an old Excel file (.xls). Save it as .xlsx or CSV and try again."),
    "not_xlsx": gettext_noop("This Excel file is damaged or protected. Open it, save it as .xlsx without a password, and try again."),
    "not_text_file": gettext_noop("This is not a CSV or Excel file."),
    "bad_quotes": gettext_noop("From line %(row)s on, quotation marks do not match. Save the file as CSV anew."),
    "heading_blank": gettext_noop("Column %(column)s has no heading. Every column needs one."),
    "heading_twice": gettext_noop("Two columns are called “%(heading)s”. Give each its own heading."),
    "row_too_wide": gettext_noop("Line %(row)s has more cells than the %(columns)s headings. Is the separator used inside a cell?"),
    "cell_too_long": gettext_noop("Line %(row)s has a cell of more than %(limit)s characters."),
    "too_many_rows": gettext_noop("The file has more than %(limit)s rows. Split it."),
    "too_many_columns": gettext_noop("The file has more than %(limit)s columns."),
    "too_large_unpacked": gettext_noop("This Excel file unpacks to more than can be read. Save the sheet as CSV."),
    "broke": gettext_noop("Something went wrong on our side; nothing was imported. Start again; if it fails again, tell your administrator."),
    "clash": gettext_noop("Meanwhile calls with the same ids were stored, so nothing was imported. Start again to see which rows remain."),
    "file_forgotten": gettext_noop("The file of an import that nobody finished is kept for 30 days. Upload it again."),
    # the columns
    "column_needed": gettext_noop("Choose the column that holds this."),
    "column_unknown": gettext_noop("The file has no such column."),
    "column_twice": gettext_noop("This column is already used for something else."),
    # one row
    "blank": gettext_noop("This cell is empty and must be filled in."),
    "excel_error": gettext_noop("This cell holds an error of Excel, not a value."),
    "too_long": gettext_noop("At most %(limit)s characters are possible."),
    "twice_in_file": gettext_noop("Line %(row)s of the file has the same id."),
    "id_taken": gettext_noop("A call with this id is already there, with other content. Nothing was changed."),
    "date_unreadable": gettext_noop("This is not a date that can be read. Write it as 31-12-2026 or 2026-12-31, with or without a time."),
    "time_unreadable": gettext_noop("This is not a time that can be read. Write it as 14:05."),
    "outside_wave": gettext_noop("This date is outside the wave (%(first)s to %(last)s)."),
    "in_future": gettext_noop("This call lies in the future."),
    "department_unknown": gettext_noop("There is no department with this code or name."),
    "scenario_unknown": gettext_noop("There is no scenario with this code or name."),
    "name_twice": gettext_noop("More than one has this name. Use the code."),
    "evaluator_unknown": gettext_noop("There is no evaluator with this e-mail address."),
    "option_unread": gettext_noop("This is not one of the answers. Possible are: %(choices)s."),
}  # fmt: skip


def reason(code: str, params: Mapping[str, Any]) -> str:
    if code in MESSAGES:
        return describe(Problem("", code, dict(params)))
    return gettext(REASONS.get(code, code)) % dict(params)


def described(rejections: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rejections as the report keeps them, each with its reason in the reader's language."""
    return [{**line, "reason": reason(line["code"], line["params"])} for line in rejections]


def rejection_rows(rejections: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The same as rows of a file, below their headings. What people wrote cannot become a formula."""
    yield gettext("line"), gettext("column"), gettext("value"), gettext("reason")
    for line in described(rejections):
        yield line["row"], safe(line["column"]), safe(line["value"]), safe(line["reason"])
