"""The command that empties a worker's database between tests that commit."""

import psycopg
import pytest
from django.core.management import call_command

from tests.management.commands.flush import FEW

pytestmark = pytest.mark.django_db(transaction=True)


def fill(superuser: psycopg.Connection, rows: int) -> None:
    superuser.execute("INSERT INTO auth_group (name) SELECT 'group ' || n FROM generate_series(1, %s) n", [rows])


@pytest.mark.parametrize("rows", [3, FEW + 1])
def test_empties_tables_and_restarts_identities(superuser: psycopg.Connection, rows: int) -> None:
    fill(superuser, rows)
    call_command("flush", interactive=False, verbosity=0)
    assert superuser.execute("SELECT count(*) FROM auth_group").fetchone() == (0,)
    assert superuser.execute("INSERT INTO auth_group (name) VALUES ('first') RETURNING id").fetchone() == (1,)


def test_keeps_what_django_made_for_the_schema(superuser: psycopg.Connection) -> None:
    before = superuser.execute("SELECT (SELECT count(*) FROM auth_permission), (SELECT count(*) FROM django_migrations)").fetchone()
    call_command("flush", interactive=False, verbosity=0)
    after = superuser.execute("SELECT (SELECT count(*) FROM auth_permission), (SELECT count(*) FROM django_migrations)").fetchone()
    assert before == after
    assert before is not None
    assert all(before)


def test_puts_back_the_rows_that_migrations_made(superuser: psycopg.Connection) -> None:
    rows = superuser.execute("SELECT relname FROM pg_class WHERE relnamespace = 'first_rows'::regnamespace AND relkind = 'r'").fetchall()
    for (table,) in rows:
        superuser.execute(f"SET session_replication_role = replica; DELETE FROM public.{table}")
    call_command("flush", interactive=False, verbosity=0)
    for (table,) in rows:
        counts = superuser.execute(f"SELECT (SELECT count(*) FROM public.{table}), (SELECT count(*) FROM first_rows.{table})").fetchone()
        assert counts is not None
        assert counts[0] == counts[1]
