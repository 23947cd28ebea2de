"""Scores, and shares of calls."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.base import HIGHER, LOWER, NEITHER, measure, share

SCORES = (
    measure(
        "score",
        _("score"),
        _(
            "The mean of the calls' scores, 0 to 100. A call's score is the weighted share of points of its questions; "
            "what was not applicable counts as the checklist says, and an answer that fails the call makes it 0."
        ),
    ),
    measure("content", _("content"), _("The same over the questions about what was said.")),
    measure("experience", _("experience"), _("The same over the questions about how it was said.")),
    measure("critical", _("critical items"), _("The same over the questions that the checklist marks as critical.")),
    measure("greeting", _("greeting"), _("The same over the questions about the greeting.")),
    measure("phrasing", _("phrasing"), _("The same over the questions about the words that were chosen.")),
    measure("callback", _("callback"), _("The same over the questions about offering to call back.")),
    measure("listening", _("listening"), _("The same over the questions about listening.")),
    measure("tone", _("tone"), _("The same over the questions about tone.")),
    measure("other", _("other"), _("The same over the questions of no dimension.")),
)

SHARES = (
    share(
        "passed",
        _("calls passed"),
        _("Of the calls with an outcome: those that passed, by the checklist's mark."),
        HIGHER,
    ),
    share(
        "failed",
        _("calls failed"),
        _("Of the calls with an outcome: those under the checklist's mark, or failed by a single answer."),
        LOWER,
    ),
    share(
        "prompt",
        _("answered within 15 seconds"),
        _("Of the calls whose seconds to answer are known: those that took 15 or fewer. The Dutch norm asks 85 %."),
        HIGHER,
        "NEN 8878",
    ),
    share(
        "kept",
        _("callbacks kept"),
        _(
            "Of the promised callbacks whose time has passed: those that came within the organisation's hours of the promise, "
            "24 unless it chose otherwise. Promises that may still be kept are counted apart."
        ),
        HIGHER,
        "NEN 8878",
    ),
    share(
        "called_back",
        _("called back within 24 hours"),
        _(
            "Of the calls that ended in an agreed callback: those in which it came within 24 hours, as the Dutch benchmark "
            "counts. Callbacks that may still come are left out."
        ),
        HIGHER,
        "Quality Support, telephone benchmark of Dutch organisations (2017, 2018)",
    ),
    share(
        "helped",
        _("caller helped"),
        _(
            "Of the calls whose ending is known: the right person was reached or helped at once, a colleague handled it, "
            "voicemail was possible, or a callback was agreed and made within 24 hours. Agreed callbacks that may still "
            "come are left out."
        ),
        HIGHER,
        "Quality Support, telephone benchmark of Dutch organisations (2017, 2018)",
    ),
    share(
        "left",
        _("left to fate"),
        _("Of all calls: those in which the caller was told to ring again, was disconnected, or was not answered."),
        LOWER,
    ),
    share(
        "phrase",
        _("phrase heard"),
        _("Of all calls: those in which a phrase of the phrase bank was heard, once or more."),
        NEITHER,
    ),
    share(
        "agreement",
        _("same answer"),
        _("Of the calls that were scored twice: those in which both gave a question the same answer."),
        HIGHER,
    ),
)
