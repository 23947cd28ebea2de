"""Every figure that is shown, by name: what it means, its unit, which way is good, how it is computed and who says so.

Pages, the API and the help page read it from here, in the reader's language. A figure that is computed has an entry, and an
entry is computed: a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

HIGHER, LOWER, NEITHER = "higher", "lower", "neither"
POINTS, PERCENT = "points", "%"
T_INTERVAL = _("Mean over calls with Student's t interval (95 %); fewer than 5 calls are shown one by one.")
WILSON = _("Share with Wilson's score interval (95 %).")
STUDENT, WILSON_1927 = "Student (1908), Biometrika 6:1–25", "Wilson (1927), JASA 22:209–212"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `better` says which way is good: "higher", "lower" or "neither"; `source` names a publication."""

    key: str
    name: "StrPromise"
    definition: "StrPromise"
    unit: str
    better: str
    method: "StrPromise"
    source: str


def _measure(key: str, name: "StrPromise", definition: "StrPromise") -> Metric:
    return Metric(key, name, definition, POINTS, HIGHER, T_INTERVAL, STUDENT)


def _share(key: str, name: "StrPromise", definition: "StrPromise", better: str, source: str = WILSON_1927) -> Metric:
    return Metric(key, name, definition, PERCENT, better, WILSON, source)


_SCORES = (
    _measure(
        "score",
        _("score"),
        _(
            "The mean of the calls' scores, 0 to 100. A call's score is the weighted share of points of its questions; "
            "what was not applicable counts as the checklist says, and an answer that fails the call makes it 0."
        ),
    ),
    _measure("content", _("content"), _("The same over the questions about what was said.")),
    _measure("experience", _("experience"), _("The same over the questions about how it was said.")),
    _measure("critical", _("critical items"), _("The same over the questions that the checklist marks as critical.")),
    _measure("greeting", _("greeting"), _("The same over the questions about the greeting.")),
    _measure("phrasing", _("phrasing"), _("The same over the questions about the words that were chosen.")),
    _measure("callback", _("callback"), _("The same over the questions about offering to call back.")),
    _measure("listening", _("listening"), _("The same over the questions about listening.")),
    _measure("tone", _("tone"), _("The same over the questions about tone.")),
    _measure("other", _("other"), _("The same over the questions of no dimension.")),
)

_SHARES = (
    _share(
        "passed",
        _("calls passed"),
        _("Of the calls with an outcome: those that passed, by the checklist's mark."),
        HIGHER,
    ),
    _share(
        "failed",
        _("calls failed"),
        _("Of the calls with an outcome: those under the checklist's mark, or failed by a single answer."),
        LOWER,
    ),
    _share(
        "prompt",
        _("answered within 15 seconds"),
        _("Of the calls whose seconds to answer are known: those that took 15 or fewer. The Dutch norm asks 85 %."),
        HIGHER,
        "NEN 8878",
    ),
    _share(
        "kept",
        _("callbacks kept"),
        _(
            "Of the promised callbacks whose time has passed: those that came within the organisation's hours of the promise, "
            "24 unless it chose otherwise. Promises that may still be kept are counted apart."
        ),
        HIGHER,
        "NEN 8878",
    ),
    _share(
        "called_back",
        _("called back within 24 hours"),
        _(
            "Of the calls that ended in an agreed callback: those in which it came within 24 hours, as the Dutch benchmark "
            "counts. Callbacks that may still come are left out."
        ),
        HIGHER,
        "Quality Support, telephone benchmark of Dutch organisations (2017, 2018)",
    ),
    _share(
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
    _share(
        "left",
        _("left to fate"),
        _("Of all calls: those in which the caller was told to ring again, was disconnected, or was not answered."),
        LOWER,
    ),
    _share(
        "phrase",
        _("phrase heard"),
        _("Of all calls: those in which a phrase of the phrase bank was heard, once or more."),
        NEITHER,
    ),
    _share(
        "agreement",
        _("same answer"),
        _("Of the calls that were scored twice: those in which both gave a question the same answer."),
        HIGHER,
    ),
)

_OTHERS = (
    Metric(
        "change",
        pgettext_lazy("figures", "change"),
        _("The mean of this period minus that of the period before, of the same length and the same weekdays."),
        POINTS,
        HIGHER,
        _(
            "Welch's interval (95 %) of the difference of two means. A change is called clear when it survives the "
            "correction of Benjamini and Hochberg over all changes and courses on the page."
        ),
        "Welch (1947), Biometrika 34:28–35; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "course",
        _("course"),
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
        "lost",
        _("points lost"),
        _("What a question costs: points of the score, a call on average, that were not earned on it."),
        "points per call",
        LOWER,
        _("Exact sum over the calls, divided by their number; the weights are those of each call."),
        "",
    ),
    Metric(
        "earned",
        _("earned when scored"),
        _("The mean share of a question's points, over the calls in which it counted."),
        PERCENT,
        HIGHER,
        T_INTERVAL,
        STUDENT,
    ),
    Metric(
        "cost_share",
        _("share of what is lost"),
        _("Of all points of the score that were not earned: those that a question costs."),
        PERCENT,
        NEITHER,
        _("Exact sum over the calls, divided by that of all questions; the dearest first and added up."),
        "Juran (1951), Quality Control Handbook",
    ),
    Metric(
        "item_change",
        _("change of a question"),
        _("The share of a question's points that was earned in this period minus that in the period before."),
        PERCENT,
        HIGHER,
        _("Welch's interval (95 %); called clear when it survives the correction over all questions."),
        "Welch (1947), Biometrika 34:28–35; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "apart",
        _("against the other departments"),
        _("The share of a question's points that a department earned minus what all others together earned."),
        PERCENT,
        HIGHER,
        _(
            "Permutation test of two means and Welch's test, of which the larger p holds; called clear when it survives the "
            "correction over all departments and questions."
        ),
        "Pitman (1937), JRSS Supplement 4:119–130; Welch (1947), Biometrika 34:28–35; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "spread",
        _("spread of the scores"),
        _(
            "How many calls scored so many points, in steps of five, and between which scores the middle half of them lies."
        ),
        POINTS,
        NEITHER,
        _(
            "Counts of calls; the quartiles are the steps in which the first, second and third quarter of the calls end."
        ),
        "",
    ),
    Metric(
        "phrase_change",
        _("change of a phrase"),
        _("The share of calls in which a phrase was heard in this period minus that in the period before."),
        PERCENT,
        NEITHER,
        _(
            "Newcombe's interval (95 %); Fisher's exact test, or chi-square of many calls; called clear when it survives the correction over all phrases."
        ),
        "Newcombe (1998), Statistics in Medicine 17:873–890; Fisher (1935), JRSS 98:39–82; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "phrase_apart",
        _("phrase against the other departments"),
        _("The share of a department's calls in which a phrase was heard minus that in all others together."),
        PERCENT,
        NEITHER,
        _(
            "Newcombe's interval (95 %); Fisher's exact test, or chi-square of many calls; called clear when it survives the correction over all departments and phrases."
        ),
        "Newcombe (1998), Statistics in Medicine 17:873–890; Fisher (1935), JRSS 98:39–82; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "driver_joint",
        _("goes with “would call again”, the other questions held"),
        _(
            "How much higher the grade is from no points to all points on a question, in calls that are alike on the others. It says "
            "what goes together, not what causes it."
        ),
        "0–10",
        NEITHER,
        _("Least squares with robust intervals (HC3); a question that did not apply has a column of its own."),
        "MacKinnon & White (1985), J. Econometrics 29:305–325; Johnson (2000), Multivariate Behavioral Research 35:1–19",
    ),
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
        "again",
        _("would call again"),
        _("How readily the evaluator would call again, 0 to 10, on average."),
        "0–10",
        HIGHER,
        T_INTERVAL,
        STUDENT,
    ),
    Metric(
        "driver",
        _("goes with “would call again”"),
        _(
            "How much higher the grade is in calls in which a question earned all its points than in the others. It says "
            "what goes together, not what causes it."
        ),
        "0–10",
        NEITHER,
        _(
            "Difference of two means with Welch's interval (95 %); jointly by least squares with robust intervals (HC3)."
        ),
        "Welch (1947), Biometrika 34:28–35; MacKinnon & White (1985), J. Econometrics 29:305–325",
    ),
    Metric(
        "alpha",
        _("agreement beyond chance"),
        _(
            "Whether evaluators who scored the same call answered a question alike, beyond what chance gives: 1 is always, 0 is "
            "no better than chance. Below 0.667 a question is too unsure to steer on."
        ),
        "",
        HIGHER,
        _("Krippendorff's alpha with a bootstrap interval (95 %) over calls."),
        "Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Krippendorff (2004), ch. 11",
    ),
    Metric(
        "severity",
        _("severity"),
        _(
            "How many points more (lenient) or fewer (strict) an evaluator gives than others would have given for the same "
            "calls. Only where departments link the evaluators with each other."
        ),
        POINTS,
        NEITHER,
        _(
            "Crossed random effects (department, scenario, evaluator) by restricted maximum likelihood; shrunk towards 0."
        ),
        "Henderson (1975), Biometrics 31:423–447; Bates et al. (2015), J. Statistical Software 67(1)",
    ),
    Metric(
        "corrected",
        _("corrected score"),
        _("A department's score as it would be if all evaluators were equally strict."),
        POINTS,
        HIGHER,
        _("The department's effect in the same model, with its interval (95 %)."),
        "Henderson (1975), Biometrics 31:423–447",
    ),
    Metric(
        "sensitivity",
        _("sensitivity"),
        _("In how many of the other reasonable weightings, and rules for “not applicable”, a conclusion still holds."),
        PERCENT,
        HIGHER,
        _("All calls are scored anew in memory under each alternative; nothing is stored."),
        "Saisana, Saltelli & Tarantola (2005), JRSS A 168:307–323",
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
    Metric(
        "control",
        _("control chart"),
        _(
            "The range in which a course moves by itself, set on its first periods and set anew where something was changed "
            "on purpose or the checklist changed. A period outside it, or too many in a row on one side, is a signal; what "
            "lies within it needs no explanation."
        ),
        POINTS,
        NEITHER,
        _(
            "Individuals chart (XmR) on up to 12 periods, six at least, with the four rules of Western Electric. Of steady "
            "courses about one in twenty shows a signal by chance over a year of months, one in three over two years."
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
            "survives the correction for all courses in the table. A single period outside its range is a signal: a reason to look, no more."
        ),
        POINTS,
        HIGHER,
        _(
            "The course's test corrected by Benjamini and Hochberg; a step or a steady course, whichever tells the periods "
            "better by Schwarz's criterion."
        ),
        "Benjamini & Hochberg (1995), JRSS B 57:289–300; Schwarz (1978), Annals of Statistics 6:461–464",
    ),
    Metric(
        "effect",
        _("effect of a change"),
        _(
            "The jump of the course at the day on which something was changed on purpose, and whether it rises faster or slower "
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
    Metric(
        "severity_drift",
        _("drift of severity"),
        _(
            "How many points more lenient (above 0) or stricter (below 0) an evaluator became against the others, from the first "
            "half of the period to the second."
        ),
        POINTS,
        NEITHER,
        _(
            "Severity in each half by a model of its own, and their difference with an interval (95 %) from both prediction "
            "errors. It is called clear when it survives the correction of Benjamini and Hochberg over all evaluators."
        ),
        "Henderson (1975), Biometrics 31:423–447; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
    Metric(
        "halo",
        _("all dimensions alike"),
        _(
            "Of an evaluator's calls with three or more dimensions that are not all full marks: those in which all dimensions "
            "got nearly the same score, within 5 points. More of them than others have may mean that one impression coloured "
            "everything."
        ),
        PERCENT,
        NEITHER,
        WILSON,
        "Thorndike (1920), J. Applied Psychology 4:25–29; Wilson (1927), JASA 22:209–212",
    ),
    Metric(
        "soon",
        _("handed in within 15 minutes"),
        _(
            "Of an evaluator's calls: those handed in within 15 minutes of the call's beginning. What waits longer rests on "
            "memory. Beside it the median number of minutes."
        ),
        PERCENT,
        HIGHER,
        WILSON,
        WILSON_1927,
    ),
    Metric(
        "flagged",
        _("something struck a rule"),
        _(
            "Of an evaluator's calls that were handed in: those in which a rule found something, such as all answers alike, copied "
            "text or a form filled in very fast. A pointer for whoever checks, never a verdict."
        ),
        PERCENT,
        NEITHER,
        WILSON,
        WILSON_1927,
    ),
    Metric(
        "coverage",
        _("spread over the week"),
        _(
            "The share of the calls made in an hour of the week minus what it would be if the calls were spread evenly over the days "
            "and hours of their waves, in percentage points."
        ),
        PERCENT,
        NEITHER,
        _(
            "Wilson's interval (95 %) and the exact binomial test. It is called clear when it survives the correction of "
            "Benjamini and Hochberg over all hours."
        ),
        "Clopper & Pearson (1934), Biometrika 26:404–413; Benjamini & Hochberg (1995), JRSS B 57:289–300",
    ),
)

METRICS: Final[Mapping[str, Metric]] = {each.key: each for each in (*_SCORES, *_SHARES, *_OTHERS)}
MEASURES: Final = tuple(each.key for each in _SCORES)


def about(words: str) -> list[Metric]:
    """The figures that hold all of these words, in the reader's language; all of them without words."""
    wanted = words.casefold().split()
    return [
        each
        for each in METRICS.values()
        if all(word in f"{each.key} {each.name} {each.definition} {each.method}".casefold() for word in wanted)
    ]
