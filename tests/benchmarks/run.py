"""How long do the pages take? `make bench`, or `python tests/benchmarks/run.py --database postgres --calls 100000`.

The demo organisation in a database that is thrown away, pages through Django's own client (no network, no browser), the
median and the slowest of several rounds after one to warm up. Then the calls are copied until there are enough of them, the
stored sums made anew, and the dashboards measured again. The figures are of this machine; compare proportions.
"""

import argparse
import os
import platform
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.tools.forms import form_of  # noqa: E402
from tests.tools.parts import GET_POSTGRES, find_postgres, postgres  # noqa: E402

if TYPE_CHECKING:
    from django.test import Client

DEMO = "/o/demo"
# Further than any key of the demo: copies get keys of their own by adding this.
STEP = 100_000


@dataclass(frozen=True)
class Row:
    what: str
    median: float
    slowest: float
    queries: int
    database: float


def say(text: str = "") -> None:
    print(text, flush=True)


def measure(what: str, action: Callable[[], Any], rounds: int) -> Row:
    """Time whole rounds without looking; look at the queries in one more."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    action()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        action()
    spent = sum(float(query["time"]) for query in queries.captured_queries)
    row = Row(what, statistics.median(times) * 1000, max(times) * 1000, len(queries), spent * 1000)
    say(f"| {row.what} | {row.median:,.0f} | {row.slowest:,.0f} | {row.queries} | {row.database:,.0f} |")
    return row


def head(title: str) -> None:
    say(
        f"\n{title}\n\n| page | ms, median | ms, slowest | queries | of it in the database, ms |\n|---|--:|--:|--:|--:|"
    )


class Bench:
    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.analyst = self.client("analyst@demo.example")
        self.reviewer = self.client("reviewer@demo.example")
        self.evaluator = self.client("evaluator@demo.example")

    def client(self, email: str) -> "Client":
        from django.test import Client

        from surveys.models import User

        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def get(self, client: "Client", path: str) -> Any:
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response

    def read(self, what: str, client: "Client", path: str) -> None:
        measure(what, lambda: self.get(client, path), self.rounds)

    def dashboards(self) -> None:
        from surveys.models import Call

        department = Call.objects.filter(state="approved").earliest("pk").department_id
        self.read("overview", self.analyst, f"{DEMO}/overview/")
        self.read("department", self.analyst, f"{DEMO}/results/{department}/")

    def pages(self) -> None:
        from surveys.models import Call

        self.dashboards()
        call = Call.objects.filter(state="approved", kind="field").latest("pk")
        self.read("a call", self.reviewer, f"/calls/{call.pk}/")
        drafts = iter([self.draft() for _ in range(self.rounds + 2)])
        section = self.get_redirected(f"/calls/{self.draft()}/form/")
        self.read("form, one part", self.evaluator, section)
        self.read("form, check", self.evaluator, f"/calls/{self.draft()}/check/")
        measure("submit", lambda: self.submit(next(drafts)), self.rounds)

    def get_redirected(self, path: str) -> str:
        """The first part of a form, wherever the evaluator would be sent."""
        return str(self.evaluator.get(path, follow=True).request["PATH_INFO"])

    def draft(self) -> int:
        """A draft as complete as an approved call of the demo."""
        from surveys.models import Call

        page = self.get(self.evaluator, f"{DEMO}/calls/new/")
        page.url, page.text = f"http://localhost{DEMO}/calls/new/", page.content.decode()
        model = (
            Call.objects.filter(state="approved", kind="field", fate="helped").select_related("scenario").latest("pk")
        )
        values = dict(form_of(page, holding="client_id").values)
        values |= {"department": str(model.department_id), "scenario": str(model.scenario_id)}
        opened = self.evaluator.post(f"{DEMO}/calls/new/", values)
        found = re.search(r"/calls/(\d+)/", opened.headers.get("Location", ""))
        assert found, opened.content.decode()[:3000]
        Call.objects.filter(pk=found.group(1)).update(answers=model.answers, revision=1, version=model.version)
        return int(found.group(1))

    def submit(self, call: int) -> None:
        response = self.evaluator.post(f"/calls/{call}/check/", {"revision": "1"})
        assert response.headers.get("Location", "").endswith("/submitted/"), response.content.decode()[:3000]

    def exports(self) -> None:
        from surveys.models import Call

        calls = Call.objects.filter(state="approved").count()
        for what, path in (("calls, one row each", "calls"), ("answers, one row each", "answers")):
            began = time.perf_counter()
            response = self.get(self.analyst, f"{DEMO}/exports/{path}.csv")
            size, lines = 0, 0
            for part in response.streaming_content if response.streaming else [response.content]:
                size, lines = size + len(part), lines + part.count(b"\n")
            response.close()
            took = time.perf_counter() - began
            say(
                f"CSV of {what}: {lines - 1:,} rows of {calls:,} calls, {size / 1e6:.1f} MB in {took:.1f} s, "
                f"{(lines - 1) / took:,.0f} rows/s"
            )


def grow(wanted: int) -> int:
    """Copy approved field calls, with their callbacks, under new keys until there are enough; add the sums up again."""
    from django.core.management import call_command
    from django.db import connection

    from surveys.models import Call, Callback, CallbackEvent

    own = Call.objects.filter(state="approved", kind="field", pk__lt=STEP)
    copies = -(-(wanted - own.count()) // own.count())
    chosen = f"state = 'approved' AND kind = 'field' AND id < {STEP}"
    calls = f"SELECT id FROM {Call._meta.db_table} WHERE {chosen}"
    uuid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    backs = f"SELECT id FROM {Callback._meta.db_table} WHERE call_id IN ({calls})"
    with connection.cursor() as cursor:
        for number in range(1, copies + 1):
            plus = number * STEP
            copy(cursor, Call, chosen, id=f"id + {plus}", client_id=uuid, external_id="''")
            copy(cursor, Callback, f"call_id IN ({calls})", id=f"id + {plus}", call_id=f"call_id + {plus}")
            key = "callback_id"
            copy(cursor, CallbackEvent, f"{key} IN ({backs})", id=f"id + {plus}", **{key: f"{key} + {plus}"})
        cursor.execute("ANALYZE")
    call_command("rebuild_sums", verbosity=0, stdout=sys.stderr)
    return Call.objects.filter(state="approved").count()


def copy(cursor: Any, model: Any, chosen: str, **changed: str) -> None:
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(column, column) for column in columns)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} FROM {model._meta.db_table} WHERE {chosen}"
    )


def machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file() and (found := re.search(r"model name\s*: (.*)", info.read_text())):
        model = found.group(1)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def run(options: argparse.Namespace) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    settings.ALLOWED_HOSTS = ["localhost"]
    say("Making the demo (about half a minute) ...")
    began = time.perf_counter()
    call_command("demo", prepare_only=True, stdout=sys.stderr)
    made = time.perf_counter() - began
    from surveys.models import Call, Department

    engine = f"SQLite {sqlite3.sqlite_version}"
    if connection.vendor == "postgresql":
        engine = f"PostgreSQL {connection.pg_version // 10000}"
    say(f"\n{machine()}\n{engine}, Django {django.__version__}; demo made in {made:.0f} s")
    bench = Bench(options.rounds)
    calls, departments = Call.objects.filter(state="approved").count(), Department.objects.count()
    head(f"{calls:,} approved calls, {departments} departments")
    bench.pages()
    say()
    bench.exports()
    if options.calls > calls:
        say(f"\nCopying calls until there are {options.calls:,} (about a minute) ...")
        began = time.perf_counter()
        calls = grow(options.calls)
        say(f"{calls:,} calls after {time.perf_counter() - began:.0f} s")
        head(f"{calls:,} approved calls")
        bench.dashboards()
        say()
        bench.exports()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure pages, dashboards and exports on the demo's data.")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--calls", type=int, default=100_000, help="size of the second round (default: 100000)")
    parser.add_argument("--rounds", type=int, default=15, help="times each page is fetched (default: 15)")
    options = parser.parse_args()
    programs = find_postgres()
    if options.database == "postgres" and programs is None:
        sys.exit(f"PostgreSQL is not here: {GET_POSTGRES}.")
    server = postgres(programs) if options.database == "postgres" and programs else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="klankbord-bench-") as folder, server as address:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="project.settings",
            DEMO="yes",
            VAR_DIR=folder,
            DATABASE_URL=address or "",
            BASE_URL="http://localhost:8000",
            LOG_LEVEL="ERROR",
        )
        run(options)
        from django.db import connections

        connections.close_all()
        if address:
            connections["default"].close_pool()


if __name__ == "__main__":
    main()
