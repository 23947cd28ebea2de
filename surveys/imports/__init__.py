"""Existing call logs come in: columns are mapped, every row is checked, and a confirmed run is written whole or not at all.

upload -> map columns -> check (dry run, a report) -> write. Checking and writing are jobs with progress (`surveys.tasks`).
Whoever asks for one takes a `Hold` on the run and hands it to the job, so of several requests and jobs one goes on. A job
that died shows by its heartbeat and can be started again. Rows are known again by their external id: the same content is
"already there", other content is refused. A job can be cancelled: the run is back where it began, and nothing is stored.

    columns  which column is what         cells   what people write in a cell
    rows     a row becomes a scored call  report  what a check found
    runs     the steps and the jobs
"""

from surveys.holding import STALE_AFTER

from .cells import decimal_point, parse_clock, parse_moment
from .columns import FIXED, NEEDED, Target, mapping_problems, suggest, targets
from .report import KEPT
from .runs import (
    Hold,
    can_map,
    cancel,
    check_run,
    checklist_of,
    forget_files,
    headings_and_sample,
    is_stuck,
    report_token,
    start_again,
    start_check,
    start_write,
    take_up,
    upload,
    write_run,
)

__all__ = [
    "FIXED",
    "KEPT",
    "NEEDED",
    "STALE_AFTER",
    "Hold",
    "Target",
    "can_map",
    "cancel",
    "check_run",
    "checklist_of",
    "decimal_point",
    "forget_files",
    "headings_and_sample",
    "is_stuck",
    "mapping_problems",
    "parse_clock",
    "parse_moment",
    "report_token",
    "start_again",
    "start_check",
    "start_write",
    "suggest",
    "take_up",
    "targets",
    "upload",
    "write_run",
]
