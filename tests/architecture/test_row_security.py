"""The second wall: every table of the house, asked as the runtime role for people who have nothing to do with what stands in it.

The tables are found in the database, not in a list: a new one fails here until somebody says whose its rows are.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from directpay.kernel.row_scope import NOBODY, rows_of
from directpay.people.models import User
from directpay.row_security.policies import declared, walled
from directpay.row_security.tables import HIDDEN, NOBODYS
from leases.contracts.models import Lease
from ledger.journal.models import Entry
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.architecture.alices import Alices

pytestmark = pytest.mark.django_db
TABLES = """SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"""
KEY = """SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY a.attnum"""
COLUMN = """SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
AND attidentity = '' ORDER BY attnum LIMIT 1"""


def ours() -> set[str]:
    """Tables of the applications, without those that tests add."""
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.app_label != "tests"}


def forced() -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return dict(cursor.fetchall())


def keys_of(table: str) -> set[tuple[object, ...]]:
    """The primary keys of the rows that may be seen; none where there is no right to look."""
    with connection.cursor() as cursor:
        cursor.execute(KEY, [table])
        columns = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
        try:
            with transaction.atomic():
                cursor.execute(f'SELECT {columns} FROM "{table}"')
                return set(cursor.fetchall())
        except DatabaseError as error:
            if "permission denied" in str(error):
                return set()
            raise


class Watched(Alices):
    """Remembers which rows there were before the strangers came."""

    def _strangers(self) -> None:
        self.before = {table: keys_of(table) for table in walled()}
        super()._strangers()


@contextmanager
def as_each_stranger(w: Watched) -> Iterator[list[tuple[str, int]]]:
    yield [("nobody", NOBODY), ("another renter", w.mia.id), ("another landlord", w.carol.id), ("somebody unheard of", 999_999_999)]


def test_every_table_says_whose_its_rows_are() -> None:
    known = {*walled(), *NOBODYS}
    assert {table for table in {*ours(), *forced()} if table not in known and not table.startswith("tests_")} == set()
    assert {*declared()[1]} & {*HIDDEN} == set()
    assert {*walled()} & {*NOBODYS} == set()


def test_row_security_is_forced_on_every_table_that_belongs_to_an_account() -> None:
    standing = forced()
    assert {table: standing.get(table) for table in walled()} == dict.fromkeys(walled(), True)


def test_a_stranger_reads_no_row_of_any_table() -> None:
    w = Watched()
    assert sum(1 for rows in w.before.values() if rows) >= 20  # or the test would pass on an empty house
    with as_each_stranger(w) as strangers:
        for who, user_id in strangers:
            with rows_of(user_id):
                seen = {table: w.before[table] & keys_of(table) for table in walled()}
            assert {table: rows for table, rows in seen.items() if rows} == {}, who


@pytest.mark.parametrize("who", ["alice", "bob", "mia"])
def test_nobody_writes_a_row_without_an_action(who: str) -> None:
    """Not even its own: a door that wants to change something calls the action that judges it."""
    w = Watched()
    refused: set[tuple[str, str]] = set()
    with rows_of(getattr(w, who).id), connection.cursor() as cursor:
        for table in walled():
            cursor.execute(COLUMN, [table])
            column = cursor.fetchone()[0]
            for verb, statement in {
                "insert": f'INSERT INTO "{table}" DEFAULT VALUES',
                "update": f'UPDATE "{table}" SET "{column}" = "{column}"',
                "delete": f'DELETE FROM "{table}"',
                "truncate": f'TRUNCATE "{table}" CASCADE',
            }.items():
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    cursor.execute(statement)
                refused.add((table, verb))
    assert len(refused) == 4 * len(walled())


def test_a_stranger_calls_no_function_that_writes() -> None:
    with rows_of(NOBODY), connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE n.nspname = 'public' AND p.proname ~ '^(directpay|ledger|payments|leases|webhooks)_'
                   AND p.provolatile = 'v' AND p.prorettype <> 'trigger'::regtype
                   AND has_function_privilege(p.oid, 'EXECUTE')"""
        )
        assert {name for (name,) in cursor.fetchall()} - {"leases_open_charges", "ledger_items"} == set()


def test_a_forgotten_filter_shows_ones_own_and_no_more() -> None:
    """What the wall is for: a view that asks for everything."""
    w = Watched()
    at_home = set(w.shared.renters.values_list("user_id", flat=True))  # he and his mate
    with rows_of(w.bob.id):
        assert {p.public_id for p in Payment.objects.all()} == {p.public_id for p in (w.paid, w.flying, w.overpaid)}
        assert {lease.public_id for lease in Lease.objects.all()} == {w.leased.public_id, w.shared.public_id}
        assert set(BankAccount.objects.values_list("public_id", flat=True)) == {w.account_of_bob.public_id}
        assert set(User.objects.values_list("id", flat=True)) == {*at_home, w.alice.id}
    with rows_of(w.alice.id):
        assert {p.public_id for p in Payment.objects.all()} == {p.public_id for p in (w.paid, w.flying, w.overpaid)}
        books = set(Entry.objects.values_list("book__subject", flat=True))
        assert books == {w.payee.public_id}
    with rows_of(w.mia.id):
        assert set(Payment.objects.values_list("payer_id", flat=True)) == {w.mia.id}


def test_a_landlord_sees_nothing_of_the_platforms_own_book() -> None:
    w = Watched()
    with rows_of(w.alice.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id WHERE b.kind = 'P'")
        assert cursor.fetchone() == (0,)
