"""A Klankbord of our own to test against: the real stack in processes of its own, on a database that is thrown away."""

import datetime as dt
import fcntl
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.tools.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
# What the demo's data is made from; a change of anything else does not make it old.
SOURCES = (
    "analytics/migrations",
    "analytics/rollups.py",
    "project/migrations",
    "surveys/defaults",
    "surveys/definition",
    "surveys/demo",
    "surveys/management/commands/load_demo.py",
    "surveys/migrations",
    "surveys/scoring.py",
)


def free_port() -> int:
    """Below the ports that the system hands out by itself: nobody's connection takes it before it is used."""
    for port in random.SystemRandom().sample(range(15_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("No port is free.")


@dataclass
class Site:
    """A running site. `folder` is its VAR_DIR; `manage` runs a command beside it, on the same database."""

    url: str
    folder: Path
    environment: dict[str, str]
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Run `manage.py ...` and return what it printed; fails with its words when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)}: {done.returncode}\n{done.stdout[-4000:]}")
        return done.stdout

    def shell(self, code: str) -> str:
        """Run Python with the models of the site imported; for what a test must arrange or look up in the database."""
        return self.manage("shell", "--verbosity", "0", "--command", code).strip()

    def beside(self, code: str, *how: str) -> "subprocess.Popen[str]":
        """Python in a process of its own, with the settings of the site; what it prints can be read."""
        command = [sys.executable, "-c", code, *how]
        environment = {**os.environ, **self.environment}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    def visitor(self, email: str, password: str) -> Visitor:
        """Somebody signed in without a browser; signs in again when a test ended the session."""
        known = self.visitors.get(email)
        if known is None or not known.is_signed_in:
            known = self.visitors[email] = Visitor(self.url)
            known.sign_in(email, password)
        return known

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")


def clean_environment(**values: str) -> dict[str, str]:
    """The names that settings.py reads, so that nothing of the developer's own environment gets in."""
    return {
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "BASE_URL": "http://localhost:8000",
        "DATABASE_URL": "",
        "DEBUG": "no",
        "EMAIL_URL": "console:",
        "LOG_LEVEL": "INFO",
        "TRUSTED_PROXIES": "0",
        **values,
    }


@contextmanager
def running(folder: Path, *, worker: bool = True, **settings: str) -> Iterator[Site]:
    """Serve what is in `folder` until the block ends."""
    port = free_port()
    url = f"http://localhost:{port}"
    environment = clean_environment(VAR_DIR=str(folder), BASE_URL=url, **settings)
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *([] if worker else ["--no-worker"])],
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    site = Site(url, folder, environment)
    try:
        _wait_for_pages(site, process)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_pages(site: Site, process: subprocess.Popen[bytes], within: float = 240) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if Visitor(site.url).get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The site did not come up:\n{site.log[-4000:]}")


def fingerprint() -> str:
    """What the demo's data depends on, its day included; the same need not make it twice."""
    digest = hashlib.sha256(str(dt.datetime.now(ZoneInfo("Europe/Amsterdam")).date()).encode())
    for top in SOURCES:
        paths = [ROOT / top] if (ROOT / top).is_file() else sorted((ROOT / top).rglob("*"))
        for path in paths:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def prepare_demo(cache: Path, folder: Path) -> None:
    """Fill `folder` (a VAR_DIR) with the demo's database and static files; the data is made once and kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = cache / fingerprint()
        if not (kept / "complete").exists():
            for old in cache.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            with tempfile.TemporaryDirectory(prefix="klankbord-demo-") as made:
                _prepare(Path(made))
                shutil.copytree(made, kept)
            (kept / "complete").touch()
        shutil.copytree(kept, folder)
    _prepare(folder)  # quick now: what changed since, such as styles and scripts


def _prepare(folder: Path) -> None:
    Site("", folder, clean_environment(VAR_DIR=str(folder), DEMO="yes")).manage("demo", "--prepare-only")
