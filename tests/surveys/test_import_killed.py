"""A real worker is killed with SIGKILL in the middle of an import: nothing is half stored, and it can be started again."""

import os
import signal
import subprocess
import sys

import pytest

from surveys.imports.runs import BATCH
from tests.tools import template
from tests.tools.site import ROOT, Site

pytestmark = [pytest.mark.slow, pytest.mark.databases]
ROWS = 3 * BATCH

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
from analytics import rebuilding
run = ImportRun.objects.get()
imported = AuditEntry.objects.filter(action="imported")
print(run.state, run.done, Call.objects.count(), imported.filter(subject="call").count(), imported.exclude(subject="call").count(),
      bool(DailySum.objects.count()), len(rebuilding.verify()), len(run.content) > 0)
"""


@pytest.fixture
def site(tmp_path):
    with template.without_server(tmp_path) as site:
        site.shell(ARRANGE)
        yield site


# The worker as the site runs it; the step that is named strikes it dead from inside, so that no watcher can come too late.
STRUCK = """
import os, signal, sys
import django
django.setup()
from surveys.imports import runs
def struck(step, when):
    def strikes(*arguments, **columns):
        done = step(*arguments, **columns)
        if when(**columns):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return strikes
{moment}
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""
WHILE_IT_CHECKS = f"runs.Hold.keep = struck(runs.Hold.keep, lambda done=0, **_: 0 < done < {ROWS})"
# When it first turns to the history, the calls of a batch lie in the transaction.
WHILE_IT_STORES = "runs._history = struck(runs._history, lambda **_: True)"


def worker(site: Site, *begin: str) -> tuple[int, str]:
    """Works off the queue, then goes home; how that ended, and what it said."""
    done = subprocess.run(
        [sys.executable, *begin, "db_worker", "--no-reload", "--no-startup-delay", "--interval", "0.1", "--batch"],
        cwd=ROOT,
        env={**os.environ, **site.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout


def work_off(site: Site) -> None:
    code, told = worker(site, "manage.py")
    assert code == 0, told


def test_a_killed_worker_leaves_nothing_and_the_import_starts_again(site):
    work_off(site)
    # One shell looks and then goes on: a process takes seconds to start.
    assert site.shell(COUNT + CONFIRM) == f"checked {ROWS} 0 0 0 False 0 True"
    for moment, done in ((WHILE_IT_CHECKS, BATCH), (WHILE_IT_STORES, ROWS)):
        code, told = worker(site, "-c", STRUCK.format(moment=moment))
        assert code == -signal.SIGKILL, told
        assert site.shell(COUNT + START_AGAIN) == f"writing {done} 0 0 0 False 0 True"
    work_off(site)
    assert site.shell(COUNT) == f"done {ROWS} {ROWS} {ROWS} 1 True 0 False"
