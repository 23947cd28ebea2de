"""Starting for real: the first organisation, its administrator, and what it begins with."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from surveys import defaults
from surveys.models import (
    AuditEntry,
    Checklist,
    ChecklistVersion,
    Membership,
    Organisation,
    Phrase,
    Role,
    Scenario,
    User,
)
from surveys.refused import Refused
from surveys.trail import record

Rows = Iterable[Mapping[str, Any]]
CHECKLIST_NAMES = {"nl": "Telefoon", "en": "Telephone"}


@transaction.atomic
def start_organisation(
    *,
    name: str,
    slug: str,
    language: str,
    time_zone: str,
    administrator_email: str,
    administrator_name: str,
    password: str | None,
    at: dt.datetime,
    scenarios: Rows | None = None,
) -> Organisation:
    """An organisation that can go to work: an administrator, the default checklist published, phrases and scenarios.

    Somebody who has an account already keeps it as it is, password and name included. A new administrator without a
    password asks for one on the sign-in page. `scenarios` stand in for the default ones. Raises `Refused` with a sentence for the reader.
    """
    organisation = _organisation(name=name, slug=slug, language=language, time_zone=time_zone, at=at)
    administrator = _administrator(administrator_email, administrator_name, password, language, at)
    AuditEntry.objects.create(
        organisation=organisation,
        actor=administrator,
        at=at,
        action="organisation started",
        subject="organisation",
        subject_id=organisation.pk,
        changes={
            "name": [None, name],
            "slug": [None, slug],
            "language": [None, language],
            "time_zone": [None, time_zone],
        },
    )
    membership = Membership.objects.create(
        user=administrator, organisation=organisation, role=Role.ADMINISTRATOR, created_at=at
    )
    given = {"user": [None, administrator.email], "role": [None, str(Role.ADMINISTRATOR)]}
    record(membership, action="role given", by=administrator, at=at, changes=given)
    _publish_default_checklist(organisation, by=administrator, at=at)
    phrases = [Phrase(organisation=organisation, **row) for row in defaults.read("phrases")]
    _note(Phrase.objects.bulk_create(phrases), "phrase made", by=administrator, at=at)
    briefs = [Scenario(organisation=organisation, **row) for row in scenarios or defaults.read("scenarios")]
    _note(Scenario.objects.bulk_create(briefs), "scenario made", by=administrator, at=at)
    return organisation


def account_of(email: str) -> User | None:
    return User.objects.filter(email__iexact=email.strip()).first()


def check_slug(slug: str) -> None:
    """Raises `Refused` when another organisation has this short name."""
    if Organisation.objects.filter(slug=slug).exists():
        raise _taken(slug)


def _taken(slug: str) -> Refused:
    return Refused(_("There already is an organisation with the short name %(slug)s.") % {"slug": slug}, field="slug")


def check_password(password: str, *, email: str, name: str) -> None:
    """Raises `Refused` with everything that is wrong with a password."""
    try:
        validate_password(password, User(email=email.strip().lower(), name=name))
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="password") from None


def _organisation(*, name: str, slug: str, language: str, time_zone: str, at: dt.datetime) -> Organisation:
    check_slug(slug)
    organisation = Organisation(name=name, slug=slug, language=language, time_zone=time_zone, created_at=at)
    try:
        organisation.full_clean(validate_unique=False)
        with transaction.atomic():
            organisation.save(force_insert=True)
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Refused(f"{field}: {' '.join(sentences)}", field=field) from None
    except IntegrityError:
        raise _taken(slug) from None
    return organisation


def _administrator(email: str, name: str, password: str | None, language: str, at: dt.datetime) -> User:
    known = account_of(email)
    if known is not None:
        if not known.is_active:
            raise Refused(_("%(email)s may not sign in any more; name another administrator.") % {"email": known.email})
        return known
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise Refused(" ".join(error.messages), field="administrator_email") from None
    if password is not None:
        check_password(password, email=email, name=name)
    user: User = User.objects.create_user(email, password, name=name, language=language, date_joined=at)
    return user


def _publish_default_checklist(organisation: Organisation, *, by: User, at: dt.datetime) -> ChecklistVersion:
    checklist = Checklist.objects.create(
        organisation=organisation, code="standard", name=CHECKLIST_NAMES.get(organisation.language, "Telephone")
    )
    version = ChecklistVersion.objects.create(
        checklist=checklist,
        number=1,
        document=defaults.read("checklist"),
        state=ChecklistVersion.State.PUBLISHED,
        published_at=at,
        published_by=by,
        created_at=at,
    )
    AuditEntry.objects.create(
        organisation=organisation,
        actor=by,
        at=at,
        action="published",
        subject="checklistversion",
        subject_id=version.pk,
        changes={"checklist": [None, checklist.code], "number": [None, 1]},
    )
    return version


def _note(made: Iterable[Phrase] | Iterable[Scenario], action: str, *, by: User, at: dt.datetime) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organisation=one.organisation,
            actor=by,
            at=at,
            action=action,
            subject=type(one).__name__.lower(),
            subject_id=one.pk,
            changes={"code": [None, one.code]},
        )
        for one in made
    )
