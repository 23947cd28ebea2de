"""The tone gap: what calm callers get more than dominant ones, over matched pairs of calls."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from analytics import answer_frames, charts, frames, gap_words, metrics, words
from analytics.access import Reader
from analytics.filters import Filters
from analytics.metrics import ToneGap, ToneSides
from analytics.reports import places
from analytics.reports.base import Column, Report, Value, checked, lacks, left_out, mean_columns
from analytics.reports.single_calls import MOST_ANSWERED, too_many
from analytics.reports.tree import tree_of
from surveys.definition import text
from surveys.models.people import DIMENSIONS

SHOWN = ("score", *DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about, its gap, and both in a sentence; `remark`: why its gap may be chance all the same."""

    key: int | str
    name: str
    about: str
    gap: ToneGap
    says: str
    remark: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """The rows in the order that they are drawn; `pairs` is `None` where the calls are too many to look at.

    `one_style` says that only one side of the pairs was chosen, so that there can be none.
    """

    lines: tuple[Line, ...]
    pairs: int | None
    one_style: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What all reports of the page rest on; `sides` is `None` where the calls are too many to look at."""

    calls: int
    sides: ToneSides | None


def by_measure(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The gap in the score and in every dimension, over all pairs."""
    found = _read(reader, filters)
    gaps = found.sides.measures if found.sides else {}
    lines = [
        _line(found, name, words.measure(name), "", each) for name in SHOWN if (each := gaps.get(name)) is not None
    ]
    head = (Column("measure", _("Measure")),)
    return _report(
        "tone_gap",
        _("The tone gap by dimension"),
        _whole(found),
        head=head,
        named=lambda each: {"measure": each.key},
        lines=lines,
        reader=reader,
        filters=filters,
    )


def by_department(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The gap in the chosen measure, in every department, the widest first."""
    found = _read(reader, filters)
    gaps = found.sides.departments if found.sides else {}
    tree = tree_of(reader, filters)
    lines = [
        _line(found, key, tree.name(key), tree.code(key), each)
        for key in reader.departments
        if (each := gaps.get(key)) is not None
    ]
    measure = str(words.MEASURES[filters.measure])
    return _report(
        "tone_gap_departments",
        _("The tone gap per department: %(measure)s") % {"measure": measure},
        _clear_ones(lines),
        head=(Column("department_code", _("Code")), Column("department", _("Department"))),
        named=lambda each: {"department_code": each.about, "department": each.name},
        lines=_widest_first(lines),
        reader=reader,
        filters=filters,
    )


def by_item(reader: Reader, filters: Filters, _department: int | None) -> Report:
    """The gap in every question, over all pairs, the widest first."""
    found = _read(reader, filters)
    gaps = found.sides.items if found.sides else {}
    asked = _questions(reader, gaps)
    unit = _("percent of its points")
    lines = [_line(found, code, *asked.get(code, (code, "other")), each, unit=unit) for code, each in gaps.items()]
    return _report(
        "tone_gap_items",
        _("The tone gap per question"),
        _clear_ones(lines),
        head=(
            Column("item", _("Code")),
            Column("question", _("Question")),
            Column("dimension", _("Dimension")),
        ),
        named=lambda each: {"item": each.key, "question": each.name, "dimension": each.about},
        lines=_widest_first(lines),
        reader=reader,
        filters=filters,
        unit="%",
    )


def _read(reader: Reader, filters: Filters) -> Read:
    tree = tree_of(reader, filters)

    def make() -> Read:
        frame = frames.totals(reader, filters, tree.keys, (filters.measure,))
        calls = sum(int(n) for n, now in zip(frame["n_calls"], frame["now"], strict=True) if now)
        if calls > MOST_ANSWERED:
            return Read(calls, None)
        measures = tuple(dict.fromkeys((*SHOWN, filters.measure)))
        pairs, answers = answer_frames.pairs_and_answers(reader, filters, tree.keys, measures)
        smallest = reader.smallest_group(tree.keys)
        return Read(calls, metrics.tone_sides(pairs, answers, measures, filters.measure, smallest))

    return reader.once(("tone", filters.scope, filters.measure, tree.keys), make)


def _report(
    slug: str,
    title: str,
    summary: str,
    *,
    head: tuple[Column, ...],
    named: Callable[[Line], Mapping[str, Value]],
    lines: Sequence[Line],
    reader: Reader,
    filters: Filters,
    unit: str = "",
) -> Report:
    found = _read(reader, filters)
    points = unit or _("points")
    gap = mean_columns("gap", _("Calm minus dominant"), "tone_gap")
    columns = (
        *head,
        Column("pairs", _("Pairs"), pgettext("unit", "pairs")),
        Column("calm", _("Calm"), points, "tone_gap"),
        Column("dominant", _("Dominant"), points, "tone_gap"),
        *(Column(each.name, each.label, points, each.metric) for each in gap),
        Column("clear", _("Clear")),
        Column("method", _("Method")),
        Column("note", _("Note")),
    )
    pairs = found.sides.pairs if found.sides else None
    opens = places.by_name(reader, filters, ((each.name, each.key) for each in lines if isinstance(each.key, int)))
    return Report(
        slug=slug,
        title=title,
        summary=summary if found.sides else too_many(found.calls, MOST_ANSWERED),
        columns=columns,
        rows=checked(columns, ({**named(each), **_values(each.gap)} for each in lines)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=found.calls,
        lacking=lacks(reader, "pair", found.calls, _in_pairs(found)),
        data_time=reader.at,
        left_out=left_out(reader, filters, tree_of(reader, filters).keys),
        chart=charts.gaps([(each.name, each.gap.estimate, each.says) for each in lines], _axis(), opens)
        if not unit
        else None,
        result=Gaps(tuple(lines), pairs, bool(filters.caller_style) or filters.scenario is not None),
    )


def _in_pairs(found: Read) -> int | None:
    """Both calls of every pair with a score; `None` where that is withheld, or there are none."""
    each = found.sides.measures.get("score") if found.sides else None
    return 2 * each.estimate.n if each is not None and each.estimate.n else None


def _axis() -> str:
    return _("points less")


def _values(each: ToneGap) -> Mapping[str, Value]:
    gap = each.estimate
    return {
        "pairs": gap.n,
        "calm": each.calm,
        "dominant": each.dominant,
        "gap": gap.value,
        "gap_low": gap.low,
        "gap_high": gap.high,
        "clear": "" if gap.p is None else "yes" if gap.clear else "no",
        "method": each.method if gap.p is not None else "",
        "note": "too few calls" if gap.withheld else "",
    }


def _line(found: Read, key: int | str, name: str, about: str, gap: ToneGap, *, unit: str = "") -> Line:
    each = gap.estimate
    remark = gap_words.may_be_chance(each, found.sides.tested if found.sides else 0)
    said = [gap_words.of_dominant(each, unit), remark, "" if each.withheld else gap_words.pairs(each.n)]
    return Line(key, name, about, gap, "; ".join(filter(None, said)), remark)


def _whole(found: Read) -> str:
    """What the score says over all pairs."""
    each = found.sides.measures.get("score") if found.sides else None
    if each is None or each.estimate.exact is None:
        return ""
    facts = {"says": gap_words.of_dominant(each.estimate), "pairs": gap_words.pairs(each.estimate.n)}
    return words.capital(_("for the same question, over %(pairs)s: %(says)s.") % facts)


def _clear_ones(lines: Iterable[Line]) -> str:
    tested = [each for each in lines if each.gap.estimate.p is not None]
    clear = [each for each in tested if each.gap.estimate.clear]
    if not tested:
        return ""
    if not clear:
        return _("None of these differences is clear.")
    return _("Clear: %(names)s.") % {"names": words.listed([f"“{each.name}”" for each in _widest_first(clear)])}


def _widest_first(lines: Iterable[Line]) -> list[Line]:
    """What dominant callers get less first; those of too few pairs for an interval last."""

    def order(each: Line) -> tuple[bool, float, str]:
        gap = each.gap.estimate
        return gap.low is None, -float(gap.exact or 0), each.name

    return sorted(lines, key=order)


def _questions(reader: Reader, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The newest words of each question, and its dimension."""
    wanted = set(codes)
    if not wanted:
        return {}
    found: dict[str, tuple[str, str]] = {}
    language = get_language() or "en"
    made_on = {wave.version_id for wave in reader.waves.values()}
    for version in sorted(reader.versions(made_on), key=lambda each: -each.pk):
        form = version.definition
        for code in [code for code in wanted - found.keys() if code in form]:
            found[code] = (text(form.item(code).text, language), str(form.section_of(code).dimension))
    return found
