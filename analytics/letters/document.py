"""The management letter: what the pages of results say of one choice, printed, as PDF/UA.

Every number comes from the reports that the pages show, through the same words; nothing is counted here. What it takes to
print (weasyprint, and through it the system's pango) is loaded only when a letter is made.
"""

import ctypes
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import pages, words
from analytics.access import Reader
from analytics.charts.base import TOKENS
from analytics.filters import Filters
from analytics.letters import chapters, drawings
from analytics.letters.chapters import Chapter
from analytics.letters.taken import NOT_IN_XML
from analytics.registry import METRICS, Metric

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

# Reports of which a sentence is printed, and no figure of theirs that asks for its meaning.
ONLY_SAID: Final = frozenset({"drivers", "severity"})
# What weasyprint asks of a Linux system; each brings along the others that it needs.
PARTS: Final = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0")
VARIANT: Final = "pdf/ua-1"


class CannotPrint(Exception):
    """Raised where this machine lacks what it takes to make a PDF; says in a sentence what to install."""


@cache
def can_print() -> bool:
    """Whether this machine can make PDFs; a page that asks need not load the whole library where the parts are found at once."""
    try:
        for name in PARTS:
            ctypes.CDLL(name)
    except OSError:
        return _loads()
    return True


def _loads() -> bool:
    """The last word, where parts have other names: macOS, Windows."""
    try:
        _weasyprint()
    except CannotPrint:
        return False
    return True


def make(reader: Reader, filters: Filters, *, title: str, step: Callable[[int, int], None]) -> bytes:
    """The letter as PDF/UA, in the language that is active, for one reader within their rights.

    `step(done, total)` is called before each chapter and before printing; what it raises stops the work. Raises
    `CannotPrint` before anything else where this machine cannot make a PDF.
    """
    weasyprint = _weasyprint()
    slugs = chapters.known(reader)
    found = []
    for done, slug in enumerate(slugs):
        step(done, len(slugs) + 1)
        found.append(chapters.build(reader, filters, slug))
        if not found[0].reports["overview"].counted:
            break
    step(len(slugs), len(slugs) + 1)
    made = weasyprint.HTML(string=html(reader, filters, title, found), url_fetcher=fetcher())
    printed: bytes = made.write_pdf(pdf_variant=VARIANT)
    return printed


def html(reader: Reader, filters: Filters, title: str, found: Sequence[Chapter]) -> str:
    """The letter before it is printed; without what no document can hold, which would be drawn as an empty box."""
    overview, *others = found
    told = [each for each in others if not each.is_empty and each.slug != "sensitivity"]
    page = overview.extra["page"]
    wave = reader.waves.get(filters.wave) if filters.wave else None
    text = render_to_string(
        "analytics/letter/letter.html",
        {
            "reader": reader,
            "organisation": reader.organisation,
            "filters": filters,
            "title": title,
            "language": get_language(),
            "tokens": TOKENS,
            "shades": drawings.shades(),
            "overview": overview,
            "chapters": [overview, *told],
            "others": told,
            "missing": [each for each in others if each.is_empty and each.slug != "sensitivity"],
            "sensitivity": next((each for each in found if each.slug == "sensitivity"), None),
            "counted": pages.counted(overview.reports["overview"], reader),
            "ends": page.ends,
            "period": page.chips[0],
            "narrower": [chip for chip in page.chips[1:] if wave is None or chip.value != wave.name],
            "wave": wave,
            "sees": sees(reader, filters),
            "metrics": used(found),
        },
    )
    return NOT_IN_XML.sub("", text)


def sees(reader: Reader, filters: Filters) -> str:
    """Whose figures the letter tells a reader, and from how many calls on."""
    chosen = filters.departments if reader.sees_calls else ()
    names = words.listed([reader.departments[key].name for key in chosen or reader.departments], most=6)
    whose = _("all departments") if reader.reads_all and not chosen else names
    smallest = reader.smallest_group(reader.departments)
    if smallest == 1:
        return whose
    return _("%(whose)s, nothing that rests on fewer than %(count)s calls or from which others could be worked out") % {
        "whose": whose,
        "count": smallest,
    }


def used(found: Iterable[Chapter]) -> list[tuple[str, str, list[Metric]]]:
    """What the figures of the letter mean, each once in the order of the registry, under their method and its source."""
    printed = [
        report for each in found if not each.is_empty for slug, report in each.reports.items() if slug not in ONLY_SAID
    ]
    keys = {column.metric for report in printed for column in report.columns}
    groups: dict[tuple[str, str], list[Metric]] = {}
    for key, metric in METRICS.items():
        if key in keys:
            groups.setdefault((str(metric.method), metric.source), []).append(metric)
    return [(method, source, several) for (method, source), several in groups.items()]


def _weasyprint() -> Any:
    """The library that prints; it needs shared libraries of the system, which Python packages cannot bring along."""
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        import weasyprint
    except OSError as error:
        raise CannotPrint(
            _(
                "This machine cannot make a PDF: the library pango is missing. Whoever looks after the server installs it "
                "(Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango)."
            )
        ) from error
    return weasyprint


def fetcher() -> "URLFetcher":
    """What gives a letter its parts: it takes in what it holds itself, and nothing else; no file, no other machine."""
    from weasyprint.urls import URLFetcher

    class OwnOnly(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise ValueError(f"A letter fetches nothing: {url}")
            return super().fetch(url, headers)

    return OwnOnly(allowed_protocols=["data"])
