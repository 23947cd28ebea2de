"""Rules for every test: which are run where, and nothing leaks from one to the next."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

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

E2E = Path(__file__).parent / "e2e"
BENCHMARKS = Path(__file__).parent / "benchmarks"

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
        if not on_postgres and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="holds on PostgreSQL only"))
    if on_postgres:
        leave_out(config, items, [item for item in items if not meets_the_database(item)])


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


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """The language a view activated and the attempts a sign-in limit counted end with the test."""
    cache.clear()
    with translation.override("en"):
        yield
