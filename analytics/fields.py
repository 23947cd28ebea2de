"""How the stored sums keep what is counted by key."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField


class DocumentField(JSONField):
    """A document that is kept and read whole: as it was written, which PostgreSQL need not put together at each reading.

    Of jsonb it does, and a page of questions reads 1,500 of them: that took five times as long. In return nothing can be asked
    of what a document holds, nor are two compared: PostgreSQL does neither with json.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        # The driver takes json apart itself, and leaves jsonb to Django.
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value
