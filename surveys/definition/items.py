"""One item of a document is read: its kind decides which options, bands and bounds it may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .conditions import read_condition
from .parts import Part, Reading
from .problems import shown
from .shape import (
    ASPECTS,
    FAILS,
    FATES,
    KINDS,
    MAX_GRADE,
    RECORDS,
    REMARK_KINDS,
    REMARK_MOMENTS,
    SCORABLE_KINDS,
    Band,
    Item,
    Option,
    Remark,
    Texts,
)

MAX_OPTIONS: Final = 50
ITEM_CODE: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
OPTION_VALUE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
YES_NO_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "yes": {"nl": "Ja", "en": "Yes"},
    "no": {"nl": "Nee", "en": "No"},
}
YES_NO_POINTS: Final[Mapping[str, int]] = {"yes": 100, "no": 0}


def read_item(reading: Reading, row: object, path: str) -> Item | None:
    part = reading.part(row, path, Item)
    if part is None:
        return None
    code = part.code(ITEM_CODE, "item_code_invalid")
    if code in reading.earlier:
        part.report("code", "item_code_repeated", value=code)
    kind = part.choice("kind", KINDS, "text")
    scored = _scored(part, kind)
    na_allowed = part.boolean("na_allowed", default=False)
    if na_allowed and reading.na_policy == "forbidden":
        part.report("na_allowed", "na_forbidden")
    minimum, maximum = _range(part, kind)
    item = Item(
        code=code,
        kind=kind,
        aspect=part.choice("aspect", ASPECTS, "content") if scored or "aspect" in part.raw else "content",
        weight=part.weight(None if scored else 0),
        text=part.texts("text"),
        scored=scored,
        required=part.boolean("required", default=True),
        na_allowed=na_allowed,
        critical=part.boolean("critical", default=False),
        help=part.optional_texts("help"),
        good=part.optional_texts("good"),
        bad=part.optional_texts("bad"),
        options=_options(part, kind, scored=scored),
        bands=_bands(part, kind, scored=scored),
        minimum=minimum,
        maximum=maximum,
        unit=_unit(part, kind),
        condition=read_condition(part, "condition") if part.given("condition") else None,
        remark=_remark(part, scored=scored),
        records=_records(part),
    )
    _check_records(part, item)
    if code:
        reading.earlier.setdefault(code, item)
    return item


def _scored(part: Part, kind: str) -> bool:
    scored = part.boolean("scored", default=kind in SCORABLE_KINDS)
    if scored and kind not in SCORABLE_KINDS:
        part.report("scored", "never_scored", kind=kind)
        return False
    return scored


# Numbers -------------------------------------------------------------------------------------------------------------


def _range(part: Part, kind: str) -> tuple[int | None, int | None]:
    """A number is 0 or more unless the document says otherwise; an explicit null is without bound."""
    if not all([part.belongs("minimum", kind), part.belongs("maximum", kind)]):
        return None, None
    minimum = part.integer("minimum", 0) if part.raw.get("minimum", 0) is not None else None
    maximum = part.integer("maximum", 0) if part.given("maximum") else None
    if minimum is not None and maximum is not None and minimum > maximum:
        part.report("minimum", "range_reversed")
    return minimum, maximum


def _unit(part: Part, kind: str) -> str:
    if not part.belongs("unit", kind) or not part.given("unit"):
        return ""
    unit = part.raw["unit"]
    if isinstance(unit, str):
        return unit
    part.report("unit", "not_text")
    return ""


def _bands(part: Part, kind: str, *, scored: bool) -> tuple[Band, ...]:
    if not part.belongs("bands", kind):
        return ()
    if part.raw.get("bands") in (None, []):
        if scored:
            part.report("bands", "bands_missing")
        return ()
    rows = part.rows("bands", MAX_OPTIONS)
    read: list[Band] = []
    for path, row in rows:
        band = part.reading.part(row, path, Band)
        if band is None:
            continue
        up_to = band.integer("up_to", 0) if band.has("up_to") and band.given("up_to") else None
        if "up_to" in band.raw and (up_to is None) is not (path == rows[-1][0]):
            band.report("up_to", "bands_open")
        if up_to is not None and read and read[-1].up_to is not None and up_to <= read[-1].up_to:
            band.report("up_to", "bands_order")
        read.append(Band(up_to, band.points()))
    return tuple(read)


# Options -------------------------------------------------------------------------------------------------------------


def _options(part: Part, kind: str, *, scored: bool) -> tuple[Option, ...]:
    """The options in the document's order; a yes/no item has both, also when it names neither."""
    if not part.belongs("options", kind):
        return ()
    if not part.given("options") and kind != "yes_no":
        part.report("options", "key_missing", key="options")
        return ()
    rows = part.rows("options", MAX_OPTIONS) if part.given("options") else []
    read: dict[str, Option] = {}
    for path, row in rows:
        entry = part.reading.part(row, path, Option)
        if entry is None:
            continue
        option = _option(entry, kind, scored=scored)
        if option.value in read:
            entry.report("value", "option_value_repeated", value=option.value)
        read[option.value] = option
    if kind == "yes_no":
        if not read.keys() <= {"yes", "no"}:
            part.report("options", "options_yes_no")
        return tuple(read.get(value) or _yes_no(part, value) for value in ("yes", "no"))
    if len(rows) < 2:
        part.report("options", "options_too_few")
    return tuple(read.values())


def _option(part: Part, kind: str, *, scored: bool) -> Option:
    value = part.raw["value"] if part.has("value") else ""
    if "value" in part.raw and (not isinstance(value, str) or not OPTION_VALUE.fullmatch(value)):
        part.report("value", "option_value_invalid", value=shown(value))
    value = value if isinstance(value, str) else ""
    default = YES_NO_POINTS.get(value) if kind == "yes_no" else None if scored else 0
    label = _yes_no_label(part, "label", value) if kind == "yes_no" and "label" not in part.raw else part.texts("label")
    fails = part.choice("fails", FAILS, "section") if part.given("fails") else None
    return Option(value, part.points(default), label, fails)


def _yes_no(part: Part, value: str) -> Option:
    return Option(value, YES_NO_POINTS[value], _yes_no_label(part, "options.label", value))


def _yes_no_label(part: Part, key: str, value: str) -> Texts:
    known = YES_NO_LABELS.get(value, {})
    for language in part.reading.languages:
        if known and language not in known:
            part.report(f"{key}.{language}", "translation_missing", language=language)
    return {language: known[language] for language in part.reading.languages if language in known}


# Remarks and records -------------------------------------------------------------------------------------------------


def _remark(part: Part, *, scored: bool) -> Remark | None:
    remark = part.inner("remark", Remark) if part.given("remark") else None
    if remark is None:
        return None
    kind = remark.choice("kind", REMARK_KINDS, "comment")
    when = remark.choice("when", REMARK_MOMENTS, "always")
    if when == "low" and not scored:
        remark.report("when", "remark_unscored")
    return Remark(kind, when)


def _records(part: Part) -> str | None:
    name = part.choice("records", RECORDS, "") if part.given("records") else ""
    if name and name in part.reading.recorded:
        part.report("records", "records_repeated", value=name)
    part.reading.recorded.add(name)
    return name or None


def _check_records(part: Part, item: Item) -> None:
    """What an item records must fit into the call's column: the kind, the values, the range."""
    if item.records is None:
        return
    kinds, values = RECORDS[item.records], [option.value for option in item.options]
    if item.kind not in kinds:
        part.report("records", "records_kind", records=item.records, kind=item.kind, kinds=", ".join(kinds))
    elif item.records == "fate":
        for value in values:
            if value not in FATES:
                part.report("records", "records_fate", value=value, choices=", ".join(FATES))
    elif item.records == "would_call_again":
        in_range = (item.minimum, item.maximum) == (0, MAX_GRADE)
        if not (in_range if item.kind == "number" else set(values) <= set(map(str, range(MAX_GRADE + 1)))):
            part.report("records", "records_range")
