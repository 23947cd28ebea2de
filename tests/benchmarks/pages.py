"""The demo's pages, through Django's own client: the median and the slowest of several rounds after one to warm up."""

import re
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.benchmarks.measuring import database_time, engine, line, ms, note, say, table, timed
from tests.tools.forms import form_of

if TYPE_CHECKING:
    from django.test import Client

DEMO = "/o/demo"
COLUMNS = ("page", "ms, median", "ms, slowest", "queries", "of it in the database, ms")


def measure(what: str, action: Callable[[], Any], rounds: int) -> None:
    """Times whole rounds without looking, and looks at the queries in others."""
    times, spent = timed(action, rounds), database_time(action, 5)
    line(what, ms(times.median), ms(times.slowest), spent.count, ms(spent.median))


def client_of(email: str) -> "Client":
    from django.test import Client

    from surveys.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def seen(client: "Client", path: str) -> Any:
    """As a browser asks for a page: compressed."""
    return get(client, path, **{"Accept-Encoding": "gzip"})


def get(client: "Client", path: str, **headers: str) -> Any:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, (path, response.status_code)
    return response


def export(client: "Client", organisation: str, what: str, path: str, calls: int) -> None:
    began = time.perf_counter()
    response = get(client, f"{organisation}/exports/{path}.csv")
    size, lines = 0, 0
    for part in response.streaming_content if response.streaming else [response.content]:
        size, lines = size + len(part), lines + part.count(b"\n")
    response.close()
    took = time.perf_counter() - began
    say(
        f"CSV of {what}: {lines - 1:,} rows of {calls:,} calls, {size / 1e6:.1f} MB in {took:.1f} s, "
        f"{(lines - 1) / took:,.0f} rows/s"
    )


def exports(client: "Client", organisation: str) -> None:
    from surveys.models import Call

    calls = Call.objects.filter(state="approved").count()
    say()
    export(client, organisation, "calls, one row each", "calls", calls)
    export(client, organisation, "answers, one row each", "answers", calls)


def run(rounds: int) -> None:
    from django.core.management import call_command

    from surveys.models import Call, Department

    note("Making the demo (about half a minute) ...")
    began = time.perf_counter()
    call_command("demo", prepare_only=True, stdout=sys.stderr)
    made = time.perf_counter() - began
    calls, departments = Call.objects.filter(state="approved").count(), Department.objects.count()
    table(f"{engine()}: the demo, {calls:,} approved calls, {departments} departments (made in {made:.0f} s)", COLUMNS)
    bench = Bench(rounds)
    bench.pages()
    exports(bench.analyst, DEMO)


class Bench:
    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.analyst = client_of("analyst@demo.example")
        self.reviewer = client_of("reviewer@demo.example")
        self.evaluator = client_of("evaluator@demo.example")

    def read(self, what: str, client: "Client", path: str) -> None:
        measure(what, lambda: seen(client, path), self.rounds)

    def pages(self) -> None:
        from surveys.models import Call

        department = Call.objects.filter(state="approved").earliest("pk").department_id
        self.read("overview", self.analyst, f"{DEMO}/overview/")
        self.read("department", self.analyst, f"{DEMO}/results/{department}/")
        call = Call.objects.filter(state="approved", kind="field").latest("pk")
        self.read("a call", self.reviewer, f"/calls/{call.pk}/")
        drafts = iter([self.draft() for _ in range(self.rounds + 3)])
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

        page = get(self.evaluator, f"{DEMO}/calls/new/")
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
