"""`start_organisation`: makes an organisation and its administrator, so that somebody can sign in and set up the rest."""

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from surveys import starting
from surveys.models import Organisation
from surveys.models.people import check_time_zone
from surveys.refused import Refused

LANGUAGES = ("nl", "en")
NEXT = """
{organisation} is ready, with a checklist, a phrase bank and scenarios to begin with.

Next:
  1. Start the site (python manage.py serve) and sign in at {address} as {email}.{password}
  2. Departments: add those that are called, with their numbers and targets.
  3. Members: invite coordinators, reviewers and evaluators by e-mail.
  4. Papers on file: note the works council's consent, the DPIA and that staff were told; without them no wave opens.
  5. Waves: plan one, set its quota, draw the plan and open it; from then on evaluators can make calls.
"""


class Command(BaseCommand):
    help = (
        "Makes an organisation, its administrator, the default checklist, phrases and scenarios. Asks for what is not "
        "given. A password is typed, or read with --password-file; never given as an option, where others could see it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        # `--password secret` must not pass as an abbreviation of --password-file.
        parser.allow_abbrev = False
        parser.add_argument("--name", help="the organisation's name")
        parser.add_argument("--slug", help="its short name in addresses (default: made from the name)")
        parser.add_argument("--language", choices=LANGUAGES, help="its language (default: nl)")
        parser.add_argument("--time-zone", help="its time zone (default: Europe/Amsterdam)")
        parser.add_argument("--email", help="the administrator's e-mail address; somebody known keeps their account")
        parser.add_argument("--administrator-name", help="the administrator's name")
        parser.add_argument(
            "--password-file",
            metavar="FILE",
            help="read the administrator's password from this file; - is standard input",
        )
        parser.add_argument(
            "--no-input",
            action="store_true",
            help="never ask; without --password-file a new administrator asks for a password on the sign-in page",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.asks = not options["no_input"]
        name = self._value(options["name"], "Name of the organisation", "--name")
        slug = self._value(options["slug"], "Short name, for addresses", "--slug", slugify(name)[:60], _free_slug)
        language = self._value(options["language"], "Language, nl or en", "--language", "nl", _known_language)
        zone = self._value(options["time_zone"], "Time zone", "--time-zone", "Europe/Amsterdam", check_time_zone)
        email = self._value(options["email"], "Administrator's e-mail address", "--email", "", validate_email)
        known = starting.account_of(email) is not None
        person, password = "", None
        if known and options["password_file"]:
            raise CommandError(f"{email} has an account and keeps its password; leave out --password-file.")
        if not known:
            person = self._value(
                options["administrator_name"], "Administrator's name", "--administrator-name", email.partition("@")[0]
            )
            password = self._password(options["password_file"], email=email, name=person)
        try:
            organisation = starting.start_organisation(
                name=name,
                slug=slug,
                language=language,
                time_zone=zone,
                administrator_email=email,
                administrator_name=person,
                password=password,
                at=timezone.now(),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self._say_what_next(organisation, email, known=known, has_password=password is not None)

    def _value(
        self,
        given: str | None,
        question: str,
        option: str,
        default: str = "",
        check: Callable[[str], object] = lambda _value: None,
    ) -> str:
        """What was given, else typed, else the default; a wrong one is asked for again, or stops."""
        value = (given or "").strip()
        while True:
            if not value and self.asks:
                value = _typed(f"{question} [{default}]: " if default else f"{question}: ", option) or default
            value = value or default
            try:
                if not value:
                    raise ValidationError(f"{option} is missing.")  # noqa: TRY301 - one way to be wrong, one place
                check(value)
            except (ValidationError, Refused) as wrong:
                sentence = " ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)
                if given or not self.asks:
                    raise CommandError(sentence) from None
                self.stderr.write(sentence)
                value = ""
            else:
                return value

    def _password(self, file: str | None, *, email: str, name: str) -> str | None:
        if file:
            password = _read(file)
            try:
                starting.check_password(password, email=email, name=name)
            except Refused as refused:
                raise CommandError(str(refused)) from None
            return password
        while self.asks:
            password = _hidden("Password: ")
            try:
                starting.check_password(password, email=email, name=name)
            except Refused as refused:
                self.stderr.write(str(refused))
                continue
            if _hidden("The same again: ") == password:
                return password
            self.stderr.write("These two differ; type both again.")
        return None

    def _say_what_next(self, organisation: Organisation, email: str, *, known: bool, has_password: bool) -> None:
        way_in = ""
        if known:
            way_in = "\n     The account is as it was, password included."
        elif not has_password:
            way_in = f"\n     A password can be chosen through {settings.BASE_URL}{reverse('account_reset_password')}."
        address = settings.BASE_URL + reverse("account_login")
        self.stdout.write(NEXT.format(organisation=organisation, address=address, email=email, password=way_in).strip())


def _known_language(value: str) -> None:
    if value not in LANGUAGES:
        raise ValidationError("Choose nl or en.")


def _free_slug(value: str) -> None:
    validate_slug(value)
    starting.check_slug(value)


def _typed(question: str, option: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        raise CommandError(f"Nobody is there to answer; give {option}, or --no-input to take the defaults.") from None


def _hidden(question: str) -> str:
    try:
        return getpass.getpass(question)
    except EOFError:
        raise CommandError("Nobody is there to type a password; give --password-file or --no-input.") from None


def _read(file: str) -> str:
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--password-file: {file} cannot be read ({error}).") from None
    return text.rstrip("\r\n")
