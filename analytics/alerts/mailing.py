"""Alerts by e-mail: all that is new to a reader in one message, in their language, not in their quiet hours.

Handed over at least once (see the package): a reader's mail is claimed by compare-and-set, then read, sent, and noted as sent.
Whoever finds a claim older than `LEASE` takes it over, for its holder was killed. What a reader saw in the product meanwhile is
not mailed, nor what they may no longer see or no longer want by e-mail, nor what waited for longer than `FORGOTTEN`.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Final

from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from analytics import one_click
from analytics.alerts import listing
from analytics.alerts.choices import NIGHT, Choices, kinds_for, quiet_of, signed
from analytics.alerts.wording import told
from analytics.models import Alert, AlertPost
from surveys import access
from surveys.models import Organisation, User

logger = logging.getLogger(__name__)

# Longer than any mail server takes to answer.
LEASE: Final = dt.timedelta(minutes=30)
FORGOTTEN: Final = dt.timedelta(days=7)


def send_due(*, at: dt.datetime, base_url: str, demo: bool = False) -> int:
    """Sends what should be mailed now; how many mails left. The made-up people of a demo are only written to when asked for."""
    rows = _waiting(at).filter(reader__is_active=True)
    rows = rows if demo else rows.filter(organisation__is_demo=False)
    pairs = rows.order_by("organisation", "reader").values_list("organisation", "reader").distinct()
    houses = Organisation.objects.in_bulk({organisation for organisation, _reader in pairs})
    people = User.objects.in_bulk({reader for _organisation, reader in pairs})
    return sum(send(houses[organisation], people[reader], at=at, base_url=base_url) for organisation, reader in pairs)


def _waiting(at: dt.datetime) -> "QuerySet[Alert]":
    waiting = {"by_email": True, "mailed_at": None, "seen_at": None, "made_at__gt": at - FORGOTTEN}
    return Alert.objects.filter(**waiting)


def send(organisation: Organisation, reader: User, *, at: dt.datetime, base_url: str) -> bool:
    """Whether a mail left: not in quiet hours, not while another sends it, nor when it could not be handed over."""
    post = _post(organisation, reader)
    quiet = quiet_of(post)
    if (quiet is not None and quiet.covers(at, organisation.zone)) or not _claim(post, at):
        return False
    # Only now: what another sent before it let go is no longer waiting.
    alerts = _to_mail(organisation, reader, at)
    try:
        if alerts:
            message(organisation, reader, alerts, base_url=base_url).send()
            Alert.objects.filter(pk__in=[each.pk for each in alerts]).update(mailed_at=at)
    except Exception:  # whatever is wrong with one mail, the others are sent; this one is tried again after the lease
        logger.exception("Alerts could not be mailed to user %s", reader.pk)
        return False
    AlertPost.objects.filter(pk=post.pk, sending_since=at).update(sending_since=None)
    return bool(alerts)


def _post(organisation: Organisation, reader: User) -> AlertPost:
    usual = {"quiet_from": NIGHT.start, "quiet_until": NIGHT.end}
    post: AlertPost = AlertPost.objects.get_or_create(organisation=organisation, reader=reader, defaults=usual)[0]
    return post


def _claim(post: AlertPost, at: dt.datetime) -> bool:
    """Whether this reader's mail is ours to send."""
    free = Q(sending_since=None) | Q(sending_since__lte=at - LEASE)
    return bool(AlertPost.objects.filter(free, pk=post.pk).update(sending_since=at))


def _to_mail(organisation: Organisation, reader: User, at: dt.datetime) -> list[Alert]:
    """What waits for this reader and is still theirs to see, and wanted by e-mail; the oldest first."""
    roles, choices = access.roles_in(reader, organisation), Choices(organisation, [reader])
    wanted = [kind for kind in kinds_for(roles) if choices.of(reader, kind, roles).by_email]
    rows = listing.visible(reader, organisation).filter(pk__in=_waiting(at).values("pk"), kind__in=wanted)
    return list(rows.select_related("department", "organisation").order_by("made_at", "pk"))


# --- the words --------------------------------------------------------------------------------------------------------


def message(organisation: Organisation, reader: User, alerts: Sequence[Alert], *, base_url: str) -> EmailMessage:
    """All of them in one message, in the reader's language, with a way out that takes one click (RFC 8058)."""
    stop = base_url + reverse("alerts_stop", args=[signed(organisation, reader)])
    with translation.override(reader.language or organisation.language):
        words = {
            "user": reader,
            "organisation": organisation,
            "alerts": [told(each) for each in alerts],
            "base_url": base_url,
            "list_url": base_url + reverse("alerts", args=[organisation.slug]),
            "choices_url": base_url + reverse("alert_choices", args=[organisation.slug]),
            "stop_url": stop,
        }
        subject = " ".join(render_to_string("analytics/alerts/subject.txt", words).split())
        text = render_to_string("analytics/alerts/message.txt", words)
    return EmailMessage(subject, text, None, [reader.email], headers=one_click.headers(stop))
