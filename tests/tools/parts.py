"""The real parts that tests use where they are found: Chromium, and a PostgreSQL server of our own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

GET_CHROMIUM = "install Chromium (Debian: apt-get install chromium-headless-shell) or set CHROMIUM to its path"
GET_POSTGRES = "install PostgreSQL (Debian: apt-get install postgresql) or set TEST_DATABASE_URL to a server of yours"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A file system in memory, and the room in it that all parts together need by far.
MEMORY, ROOM = Path("/dev/shm"), 2 * 2**30
# Speed over safety: the cluster lives as long as one test run.
POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "max_connections": "200",
}


def find_chromium() -> str | None:
    """Without its windows, where that one is found: the same browser opens a page in a fifth of the time."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def find_postgres() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps it out of PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    for folder in (Path("/usr/lib/postgresql"), Path("/usr/local/pgsql"), Path("/opt/homebrew/opt")):
        candidates = [path.parent for path in folder.glob("**/bin/initdb")] if folder.is_dir() else []
        if candidates:
            return max(candidates)
    return None


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; a container's tests often do."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A fresh cluster that only a socket in a temporary folder leads to; yields its address."""
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="klankbord-pg-"))
    data, log = folder / "data", folder / "log"
    if user:
        shutil.chown(folder, user)
    # The socket's folder must be open to us when another user runs the server; trust is safe there for a test cluster.
    folder.chmod(0o711)

    def run(program: str, *arguments: str) -> None:
        result = subprocess.run(
            [str(programs / program), *arguments],
            user=user, group=pwd.getpwnam(user).pw_gid if user else None, extra_groups=[] if user else None,
            cwd=folder, env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=120, check=False,
        )  # fmt: skip
        if result.returncode:
            detail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} failed: {result.stdout[-2000:]}{detail}")

    try:
        run(
            "initdb",
            "--pgdata",
            str(data),
            "--username",
            "klankbord",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--no-sync",
        )
        options = " ".join(f"-c {name}={value}" for name, value in POSTGRES_SETTINGS.items())
        # pg_ctl's child keeps the pipe open, hence -l: the server's words go to the log.
        run("pg_ctl", "--pgdata", str(data), "--log", str(log), "-w", "--options", f"{options} -k {folder}", "start")
        try:
            yield f"postgresql://klankbord@/postgres?host={quote(str(folder))}"
        finally:
            run("pg_ctl", "--pgdata", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def quick_storage() -> Iterator[None]:
    """Lets databases of tests lie in memory, where there is room: a slow disk makes them wait longer than they work.

    What is stored there is as lost as ever when a process is killed, and as kept; only the machine itself may not fail.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="klankbord-", dir=MEMORY) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's own user must come through
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = None
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before
