"""Longer work, done by the worker beside the site. Each task claims its run first, so that starting it twice works once."""

import logging
from collections.abc import Callable

from django.utils import timezone
from django_tasks import task

from surveys import imports
from surveys.models import ImportRun
from surveys.tables import TableError

log = logging.getLogger(__name__)


@task()
def check_import(run_id: int) -> None:
    run = _run(run_id)
    if imports.claim(run=run, work="checking", at=timezone.now()):
        _guarded(run, lambda: imports.check_run(run=run, now=timezone.now))


@task()
def write_import(run_id: int, leave_out: bool) -> None:
    run = _run(run_id)
    if imports.claim(run=run, work="writing", at=timezone.now()):
        _guarded(run, lambda: imports.write_run(run=run, leave_out=leave_out, now=timezone.now))


def _run(run_id: int) -> ImportRun:
    return ImportRun.objects.select_related("organisation", "wave__version", "started_by").get(pk=run_id)


def _guarded(run: ImportRun, work: Callable[[], None]) -> None:
    try:
        work()
    except TableError as error:
        imports.fail_run(run=run, code=error.code, at=timezone.now())
    except Exception:
        log.exception("import %s failed", run.pk)
        imports.fail_run(run=run, code="broke", at=timezone.now())
