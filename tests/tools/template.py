"""The migrated database, made once in a run by the first process that asks, and copied by every other.

Going through the migrations takes ten seconds of work, which each process would repeat. Where CI is set it is made anew in
each run, so that the migrations are tested as they are; a developer's SQLite one is kept for as long as no migration changes.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests.tools.site import ROOT, Site, clean_environment

# Names the folder that the processes of one run share.
PLACE = "TEST_TEMPLATE_PLACE"
# `manage.py migrate`, without waiting for a disk after each of a thousand statements: what is lost is made anew.
MIGRATE = """
from django.conf import settings
from django.core.management import execute_from_command_line
database = settings.DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON"
execute_from_command_line(["manage.py", "migrate", "--verbosity", "0"])
"""


def server() -> str:
    """The address of the PostgreSQL server under test; empty for SQLite."""
    return os.environ.get("TEST_DATABASE_URL", "")


def address(name: str) -> str:
    """The address of another database of the server; its query may say where the socket is."""
    base, _, query = server().partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


def begin() -> None:
    """For the process that starts the others: what it puts in the environment, they find there."""
    if is_kept():
        place = Path(tempfile.gettempdir(), f"klankbord-migrated-{os.getuid()}-{_fingerprint()}")
        place.mkdir(mode=0o700, exist_ok=True)
        os.environ[PLACE] = str(place)
    else:
        os.environ[PLACE] = tempfile.mkdtemp(prefix="klankbord-template-")


def is_kept() -> bool:
    return not server() and not os.environ.get("CI")


def _fingerprint() -> str:
    """Of all that a migrated database follows from."""
    files = sorted((*ROOT.glob("*/migrations/*.py"), ROOT / "surveys/guards.py", ROOT / "requirements/runtime.txt"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def end() -> None:
    place = Path(os.environ.pop(PLACE))
    if is_kept():
        return
    if server() and (place / "made").exists():
        with psycopg.connect(server(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_name(place)} WITH (FORCE)")
    shutil.rmtree(place, ignore_errors=True)


def made() -> str:
    """A file (SQLite) or the name of a database (PostgreSQL) that went through every migration; not to be written to."""
    place = Path(os.environ[PLACE])
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "made").exists() or not (server() or _file(place).exists()):
            _make(place)
            (place / "made").touch()
    return _name(place) if server() else str(_file(place))


def copy_into(connection: Any) -> None:
    """Into the test database of this process, before Django makes it and finds that nothing is left to migrate."""
    if server():
        connection.settings_dict["TEST"]["TEMPLATE"] = made()
        return
    connection.settings_dict["NAME"] = connection.creation._get_test_db_name()
    connection.ensure_connection()
    with closing(sqlite3.connect(made())) as template:
        template.backup(connection.connection)


@contextmanager
def without_server(folder: Path) -> Iterator[Site]:
    """A migrated database of its own with what the worker needs, for processes that are killed."""
    url, name = "", f"alone_{uuid.uuid4().hex[:12]}"
    if server():
        url = address(name)
        with psycopg.connect(server(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {made()}")
    else:
        shutil.copy(made(), folder)
    values = {"VAR_DIR": str(folder), "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
    yield Site("", folder, clean_environment(**values))
    if server():
        with psycopg.connect(server(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _make(place: Path) -> None:
    """What an earlier, failed try left makes no difference."""
    if server():
        with psycopg.connect(server(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_name(place)} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {_name(place)}")
    else:
        _file(place).unlink(missing_ok=True)
    url = address(_name(place)) if server() else ""
    values = {"VAR_DIR": str(place), "SECRET_KEY": "only-for-tests-" * 4, "DATABASE_URL": url, "LOG_LEVEL": "WARNING"}
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE],
        cwd=ROOT,
        env={**os.environ, **clean_environment(**values)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"the migrations failed:\n{done.stdout[-4000:]}"


def _file(place: Path) -> Path:
    return place / "klankbord.sqlite3"


def _name(place: Path) -> str:
    return place.name.replace("-", "_").lower()
