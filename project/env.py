"""Strict readers of the environment. A wrong value stops the start with one clear sentence.

Every name may be given directly (`SECRET_KEY`) or as a file that holds it (`SECRET_KEY_FILE`), as secret stores do.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class EnvError(ValueError):
    """A setting from the environment that cannot be used; the message names it and says what would do."""


class Env:
    def __init__(self, values: Mapping[str, str], *, file: Path | None = None) -> None:
        self._values = {**(read_file(file) if file and file.is_file() else {}), **values}
        self.asked: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        self.asked.add(name)
        path = self._values.get(f"{name}_FILE", "")
        if path and name in self._values:
            raise EnvError(f"{name} and {name}_FILE are both set; keep one of them.")
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise EnvError(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from error
        return self._values.get(name, default).strip()

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name, "yes" if default else "no").lower()
        if value in {"1", "yes", "true", "on"}:
            return True
        if value in {"0", "no", "false", "off", ""}:
            return False
        raise EnvError(f"{name}={value!r} is neither yes nor no.")

    def number(self, name: str, default: int, *, minimum: int = 0, maximum: int = 2**31) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
            raise EnvError(f"{name}={value!r} is not a whole number from {minimum} to {maximum}.")
        return int(value)

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name, str(default))).expanduser()

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user:password@host:port/name?sslmode=require`."""
        url = self.text(name) or f"sqlite:///{default}"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise EnvError(f"{name} is not an address of a database: {error}.") from error
        if parts.scheme == "sqlite":
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:]) or str(default)}
        if parts.scheme in {"postgres", "postgresql"}:
            options = dict(parse_qsl(parts.query))
            host = options.pop("host", "") or unquote(parts.hostname or "")
            return {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": unquote(parts.path[1:]),
                "USER": unquote(parts.username or ""),
                "PASSWORD": unquote(parts.password or ""),
                "HOST": host,
                "PORT": str(port or options.pop("port", "")),
                "OPTIONS": options,
            }
        raise EnvError(
            f"{name} starts with {parts.scheme!r}; Klankbord stores its data in sqlite:/// or postgresql://."
        )


def read_file(path: Path) -> dict[str, str]:
    """Lines `NAME=value`; `#` starts a comment line; quotes around the whole value are dropped."""
    values: dict[str, str] = {}
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip().isidentifier():
            raise EnvError(f"{path.name}, line {number}: expected NAME=value.")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def from_process(base: Path) -> Env:
    return Env(os.environ, file=base / ".env")
