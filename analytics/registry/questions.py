"""What questions and phrases cost, how scores are spread, and what goes with calling again."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.base import HIGHER, LOWER, NEITHER, PERCENT, POINTS, STUDENT, T_INTERVAL, Metric

QUESTIONS = (
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
        "sensitivity",
        _("sensitivity"),
        _("In how many of the other reasonable weightings, and rules for “not applicable”, a conclusion still holds."),
        PERCENT,
        HIGHER,
        _("All calls are scored anew in memory under each alternative; nothing is stored."),
        "Saisana, Saltelli & Tarantola (2005), JRSS A 168:307–323",
    ),
)
