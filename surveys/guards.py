"""Database triggers that keep what must never change: published checklist versions and the audit log.

`install` and `remove` run through a schema editor's or connection's cursor; both are safe to repeat.
"""

from typing import Any

VERSION, AUDIT = "surveys_checklistversion", "surveys_auditentry"

SQLITE = {
    "guard_version_update": f"BEFORE UPDATE ON {VERSION} WHEN OLD.state = 'published' "
    "BEGIN SELECT RAISE(ABORT, 'a published checklist version cannot change'); END",
    "guard_version_delete": f"BEFORE DELETE ON {VERSION} WHEN OLD.state = 'published' "
    "BEGIN SELECT RAISE(ABORT, 'a published checklist version cannot be deleted'); END",
    "guard_audit_update": f"BEFORE UPDATE ON {AUDIT} BEGIN SELECT RAISE(ABORT, 'the audit log cannot change'); END",
    "guard_audit_delete": f"BEFORE DELETE ON {AUDIT} BEGIN SELECT RAISE(ABORT, 'the audit log cannot be deleted'); END",
}

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION klankbord_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% cannot change', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER guard_version BEFORE UPDATE OR DELETE ON {VERSION}
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION klankbord_guard('a published checklist version');
CREATE OR REPLACE TRIGGER guard_audit BEFORE UPDATE OR DELETE ON {AUDIT}
    FOR EACH ROW EXECUTE FUNCTION klankbord_guard('the audit log');
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
            cursor.execute(f"DROP TRIGGER IF EXISTS guard_version ON {VERSION}; DROP TRIGGER IF EXISTS guard_audit ON {AUDIT}")
