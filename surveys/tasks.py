"""Longer work, done by the worker beside the site."""

from django.utils import timezone
from django_tasks import task

from surveys import imports
from surveys.models import ImportRun


def begin(hold: imports.Hold) -> None:
    """Has the worker do what a run was taken for."""
    job = write_import if hold.work == ImportRun.State.WRITING else check_import
    job.enqueue(hold.key, hold.token)


@task()
def check_import(run_id: int, token: str) -> None:
    hold = imports.Hold.from_token(run_id, ImportRun.State.CHECKING, token)
    imports.check_run(run=_run(run_id), hold=hold, now=timezone.now)


@task()
def write_import(run_id: int, token: str) -> None:
    hold = imports.Hold.from_token(run_id, ImportRun.State.WRITING, token)
    imports.write_run(run=_run(run_id), hold=hold, now=timezone.now)


def _run(run_id: int) -> ImportRun:
    run: ImportRun = ImportRun.objects.select_related("organisation", "wave__version", "started_by").get(pk=run_id)
    return run
