"""How people come in, change roles and leave: one function a step, atomic, audited.

invite -> (send again) -> accept | withdraw; give a role -> change -> end. Every step takes the person (`by`) and the time
(`at`). Whether the person may is decided before, in `access`. A step that cannot be taken raises `Refused`, whose words
are for the reader.
"""

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Iterable
from smtplib import SMTPException
from typing import NamedTuple

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from surveys.models import Department, Invitation, Membership, Organisation, Role, User
from surveys.refused import Refused
from surveys.workflow import record

INVITATION_LASTS = dt.timedelta(days=7)

logger = logging.getLogger(__name__)


class Invited(NamedTuple):
    """A new or renewed invitation with the secret of its link, which is kept nowhere."""

    invitation: Invitation
    secret: str


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# --- invitations ------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *, organisation: Organisation, email: str, role: str, departments: Iterable[Department], by: User, at: dt.datetime
) -> Invited:
    _lock(organisation)
    email, chosen = email.strip().lower(), _departments_of(organisation, role, departments)
    if Invitation.objects.open_at(at).filter(organisation=organisation, email__iexact=email, role=role).exists():
        raise Refused(_("This person has been invited for this role already. You can send that invitation again."))
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        secret_hash=fingerprint(secret),
        invited_by=by,
        created_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    invitation.departments.set(chosen)
    changes = {"email": [None, email], "role": [None, role], "departments": [[], _codes(chosen)]}
    record(invitation, action="invited", by=by, at=at, changes=changes)
    return Invited(invitation, secret)


@transaction.atomic
def renew_invitation(*, invitation: Invitation, by: User, at: dt.datetime) -> Invited:
    """Another link that lasts another seven days; the earlier one stops working."""
    secret = secrets.token_urlsafe(32)
    open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not open_ones.update(secret_hash=fingerprint(secret), expires_at=at + INVITATION_LASTS):
        raise Refused(_("This invitation has been accepted or withdrawn meanwhile."))
    invitation.refresh_from_db()
    record(invitation, action="invitation sent again", by=by, at=at)
    return Invited(invitation, secret)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, at: dt.datetime) -> None:
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at):
        raise Refused(_("This invitation has been accepted or withdrawn meanwhile."))
    record(invitation, action="invitation withdrawn", by=by, at=at)


def send_invitation(*, invitation: Invitation, link: str) -> bool:
    """Mails the link, in the organisation's language; says whether the mail went out."""
    words = {"invitation": invitation, "organisation": invitation.organisation, "link": link}
    with translation.override(invitation.organisation.language):
        subject = render_to_string("surveys/people/email/invitation_subject.txt", words).strip()
        text = render_to_string("surveys/people/email/invitation_message.txt", words)
    try:
        return bool(send_mail(" ".join(subject.split()), text, None, [invitation.email]))
    except (SMTPException, OSError):
        logger.exception("The mail of invitation %s could not be sent", invitation.pk)
        return False


def account_of(invitation: Invitation) -> User | None:
    """The account that the invited address already has."""
    return User.objects.filter(email__iexact=invitation.email).first()


@transaction.atomic
def accept_as_new(*, invitation: Invitation, name: str, password: str, at: dt.datetime) -> User:
    """Makes the account of the invited address and gives it its role; the invitation is spent."""
    _claim(invitation, at)
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=name, date_joined=at)
    except IntegrityError:
        raise Refused(_("There is an account for this e-mail address meanwhile. Sign in to accept.")) from None
    _accepted(invitation, user, at)
    return user


@transaction.atomic
def accept_as(*, invitation: Invitation, user: User, at: dt.datetime) -> Membership:
    """Gives the role to the account that the invited address already has; the invitation is spent."""
    if user.email.lower() != invitation.email.lower():
        raise Refused(_("This invitation is for another e-mail address."))
    _claim(invitation, at)
    return _accepted(invitation, user, at)


def _claim(invitation: Invitation, at: dt.datetime) -> None:
    """Only one can be first: the others find the invitation spent."""
    same = Invitation.objects.open_at(at).filter(pk=invitation.pk, secret_hash=invitation.secret_hash)
    if not same.update(accepted_at=at):
        raise Refused(_("This invitation has been used already, or it was withdrawn."))


def _accepted(invitation: Invitation, user: User, at: dt.datetime) -> Membership:
    record(invitation, action="invitation accepted", by=user, at=at)
    return _give(invitation.organisation, user, invitation.role, list(invitation.departments.all()), by=user, at=at)


# --- roles ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def give_role(
    *, organisation: Organisation, user: User, role: str, departments: Iterable[Department], by: User, at: dt.datetime
) -> Membership:
    """Another role for someone who is known here already."""
    _lock(organisation)
    if _active(organisation).filter(user=user, role=role).exists():
        raise Refused(_("This person has this role already."))
    return _give(organisation, user, role, _departments_of(organisation, role, departments), by=by, at=at)


@transaction.atomic
def change_membership(
    *, membership: Membership, role: str, departments: Iterable[Department], by: User, at: dt.datetime
) -> Membership:
    """Other departments for a manager, or another role instead of this one."""
    organisation = _lock(membership.organisation)
    membership = _still_active(membership)
    chosen = _departments_of(organisation, role, departments)
    if role != membership.role:
        if _active(organisation).filter(user=membership.user, role=role).exists():
            raise Refused(_("This person has this role already. You can end the role shown on this page."))
        _end(membership, by=by, at=at)
        return _give(organisation, membership.user, role, chosen, by=by, at=at)
    before = _codes(membership.departments.all())
    if before != _codes(chosen):
        membership.departments.set(chosen)
        record(membership, action="role changed", by=by, at=at, changes={"departments": [before, _codes(chosen)]})
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: User, at: dt.datetime) -> None:
    """The person keeps the account and what they did; the role no longer opens anything."""
    _lock(membership.organisation)
    _end(_still_active(membership), by=by, at=at)


def _give(
    organisation: Organisation, user: User, role: str, departments: list[Department], *, by: User, at: dt.datetime
) -> Membership:
    membership, _new = Membership.objects.get_or_create(
        organisation=organisation, user=user, role=role, defaults={"created_at": at}
    )
    if membership.ended_at is not None:
        Membership.objects.filter(pk=membership.pk).update(ended_at=None)
        membership.ended_at = None
    membership.departments.set(departments)
    changes = {"user": [None, user.email], "role": [None, role], "departments": [[], _codes(departments)]}
    record(membership, action="role given", by=by, at=at, changes=changes)
    return membership


def _end(membership: Membership, *, by: User, at: dt.datetime) -> None:
    administrators = _active(membership.organisation).filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if membership.role == Role.ADMINISTRATOR and not administrators.exclude(pk=membership.pk).exists():
        raise Refused(_("An organisation needs an administrator. Give somebody else that role first."))
    Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=at)
    changes = {"user": [membership.user.email, None], "role": [membership.role, None]}
    record(membership, action="role ended", by=by, at=at, changes=changes)


def by_person(memberships: Iterable[Membership]) -> list[tuple[User, list[Membership]]]:
    """Each person once with all their roles, in the order given."""
    found: dict[User, list[Membership]] = {}
    for membership in memberships:
        found.setdefault(membership.user, []).append(membership)
    return list(found.items())


# --- the reader's own -------------------------------------------------------------------------------------------------


def save_profile(*, user: User, name: str, language: str, reminders: bool | None = None) -> None:
    """`reminders` is left as it is for those who get none."""
    user.name, user.language = name, language
    user.reminders = user.reminders if reminders is None else reminders
    user.save(update_fields=["name", "language", "reminders"])


def choose_language(*, user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])


# --- what the steps share ---------------------------------------------------------------------------------------------


def _lock(organisation: Organisation) -> Organisation:
    """One change of people at a time in an organisation, so that two cannot each remove the other's last safeguard."""
    locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    return locked


def _active(organisation: Organisation) -> "QuerySet[Membership]":
    return Membership.objects.active().filter(organisation=organisation)


def _still_active(membership: Membership) -> Membership:
    known = Membership.objects.active().select_related("user", "organisation")
    found: Membership | None = known.filter(pk=membership.pk).first()
    if found is None:
        raise Refused(_("This role has been ended meanwhile."))
    return found


def _departments_of(organisation: Organisation, role: str, departments: Iterable[Department]) -> list[Department]:
    """The departments a role carries: a manager's; no other role has any."""
    if role != Role.MANAGER:
        return []
    chosen = list(departments)
    if not chosen:
        raise Refused(_("Choose at least one department for a manager."))
    if any(department.organisation_id != organisation.pk for department in chosen):
        raise ValueError("a department of another organisation")
    return chosen


def _codes(departments: Iterable[Department]) -> list[str]:
    return sorted(department.code for department in departments)
