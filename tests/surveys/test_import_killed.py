"""A real worker is killed with SIGKILL in the middle of an import: nothing is half stored, and it can be started again."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.tools.site import ROOT, Site, clean_environment

pytestmark = pytest.mark.slow
ROWS = 3000

ARRANGE = f"""
import datetime as dt
from django.utils import timezone
from surveys import imports, tasks
from tests.logs import log, row
from tests.people import build_org, build_people
org = build_org()
people = build_people(org, build_org("noordveld", "Noordveld"))
wave = org.waves.select_related("organisation", "version").get()
run = imports.upload(wave=wave, by=people["coordinator"], name="log.csv", at=timezone.now(),
                     content=log(*(row(number, Datum="03-03-2026 10:15") for number in range({ROWS}))))
tasks.begin(imports.start_check(run=run, at=timezone.now()))
"""
CONFIRM = """
from django.utils import timezone
from surveys import imports, tasks
run = ImportRun.objects.get()
tasks.begin(imports.start_write(run=run, seen=imports.report_token(run), leave_out=False, at=timezone.now()))
"""
# The minute without a sign of life passes at once.
START_AGAIN = """
import datetime as dt
from django.utils import timezone
from surveys import imports, tasks
run = ImportRun.objects.get()
assert not imports.is_stuck(run, at=timezone.now())
ImportRun.objects.update(heartbeat_at=timezone.now() - dt.timedelta(seconds=61))
run.refresh_from_db()
assert imports.is_stuck(run, at=timezone.now())
tasks.begin(imports.start_again(run=run, at=timezone.now()))
"""
COUNT = """
from analytics.models import DailySum
from analytics import rollups
run = ImportRun.objects.get()
imported = AuditEntry.objects.filter(action="imported")
print(run.state, Call.objects.count(), imported.filter(subject="call").count(), imported.exclude(subject="call").count(),
      bool(DailySum.objects.count()), len(rollups.verify()), len(run.content) > 0)
"""


@pytest.fixture
def site(tmp_path):
    """A database of its own, without a server: only what the worker needs."""
    address, server = "", os.environ.get("TEST_DATABASE_URL", "")
    name = f"killed_{uuid.uuid4().hex[:12]}"
    if server:
        # The query may say where the server's socket is.
        base, _, query = server.partition("?")
        address = f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    values = {
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": address,
        "LOG_LEVEL": "WARNING",
    }
    site = Site("", tmp_path, clean_environment(**values))
    site.manage("migrate", "--verbosity", "0")
    site.shell(ARRANGE)
    yield site
    if server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def worker(site: Site, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "manage.py",
        "db_worker",
        "--no-reload",
        "--no-startup-delay",
        "--interval",
        "0.1",
        *options,
    ]
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **site.environment}, stdout=log, stderr=log)


def work_off(site: Site, folder: Path) -> None:
    """Everything in the queue, by a worker that then goes home."""
    assert worker(site, folder, "--batch").wait(timeout=240) == 0, (folder / "worker.log").read_text()


def kill_when(site: Site, process: subprocess.Popen[bytes], condition: str) -> None:
    """Watches the run from a process of its own, as a page would, and strikes at once."""
    site.shell(
        "import os, signal, time\n"
        "for _ in range(4800):\n"
        "    run = ImportRun.objects.defer('content').get()\n"
        f"    if {condition}: break\n"
        "    time.sleep(0.01)\n"
        "else: raise SystemExit('never: ' + str((run.state, run.done, run.total)))\n"
        f"os.kill({process.pid}, signal.SIGKILL)"
    )


@pytest.mark.parametrize(
    "moment",
    ["run.state == 'writing' and 0 < run.done < run.total", "run.state == 'writing' and run.done == run.total"],
    ids=["while it checks once more", "while it stores"],
)
def test_a_killed_worker_leaves_nothing_and_the_import_starts_again(site, tmp_path, moment):
    work_off(site, tmp_path)
    assert site.shell(COUNT) == "checked 0 0 0 False 0 True"
    site.shell(CONFIRM)
    process = worker(site, tmp_path)
    try:
        kill_when(site, process, moment)
    finally:
        process.kill()
        process.wait()
    assert site.shell(COUNT) == "writing 0 0 0 False 0 True"
    site.shell(START_AGAIN)
    work_off(site, tmp_path)
    assert site.shell(COUNT) == f"done {ROWS} {ROWS} 1 True 0 False"
