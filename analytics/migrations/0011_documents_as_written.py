"""Documents of what is counted by key are read whole, so PostgreSQL keeps them as they were written; SQLite always did."""

from typing import Any

from django.db import migrations

import analytics.fields

MODELS = ("weeklydetail", "departmentdetail")
KINDS = ("items", "phrases", "bins", "waits", "hours", "marks")


def as_written(_apps: Any, schema_editor: Any) -> None:
    _retype(schema_editor, "json")


def taken_apart(_apps: Any, schema_editor: Any) -> None:
    _retype(schema_editor, "jsonb")


def _retype(schema_editor: Any, kind: str) -> None:
    """All columns of a table at once, so that it is written anew once."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for model in MODELS:
        columns = ", ".join(f"ALTER COLUMN {name} TYPE {kind} USING {name}::{kind}" for name in KINDS)
        schema_editor.execute(f"ALTER TABLE analytics_{model} {columns}")


class Migration(migrations.Migration):
    dependencies = [("analytics", "0010_hours_and_marks")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(as_written, taken_apart)],
            state_operations=[
                migrations.AlterField(model, name, analytics.fields.DocumentField(default=dict))
                for model in MODELS
                for name in KINDS
            ],
        )
    ]
