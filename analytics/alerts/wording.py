"""An alert in the language of its reader: what it is, the reason with its figures, and where to look."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from analytics import words
from analytics.alerts.finding import Facts, change_of, drift_of, mean_of
from analytics.figures import rounded
from analytics.metrics import Verdict
from analytics.models import Alert
from analytics.reports.signals import Episode, word
from surveys import definition

Kind = Alert.Kind
BY = "month"
REASONS: Final = {
    Kind.SIGNAL: gettext_lazy(
        "A score or dimension of the newest finished month stands out on its control chart, and a test that is corrected for all departments and measures agrees that it is more than chance. Looked at once a day."
    ),
    Kind.TARGET: gettext_lazy(
        "Over the newest three finished months the whole interval lies below the target. Looked at once a day."
    ),
    Kind.FAIL: gettext_lazy("A single answer failed an approved call as a whole. Looked at every ten minutes."),
    Kind.BROKEN: gettext_lazy(
        "A callback that was promised in an approved call did not come, also not within the hours of grace. Looked at every ten minutes."
    ),
    Kind.QUOTA: gettext_lazy(
        "A quarter or more of the days of an open wave is over and its calls lag ten points behind, or its last day has passed and calls are lacking. Looked at once a day."
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as it is read: `address` is a path of this site."""

    alert: Alert
    label: str
    place: str
    reason: str
    link: str
    address: str
    is_good: bool = False


def told(alert: Alert) -> Told:
    """In the language that is active now."""
    reason, link, address = _SAYS[alert.kind](alert, alert.facts)
    is_good = alert.kind == Kind.SIGNAL and alert.facts["above"]
    return Told(alert, alert.get_kind_display(), _place(alert), reason, link, address, is_good)


def _place(alert: Alert) -> str:
    if alert.kind == Kind.QUOTA:
        return str(alert.facts["name"])
    return alert.department.name if alert.department else _("All together")


# --- what each says ---------------------------------------------------------------------------------------------------

Said = tuple[str, str, str]


def _signal(alert: Alert, facts: Facts) -> Said:
    """“Phrasing in February 2026: 62.1 points (…), 31 calls. Below the range … Falling: …; that is more than chance.”"""
    episode = Episode(
        above=facts["above"],
        days=_days(facts["days"]),
        outside=_days(facts["outside"]),
        run=_days(facts["run"]),
        rules=frozenset(facts["rules"]),
    )
    figure = {
        "measure": words.measure(facts["measure"]),
        "period": words.period_of(dt.date.fromisoformat(facts["month"]), BY),
        "figure": words.mean_in_words(mean_of(facts["mean"])),
    }
    said = [
        _("%(measure)s in %(period)s: %(figure)s.") % figure,
        _range(facts),
        episode.sentence(BY),
        _sure(facts),
        _also(facts),
    ]
    query = {"from": facts["from"], "to": facts["to"], **_chosen(alert, facts)}
    address = f"{reverse('topic', args=[alert.organisation.slug, 'trend'])}?{urlencode(query)}"
    return " ".join(filter(None, said)), _("Show the control chart"), address


def _range(facts: Facts) -> str:
    if facts["range"] is None:
        return ""
    low, high = (Decimal(edge) for edge in facts["range"])
    return _("Its range is %(low)s to %(high)s.") % {"low": words.points(low), "high": words.points(high)}


def _also(facts: Facts) -> str:
    """The dimensions that go the same way."""
    names = words.listed([str(words.MEASURES[name]) for name in facts.get("also", [])], most=5)
    return _("The same way: %(measures)s.") % {"measures": names} if names else ""


def _sure(facts: Facts) -> str:
    """What survived correction, in words that the pages use."""
    if "change" in facts:
        text = _("Against the weeks before: %(change)s; that is more than chance.")
        return text % {"change": words.change_in_words(change_of(facts["change"]))}
    verdict = Verdict(facts["word"], 0, dt.date.fromisoformat(facts["since"]))
    if "step" in facts:
        size = words.change_in_words(change_of(facts["step"]))
    else:
        size = words.drift_in_words(drift_of(facts["drift"]), BY)
    text = _("%(word)s: %(size)s; that is more than chance.")
    return text % {"word": words.capital(word(verdict, BY)), "size": size}


def _target(alert: Alert, facts: Facts) -> Said:
    mean, target = mean_of(facts["mean"]), Decimal(facts["target"])
    figure = {
        "measure": words.measure(facts["measure"]),
        "start": words.day(dt.date.fromisoformat(facts["from"])),
        "end": words.day(dt.date.fromisoformat(facts["to"])),
        "figure": words.mean_in_words(mean),
        "distance": words.points(rounded(Fraction(target) - (mean.exact or Fraction()))),
        "target": words.points(target, 0),
    }
    reason = _(
        "%(measure)s from %(start)s to %(end)s: %(figure)s; that is %(distance)s below the target of %(target)s, and the whole interval lies below it."
    )
    query = {"from": facts["from"], "to": facts["to"], **_chosen(alert, facts, department=False)}
    address = f"{reverse('department', args=[alert.organisation.slug, alert.department_id])}?{urlencode(query)}"
    return reason % figure, _("Show the department"), address


def _fail(alert: Alert, facts: Facts) -> Said:
    call = {
        "call": facts["reference"],
        "day": words.day(dt.date.fromisoformat(facts["day"])),
        "question": definition.text(facts["question"], get_language() or ""),
        "answer": definition.text(facts["answer"], get_language() or ""),
    }
    reason = _("One answer in call %(call)s of %(day)s failed the call as a whole: %(question)s “%(answer)s”") % call
    return reason, _("Read the call"), reverse("call", args=[alert.call_id])


def _broken(alert: Alert, facts: Facts) -> Said:
    due = dt.datetime.fromisoformat(facts["due"]).astimezone(alert.organisation.zone)
    promise = {
        "call": facts["reference"],
        "day": words.day(dt.date.fromisoformat(facts["day"])),
        "due": f"{words.day(due.date())} {date_format(due, 'H:i')}",
        "hours": facts["grace"],
    }
    reason = _("In call %(call)s of %(day)s a callback was promised by %(due)s.") % promise
    if facts["said"]:
        after = _("It did not come.")
    else:
        after = ngettext(
            "No call was recorded, also not within %(hours)s hour of grace.",
            "No call was recorded, also not within %(hours)s hours of grace.",
            facts["grace"],
        )
    return f"{reason} {after % promise}", _("Read the call"), reverse("call", args=[alert.call_id])


def _quota(alert: Alert, facts: Facts) -> Said:
    counts = {
        "made": words.whole(facts["made"]),
        "target": words.whole(facts["target"]),
        "percent": facts["percent"],
        "over": facts["over"],
        "lacking": words.whole(facts["target"] - facts["made"]),
    }
    if facts["ended"]:
        counts["day"] = words.day(dt.date.fromisoformat(facts["ended"]))
        said = _("Its last day was %(day)s: %(made)s of %(target)s calls were made, %(lacking)s are lacking.")
    else:
        said = _(
            "%(made)s of %(target)s calls were made (%(percent)s %%) while %(over)s %% of its days is over; %(lacking)s are still to be made."
        )
    most = words.listed([f"{name} ({words.whole(count)})" for name, count in facts["lacking"]])
    sentences = [said % counts, _("Most are lacking in %(departments)s.") % {"departments": most}]
    if facts["to_plan"]:
        text = ngettext(
            "%(count)s of them is not planned yet.", "%(count)s of them are not planned yet.", facts["to_plan"]
        )
        sentences.append(text % {"count": words.whole(facts["to_plan"])})
    return " ".join(sentences), _("Show the wave"), reverse("wave", args=[alert.organisation.slug, facts["wave"]])


_SAYS: Final[Mapping[str, Callable[[Alert, Facts], Said]]] = {
    Kind.SIGNAL: _signal,
    Kind.TARGET: _target,
    Kind.FAIL: _fail,
    Kind.BROKEN: _broken,
    Kind.QUOTA: _quota,
}


def _chosen(alert: Alert, facts: Facts, *, department: bool = True) -> dict[str, Any]:
    """The filters that show it: the department, and the measure where it is not the score."""
    found: dict[str, Any] = {}
    if department and alert.department is not None:
        found["department"] = alert.department.code
    if facts["measure"] != "score":
        found["measure"] = facts["measure"]
    return found


def _days(texts: list[str]) -> tuple[dt.date, ...]:
    return tuple(dt.date.fromisoformat(text) for text in texts)
