"""One department with all below it: its course per dimension, what costs points, how calls ended, promises."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from analytics import charts, frames, metrics, words
from analytics.access import Reader
from analytics.figures import Ending, ItemLoss, Point, Series, Share, rounded
from analytics.filters import ALL_TOGETHER, FATES, Filters
from analytics.metrics import Parts
from analytics.reports import places
from analytics.reports.base import (
    Column,
    Report,
    Value,
    checked,
    lacks,
    left_out,
    mean_columns,
    mean_values,
    note,
    share_columns,
    share_values,
)
from analytics.reports.overview import measures_of
from analytics.reports.tree import tree_of
from analytics.reports.trend import hidden_periods, series_of, sums_by_period
from analytics.sources import PROMISES
from surveys.definition import Definition, text
from surveys.models import Call
from surveys.models.people import DIMENSIONS

ASPECTS = ("content", "experience")
HUES = {"score": "ink", "content": "brand", "experience": "listening", "critical": "warn"}


def about(filters: Filters, department: int) -> Filters:
    """The same choice about this department only."""
    return replace(filters, departments=(department,), lines=())


def dimensions(reader: Reader, filters: Filters, department: int | None) -> Report:
    """The chosen measure and the five dimensions over time."""
    measures = tuple(dict.fromkeys((filters.measure, *DIMENSIONS)))
    found = _courses(reader, filters, department, measures)
    step = words.STEPS[filters.by]
    measure = words.capital(str(words.MEASURES[filters.measure]))
    title = _("%(measure)s and the five dimensions by %(step)s") % {"measure": measure, "step": step}
    if filters.measure in DIMENSIONS:
        title = _("The five dimensions by %(step)s") % {"step": step}
    sure, opens = [measures.index(filters.measure)], _opens(reader, filters, department)
    chart = charts.lines(found, filters.by, sure=sure, places=opens) if found else None
    return _over_time("dimensions", title, found=found, reader=reader, filters=filters, chart=chart)


def aspects(reader: Reader, filters: Filters, department: int | None) -> Report:
    """What was said against how it was said, over time."""
    found = _courses(reader, filters, department, ASPECTS)
    title = _("What was said and how it was said, by %(step)s") % {"step": words.STEPS[filters.by]}
    chart = charts.lines(found, filters.by, places=_opens(reader, filters, department)) if found else None
    return _over_time("aspects", title, found=found, reader=reader, filters=filters, chart=chart)


def _opens(reader: Reader, filters: Filters, department: int | None) -> places.Places:
    """Where the marks of charts of this department over time lead: to itself, in that period."""
    return lambda _each, point: places.of_period(reader, filters, department or ALL_TOGETHER, point)


def _courses(reader: Reader, filters: Filters, department: int | None, measures: Sequence[str]) -> list[Series]:
    """One series per measure; its key is the measure's place."""
    assert department is not None
    filters = about(filters, department)
    found = []
    for place, measure in enumerate(measures):
        for each in series_of(reader, filters, measure, [department], course_measures(filters)):
            name = words.capital(str(words.MEASURES[measure]))
            found.append(replace(each, key=place, code=measure, name=name, hue=HUES.get(measure, measure)))
    return found


def _over_time(
    slug: str, title: str, *, found: Sequence[Series], reader: Reader, filters: Filters, chart: charts.Chart | None
) -> Report:
    columns = (
        Column("measure", _("Measure")),
        Column("start", _("From"), _("date")),
        Column("end", _("To"), _("date")),
        Column("calls", _("Calls"), _("calls")),
        *mean_columns("mean", _("Mean")),
        Column("note", _("Note")),
    )
    rows = [_course_values(each, point) for each in found for point in each.points]
    first = found[0].points if found else ()
    sentences = [
        _("%(name)s in %(period)s: %(figure)s.")
        % {
            "name": words.capital(each.name),
            "period": words.period_of(each.last.start, filters.by),
            "figure": words.mean_in_words(each.last.mean),
        }
        for each in found
        if each.last
    ]
    return Report(
        slug=slug,
        title=title,
        summary=" ".join(sentences),
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=first[0].start if first else filters.start,
        end=filters.end,
        counted=sum(point.mean.n or 0 for point in first),
        data_time=reader.at,
        chart=chart,
        meanings=tuple(each.code for each in found),
        result=found,
    )


def _course_values(each: Series, point: Point) -> Mapping[str, Value]:
    return {
        "measure": each.code,
        "start": point.start,
        "end": point.end,
        "calls": point.mean.n,
        **mean_values("mean", point.mean),
        "note": note(point.mean),
    }


# --- questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Losses:
    """The questions by the points they cost a call, dearest first, and what all of them cost together."""

    items: tuple[ItemLoss, ...]
    total: Decimal | None


def items(reader: Reader, filters: Filters, department: int | None) -> Report:
    """The questions that cost most points of the score."""
    assert department is not None
    filters = about(filters, department)
    keys = reader.below(department)
    frame = frames.items(reader, filters, keys)
    parts, withheld = _parts(reader, filters, department)
    calls, counted, known = parts["n_score"], parts["n_calls"], parts[f"n_{filters.measure}"]
    smallest = reader.smallest_group(keys)
    # Questions of a part minus those of the departments in it would tell of a department with few answers.
    withheld = withheld or (smallest > 1 and len(keys) > 1)
    found = [] if withheld else _losses(reader, frame.itertuples(index=False, name=None), calls, smallest)
    total = sum((each.lost for each in found if each.lost is not None), start=Decimal(0))
    columns = (
        Column("item", _("Code")),
        Column("question", _("Question")),
        Column("dimension", _("Dimension")),
        Column("lost", _("Cost"), _("points per call"), "lost"),
        Column("earned", _("Earned when scored"), "%", "earned"),
        Column("scored", _("Scored"), _("calls")),
        Column("na", _("Not applicable"), _("calls")),
        Column("note", _("Note")),
    )
    return Report(
        slug="items",
        title=_("What costs most points"),
        summary=_dearest(found, calls),
        columns=columns,
        rows=checked(columns, (_loss_values(each) for each in found)),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=counted,
        lacking=lacks(reader, filters.measure, counted, known),
        data_time=reader.at,
        left_out=left_out(reader, filters, keys),
        result=Losses(tuple(found), total if found else None),
    )


def _losses(
    reader: Reader, rows: Iterable[tuple[str, int, int, int, int, int]], calls: int, smallest: int
) -> list[ItemLoss]:
    sums: dict[str, list[int]] = {}
    newest: dict[str, int] = {}
    for code, version, *parts in rows:
        held = sums.setdefault(code, [0, 0, 0, 0])
        newest[code] = max(version, newest.get(code, 0))
        for place, part in enumerate(parts):
            held[place] += int(part)
    forms = {version.pk: version.definition for version in reader.versions(set(newest.values()))}
    found = [_loss(code, parts, forms.get(newest[code]), calls, smallest) for code, parts in sums.items() if parts[0]]
    return sorted(found, key=lambda each: (-(each.lost if each.lost is not None else -1), each.code))


def _loss(code: str, parts: Sequence[int], form: Definition | None, calls: int, smallest: int) -> ItemLoss:
    n, na, points, lost = parts
    question, dimension = code, "other"
    if form is not None and code in form:
        question = text(form.item(code).text, get_language() or "en")
        dimension = form.section_of(code).dimension
    if n < smallest:
        return ItemLoss(code, question, dimension, None, None, None, None, withheld=True)
    return ItemLoss(
        code, question, dimension, n, na, rounded(Fraction(lost, 100 * calls)), rounded(Fraction(points, n))
    )


def _dearest(found: Sequence[ItemLoss], calls: int) -> str:
    cost = [each for each in found if each.lost]
    if not cost:
        return ""
    first = cost[0]
    facts = {"question": first.text, "lost": words.points(first.lost), "calls": words.calls(calls)}
    return _("“%(question)s” costs most: %(lost)s points a call on average, over %(calls)s.") % facts


def _loss_values(each: ItemLoss) -> Mapping[str, Value]:
    return {
        "item": each.code,
        "question": each.text,
        "dimension": each.dimension,
        "lost": each.lost,
        "earned": each.earned,
        "scored": each.n,
        "na": each.na,
        "note": "too few calls" if each.withheld else "",
    }


# --- endings and promises ---------------------------------------------------------------------------------------------


def fates(reader: Reader, filters: Filters, department: int | None) -> Report:
    """How the calls ended for the caller."""
    assert department is not None
    filters = about(filters, department)
    parts, withheld = _parts(reader, filters, department)
    held = {fate: parts[f"n_fate_{fate}"] for fate in FATES}
    calls = sum(held.values())

    def share(*fates: str) -> Share:
        return metrics.WITHHELD_SHARE if withheld else metrics.share(sum(held.get(fate, 0) for fate in fates), calls)

    endings = [Ending(fate.value, str(fate.label), fate in Call.LEFT_TO_FATE, share(fate.value)) for fate in Call.Fate]
    left = share(*Call.LEFT_TO_FATE)
    columns = (
        Column("fate", _("Code")),
        Column("ending", _("How the call ended")),
        Column("left_to_fate", _("Left to fate"), metric="left"),
        Column("calls", _("Calls"), _("calls")),
        *share_columns("share", _("Share")),
        Column("note", _("Note")),
    )
    rows = [_ending_values(each) for each in endings]
    rows.append(_ending_values(Ending("left_to_fate", _("left to fate, together"), left=True, share=left)))
    return Report(
        slug="fates",
        title=_("How calls ended for the caller"),
        summary=""
        if withheld or not calls
        else _("Left to fate: %(share)s of %(calls)s.")
        % {"share": words.share_in_words(left), "calls": words.calls(calls)},
        columns=columns,
        rows=checked(columns, rows if calls else ()),
        filters=filters,
        start=filters.start,
        end=filters.end,
        counted=calls,
        data_time=reader.at,
        left_out=left_out(reader, filters, reader.below(department)),
        result=tuple(endings) if calls and not withheld else (),
    )


def _ending_values(each: Ending) -> Mapping[str, Value]:
    return {
        "fate": each.fate,
        "ending": each.name,
        "left_to_fate": "yes" if each.left else "no",
        "calls": each.share.count,
        **share_values("share", each.share),
        "note": note(each.share) if each.share.withheld else "",
    }


def callbacks(reader: Reader, filters: Filters, department: int | None) -> Report:
    """Promised callbacks, and those that came within the organisation's window, over time."""
    assert department is not None
    filters = about(filters, department)
    points = _kept(reader, filters, department)
    columns = (
        Column("start", _("From"), _("date")),
        Column("promised", _("Promised"), _("calls")),
        Column("kept", _("Came within the window"), _("calls")),
        *share_columns("kept_share", _("Share kept"), "kept"),
        Column("note", _("Note")),
    )
    rows = [
        {
            "start": start,
            "promised": share.n,
            "kept": share.count,
            **share_values("kept_share", share),
            "note": "too few calls" if share.withheld else "",
        }
        for start, share in points
    ]
    promised = sum(share.n or 0 for _start, share in points)
    hours = reader.organisation.callback_window_hours
    name = _("came within %(hours)s hours") % {"hours": hours}
    return Report(
        slug="callbacks",
        title=_("Promised callbacks that came within %(hours)s hours, in %% by %(step)s")
        % {"hours": hours, "step": words.STEPS[filters.by]},
        summary=ngettext("%(count)s promise.", "%(count)s promises.", promised) % {"count": words.whole(promised)},
        columns=columns,
        rows=checked(columns, rows),
        filters=filters,
        start=points[0][0] if points else filters.start,
        end=filters.end,
        counted=promised,
        data_time=reader.at,
        chart=charts.shares(points, filters.by, name) if promised else None,
        result=tuple(points),
    )


def _kept(reader: Reader, filters: Filters, department: int) -> list[tuple[dt.date, Share]]:
    tree = tree_of(reader, filters)
    by_period, days = sums_by_period(reader, filters, course_measures(filters))
    sizes = [{node: parts["n_promised"] for node, parts in each.items()} for each in by_period]
    hidden = hidden_periods(tree, sizes, days)[department] if days else set()
    parts = [each[department] for each in by_period]
    return [
        (day, metrics.WITHHELD_SHARE if place in hidden else metrics.share(each["n_kept"], each["n_promised"]))
        for place, ((day, _end), each) in enumerate(zip(days, parts, strict=True))
    ]


def course_measures(filters: Filters) -> tuple[str, ...]:
    """What one page reads of every period, at once."""
    return tuple(dict.fromkeys((*DIMENSIONS, *ASPECTS, filters.measure, PROMISES)))


def _parts(reader: Reader, filters: Filters, department: int) -> tuple[Parts, bool]:
    """The sums of the chosen period, and whether figures that rest on them are withheld."""
    tree = tree_of(reader, filters)
    sums = metrics.parts(frames.totals(reader, filters, tree.keys, measures_of(filters)), ["department", "now"])
    nodes = tree.sums({key: sums[key, True] for key in tree.keys if (key, True) in sums})
    withheld = tree.withheld({node: parts["n_calls"] for node, parts in nodes.items()})
    return nodes[department], department in withheld
