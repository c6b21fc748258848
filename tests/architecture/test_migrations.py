"""Migrations that a running installation survives, and that can be taken back with data in the tables."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django_migration_linter import MigrationLinter

from directpay.migrations._partitions import PARTITIONS
from directpay.ops import roles
from tests import services

pytestmark = pytest.mark.django_db(transaction=True)  # indexes are made outside of one
OURS = ("directpay", "ledger", "payments", "leases", "webhooks")
# Tables made in SQL: the linter takes the NOT NULL of a new table for one that is added to rows that stand.
NEW_TABLES = ("0002_event_log", "0002_journal", "0004_seals")
# A unique constraint is made anew that asks less than the one before it, which every row has kept.
LOOSENED = ("0005_charges_by_hand", "0018_move_outs_anew")
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

BEFORE_CARDS, WITH_CARDS = "0012", "0013"  # of payments: when a payment was paid from a bank account and nothing else, and after
TWO_PAYMENTS = """
import django
django.setup()
from tests.world import World
world = World()
settled = world.pay(world.lease(), rail="instant", amount=50_000)
world.later(minutes=5)
assert world.fresh(settled).status == "settled"
print(settled.public_id, world.pay(world.lease(), rail="instant", amount=60_000).public_id)
"""
GOES_ON = """
import sys
from datetime import timedelta
import django
django.setup()
from django.core.management import call_command
from directpay.kernel import clock
from directpay.ops.clock import advance
from payments.payins.queries import with_related
settled, under_way, meanwhile = sys.argv[1:]
advance(clock.now() + timedelta(minutes=5))
for name in (settled, under_way):
    row = with_related().get(public_id=name)
    assert (row.status, row.card, row.bank_account is None) == ("settled", None, False), (name, row.status)
row = with_related().get(public_id=meanwhile)
assert (row.status, row.amount_refunded, row.captures_later, row.action_url) == ("initiated", 0, False, ""), row.status
call_command("check_books")
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
    """But months, of which an installation has as many as it needs."""
    with psycopg.connect(superuser_url) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relname ~ '^(directpay|ledger|payments|leases)_'"
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
        services.make_months(connection, "2026-11-01", "2026-12-31")
    assert ran(told, "-c", STORY).startswith("lse_")


@pytest.mark.parametrize("moved_to", ["the real time", "a year on"])
def test_months_in_which_nothing_stands_go_but_those_that_are_near(somewhere, moved_to):
    """Of those that the first migrations made. Where there are rows is found by the story, which moves the clock by itself."""
    here, told = services.addresses().superuser_url(NAME), {**somewhere, "DIRECTPAY_DATABASE_ROLE": "runtime"}
    ran(told, "-c", STORY)  # from November 2026, for forty days
    ran(somewhere, "manage.py", "migrate", "ledger", "0010", "--no-input", "--skip-checks")
    with psycopg.connect(here, autocommit=True) as connection:
        services.make_months(connection, "2025-01-01", "2034-12-31")
        near = datetime.now(UTC) + timedelta(days=365 if moved_to == "a year on" else 0)
        offset = (near - datetime.now(UTC)) / timedelta(microseconds=1)
        connection.execute("UPDATE directpay_clock SET frozen_at = NULL, offset_microseconds = %s", [offset])
        missing = f"directpay_event_{near + timedelta(days=60):%Y_%m}"
        connection.execute(f"DROP TABLE {missing}")
        ran(somewhere, "manage.py", "migrate", "--no-input", "--skip-checks")
        ahead = {f"{near + timedelta(days=days):%Y_%m}" for days in (-20, 0, 30, 60, 90)}
        for parent in ("directpay_event", "ledger_entry"):
            left = {name[-7:] for (name,) in connection.execute(PARTITIONS, [parent])}
            assert left >= {"2026_11", "2026_12"}, "what has rows stays"
            assert left >= ahead, "so does what is needed soon, or it is made"
            assert len(left) < 24, "the others are gone"
            assert not {month for month in left if month >= "2034"}
        assert connection.execute("SELECT count(*) FROM ledger_entry").fetchone()[0] > 10


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


def test_payments_that_were_written_before_there_were_cards_go_on(somewhere):
    """Rows of 0012, one settled and one accepted a moment before; and one that the version before still writes when 0013 has run."""
    here, told = services.addresses().superuser_url(NAME), {**somewhere, "DIRECTPAY_DATABASE_ROLE": "runtime"}
    settled, under_way = ran(told, "-c", TWO_PAYMENTS).split()
    ran(somewhere, "manage.py", "migrate", "payments", BEFORE_CARDS, "--no-input", "--skip-checks")
    with psycopg.connect(here, autocommit=True) as connection:
        known = columns_of(connection)
        before = rows_of(connection, known)
        assert "card_id" not in known
        assert {row["public_id"] for row in before} == {settled, under_way}
    ran(somewhere, "manage.py", "migrate", "payments", WITH_CARDS, "--no-input", "--skip-checks")
    with psycopg.connect(here, autocommit=True) as connection:
        assert rows_of(connection, known) == before, "what stood stands as it was"
        assert {"card_id", "captures_later", "decline_code"} <= set(columns_of(connection))
        with connection.transaction():
            copy_of(connection, "payments_payment", known, {"public_id": "pay_meanwhile"}, "public_id", under_way)
            names = {"public_id": "evt_meanwhile", "object_id": "pay_meanwhile"}
            copy_of(connection, "directpay_event", columns_of(connection, "directpay_event"), names, "object_id", under_way)
        held = connection.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'payment_one_source'")
        assert held.fetchone() == (True,), "each is paid with one thing, those that stood too"
    ran(somewhere, "manage.py", "migrate", "--no-input", "--skip-checks")
    with psycopg.connect(here, autocommit=True) as connection:
        still = [name for name in known if name in columns_of(connection)]
        assert [row for row in rows_of(connection, still) if row["public_id"] != "pay_meanwhile"] == [
            {name: row[name] for name in still} for row in before
        ]
    ran(told, "-c", GOES_ON, settled, under_way, "pay_meanwhile")


def copy_of(connection: psycopg.Connection, table: str, known: list[str], changed: dict[str, str], key: str, original: str) -> None:
    """As the version before writes a row: it names the columns that it knows, and the database gives the rest."""
    kept = ", ".join(name for name in known if name not in ("id", *changed))
    values = ", ".join(f"'{value}'" for value in changed.values())
    connection.execute(
        f"INSERT INTO {table} ({', '.join(changed)}, {kept}) SELECT {values}, {kept} FROM {table} WHERE {key} = %s", [original]
    )


def columns_of(connection: psycopg.Connection, table: str = "payments_payment") -> list[str]:
    wanted = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    found = connection.execute(wanted, [table])
    return [str(name) for (name,) in found]


def rows_of(connection: psycopg.Connection, names: list[str]) -> list[dict[str, object]]:
    cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
    return cursor.execute(f"SELECT {', '.join(names)} FROM payments_payment ORDER BY id").fetchall()
