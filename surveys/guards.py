"""Database triggers that keep what must never change: published checklist versions and the audit log.

`install` and `remove` run through a schema editor's or connection's cursor; both are safe to repeat. SQLite loses the
triggers of a table that a migration rebuilds (most changes of columns or constraints do): such a migration installs them
again, which tests watch.
"""

from typing import Any

VERSION, AUDIT = "surveys_checklistversion", "surveys_auditentry"

SQLITE = {
    "guard_version_update": f"BEFORE UPDATE ON {VERSION} WHEN OLD.state = 'published' "
    "BEGIN SELECT RAISE(ABORT, 'a published checklist version cannot change'); END",
    "guard_version_delete": f"BEFORE DELETE ON {VERSION} WHEN OLD.state = 'published' "
    "BEGIN SELECT RAISE(ABORT, 'a published checklist version cannot be deleted'); END",
    # INSERT OR REPLACE takes the old row away without asking the triggers of UPDATE and DELETE.
    "guard_version_replace": f"BEFORE INSERT ON {VERSION} WHEN EXISTS "  # noqa: S608 - names of our own
    f"(SELECT 1 FROM {VERSION} WHERE id = NEW.id AND state = 'published') "
    "BEGIN SELECT RAISE(ABORT, 'a published checklist version cannot change'); END",
    "guard_audit_update": f"BEFORE UPDATE ON {AUDIT} BEGIN SELECT RAISE(ABORT, 'the audit log cannot change'); END",
    "guard_audit_delete": f"BEFORE DELETE ON {AUDIT} BEGIN SELECT RAISE(ABORT, 'the audit log cannot be deleted'); END",
    "guard_audit_replace": f"BEFORE INSERT ON {AUDIT} WHEN EXISTS (SELECT 1 FROM {AUDIT} WHERE id = NEW.id) "  # noqa: S608 - the same
    "BEGIN SELECT RAISE(ABORT, 'the audit log cannot change'); END",
}

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION klankbord_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% cannot change', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER guard_version BEFORE UPDATE OR DELETE ON {VERSION}
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION klankbord_guard('a published checklist version');
CREATE OR REPLACE TRIGGER guard_version_truncate BEFORE TRUNCATE ON {VERSION}
    EXECUTE FUNCTION klankbord_guard('a published checklist version');
CREATE OR REPLACE TRIGGER guard_audit BEFORE UPDATE OR DELETE ON {AUDIT}
    FOR EACH ROW EXECUTE FUNCTION klankbord_guard('the audit log');
CREATE OR REPLACE TRIGGER guard_audit_truncate BEFORE TRUNCATE ON {AUDIT}
    EXECUTE FUNCTION klankbord_guard('the audit log');
"""
POSTGRESQL_REMOVE = f"""
DROP TRIGGER IF EXISTS guard_version ON {VERSION};
DROP TRIGGER IF EXISTS guard_version_truncate ON {VERSION};
DROP TRIGGER IF EXISTS guard_audit ON {AUDIT};
DROP TRIGGER IF EXISTS guard_audit_truncate ON {AUDIT};
"""


def install(connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, rule in SQLITE.items():
                cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rule}")
        else:
            cursor.execute(POSTGRESQL)


def remove(connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            cursor.execute(POSTGRESQL_REMOVE)
