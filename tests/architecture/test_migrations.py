"""Migrations that a running installation survives, and that can be taken back with data in the tables."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django_migration_linter import MigrationLinter

from directpay.ops import roles
from tests import services

pytestmark = pytest.mark.django_db(transaction=True)  # indexes are made outside of one
OURS = ("directpay", "ledger", "payments", "leases", "webhooks")
# Tables made in SQL: the linter takes the NOT NULL of a new table for one that is added to rows that stand.
NEW_TABLES = ("0002_event_log", "0002_journal", "0004_seals")
# A unique constraint is made anew that asks less than the one before it, which every row has kept.
LOOSENED = ("0005_charges_by_hand",)
NAME = f"{services.database_name()}_back_and_forth"  # of this worker
STORY = """
import django
django.setup()
from tests.world import World
world = World()
lease = world.lease()
paid = world.pay(lease, rail="instant", amount=50_000)
world.later(days=40)
assert world.fresh(paid).status == "settled"
print(lease.public_id)
"""


@pytest.mark.parametrize("app", OURS)
def test_the_version_before_still_works_while_they_run(app, capsys):
    known = [*NEW_TABLES, *LOOSENED]
    linter = MigrationLinter(
        include_apps=[app], no_cache=True, quiet=["ok", "ignore", "warning"], ignore_name=known, analyser_string="postgresql"
    )
    linter.lint_all_migrations(app_label=app)
    assert not linter.has_errors, capsys.readouterr().out


@pytest.fixture
def somewhere(superuser: psycopg.Connection) -> Iterator[dict[str, str]]:
    """The environment of a migrated database of its own."""
    roles.ensure_database(superuser, NAME, services.TEMPLATE)
    here = services.addresses()
    urls = {"DATABASE_URL": here.runtime_url(NAME), "DATABASE_OWNER_URL": here.owner_url(NAME)}
    fixed = {"DJANGO_SETTINGS_MODULE": "directpay.settings", "PYTHONPATH": str(services.ROOT), "DIRECTPAY_SEND_HINTS": "False"}
    yield {**os.environ, **urls, **fixed, "DIRECTPAY_DATABASE_ROLE": "owner"}
    superuser.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def ran(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, *words], env=environment, cwd=services.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    return done.stdout


def ours_in(superuser_url: str) -> set[str]:
    with psycopg.connect(superuser_url) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^(directpay|ledger|payments|leases)_'"
        )
        functions = connection.execute("SELECT proname FROM pg_proc WHERE proname ~ '^(directpay|ledger|payments|leases)_'")
        return {str(name) for (name,) in [*found, *functions]}


def test_all_of_them_go_back_with_data_and_forth_again(somewhere):
    """The books' guards refuse to lose a row, but not their owner who takes the tables away."""
    here = services.addresses().superuser_url(NAME)
    everything = ours_in(here)
    told = {**somewhere, "DIRECTPAY_DATABASE_ROLE": "runtime"}
    assert ran(told, "-c", STORY).startswith("lse_")
    for app in ("directpay", "ledger"):  # whatever stands on them goes first
        ran(somewhere, "manage.py", "migrate", app, "zero", "--no-input", "--skip-checks")
    assert ours_in(here) == set()
    ran(somewhere, "manage.py", "migrate", "--no-input", "--skip-checks")
    assert ours_in(here) == everything
    with psycopg.connect(here) as connection:
        connection.execute("UPDATE ledger_limit SET ahead = '10 years'")
    assert ran(told, "-c", STORY).startswith("lse_")


def test_a_wall_that_is_gone_is_built_again(somewhere):
    """A migration may have put another table in the place of one, under its name."""
    here, standing = services.addresses().superuser_url(NAME), "SELECT relrowsecurity FROM pg_class WHERE relname = 'payments_bankaccount'"
    with psycopg.connect(here, autocommit=True) as connection:
        connection.execute("ALTER TABLE payments_bankaccount DISABLE ROW LEVEL SECURITY")
        ran(somewhere, "manage.py", "migrate", "--no-input", "--skip-checks")
        assert connection.execute(standing).fetchone() == (True,)
        connection.execute('DROP POLICY "9_payments" ON payments_bankaccount')
        ran(somewhere, "manage.py", "migrate", "--no-input", "--skip-checks")
        names = connection.execute("SELECT count(*) FROM pg_policies WHERE tablename = 'payments_bankaccount'")
        assert names.fetchone() == (2,)
