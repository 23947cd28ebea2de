"""Rules for every test: which are run where, and nothing leaks from one to the next."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from surveys.models import checklists
from tests.people import (  # noqa: F401 - fixtures for every test
    api_client_fixture,
    client_for_fixture,
    departments,
    elsewhere,
    flush_past_the_guards,
    make_call,
    org,
    people,
    scenarios,
    version,
    wave,
)
from tests.tools import template

E2E = Path(__file__).parent / "e2e"
BENCHMARKS = Path(__file__).parent / "benchmarks"
# Page after page through the whole stack, or whole demos: a quarter of the tests and most of the time. All of these files
# are `slow`, so `make quick` leaves them out.
WHOLE = {
    *(Path(__file__).parent / "analytics").glob("test_topic_*.py"),
    *(
        Path(__file__).parent / name
        for name in (
            "analytics/test_alerts.py",
            "analytics/test_own_work.py",
            "analytics/test_page_queries.py",
            "analytics/test_pages.py",
            "analytics/test_reports.py",
            "analytics/test_rollups.py",
            "analytics/test_sources.py",
            "surveys/test_api_reading.py",
            "surveys/test_appeals.py",
            "surveys/test_assignment_pages.py",
            "surveys/test_building.py",
            "surveys/test_demo.py",
            "surveys/test_demo_load.py",
            "surveys/test_demo_truth.py",
            "surveys/test_exports.py",
            "surveys/test_fieldwork_setup.py",
            "surveys/test_form_views.py",
            "surveys/test_heard_again.py",
            "surveys/test_import_pages.py",
            "surveys/test_plan_pages.py",
            "surveys/test_recordings.py",
            "surveys/test_review.py",
            "surveys/test_review_queue.py",
            "test_routes.py",
        )
    ),
}

# A slow machine is no failure. Where nobody looks on, the examples are the same each time: a new one is found at one's desk.
hypothesis.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.register_profile("quick", hypothesis.get_profile("default"), max_examples=20)
hypothesis.load_profile("default")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Browser tests run when they are named: their event loop would forbid the ORM to the tests beside them."""
    if collection_path == E2E:
        named = any("e2e" in str(argument) for argument in config.invocation_params.args)
        return None if named else True
    if collection_path.name in {"vendor", "tools"} or collection_path in {BENCHMARKS, E2E.parent / "run.py"}:
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for item in items:
        if E2E in item.path.parents:
            item.add_marker(pytest.mark.e2e)
        if item.path in WHOLE:
            item.add_marker(pytest.mark.slow)
        if not on_postgres and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="holds on PostgreSQL only"))
    if on_postgres:
        leave_out(config, items, [item for item in items if not meets_the_database(item)])


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector, which some packages call often, need not look at it again."""
    gc.collect()
    gc.freeze()


def meets_the_database(item: pytest.Item) -> bool:
    """pytest-django lets no other test in; `databases` marks those that go there in processes of their own."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marks = ("django_db", "postgres", "databases")
    return bool(fixtures & {"db", "transactional_db"}) or any(item.get_closest_marker(name) for name in marks)


def leave_out(config: pytest.Config, items: list[pytest.Item], without: list[pytest.Item]) -> None:
    """A test that meets no database says the same on each: it runs on SQLite."""
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in set(without)]
    if notes := os.environ.get("RUN_NOTES"):
        Path(notes, "left-out.txt").write_text(f"{len(without)} tests that meet no database ran on SQLite only")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        template.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)
    if not hasattr(config, "workerinput"):
        template.end()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker, worker_id) -> None:
    """Processes that share a run copy one migrated database, and a developer's the kept one."""
    if worker_id != "master" or template.is_kept():
        with django_db_blocker.unblock():
            template.copy_into(connection)


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """The language a view activated and the attempts a sign-in limit counted end with the test.

    So do parsed checklists but the common first one: SQLite gives keys out anew once a test has taken its rows back.
    """
    cache.clear()
    for key in [key for key in checklists._parsed if key[0] > 1]:
        del checklists._parsed[key]
    with translation.override("en"):
        yield
