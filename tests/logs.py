"""Call logs as people would bring them in, for the tests of imports."""

import csv
import datetime as dt
import io

import pytest

from surveys import imports
from surveys.models import ImportRun
from tests.people import AT, valid_answers

LATER = AT + dt.timedelta(days=5)
HEADINGS = {"external_id": "Extern id", "date": "Datum", "department": "Afdeling", "scenario": "Scenario"}


def row(number, **changes):
    """A good row: {heading: cell}. `row(1, Afdeling="?")` changes cells; other headings are item codes."""
    answers = {code: answer["value"] for code, answer in valid_answers().items() if "value" in answer}
    answers["phrasing.hold"] = "n.v.t."
    answers["greeting.own_name"] = "Ja"
    flat = {code: ";".join(value) if isinstance(value, list) else value for code, value in answers.items()}
    fixed = {
        "Extern id": f"OUD-{number}",
        "Datum": "03-03-2026 10:15",
        "Afdeling": "Burgerzaken",
        "Scenario": "complaint_calm",
    }
    return fixed | flat | changes


def log(*rows, encoding="cp1252"):
    """The rows as a Dutch Excel saves them."""
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(key for r in rows for key in r)), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def fresh(run):
    return ImportRun.objects.select_related("organisation", "wave__version", "started_by").get(pk=run.pk)


def check(run, *, at=LATER, **mapping):
    """The dry run; keywords map further targets to headings."""
    hold = imports.start_check(run=run, at=at, mapping={**run.mapping, **mapping})
    assert hold is not None
    imports.check_run(run=fresh(run), hold=hold, now=lambda: at)
    return fresh(run)


def taken(run, *, leave_out=False, at=LATER) -> imports.Hold:
    """The hold of a run that was confirmed by someone who has read its report."""
    hold = imports.start_write(run=run, seen=imports.report_token(run), leave_out=leave_out, at=at)
    assert hold is not None
    return hold


def write(run, *, leave_out=False, at=LATER):
    hold = taken(run, leave_out=leave_out, at=at)
    imports.write_run(run=fresh(run), hold=hold, now=lambda: at)
    return fresh(run)


def reasons(run):
    return {(r["row"], r["column"], r["code"]) for r in run.report["rejections"]}


@pytest.fixture(name="start")
def start_fixture(wave, people):
    """`start(row(1), row(2))`: the run of an uploaded file with these rows."""

    def upload(*rows, wave=wave, by="coordinator", at=LATER, **kwargs):
        content = log(*rows, **kwargs)
        return fresh(imports.upload(wave=wave, by=people[by], name="log.csv", content=content, at=at))

    return upload
