"""Indexes on what is partitioned by month, made while others go on writing."""

from typing import Any, Final

LOCKING: Final = "CREATE INDEX {name} ON ONLY {parent} ({columns})"  # of the parent alone, which has no rows: a moment
EACH: Final = "CREATE INDEX CONCURRENTLY IF NOT EXISTS {part}_{name} ON {part} ({columns})"
ATTACH: Final = "ALTER INDEX {name} ATTACH PARTITION {part}_{name}"
PARTITIONS: Final = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass ORDER BY c.relname
"""


def index_partitions(schema_editor: Any, parent: str, name: str, columns: str) -> None:
    """Step of a migration that is not atomic: PostgreSQL has no such index over all partitions at once. New ones get it as they come."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [parent])
        parts = [part for (part,) in cursor.fetchall()]
        cursor.execute(LOCKING.format(name=name, parent=parent, columns=columns))
        for part in parts:
            cursor.execute(EACH.format(name=name, part=part, columns=columns))
            cursor.execute(ATTACH.format(name=name, part=part))
