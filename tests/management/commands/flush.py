"""Django's `flush`, as TransactionTestCase calls it, in a way that append-only tables allow to the superuser of a test alone."""

from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandParser

from tests import services

FEW = 500  # rows up to which DELETE is faster than TRUNCATE, which makes new files for the table and each of its indexes

# `session_replication_role = replica` silences triggers and foreign keys for this transaction; only a superuser may set it.
EMPTY = """
DO $$
DECLARE
    name regclass;
    found bigint;
    many text[] := '{}';
    sequence record;
BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL lock_timeout = '10s';
    FOR name IN
        SELECT oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL(%(kept)s)
    LOOP
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %%s LIMIT %(limit)s) AS probe', name) INTO found;
        IF found > %(few)s THEN
            many := many || name::text;
        ELSIF found > 0 THEN
            EXECUTE format('DELETE FROM %%s', name);
        END IF;
    END LOOP;
    IF many <> '{}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(many, ', ') || ' CASCADE';
    END IF;
    FOR sequence IN
        SELECT s.schemaname, s.sequencename, s.start_value FROM pg_sequences s
        WHERE s.schemaname = 'public' AND s.last_value IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
            WHERE d.objid = format('%%I.%%I', s.schemaname, s.sequencename)::regclass AND d.deptype IN ('a', 'i')
            AND (t.relname = ANY(%(kept)s) OR to_regclass(format('first_rows.%%I', t.relname)) IS NOT NULL))
    LOOP
        PERFORM setval(format('%%I.%%I', sequence.schemaname, sequence.sequencename), sequence.start_value, false);
    END LOOP;
    UPDATE ledger_limit SET known_after = NULL WHERE known_after IS NOT NULL; -- of a log that was imported
    FOR name IN SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace('first_rows') AND relkind = 'r' LOOP
        EXECUTE format(
            'INSERT INTO public.%%I OVERRIDING SYSTEM VALUE SELECT * FROM %%s', (SELECT relname FROM pg_class WHERE oid = name), name
        );
    END LOOP;
END $$
"""


def empty_database(database: str) -> None:
    """Empty every table but KEPT, restart identities, and put back the rows that migrations made."""
    with psycopg.connect(services.addresses().superuser_url(database)) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(EMPTY, {"kept": sorted(services.KEPT), "few": FEW, "limit": FEW + 1})


class Command(BaseCommand):
    help = "Empty this test worker's database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", default="default")
        parser.add_argument("--no-input", action="store_false", dest="interactive")

    stealth_options = ("reset_sequences", "allow_cascade", "inhibit_post_migrate")

    def handle(self, *args: Any, **options: Any) -> None:
        empty_database(services.database_name())
