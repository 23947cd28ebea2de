"""`EMAIL_URL` as mail settings: smtp://, smtp+tls:// (STARTTLS) or smtps://user:password@host:port."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from project.env import EnvError

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailSettings:
    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool


def mail_settings(url: str) -> MailSettings:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise EnvError(
            f"EMAIL_URL={url.rsplit('@', 1)[-1]!r} is not console:, smtp://host, smtp+tls://host or smtps://host."
        )
    return MailSettings(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )
