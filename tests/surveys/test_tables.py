"""Files as people send them: encodings, separators, Excel's habits, and what is refused."""

import datetime as dt
import io

import pytest
from openpyxl import Workbook

from surveys import tables
from surveys.tables import TableError, read

DUTCH = 'id;datum;afdeling;duidelijk\r\nA1;03-03-2026;Burgerzaken;Ja\r\nA2;04-03-2026;"Geëigend; en zo";n.v.t.\r\n'
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
    assert tuple(table.rows) == tuple(enumerate(EXPECTED, 2))


def test_line_numbers_are_those_of_the_file_past_blank_lines_and_line_breaks_in_cells():
    table = read("log.csv", b'id,note\n\nA1,"two\nlines"\n,\nA2,x\n')
    assert tuple(table.rows) == ((3, ("A1", "two\nlines")), (6, ("A2", "x")))


MOMENT = dt.datetime(2026, 3, 3, 14, 5, 29, 999_600)  # noqa: DTZ001 - Excel knows no time zones


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
        ["A1", MOMENT, dt.date(2026, 3, 3), 12.0, 0.5, True, dt.time(9, 30)],
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
        (",".join(f"c{n}" for n in range(501)).encode() + b"\nx\n", "too_many_columns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_with_its_reason(content, code):
    with pytest.raises(TableError) as caught:
        list(read("log.csv", content).rows)
    assert caught.value.code == code


def test_a_text_file_that_calls_itself_excel_is_refused():
    with pytest.raises(TableError, match="not_xlsx"):
        read("log.xlsx", b"id,date\nA1,x\n")


def test_excel_may_say_its_separator_and_lines_keep_their_numbers():
    table = read("log.csv", b"sep=|\r\nid|note;remark\r\nA1|x,y\r\n")
    assert (table.headings, tuple(table.rows)) == (("id", "note;remark"), ((3, ("A1", "x,y")),))


def test_a_line_break_in_a_heading_becomes_a_space():
    """A browser would send it back as another line break, and the column would be unknown."""
    assert read("log.csv", b'id,"two\r\n lines"\nA1,x\n').headings == ("id", "two lines")


def test_rows_are_read_one_by_one_and_stop_at_the_limit(monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    rows = read("log.csv", b"id\n1\n2\n3\n").rows
    assert [next(rows)[0], next(rows)[0]] == [2, 3]
    with pytest.raises(TableError, match="too_many_rows"):
        next(rows)


def test_an_excel_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNPACKED", 1000)
    with pytest.raises(TableError, match="too_large_unpacked"):
        read("log.xlsx", workbook(["id"], ["A1"]))


def test_a_truncated_excel_file_is_refused():
    content = workbook(["id", "note"], *([f"A{n}", "x" * 50] for n in range(200)))
    with pytest.raises(TableError, match="not_xlsx"):
        list(read("log.xlsx", content[: len(content) // 2]).rows)
