"""How well it is measured: agreement, strictness and habits of evaluators."""

from django.utils.translation import gettext_lazy as _

from analytics.registry.base import HIGHER, NEITHER, PERCENT, POINTS, WILSON, WILSON_1927, Metric

MEASURING = (
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
