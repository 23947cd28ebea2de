"""Files as people send them: encodings, separators, Excel's habits, and what is refused."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from surveys.tables import TableError, read

DUTCH = "id;datum;afdeling;duidelijk\r\nA1;03-03-2026;Burgerzaken;Ja\r\nA2;04-03-2026;\"Geëigend; en zo\";n.v.t.\r\n"
EXPECTED = (("A1", "03-03-2026", "Burgerzaken", "Ja"), ("A2", "04-03-2026", "Geëigend; en zo", "n.v.t."))


def cells(table):
    return tuple(row for _number, row in table.rows)


@pytest.mark.parametrize(
    "content",
    [
        DUTCH.encode("utf-8"),
        DUTCH.encode("utf-8-sig"),
        DUTCH.encode("cp1252"),
        DUTCH.encode("utf-16"),
        DUTCH.replace("\r\n", "\n").encode(),
        DUTCH.replace("; en", "_, en").replace(";", "\t").replace("_,", ";").encode(),
    ],
    ids=["utf-8", "bom", "windows-1252", "utf-16", "unix", "tabs"],
)
def test_a_csv_reads_the_same_whatever_saved_it(content):
    table = read("log.csv", content)
    assert table.headings == ("id", "datum", "afdeling", "duidelijk")
    assert cells(table) == EXPECTED
    assert [number for number, _row in table.rows] == [2, 3]


def test_line_numbers_are_those_of_the_file_past_blank_lines_and_line_breaks_in_cells():
    table = read("log.csv", b'id,note\n\nA1,"two\nlines"\n,\nA2,x\n')
    assert table.rows == ((3, ("A1", "two\nlines")), (6, ("A2", "x")))


def workbook(*rows, extra=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if extra:
        extra(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_an_xlsx_gives_moments_numbers_and_truth_as_they_would_be_typed():
    content = workbook(
        ["id", "when", "day", "seconds", "share", "yes", "clock"],
        ["A1", dt.datetime(2026, 3, 3, 14, 5, 29, 999_600), dt.date(2026, 3, 3), 12.0, 0.5, True, dt.time(9, 30)],
    )
    assert cells(read("log.xlsx", content)) == (
        ("A1", "2026-03-03T14:05:30", "2026-03-03", "12", "0.5", "true", "09:30:00"),
    )


def test_the_first_sheet_with_anything_in_it_is_read_and_empty_rows_below_are_not():
    def extra(book):
        sheet = book.create_sheet("log")
        sheet.append(["id", "x"])
        sheet.append(["A1", 1])
        sheet.cell(row=60_000, column=1).value = None
        sheet.cell(row=60_000, column=1).number_format = "0.00"

    assert cells(read("log.xlsx", workbook(extra=extra))) == (("A1", "1"),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b"id,date\n", "no_rows"),
        (b"id,,date\nA1,x,y\n", "heading_blank"),
        (b"id,Date,date\nA1,x,y\n", "heading_twice"),
        (b"id,date\nA1,x,y\n", "row_too_wide"),
        (b'id,date\nA1,"x"y\n', "bad_quotes"),
        (b'id,date\nA1,"x\n', "bad_quotes"),
        (b"\x00\x01\x02 id\nx\n", "not_text_file"),
        (b"PK\x03\x04 not a zip", "not_xlsx"),
        (b"\xd0\xcf\x11\xe0 old", "old_excel"),
        (b"id\n" + b"x" * 10_001 + b"\n", "cell_too_long"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(content, code):
    with pytest.raises(TableError) as caught:
        read("log.csv", content)
    assert caught.value.code == code


def test_a_text_file_that_calls_itself_excel_is_refused():
    with pytest.raises(TableError, match="not_xlsx"):
        read("log.xlsx", b"id,date\nA1,x\n")
