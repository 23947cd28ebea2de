"""What changed, and which departments differ."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.registry.base import HIGHER, NEITHER, POINTS, STUDENT, T_INTERVAL, Metric

CHANGES = (
    Metric(
        "change",
        pgettext_lazy("figures", "change"),
        _("The mean of this period minus that of the period before, of the same length and the same weekdays."),
        POINTS,
        HIGHER,
        _(
            "Welch's interval (95 %) of the difference of two means. A change is called clear when it survives the "
            "correction of Benjamini and Hochberg over all changes and trends on the page."
        ),
        "Welch (1947), Biometrika 34:28–35; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "course",
        pgettext_lazy("figures", "trend"),
        _("How much the score rises or falls a month, or a week, over the last twelve of them."),
        POINTS,
        HIGHER,
        _("Least squares over the single scores, with Student's t interval (95 %); corrected as a change is."),
        "Draper & Smith (1998), Applied Regression Analysis, ch. 1",
    ),
    Metric(
        "normal_range",
        _("earlier range"),
        _(
            "The range in which all earlier periods of a line moved, its own rises and falls included: as the overview shades it. "
            "A period outside it is a signal: a reason to look. The control chart of Trend has a range of its own, set on the "
            "first periods."
        ),
        POINTS,
        NEITHER,
        _("Individuals chart (XmR): mean of up to 12 earlier periods plus and minus 2.66 mean moving ranges."),
        "NIST/SEMATECH e-Handbook 6.3.2.2; Wheeler, Understanding Variation",
    ),
    Metric(
        "band",
        _("cannot be told apart"),
        _(
            "Departments under one heading differ by no more than chance would give. One in the next group differs clearly from "
            "at least one in the group above it, not always from its neighbour there."
        ),
        "",
        NEITHER,
        _(
            "All pairs by Welch's test, corrected by Benjamini and Hochberg over all pairs; the fewest bands without a pair that differs."
        ),
        "Games & Howell (1976), J. Educational Statistics 1:113–125",
    ),
    Metric(
        "target",
        _("target reached"),
        _(
            "Reached when the whole interval lies at the target or above, missed when it lies below; otherwise it cannot be "
            "told yet from so many calls."
        ),
        POINTS,
        HIGHER,
        T_INTERVAL,
        STUDENT,
    ),
    Metric(
        "bridge",
        _("version bridge"),
        _(
            "What changed from one checklist version to the next in the questions that both ask, and what the other questions did."
        ),
        POINTS,
        HIGHER,
        _("Scores over the shared questions only, compared by Welch's interval (95 %)."),
        "Kolen & Brennan (2014), Test Equating, Scaling, and Linking, ch. 4",
    ),
    Metric(
        "funnel",
        _("against the rest"),
        _(
            "Whether a department lies outside what is usual for as many calls as it has. With few calls a mean strays far by "
            "chance, so the limits are wide there."
        ),
        "",
        NEITHER,
        _("Funnel limits (95 % and 99.8 %), widened where departments differ more than chance makes them."),
        "Spiegelhalter (2005), Statistics in Medicine 24:1185–1202",
    ),
    Metric(
        "shrunk",
        _("probable score"),
        _(
            "A department's mean drawn towards that of all departments, the more so the fewer calls it rests on: the best guess "
            "of where it stands."
        ),
        POINTS,
        HIGHER,
        _(
            "Random intercept by restricted maximum likelihood (best linear unbiased prediction), with its interval (95 %)."
        ),
        "Efron & Morris (1975), JASA 70:311–319",
    ),
    Metric(
        "control",
        _("control chart"),
        _(
            "The range in which a trend moves by itself, set on its first periods and set anew where something was changed "
            "on purpose or the checklist changed. A period outside it, or too many in a row on one side, is a signal; what "
            "lies within it needs no explanation."
        ),
        POINTS,
        NEITHER,
        _(
            "Individuals chart (XmR) on up to 12 periods, six at least, with the four rules of Western Electric. Of steady "
            "trends about one in twenty shows a signal by chance over a year of months, one in three over two years."
        ),
        "NIST/SEMATECH e-Handbook 6.3.2.2; Western Electric (1956), Statistical Quality Control Handbook",
    ),
    Metric(
        "level",
        _("change of level"),
        _("Between which two periods the level changed most clearly, and by how much."),
        POINTS,
        HIGHER,
        _(
            "The split that leaves the smallest sum of squares, with a test that allows for the day having been looked for; "
            "the interval is Welch's (95 %), as if the day had been known."
        ),
        "Hawkins (1977), JASA 72:180–186; Andrews (1993), Econometrica 61:821–856",
    ),
    Metric(
        "verdict",
        _("what it does"),
        _(
            "Rising, falling, higher or lower since a period, or steady: said of the newest twelve periods, and only when it "
            "survives the correction for all trends in the table. A single period outside its range is a signal: a reason to look, no more."
        ),
        POINTS,
        HIGHER,
        _(
            "The trend's test corrected by Benjamini and Hochberg; a step or a steady trend, whichever tells the periods "
            "better by Schwarz's criterion."
        ),
        "Benjamini & Hochberg (1995), JRSS B 57:289–300; Schwarz (1978), Annals of Statistics 6:461–464",
    ),
    Metric(
        "effect",
        _("effect of a change"),
        _(
            "The jump of the trend at the day on which something was changed on purpose, and whether it rises faster or slower "
            "since. It says what happened then, not that the change caused it: something else may have changed too."
        ),
        POINTS,
        HIGHER,
        _(
            "Interrupted trend on period means, weighted by their calls, with intervals (95 %) that allow for neighbours "
            "resembling each other; over few periods these are somewhat too narrow. With fewer than six periods on "
            "either side: the calls after against those before (Welch)."
        ),
        "Wagner et al. (2002), J. Clinical Pharmacy and Therapeutics 27:299–309; Newey & West (1987), Econometrica 55:703–708",
    ),
)
