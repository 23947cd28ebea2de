"""System checks of the configuration: errors stop every command, the rest is said by `check --deploy`."""

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Info, Tags

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1"}
SHORTEST_KEY = 32
FEWEST_CHARACTERS = 8


def _is_local(host: str) -> bool:
    return host in LOCAL_HOSTS or host.endswith(".localhost")


def secret_key(**_: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= SHORTEST_KEY and len(set(key)) >= FEWEST_CHARACTERS:
        return []
    return [
        Error(
            f"SECRET_KEY is too easy to guess: {len(key)} characters, {len(set(key))} different ones.",
            hint=f"Use a random value of {SHORTEST_KEY} characters or more: "
            'python -c "import secrets; print(secrets.token_urlsafe(48))"',
            id="project.E001",
        )
    ]


def allowed_hosts(**_: Any) -> list[CheckMessage]:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS lets every host name in.",
            hint="Name the hosts that Klankbord is reached by, separated by commas.",
            id="project.E002",
        )
    ]


def base_url(**_: Any) -> list[CheckMessage]:
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return [
            Error(
                f"BASE_URL={settings.BASE_URL!r} is not the address of a site.",
                hint="Write it as https://klankbord.example.org",
                id="project.E003",
            )
        ]
    return []


def https(**_: Any) -> list[CheckMessage]:
    if settings.DEMO or settings.DEBUG or settings.HTTPS:
        return []
    return [
        checks.Warning(
            f"BASE_URL is {settings.BASE_URL}: passwords and answers would travel unencrypted.",
            hint="Serve Klankbord over https and say so in BASE_URL.",
            id="project.W001",
        )
    ]


def demo_is_local(**_: Any) -> list[CheckMessage]:
    outside = [host for host in settings.ALLOWED_HOSTS if not _is_local(host)]
    if not settings.DEMO or not (outside or settings.HTTPS):
        return []
    return [
        checks.Warning(
            "DEMO is on for a site that others can reach; everyone knows the demo's password.",
            hint="Leave DEMO out of the environment, or ALLOWED_HOSTS at its default.",
            id="project.W002",
        )
    ]


def sqlite_journal(**_: Any) -> list[CheckMessage]:
    if not settings.DATABASE["ENGINE"].endswith("sqlite3") or settings.WAL_IS_SAFE:
        return []
    return [
        Info(
            f"SQLite {sqlite3.sqlite_version} can damage a database in WAL mode, so the slower rollback journal is used.",
            hint="SQLite 3.51.3, 3.50.7, 3.44.6 or newer, or PostgreSQL, writes faster under load.",
            id="project.I001",
        )
    ]


def install() -> None:
    for check in (secret_key, allowed_hosts, base_url, demo_is_local):
        checks.register(check, Tags.security)
    for check in (https, sqlite_journal):
        checks.register(check, Tags.security, deploy=True)
