"""A checklist version's document: read it, decide what is shown, check the answers, compare two versions.

The document is JSON (sections, items, options, bands, conditions); `parse` turns it into frozen objects or names every
problem in one go. The rest answers the questions the form, the API and the importer ask about one call's answers: which
items are shown (`visible`), what one answer looks like when it is stored (`clean_answer`), what stops submitting
(`check_answers`), which answers belong to the call (`relevant`).

    shape      the words, limits and frozen objects everything is made of
    problems   what can be wrong with a document or an answer, in English
    reading    document -> definition (with parts, items, conditions)
    showing    which items are shown, which answers belong to the call
    answers    one answer as it is stored; what stops submitting
    identity   the same answers, recognised
    comparing  two versions
    weights    shares of the form, and how they change
    editing    a draft, changed step by step
    reach      which questions can never be asked
    checking   what to look at before publishing

"Unfit" says that the question does not fit the call at all: unlike "not applicable", which the checklist allows and weighs,
it can be said of every item, with a reason; it counts nowhere, under every policy, and conditions see no answer.

Plain Python: no Django, no clock, no random source. Words shown to people are in `MESSAGES` (English templates) and are
translated by the caller.

Answers are one mapping keyed by item code: `{"value": X, "comment": "..", "quote": "..", "second": 192}` or
`{"na": True, "comment": ".."}` or `{"unfit": True, "comment": ".."}`, where X is

| kind | X |
|---|---|
| yes_no, single, scale | the option's value |
| multiple | a list of option values; an empty list is an answer, a missing value is not |
| number | an integer, or a decimal as text ("12.5"), so that it stays exact |
| text | text |
| datetime | "YYYY-MM-DDTHH:MM", with or without seconds and an offset |
| phrase | a list of {"phrase": code or "", "quote": text, "second": integer or None} |
"""

from .answers import check_answers, clean_answer, missing_remark
from .checking import CHECKS, Finding, check
from .comparing import Change, as_document, compare
from .identity import canonical, content_hash
from .problems import MESSAGES, AnswerError, DefinitionError, Problem
from .reading import attempt, parse
from .shape import (
    ASPECTS,
    CALLER_STYLES,
    DIMENSIONS,
    FAILS,
    FATES,
    KINDS,
    LOW_POINTS,
    MAX_GRADE,
    MAX_PHRASES,
    MAX_REASON,
    MAX_SECOND,
    MAX_TEXT,
    NA_POLICIES,
    OPTION_KINDS,
    RECORDS,
    REMARK_KINDS,
    REMARK_MOMENTS,
    SCORABLE_KINDS,
    Answers,
    Band,
    Definition,
    Facts,
    Item,
    Option,
    Remark,
    Section,
    Texts,
    exact,
    text,
)
from .showing import reachable, relevant, visible

__all__ = [
    "ASPECTS",
    "CALLER_STYLES",
    "CHECKS",
    "DIMENSIONS",
    "FAILS",
    "FATES",
    "KINDS",
    "LOW_POINTS",
    "MAX_GRADE",
    "MAX_PHRASES",
    "MAX_REASON",
    "MAX_SECOND",
    "MAX_TEXT",
    "MESSAGES",
    "NA_POLICIES",
    "OPTION_KINDS",
    "RECORDS",
    "REMARK_KINDS",
    "REMARK_MOMENTS",
    "SCORABLE_KINDS",
    "AnswerError",
    "Answers",
    "Band",
    "Change",
    "Definition",
    "DefinitionError",
    "Facts",
    "Finding",
    "Item",
    "Option",
    "Problem",
    "Remark",
    "Section",
    "Texts",
    "as_document",
    "attempt",
    "canonical",
    "check",
    "check_answers",
    "clean_answer",
    "compare",
    "content_hash",
    "exact",
    "missing_remark",
    "parse",
    "reachable",
    "relevant",
    "text",
    "visible",
]
