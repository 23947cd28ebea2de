"""Rules for every test: which are run where, and nothing leaks from one to the next."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

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


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Browser tests run when they are named: their event loop would forbid the ORM to the tests beside them."""
    if collection_path == E2E:
        named = any("e2e" in str(argument) for argument in config.invocation_params.args)
        return None if named else True
    if collection_path.name in {"vendor", "tools"} or collection_path in {BENCHMARKS, E2E.parent / "run.py"}:
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for item in items:
        if E2E in item.path.parents:
            item.add_marker(pytest.mark.e2e)
        if not on_postgres and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="holds on PostgreSQL only"))


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """The language a view activated and the attempts a sign-in limit counted end with the test."""
    cache.clear()
    with translation.override("en"):
        yield
