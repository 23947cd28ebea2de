"""The management letter: the same numbers as the pages, within its reader's rights, readable by everybody, and made here."""

import builtins
import datetime as dt
import io
import re
import subprocess
import sys
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.utils import translation

from analytics import reports, words
from analytics.access import Reader
from analytics.filters import parse
from analytics.letters import chapters, document
from surveys.models import Organisation, User
from tests.analytics.conftest import NOW

needs_pango = pytest.mark.skipif(
    not document.can_print(), reason="weasyprint finds no pango (apt install libpango-1.0-0 libpangoft2-1.0-0)"
)
SAID = "Daar gaat Gerda van Zuiderveen over"
# The quarter that is over, which readers of totals see too.
LAST_QUARTER = "from=2025-10-01&to=2025-12-31"
# The score of the only call of Belastingen, in hundredths and as it is written.
ONLY, WRITTEN = 637, r"(?<![\d.])6\.4(?!\d)"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def reader_of(org, people, who="analyst"):
    return Reader(User.objects.get(pk=people[who].pk), Organisation.objects.get(pk=org.pk), NOW)


def made(reader, query="", language="en"):
    """The letter's HTML: what is printed, before it is."""
    filters = parse(QueryDict(query), reader)
    with translation.override(language):
        found = [chapters.build(reader, filters, slug) for slug in chapters.known(reader)]
        return document.html(reader, filters, "Letter of March", found)


def text(html):
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html.partition("</style>")[2]))


@pytest.fixture
def town(sow):
    """Two quarters of calls: quotes at Afval, and one call only at Belastingen in each of them."""
    rows = []
    for year, month in ((2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3)):
        for place in range(8):
            quote = {"phrase": "not_my_department", "quote": f"{SAID} {place}", "second": 65}
            heard = {"phrases": ["not_my_department"], "answers": {"phrasing.phrases": {"value": [quote]}}}
            day = dt.date(year, month, 3 + place)
            rows.append({"code": "AFV", "score": 5100 + 137 * place + 10 * month, "day": day, **heard})
            rows.append({"code": "BUR", "score": 8013 + 91 * place, "day": day, "tone": 6900 + 53 * place})
    rows += [{"code": "BEL", "score": ONLY, "day": day} for day in (dt.date(2025, 12, 3), dt.date(2026, 3, 3))]
    sow(rows)


@pytest.mark.django_db
class TestNumbers:
    @pytest.mark.parametrize("language", ["en", "nl"])
    def test_it_holds_every_number_of_the_overview(self, town, org, people, language):
        reader = reader_of(org, people)
        said = text(made(reader, language=language))
        with translation.override(language):
            rows = reports.run("overview", reader=reader, filters=parse(QueryDict(""), reader)).result.rows
            assert len(rows) > 3
            for row in rows:
                line = said[said.index(words.points(row.mean.exact)) :]
                assert row.name in said
                assert words.calls(row.mean.n) in said
                assert not row.mean.low or words.interval(row.mean.low, row.mean.high) in line
                assert row.target is None or words.points(row.target, 0) in line
                assert all(words.points(cell.mean.exact, 0) in line for cell in row.dimensions)

    def test_it_holds_the_numbers_of_other_reports(self, town, org, people):
        reader = reader_of(org, people)
        said = text(made(reader))
        filters = parse(QueryDict(""), reader)
        for line in reports.run("reach", reader=reader, filters=filters).result.lanes.lines:
            assert words.percent(line.cells[0].share.value) in said
            assert line.counts in said
        for each in reports.run("content_experience", reader=reader, filters=filters).result.lines:
            assert words.points(each.aspects.content.exact) in said

    def test_an_address_shows_the_same_choice(self, town, org, people):
        html = made(reader_of(org, people), "department=AFV&period=last_year")
        assert "/o/zuiderveen/overview/?period=last_year&amp;department=AFV" in html
        assert "/o/zuiderveen/figures/reachability/?period=last_year&amp;department=AFV" in html

    def test_one_wave_is_followed_from_before_it(self, town, org, people, wave):
        reader = reader_of(org, people)
        filters = parse(QueryDict(f"wave={wave.pk}&period=all"), reader)
        found = chapters.course_of(reader, filters)
        assert (found.wave, found.start.isoformat(), found.end.isoformat()) == (None, "2025-10-01", "2026-03-31")
        assert not found.problems
        assert "?from=2025-10-01&amp;to=2026-03-31" in made(reader, f"wave={wave.pk}&period=all")

    def test_a_wave_is_compared_with_nothing_before_itself(self, town, org, people, wave):
        reader = reader_of(org, people)
        changes = [
            chapters.build(reader, parse(QueryDict(query), reader), "overview").extra["changes"]
            for query in ("", f"wave={wave.pk}")
        ]
        assert changes == [True, False]

    def test_meanings_are_told_once(self, town, org, people):
        reader = reader_of(org, people)
        filters = parse(QueryDict(""), reader)
        groups = document.used([chapters.build(reader, filters, slug) for slug in ("overview", "comparison")])
        keys = [metric.key for _method, _source, several in groups for metric in several]
        assert {"score", "tone", "funnel"} <= set(keys)
        assert len(keys) == len(set(keys))


@pytest.mark.django_db
class TestRights:
    def test_readers_of_totals_read_no_quote_and_nothing_of_too_few_calls(self, town, org, people):
        """Nor the sums that would give few calls away: those are for the reports to withhold."""
        whole, totals = (text(made(reader_of(org, people, who), LAST_QUARTER)) for who in ("analyst", "works_council"))
        assert SAID in whole
        assert SAID not in totals
        assert re.search(WRITTEN, whole)
        assert not re.search(WRITTEN, totals)
        assert "not shown" in totals
        assert "Burgerzaken" in totals
        assert "Analyst; all departments" in whole
        assert "nothing that rests on fewer than 5 calls" in totals

    def test_managers_read_of_their_own_departments(self, town, org, people):
        assert "Belastingen" in made(reader_of(org, people, "analyst"))
        mine = made(reader_of(org, people, "manager"))
        assert "Burgerzaken" in mine
        assert "Belastingen" not in mine

    def test_quality_is_for_those_who_check(self, town, org, people):
        assert "quality" in chapters.known(reader_of(org, people, "analyst"))
        assert "quality" not in chapters.known(reader_of(org, people, "manager"))
        assert "quality" not in chapters.known(reader_of(org, people, "works_council"))

    def test_no_evaluator_is_named(self, town, org, people):
        names = [people[name].name for name in ("evaluator", "other_evaluator")]
        html = made(reader_of(org, people, "coordinator"))
        assert not [name for name in names if name in html]


@pytest.mark.django_db
class TestSteps:
    def test_they_are_counted_and_can_stop_the_work(self, town, org, people, monkeypatch):
        class Stopped(Exception):
            pass

        reader, seen, built = reader_of(org, people, "works_council"), [], []
        build = chapters.build
        monkeypatch.setattr(document, "_weasyprint", lambda: None)

        def counted(reader, filters, slug):
            built.append(slug)
            return build(reader, filters, slug)

        monkeypatch.setattr(chapters, "build", counted)

        def step(done, total):
            seen.append((done, total))
            if done == 3:
                raise Stopped

        with pytest.raises(Stopped):
            document.make(reader, parse(QueryDict(""), reader), title="Letter", step=step)
        total = len(chapters.known(reader)) + 1
        assert seen == [(0, total), (1, total), (2, total), (3, total)]
        assert built == list(chapters.known(reader))[:3]

    def test_a_machine_without_pango_is_told_so(self, org, people, monkeypatch):
        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        real = builtins.__import__

        def missing(name, *others, **named):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")
            return real(name, *others, **named)

        monkeypatch.setattr(builtins, "__import__", missing)
        reader = reader_of(org, people)
        with pytest.raises(document.CannotPrint, match="libpango-1"):
            document.make(reader, parse(QueryDict(""), reader), title="Letter", step=lambda *_done: None)


@needs_pango
@pytest.mark.django_db
@pytest.mark.slow
class TestPrinted:
    def printed(self, reader, language="en", query=""):
        seen = []
        with translation.override(language):
            filters = parse(QueryDict(query), reader)
            step = lambda done, total: seen.append((done, total))  # noqa: E731 - said where it is used
            return document.make(reader, filters, title="Brief van maart", step=step), seen

    def test_it_is_a_tagged_letter(self, town, org, people):
        """One letter, everything that is looked at in it: printing takes some seconds."""
        from pypdf import PdfReader

        reader = reader_of(org, people)
        made, seen = self.printed(reader, "nl")
        pdf = PdfReader(io.BytesIO(made))
        root: Any = pdf.trailer["/Root"]
        assert str(root["/Lang"]) == "nl"
        assert root["/MarkInfo"]["/Marked"]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert pdf.metadata.title == "Brief van maart"
        assert b"pdfuaid" in root["/Metadata"].get_data()
        elements = list(structure(root["/StructTreeRoot"]))
        kinds = [str(each["/S"]) for each in elements]
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/Caption"} <= set(kinds)
        described = [each.get("/Alt") for each in elements if each["/S"] == "/Figure"]
        assert len(described) >= 3
        assert all(described)
        assert pdf.outline[0].title == "Brief van maart"
        said = " ".join(page.extract_text() for page in pdf.pages)
        with translation.override("nl"):
            rows = reports.run("overview", reader=reader, filters=parse(QueryDict(""), reader)).result.rows
            assert not [row.name for row in rows if words.points(row.mean.exact) not in said]
        assert f"1 / {len(pdf.pages)}" in said
        assert [done for done, _total in seen] == list(range(len(seen)))
        assert seen[-1] == (len(seen) - 1, len(seen))

    def test_an_empty_organisation_gets_a_short_letter(self, org, people):
        from pypdf import PdfReader

        made, seen = self.printed(reader_of(org, people))
        pdf = PdfReader(io.BytesIO(made))
        assert len(pdf.pages) == 1
        assert "there is nothing to tell" in pdf.pages[0].extract_text()
        assert seen[0][0] == 0

    def test_nothing_is_fetched(self, monkeypatch):
        import socket

        def refused(*_arguments):
            raise AssertionError("a letter went onto the network")

        monkeypatch.setattr(socket.socket, "connect", refused)
        for url in ("http://localhost/a.png", "https://elsewhere.example/a.css", "file:///etc/passwd"):
            with pytest.raises(ValueError, match="fetches nothing"):
                document.fetcher().fetch(url)
        assert document.fetcher().fetch("data:text/plain,here").read() == b"here"
        weasyprint = document._weasyprint()
        html = '<html lang="en"><title>t</title><img src="file:///etc/passwd" alt="no"><link rel=stylesheet href="http://localhost/a.css">'
        assert weasyprint.HTML(string=html, url_fetcher=document.fetcher()).write_pdf(pdf_variant=document.VARIANT)


def structure(node):
    """Every element of a PDF's structure tree."""
    kids = node.get("/K", [])
    for each in kids if isinstance(kids, list) else [kids]:
        kid = each.get_object()
        if isinstance(kid, dict) and "/S" in kid:
            yield kid
            yield from structure(kid)


def test_printing_is_loaded_only_where_a_letter_is_made():
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup(); "
        "import analytics.letters.document, analytics.templatetags.letter; "
        "print({'weasyprint', 'matplotlib', 'fontTools'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
