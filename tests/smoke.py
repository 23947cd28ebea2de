"""Does the demo start and do its job? `make demo SMOKE=1`, with the standard library alone.

A first start in a folder of its own; then a call goes from the evaluator's form through review into a dashboard, the API
and a CSV; then a second start, which keeps it.
"""

import argparse
import csv
import datetime as dt
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.tools.forms import form_of  # noqa: E402
from tests.tools.parts import quick_storage  # noqa: E402
from tests.tools.visitor import Answer, Visitor  # noqa: E402

ORGANISATION = "/o/demo"
NOTE = "Said in the smoke test, word for word."
MOST_PAGES = 40


def say(text: str) -> None:
    print(f"smoke: {text}", flush=True)


@contextmanager
def demo(port: int, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """`manage.py demo` from start to stop; yields the site's address and the password that it printed."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = ""
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            told += line
            if "admin@demo.example" in line and "Klankbord answers at" in told:
                break
        else:
            raise AssertionError(f"the demo ended with code {process.wait()} before it answered")
        say(f"answers after {time.monotonic() - began:.0f} s")
        password = re.search(r"the same for all: (\S+)", told)
        assert password, "the demo prints no password"
        yield f"http://localhost:{port}", password.group(1)
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)
        process.stdout.close()
    assert code == 0, f"the demo ended with code {code}"


def fine(answer: Answer) -> Answer:
    assert answer.status == 200, f"{answer.url}: {answer.status}\n{answer.text[:3000]}"
    return answer


def log_a_call(evaluator: Visitor) -> int:
    """Fill the form page by page as somebody without script would, check it, submit it."""
    now = dt.datetime.now(ZoneInfo("Europe/Amsterdam"))
    page = fine(evaluator.get(f"{ORGANISATION}/calls/new/"))
    page = fine(evaluator.send(form := form_of(page, holding="client_id"), form.filled(at=now, note=NOTE)))
    found = re.search(r"/calls/(\d+)/", page.url)
    assert found, f"no call was opened: {page.url}\n{page.text[:3000]}"
    call = int(found.group(1))
    for _ in range(MOST_PAGES):
        page = fine(evaluator.get(f"/calls/{call}/form/"))
        if page.url.endswith("/check/"):
            break
        form = form_of(page, holding="before")
        fine(evaluator.send(form, [*form.filled(at=now, note=NOTE), ("to", "here")]))
    else:
        raise AssertionError(f"the form of call {call} is never complete: {page.url}")
    page = fine(evaluator.send(form_of(page, action="/check/", holding="revision")))
    assert page.url.endswith("/submitted/"), page.url
    return call


def calls_counted(analyst: Visitor) -> dict[str, int]:
    """The number of calls behind each department's figure, by its code, as the CSV of the overview tells it."""
    rows = csv.DictReader(io.StringIO(fine(analyst.get(f"{ORGANISATION}/overview.csv")).text.lstrip("\ufeff")))
    return {row["department_code"]: int(row["calls"] or 0) for row in rows}


def journey(site: str, password: str, environment: dict[str, str]) -> int:
    evaluator, reviewer, analyst = (Visitor(site) for _ in range(3))
    for visitor, name in ((evaluator, "evaluator"), (reviewer, "reviewer"), (analyst, "analyst")):
        visitor.sign_in(f"{name}@demo.example", password)
    say("signed in as evaluator, reviewer and analyst")

    call = log_a_call(evaluator)
    say(f"call {call} submitted")
    token, counted = create_token(environment), calls_counted(analyst)
    page = fine(reviewer.get(f"/calls/{call}/"))
    fine(reviewer.send(form_of(page, action=f"/calls/{call}/approve/")))
    say("approved")
    read_back(site, analyst, call, token, counted)
    return call


def create_token(environment: dict[str, str]) -> str:
    """The documented command, run as the README says."""
    command = [sys.executable, "manage.py", "create_token", "analyst@demo.example", "--scope", "read"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def read_back(site: str, analyst: Visitor, call: int, token: str, counted: dict[str, int]) -> None:
    stored = fine(Visitor(site).get(f"/api/v1/calls/{call}/", Authorization=f"Bearer {token}")).json
    assert stored["state"] == "approved", stored
    say(f"the API says: {stored['reference']}, score {stored['scores']['score']}")

    department = stored["department"]
    code, before, now = department["code"], counted, calls_counted(analyst)
    for each in (code, "total"):
        assert now[each] == before[each] + 1, f"the overview counted {before}, and after a call of {code} {now}"
    assert department["name"] in fine(analyst.get(f"{ORGANISATION}/overview/")).text
    say(f"the dashboard counts {now[code]} calls of {department['name']}, one more than before")

    rows = csv.DictReader(io.StringIO(fine(analyst.get(f"{ORGANISATION}/exports/calls.csv")).text.lstrip("\ufeff")))
    same = [row for row in rows if stored["reference"] in row.values()]
    assert len(same) == 1, f"the CSV has {len(same)} rows of {stored['reference']}"
    score = stored["scores"]["score"]
    assert same[0]["score"] == (score or ""), (score, same[0])
    say("the CSV has the same call with the same score")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    with quick_storage(), tempfile.TemporaryDirectory(prefix="klankbord-smoke-") as folder:
        site = f"http://localhost:{port}"
        environment = {**os.environ, "DEMO": "yes", "VAR_DIR": folder, "DATABASE_URL": "", "BASE_URL": site}
        with demo(port, environment) as (site, password):
            call = journey(site, password, environment)
        say("second start, which keeps the data")
        began = time.monotonic()
        with demo(port, environment) as (site, password):
            assert time.monotonic() - began < 60, "the second start is slow"
            reviewer = Visitor(site)
            reviewer.sign_in("reviewer@demo.example", password)
            fine(reviewer.get(f"/calls/{call}/"))
    say("everything works")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"smoke: FAILED: {error}")
