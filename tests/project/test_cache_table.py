"""The migration that makes the shared cache's table can be undone and done again, and the cache works in it."""

import importlib

import pytest
from django.apps import apps
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

migration = importlib.import_module("project.migrations.0001_cache_table")


def tables():
    return connection.introspection.table_names()


@pytest.mark.django_db
def test_the_cache_works_in_it():
    cache = DatabaseCache(migration.TABLE, {})
    assert cache.add("attempts", 1, 60)
    assert not cache.add("attempts", 2, 60)
    assert cache.incr("attempts") == 2
    assert cache.get("attempts") == 2


@pytest.mark.django_db(transaction=True)
def test_there_and_back():
    assert migration.TABLE in tables()
    with connection.schema_editor() as editor:
        migration.drop(apps, editor)
    assert migration.TABLE not in tables()
    with connection.schema_editor() as editor:
        migration.create(apps, editor)
    assert migration.TABLE in tables()
