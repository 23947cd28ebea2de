"""Scheduled letters by e-mail: the document with its link, in its reader's language, not in their quiet hours.

Handed over at least once, as alerts are (`alerts.mailing`): claimed by compare-and-set, sent, and then noted as sent. A worker
that is killed between the two leaves its claim behind, and after `LEASE` the same letter is sent once more; the other order
would lose it. Rights are asked once more before it is sent.
"""

import datetime as dt
import logging
from typing import Final

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify

from analytics import one_click
from analytics.access import Reader
from analytics.alerts.choices import post_of, quiet_of
from analytics.alerts.mailing import FORGOTTEN, LEASE
from analytics.letters import wording
from analytics.letters.models import Letter, LetterSchedule
from analytics.letters.rights import still_has
from surveys.models import User
from surveys.trail import record

logger = logging.getLogger(__name__)
SALT: Final = "letters.stop"
# Many mail servers refuse more; then the link alone is sent.
MOST_ATTACHED: Final = 8 * 1024 * 1024


def send_due(*, at: dt.datetime, base_url: str, demo: bool = False) -> int:
    """Sends what is ready; how many mails left. The made-up people of a demo are only written to when asked for."""
    rows = _waiting(at).filter(reader__is_active=True, schedule__is_active=True)
    rows = rows if demo else rows.filter(organisation__is_demo=False)
    rows = (
        rows.select_related("organisation", "reader", "schedule__made_by").defer("content").order_by("asked_at", "pk")
    )
    return sum(send(letter, at=at, base_url=base_url) for letter in list(rows))


def _waiting(at: dt.datetime) -> "QuerySet[Letter]":
    return Letter.objects.filter(
        state=Letter.State.DONE, mailed_at=None, schedule__isnull=False, asked_at__gt=at - FORGOTTEN
    )


def send(letter: Letter, *, at: dt.datetime, base_url: str) -> bool:
    """Whether a mail left: not in quiet hours, to nobody who may not or will not read it, and not while another sends it."""
    quiet = quiet_of(post_of(letter.organisation, letter.reader))
    if quiet is not None and quiet.covers(at, letter.organisation.zone):
        return False
    reader = Reader(letter.reader, letter.organisation, at)
    if not (still_has(reader, letter.rights) and _is_wanted(letter) and _claim(letter, at)):
        return False
    try:
        message(letter, reader, base_url=base_url).send()
        _note(letter, at)
    except Exception:  # whatever is wrong with one mail, the others are sent; this one is tried again after the lease
        logger.exception("Letter %s could not be mailed", letter.pk)
        return False
    return True


def _is_wanted(letter: Letter) -> bool:
    assert letter.schedule is not None
    return bool(letter.schedule.readers.filter(pk=letter.reader_id).exists())


def _claim(letter: Letter, at: dt.datetime) -> bool:
    """Whether this mail is ours to send: not sent meanwhile, and nobody is sending it."""
    free = Q(sending_since=None) | Q(sending_since__lte=at - LEASE)
    return bool(_waiting(at).filter(free, pk=letter.pk).update(sending_since=at))


@transaction.atomic
def _note(letter: Letter, at: dt.datetime) -> None:
    Letter.objects.filter(pk=letter.pk, sending_since=at).update(mailed_at=at, sending_since=None)
    record(
        letter, action="letter mailed", by=None, at=at, changes={"reader": letter.reader_id, "filters": letter.query}
    )


# --- the words --------------------------------------------------------------------------------------------------------


def message(letter: Letter, reader: Reader, *, base_url: str) -> EmailMessage:
    """With a way out that takes one click (RFC 8058)."""
    assert letter.schedule is not None
    organisation, schedule = letter.organisation, letter.schedule
    stop = base_url + reverse("letters_stop", args=[signed(schedule, letter.reader)])
    content = bytes(letter.content)
    with translation.override(letter.language):
        words = {
            "user": letter.reader,
            "organisation": organisation,
            "letter": letter,
            "about": wording.about(reader, letter.query),
            "every": schedule.get_every_display(),
            "made_by": None if schedule.made_by == letter.reader else schedule.made_by,
            "attached": len(content) <= MOST_ATTACHED,
            "letter_url": base_url + reverse("letter_pdf", args=[organisation.slug, letter.pk]),
            "list_url": base_url + reverse("letters", args=[organisation.slug]),
            "stop_url": stop,
        }
        subject = " ".join(render_to_string("analytics/letters/subject.txt", words).split())
        text = render_to_string("analytics/letters/message.txt", words)
    mail = EmailMessage(subject, text, None, [letter.reader.email], headers=one_click.headers(stop))
    if words["attached"]:
        mail.attach(file_name(letter), content, "application/pdf")
    return mail


def file_name(letter: Letter) -> str:
    made = (letter.finished_at or letter.asked_at).astimezone(letter.organisation.zone).date()
    return f"{letter.organisation.slug}-{slugify(letter.title) or 'letter'}-{made.isoformat()}.pdf"


# --- out with one click -----------------------------------------------------------------------------------------------


def signed(schedule: LetterSchedule, reader: User) -> str:
    return one_click.signed([schedule.pk, reader.pk], salt=SALT)


def of_signed(text: str) -> tuple[LetterSchedule, User] | None:
    """Whose letters of which schedule a link ends; `None` when it is not one of ours, or they are gone."""
    keys = one_click.of_signed(text, salt=SALT)
    if keys is None:
        return None
    schedule = LetterSchedule.objects.filter(pk=keys[0]).select_related("organisation").first()
    reader = User.objects.filter(pk=keys[1]).first()
    return None if schedule is None or reader is None else (schedule, reader)
