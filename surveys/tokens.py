"""Keys of other systems: `kb_<prefix>_<secret>`. The prefix finds the token, the secret proves it; only its hash is kept.

The secret has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess, and every request can afford it.
"""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from surveys.models import ApiToken, Department, User
from surveys.querysets import with_descendants
from surveys.trail import record

SHAPE = re.compile(r"kb_([0-9a-f]{8})_([0-9a-f]{64})")
# How exact "last used" is: a write on every request would make reading expensive.
SEEN_EVERY = dt.timedelta(minutes=1)


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue_token(
    *,
    user: User,
    name: str,
    scope: str,
    departments: Iterable[Department] = (),
    expires_at: dt.datetime | None = None,
    at: dt.datetime,
    by_operator: bool = False,
) -> tuple[ApiToken, str]:
    """A new token and, for this once, its text. Without departments it sees what its user sees.

    `by_operator`: made on the server for the user, so the log names nobody as its maker.
    """
    if scope not in ApiToken.Scope.values:
        raise ValueError(f"{scope!r} is not a scope")
    prefix, secret = secrets.token_hex(4), secrets.token_hex(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        secret_hash=fingerprint(secret),
        scope=scope,
        created_at=at,
        expires_at=expires_at,
    )
    chosen = list(departments)
    token.departments.set(chosen)
    changes = {
        "scope": [None, scope],
        "departments": [[], sorted(department.code for department in chosen)],
        "expires_at": [None, expires_at and expires_at.isoformat()],
    }
    record(token, action="token issued", by=None if by_operator else user, at=at, changes=changes)
    return token, f"kb_{prefix}_{secret}"


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, at: dt.datetime) -> ApiToken:
    """Ends a token at once and for good; once more changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        token.revoked_at = at
        record(token, action="token revoked", by=by, at=at)
    return token


def find_token(text: str, *, at: dt.datetime) -> ApiToken | None:
    """The usable token that this text proves, with its user; None for any other text."""
    shape = SHAPE.fullmatch(text)
    if shape is None:
        return None
    prefix, secret = shape.groups()
    token: ApiToken | None = ApiToken.objects.usable_at(at).select_related("user").filter(prefix=prefix).first()
    if token is None or not secrets.compare_digest(token.secret_hash, fingerprint(secret)):
        return None
    return token


def reach(token: ApiToken) -> frozenset[int] | None:
    """Keys of the departments a token is limited to, with all below them as for a manager; None without a limit."""
    tops = {department.pk: department.organisation_id for department in token.departments.all()}
    if not tops:
        return None
    known = Department.objects.filter(organisation__in=set(tops.values())).values_list("pk", "parent_id")
    return frozenset(with_descendants(set(tops), known))


def note_use(token: ApiToken, *, at: dt.datetime) -> None:
    earlier = at - SEEN_EVERY
    if token.last_used_at is None or token.last_used_at < earlier:
        mine = ApiToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=earlier), pk=token.pk)
        mine.update(last_used_at=at)
        token.last_used_at = at
