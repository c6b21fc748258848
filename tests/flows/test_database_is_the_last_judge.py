"""Raw SQL against the guards: what the runtime role may not do, and what even the owner's role is refused.

The owner is tried as well, because the runtime role's missing rights would hide a missing trigger.
"""

from collections.abc import Iterator

import psycopg
import pytest

from ledger.journal.models import Account, Entry, Transaction
from payments.payins.models import Payment
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = ["runtime", "owner"]


@pytest.fixture
def paid() -> Payment:
    w = World()
    return w.until(w.pay(w.lease(), "instant"), "settled")


@pytest.fixture
def connect(runtime_url, owner_url):
    opened: list[psycopg.Connection] = []

    def open_as(role: str) -> psycopg.Connection:
        opened.append(psycopg.connect(runtime_url if role == "runtime" else owner_url))
        return opened[-1]

    yield open_as
    for connection in opened:
        connection.close()


def refused(connection: psycopg.Connection, *statements: str) -> str:
    """The statements, then commit: one of them must raise. Returns the message."""
    try:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    except psycopg.Error as error:
        connection.rollback()
        return str(error)
    pytest.fail("nobody refused")


NEW_TRANSACTION = """INSERT INTO ledger_transaction (reference, public_id, kind, effective_on, at, content_hash, request_id, created_xid)
    VALUES ('raw:1', 'txn_raw', 'raw', '2026-11-02', '2026-11-02 15:00+00', 'x', '', 0)"""


def entry(
    reference: str, account: Account, amount: int, *, fund: str | None = None, currency: str = "usd", table: str = "ledger_entry"
) -> str:
    return f"""INSERT INTO {table} (transaction_id, account_id, book_id, currency, fund, amount_minor, balance_after, seq, effective_on, at)
        SELECT t.id, {account.id}, {account.book_id}, 'usd', '{account.fund}', {amount}, 0, {account.last_seq + 1000} + {abs(amount)},
        t.effective_on, t.at FROM ledger_transaction t WHERE t.reference = '{reference}'"""


def both(reference: str, a: Account, b: Account, amount: int) -> str:
    head, tail = entry(reference, a, amount), entry(reference, b, -amount)
    return head + " UNION ALL " + tail[tail.index("SELECT") :]


@pytest.fixture
def clearing(paid) -> Account:
    return Account.objects.get(number="P1210", subject="instant")


@pytest.fixture
def bank(paid) -> Account:
    return Account.objects.get(number="P1110")


@pytest.fixture
def untouched(paid) -> Iterator[None]:
    before = list(Entry.objects.values_list("id", "amount_minor")), Transaction.objects.count()
    yield
    assert (list(Entry.objects.values_list("id", "amount_minor")), Transaction.objects.count()) == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("untouched")
class TestBooks:
    def test_a_transaction_without_entries(self, role, connect):
        assert "permission denied" in refused(connect(role), NEW_TRANSACTION) or role == "owner"
        assert role == "runtime" or "has no entries" in refused(connect(role), NEW_TRANSACTION)

    def test_an_unbalanced_transaction(self, role, connect, clearing, bank):
        said = refused(connect(role), NEW_TRANSACTION, both("raw:1", clearing, bank, 5).replace("-5,", "-4,"))
        assert "permission denied" in said or "unbalanced" in said

    def test_a_single_entry(self, role, connect, clearing):
        said = refused(connect(role), NEW_TRANSACTION, entry("raw:1", clearing, 5))
        assert "permission denied" in said or "has 1 entry" in said

    def test_a_balanced_pair_appended_to_an_old_transaction(self, role, connect, clearing, bank, paid):
        said = refused(connect(role), both(f"payment.completed:{paid.public_id}", clearing, bank, 5))
        assert "permission denied" in said or "may not be appended" in said

    def test_entries_behind_an_early_check(self, role, connect, clearing, bank):
        """SET CONSTRAINTS fires the deferred check early; what is added after it must still balance."""
        balanced = both("raw:1", clearing, bank, 5)
        said = refused(connect(role), NEW_TRANSACTION, balanced, "SET CONSTRAINTS ALL IMMEDIATE", entry("raw:1", clearing, 7))
        assert "permission denied" in said or "unbalanced" in said

    def test_a_transaction_stamped_with_another_ones_id(self, role, connect, clearing, bank):
        stolen = NEW_TRANSACTION.replace("'', 0)", "'', 99999999)")
        connection = connect(role)
        if role == "runtime":
            assert "permission denied" in refused(connection, stolen)
            return
        connection.execute(stolen)
        stamp, own = connection.execute(
            "SELECT created_xid, pg_current_xact_id()::text::bigint FROM ledger_transaction WHERE reference = 'raw:1'"
        ).fetchone()
        connection.rollback()
        assert stamp == own

    def test_a_write_aimed_at_a_partition(self, role, connect, clearing, bank):
        statement = (
            both("raw:1", clearing, bank, 5).replace("INSERT INTO ledger_entry ", "INSERT INTO ledger_entry_2026_11 ").replace("-5,", "-4,")
        )
        said = refused(connect(role), NEW_TRANSACTION, statement)
        assert "permission denied" in said or "unbalanced" in said

    @pytest.mark.parametrize(
        "table", ["ledger_entry", "ledger_entry_2026_11", "ledger_transaction", "directpay_event", "directpay_event_2026_11"]
    )
    @pytest.mark.parametrize("verb", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_a_change_of_what_is_recorded(self, role, connect, table, verb):
        said = refused(connect(role), verb.format(table))
        assert "permission denied" in said or "append-only" in said

    def test_a_leg_in_another_currency(self, role, connect, clearing, bank):
        said = refused(connect(role), NEW_TRANSACTION, both("raw:1", clearing, bank, 5).replace("'usd'", "'eur'"))
        assert "permission denied" in said or "foreign key" in said

    def test_money_that_changes_its_fund(self, role, connect, clearing, bank):
        said = refused(connect(role), NEW_TRANSACTION, both("raw:1", clearing, bank, 5).replace(f"'{bank.fund}'", "'own'"))
        assert "permission denied" in said or "contradicts" in said

    def test_a_mirror_leg_left_out(self, role, connect, paid):
        available = Account.objects.get(number="P2120")
        revenue = Account.objects.get(number="P4110")
        said = refused(connect(role), NEW_TRANSACTION, both("raw:1", available, revenue, 5))
        assert "permission denied" in said or "mirror" in said

    def test_triggers_switched_off_for_a_session(self, role, connect):
        assert "permission denied" in refused(connect(role), "SET session_replication_role = replica")


@pytest.mark.usefixtures("untouched")
class TestRuntimeRole:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_account SET balance_minor = balance_minor + 1",
            "UPDATE ledger_account SET last_seq = 0",
            "UPDATE ledger_account SET floor = 'any'",
            "INSERT INTO ledger_account (public_id, book_id, number, subject, currency, normal, fund, floor, mirror, by_item,"
            " balance_minor, last_seq, created_at, accepts_payments, payable_limit, pays_into) SELECT 'x', id, 'P1110', 'x', 'usd', 1,"
            " 'client', 'any', '', false, 500, 0, now(), false, 'closed', '' FROM ledger_book LIMIT 1",
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
            "ALTER TABLE payments_payment DISABLE TRIGGER ALL",
            "DROP TRIGGER state ON payments_payment",
            "CREATE TABLE mine (id int)",
            "INSERT INTO payments_transition (machine, source, target) VALUES ('payment', 'settled', 'initiated')",
            "DELETE FROM payments_payment",
            "DELETE FROM ledger_allocation",
            "UPDATE ledger_allocation SET amount_minor = 1",
            "SET ROLE directpay_owner",
        ],
    )
    def test_it_may_not(self, connect, statement):
        refused(connect("runtime"), statement)

    def test_floors_hold_inside_the_posting_function(self, connect, paid):
        available, pending = Account.objects.get(number="P2120"), Account.objects.get(number="P2110")
        item = (
            '[{"reference": "raw:2", "public_id": "txn_raw2", "kind": "raw", "effective_on": "2026-11-02",'
            f' "at": "2026-11-02T15:00:00+00:00", "hash": "h",'
            f' "request_id": "", "entries": [[{available.id}, 99999999, null], [{pending.id}, -99999999, null]]}}]'
        )
        assert "would stand at" in refused(connect("runtime"), f"SELECT * FROM ledger_post('{item}'::jsonb)")


@pytest.mark.parametrize("role", ROLES)
class TestStates:
    def test_an_edge_that_does_not_exist(self, role, connect, paid):
        said = refused(connect(role), f"UPDATE payments_payment SET status = 'initiated', version = version + 1 WHERE id = {paid.id}")
        assert "may not go from settled to initiated" in said

    def test_a_state_without_a_version(self, role, connect, paid):
        said = refused(connect(role), f"UPDATE payments_payment SET status = 'returned' WHERE id = {paid.id}")
        assert "without a version" in said

    def test_a_state_without_its_event(self, role, connect, paid):
        said = refused(
            connect(role),
            f"UPDATE payments_payment SET status = 'returned', version = version + 1, changed_at = changed_at WHERE id = {paid.id}",
        )
        assert "without its event" in said

    def test_a_version_without_its_event(self, role, connect, paid):
        said = refused(connect(role), f"UPDATE payments_payment SET version = version + 1 WHERE id = {paid.id}")
        assert "without its event" in said

    def test_a_first_state_that_is_not_one(self, role, connect, paid):
        names = [f.column for f in Payment._meta.concrete_fields if f.column not in ("id", "public_id", "status", "version")]
        columns = ", ".join(names)
        said = refused(
            connect(role),
            f"INSERT INTO payments_payment (public_id, status, version, {columns})"
            f" SELECT 'pay_raw', 'settled', 1, {columns} FROM payments_payment WHERE id = {paid.id}",
        )
        assert "may not begin as settled" in said

    def test_another_amount(self, role, connect, paid):
        said = refused(
            connect(role),
            f"UPDATE payments_payment SET amount_minor = 1, net_minor = 1, charged_minor = 1, fee_minor = 0 WHERE id = {paid.id}",
        )
        assert "terms" in said

    def test_a_bank_account_that_verifies_itself(self, role, connect, paid):
        said = refused(connect(role), "UPDATE payments_bankaccount SET status = 'new', version = version + 1")
        assert "may not go from verified to new" in said
