"""`create_token EMAIL --scope read|write`: a key for a program; the last line of the output is the token alone."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from surveys import access, tokens
from surveys.models import ApiToken, Department, User


class Command(BaseCommand):
    help = "Makes an API token for a user and prints it, this once, as the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the user's e-mail address; the token may do what this person may do")
        parser.add_argument("--scope", required=True, choices=ApiToken.Scope.values, help="read, or read and write")
        parser.add_argument("--name", default="create_token", help="what the token is for, as shown on the user's page")
        parser.add_argument("--days", type=int, default=365, help="days until it expires; 0 is never (default: 365)")
        parser.add_argument(
            "--department", action="append", default=[], metavar="CODE", help="only this department and those below it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        user = _user(options["email"])
        if not 0 <= options["days"] <= 3650:
            raise CommandError("--days must lie between 0 (never expires) and 3650.")
        expires_at = at + dt.timedelta(days=options["days"]) if options["days"] else None
        token, text = tokens.issue_token(
            user=user,
            name=options["name"][:80],
            scope=options["scope"],
            departments=_departments(user, options["department"]),
            expires_at=expires_at,
            at=at,
            by_operator=True,
        )
        until = f"until {expires_at:%Y-%m-%d}" if expires_at else "for ever"
        self.stderr.write(
            f"Token {token.prefix} for {user.email}, scope {token.scope}, {until}. It is shown this once:"
        )
        self.stdout.write(text)


def _user(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise CommandError(f"There is no user {email}.")
    if not user.is_active:
        raise CommandError(f"{email} may not sign in, so a token would not work.")
    return user


def _departments(user: User, codes: list[str]) -> list[Department]:
    visible = {department.code.lower(): department for department in access.visible_departments(user)}
    unknown = [code for code in codes if code.lower() not in visible]
    if unknown:
        raise CommandError(f"{user.email} sees no department with the code {', '.join(unknown)}.")
    return [visible[code.lower()] for code in codes]
