"""What became of callers: how they were treated, how calls ended, and how long they waited."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.base import HIGHER, LOWER, NEITHER, PERCENT, POINTS, WILSON, WILSON_1927, Metric

CALLERS = (
    Metric(
        "tone_gap",
        _("tone gap"),
        _(
            "How much more a calm caller gets than a dominant one with the same question, in one department and a few days. "
            "0 means that both are treated alike."
        ),
        POINTS,
        NEITHER,
        _("Paired t interval (95 %) over matched pairs of calls; for yes/no questions McNemar's exact test."),
        "Student (1908), Biometrika 6:1–25; McNemar (1947), Psychometrika 12:153–157",
    ),
    Metric(
        "aspect_gap",
        _("content minus experience"),
        _(
            "How many points more the same calls get for what was said than for how it was said. 0 means that both are as "
            "good; a department with more than that gives the right answer, but callers feel less well treated."
        ),
        POINTS,
        NEITHER,
        _("Paired t interval (95 %) over the calls that have both scores; clear ones survive Benjamini and Hochberg."),
        "Student (1908), Biometrika 6:1–25; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "bad_feeling",
        _("right answer, bad feeling"),
        _(
            "Of the calls that have both scores: those with 80 points or more for what was said and fewer than 60 for how it "
            "was said."
        ),
        PERCENT,
        LOWER,
        WILSON,
        WILSON_1927,
    ),
    Metric(
        "kept_curve",
        _("callbacks over time"),
        _(
            "How many of the promised callbacks have come after so many hours. Promises that are still open count for as long "
            "as they have been."
        ),
        PERCENT,
        HIGHER,
        _("Kaplan and Meier's estimate with the log-log interval (95 %), by whole hours."),
        "Kaplan & Meier (1958), JASA 53:457–481; Kalbfleisch & Prentice (1980)",
    ),
    Metric(
        "ending",
        _("how calls ended"),
        _("Of all calls: those that ended so for the caller, and what became of them afterwards."),
        PERCENT,
        NEITHER,
        WILSON,
        WILSON_1927,
    ),
    Metric(
        "share_gap",
        _("against the others"),
        _(
            "The share minus that of all others together (of attempts: minus that of the first), in percentage points. "
            "Not tested where too few calls are expected either way."
        ),
        PERCENT,
        NEITHER,
        _(
            "Newcombe's interval (95 %) of the difference of two shares and the chi-square test. It is called clear when it "
            "survives the correction of Benjamini and Hochberg over all rows."
        ),
        "Newcombe (1998), Statistics in Medicine 17:873–890; Fisher (1935), JRSS 98:39–82; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "norm_gap",
        _("distance from the norm"),
        _("The share minus what the norm asks, in percentage points: 85 % answered within 15 seconds."),
        PERCENT,
        HIGHER,
        _(
            "Wilson's interval (95 %) and the exact binomial test. It is called clear when it survives the correction of "
            "Benjamini and Hochberg over all rows."
        ),
        "NEN 8878; Clopper & Pearson (1934), Biometrika 26:404–413; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "on_hold",
        _("put on hold"),
        _("Of the calls whose course was marked: those in which the caller was put on hold, once or more."),
        PERCENT,
        NEITHER,
        WILSON,
        WILSON_1927,
    ),
    Metric(
        "long_hold",
        _("on hold for over a minute"),
        _(
            "Of the calls whose course was marked: those in which the caller was on hold for longer than 60 seconds in all."
        ),
        PERCENT,
        NEITHER,
        WILSON,
        WILSON_1927,
    ),
    Metric(
        "transferred",
        _("put through"),
        _("Of the calls whose course was marked: those in which the caller was put through to somebody else."),
        PERCENT,
        NEITHER,
        WILSON,
        WILSON_1927,
    ),
)
