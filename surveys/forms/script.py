"""What the form's script is told: the whole call's answers, what hides what, and the words to say."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import definition, marks, messages, workflow
from surveys.forms.calls import brief_of
from surveys.forms.checklist import words_of
from surveys.forms.posted import local_minutes
from surveys.mark_words import in_words
from surveys.models import Call, Department, Scenario, User
from surveys.workflow import Saved


def page_data(call: Call, user: User) -> dict[str, Any]:
    form = call.version.definition
    language = get_language() or ""
    return {
        "user": user.pk,
        "client": str(call.client_id),
        "call": call.pk,
        "version": call.version_id,
        "zone": call.organisation.time_zone,
        "facts": call.facts,
        "calledAt": call.called_at.astimezone(call.organisation.zone).strftime("%Y-%m-%dT%H:%M"),
        **page_items(form),
        "sections": [
            {
                "code": section.code,
                "title": definition.text(section.title, language),
                "url": reverse("call_section", args=[call.pk, section.code]),
            }
            for section in form.sections
        ],
        "saveUrl": reverse("call_save", args=[call.pk]),
        "checkUrl": reverse("call_check", args=[call.pk]),
        "submittedUrl": reverse("call_submitted", args=[call.pk]),
        "listUrl": reverse("calls", args=[call.organisation.slug]),
        "loginUrl": f"{reverse('account_login')}?next={reverse('call_resume', args=[call.pk])}",
        "words": words(),
        "about": about(call),
        **draft_data(call),
    }


def about(call: Call) -> dict[str, Any]:
    """Whom and what a call is about, as the device keeps it to show the call without a connection."""
    return {
        "reference": call.reference,
        "organisation": call.organisation.slug,
        "zone": call.organisation.time_zone,
        "calledAt": call.called_at.isoformat(),
        "reason": call.return_reason,
        **about_department(call.department),
        **about_scenario(call.scenario),
    }


def about_department(department: Department) -> dict[str, Any]:
    return {"department": department.name, "numbers": list(department.phone_numbers)}


def about_scenario(scenario: Scenario) -> dict[str, Any]:
    brief = brief_of(scenario)
    shown = {name: getattr(brief, name) for name in ("name", "persona", "question", "style", "attempt", "absent")}
    return {"brief": shown, "conditions": scenario.facts}


def page_items(form: definition.Definition) -> dict[str, Any]:
    """`items` are [code, section's place, required, condition] in the checklist's order: enough to know what is shown."""
    places = {section.code: place for place, section in enumerate(form.sections)}
    return {
        "items": [
            [item.code, places[form.section_of(item.code).code], item.required, item.condition] for item in form.items
        ],
        "stamp": seconds.code if (seconds := form.recording("seconds_to_answer")) else "",
    }


def draft_data(call: Call) -> dict[str, Any]:
    """The draft as the server has it."""
    return {
        "state": call.state,
        "revision": call.revision,
        "savedAt": call.changed_at.isoformat(),
        "answers": {code: _for_controls(call, code, answer) for code, answer in workflow.with_marks(call).items()},
    }


def saved_data(call: Call, saved: Saved, at: dt.datetime) -> dict[str, Any]:
    """The answer to a save."""
    return {
        "revision": saved.revision,
        "saved_at": at.isoformat(),
        "refused": {code: messages.describe(problem) for code, problem in saved.refused.items()},
        "conflicts": {
            code: {"answer": _for_controls(call, code, answer), "text": _said(call, code, answer)}
            for code, answer in saved.conflicts.items()
        },
        "news": {code: _for_controls(call, code, answer) for code, answer in saved.news.items()},
    }


def _said(call: Call, code: str, answer: Any) -> str:
    if code == marks.CODE:
        return in_words(answer)
    return words_of(call.version.definition.item(code), answer, get_language() or "")


def _for_controls(call: Call, code: str, answer: Any) -> Any:
    """A stored answer as the page's controls hold it: moments on the organisation's clock."""
    form = call.version.definition
    if answer and code in form and form.item(code).kind == "datetime" and "value" in answer:
        return {**answer, "value": local_minutes(answer["value"], call.organisation.zone)}
    return answer


def words() -> dict[str, str]:
    """`{...}` is filled in by the script."""
    return {
        "saving": _("saving…"),
        "saved": _("saved {time}"),
        "local": _("saved on this device"),
        "offline": _("No connection. Your answers are saved on this device and will be sent as soon as there is one."),
        "online": _("Everything has been sent."),
        "signedOut": _("You are signed out. Your answers are safe on this device."),
        "signIn": _("Sign in in a new tab"),
        "tryAgain": _("Try again"),
        "otherUser": _("Somebody else is signed in on this device now. Sign in as yourself to send your answers."),
        "refusedOne": _("1 answer is not saved yet: see what is wrong with it."),
        "refusedMany": _("{count} answers are not saved yet: see what is wrong with them."),
        "clashOne": _("1 answer was changed on another device: choose which one stays."),
        "clashMany": _("{count} answers were changed on another device: choose which ones stay."),
        "closed": _("This call was submitted or thrown away in the meantime."),
        "closedKept": _("This call was submitted in the meantime. What you answered here is kept beside it."),
        "look": _("Look at it"),
        "show": _("Go to it"),
        "drop": _("Remove the answers from this device"),
        "server": _("The server does not answer as it should. Your answers are safe on this device; we keep trying."),
        "noStore": _("This browser keeps nothing on the device: stay on this page until your answers are saved."),
        "next": _("Next: {title}"),
        "check": _("Check your answers"),
        "wait": _("The next part opens as soon as there is a connection. Your answers are safe on this device."),
        "unsentOne": _("1 answer on this device has not been sent yet."),
        "unsentMany": _("{count} answers on this device have not been sent yet."),
        "queued": _(
            "There is no connection now. This call is saved on this device and is submitted by itself as soon as there is one. You may close this page."
        ),
        "queuedServer": _(
            "The server does not answer as it should. This call is saved on this device and is submitted by itself as soon as it does."
        ),
        "queuedOut": _("You are signed out. This call is saved on this device; sign in, and it is submitted."),
        "queuedOther": _(
            "Somebody else is signed in on this device now. This call is kept for you: sign in as yourself, and it is submitted."
        ),
        "takeBack": _("Take it back and change it"),
        "full": _(
            "This device has no room left. Stay on this page until your answers are saved, or make room on the device."
        ),
        "partDone": _("complete"),
        "partOff": _("does not apply"),
    }
