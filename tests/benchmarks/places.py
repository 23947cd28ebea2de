"""Where the data of a benchmark lies: a folder and a database of its own, gone afterwards however it ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType

from tests.tools import parts

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).with_name("inside.py")
# From here on the documents of answers are left empty, or ten million calls would not fit on a small disk.
LEAN = 5_000_000
GB = 10**9
# Bytes a call, with its indexes, its share of the Parquet copy and some room; what there is beside calls.
BYTES, LEAN_BYTES, BESIDE = 3500, 1800, 5 * GB
# A modest server of a team: 4 GB of memory, a disk of its own. What it writes is safe, as in real life; only the loading is not.
MODEST = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
}
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


def room_problem(calls: int) -> str:
    """Why a size does not fit on the disk; empty when it does."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    needed = calls * (BYTES if calls < LEAN else LEAN_BYTES) + BESIDE
    if free >= needed:
        return ""
    return (
        f"{calls:,} calls take about {needed / GB:.0f} GB and {folder} has {free / GB:.0f} GB free; "
        "set TMPDIR to a larger disk, or name a smaller size with --calls."
    )


def settings_words() -> str:
    return ", ".join(f"{name} = {value}" for name, value in MODEST.items())


@contextmanager
def place(database: str) -> Iterator[dict[str, str]]:
    """An empty database, as the environment that leads to it."""
    programs = parts.find_postgres()
    server: AbstractContextManager[str] = nullcontext("")
    if database == "postgres" and programs is not None:
        # The tests' server gives up safety for speed; that would flatter every approval here.
        for name in UNSAFE:
            parts.POSTGRES_SETTINGS.pop(name, None)
        parts.POSTGRES_SETTINGS.update(MODEST)
        server = parts.postgres(programs)
    with tempfile.TemporaryDirectory(prefix="klankbord-bench-") as folder, server as address:
        yield {
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "DEMO": "yes",
            "VAR_DIR": folder,
            "DATABASE_URL": address or "",
            "BASE_URL": "http://localhost:8000",
            "LOG_LEVEL": "ERROR",
        }


def inside(environment: dict[str, str], *arguments: str) -> int:
    """Runs parts in a process of their own, which ends with this one."""
    child = subprocess.Popen([sys.executable, str(INSIDE), *arguments], cwd=ROOT, env=os.environ | environment)
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def end_when_told() -> None:
    """Told to stop, this process unwinds, so that folders and servers go; told twice, it does no less."""

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in SIGNALS:
        signal.signal(each, unwind)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
