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


NEW_TRANSACTION = """INSERT INTO ledger_transaction (reference, public_id, kind, effective_on, at, request_id, created_xid)
    VALUES ('raw:1', 'txn_raw', 'raw', '2026-11-02', '2026-11-02 15:00+00', '', pg_current_xact_id()::text::bigint)"""


def entry(transaction: str, account: Account, amount: int, leg: int = 1, **other: str) -> str:
    """An entry as the posting function would write it, but for what `other` says. `transaction` is an SQL expression."""
    columns = {
        "transaction_id": transaction,
        "leg": leg,
        "account_id": account.id,
        "book_id": account.book_id,
        "currency": f"'{account.currency}'",
        "fund": f"'{account.fund}'",
        "amount_minor": amount,
        "balance_after": account.balance_minor + amount,
        "seq": account.last_seq + 1,
        "effective_on": "'2026-11-02'",
        "at": "'2026-11-02 15:00+00'",
        **other,
    }
    return f"INSERT INTO ledger_entry ({', '.join(columns)}) VALUES ({', '.join(map(str, columns.values()))})"


def one_statement(legs: list[tuple[Account, int]], *, table: str = "ledger_entry", move: bool = True, **other: str) -> str:
    """A whole transaction by hand, as the guards want it: in one statement, and the balances with it."""
    parts = [f"made AS ({NEW_TRANSACTION} RETURNING id)"]
    moves = []
    for number, (account, amount) in enumerate(legs, 1):
        added = entry("(SELECT id FROM made)", account, amount, number, **(other if number == len(legs) else {}))
        parts.append(f"e{number} AS ({added.replace('ledger_entry', table, 1)})")
        if move:
            change = f"balance_minor = balance_minor + {amount}, last_seq = last_seq + 1"
            moves.append(f"m{number} AS (UPDATE ledger_account SET {change} WHERE id = {account.id})")
    return f"WITH {', '.join(parts + moves)} SELECT 1"


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
        said = refused(connect(role), NEW_TRANSACTION)
        assert "permission denied" in said if role == "runtime" else "has no entries" in said

    def test_nothing_else_stands_in_the_way(self, role, connect, clearing, bank):
        """What the others break: by the owner's hand it goes in, so that each refusal is for its own reason."""
        if role == "owner":
            connection = connect(role)
            connection.execute(one_statement([(clearing, 5), (bank, -5)]))
            connection.rollback()
        else:
            assert "permission denied" in refused(connect(role), one_statement([(clearing, 5), (bank, -5)]))

    def test_an_unbalanced_transaction(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -4)]))
        assert "permission denied" in said or "is unbalanced by 1 in book" in said

    def test_a_single_entry(self, role, connect, clearing):
        said = refused(connect(role), one_statement([(clearing, 5)]))
        assert "permission denied" in said or "has 1 entry" in said

    def test_a_balanced_pair_appended_to_an_old_transaction(self, role, connect, clearing, bank, paid):
        old = Transaction.objects.get(reference=f"payment.completed:{paid.public_id}")
        moment = {"at": f"'{old.at.isoformat()}'", "effective_on": f"'{old.effective_on}'"}
        pair = [entry(str(old.id), account, amount, leg, **moment) for account, amount, leg in ((clearing, 5, 1), (bank, -5, 2))]
        later = [entry(str(old.id), account, amount, leg, **moment) for account, amount, leg in ((clearing, 5, 90), (bank, -5, 91))]
        for first, second in (pair, later):
            values = second[second.index("VALUES ") + len("VALUES ") :]
            said = refused(connect(role), f"{first}, {values}")
            assert "permission denied" in said or "duplicate key" in said or "entry" in said

    def test_a_pair_appended_in_the_same_database_transaction(self, role, connect, clearing, bank):
        """Whatever fires when: SET CONSTRAINTS has nothing to fire early."""
        new = "(SELECT id FROM ledger_transaction WHERE reference = 'raw:1')"
        late = {"seq": "999999"}
        first, second = entry(new, clearing, 5, 3, **late), entry(new, bank, -5, 4, **late)
        values = second[second.index("VALUES ") + len("VALUES ") :]
        statements = [one_statement([(clearing, 5), (bank, -5)]), "SET CONSTRAINTS ALL IMMEDIATE", f"{first}, {values}"]
        said = refused(connect(role), *statements)
        assert "permission denied" in said or "has 2 entry" in said

    def test_a_transaction_stamped_with_another_ones_id(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -5)]).replace("pg_current_xact_id()", "7"))
        assert "permission denied" in said or "not of this database transaction" in said

    def test_a_write_aimed_at_a_partition(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -4)], table="ledger_entry_2026_11"))
        assert "permission denied" in said or "is unbalanced" in said or "has 1 entry" in said

    def test_entries_without_their_balances(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -5)], move=False))
        assert "permission denied" in said or "do not move together" in said

    @pytest.mark.parametrize(
        "table", ["ledger_entry", "ledger_entry_2026_11", "ledger_transaction", "directpay_event", "directpay_event_2026_11"]
    )
    @pytest.mark.parametrize("verb", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_a_change_of_what_is_recorded(self, role, connect, table, verb):
        said = refused(connect(role), verb.format(table))
        assert "permission denied" in said or "append-only" in said

    @pytest.mark.parametrize(
        "lie",
        [
            {"currency": "'eur'"},
            {"fund": "'own'"},
            {"book_id": "99"},
            {"effective_on": "'2026-11-03'"},
            {"at": "'2026-11-02 15:01+00'"},
        ],
        ids=["currency", "fund", "book", "date", "moment"],
    )
    def test_a_leg_of_another_nature(self, role, connect, clearing, bank, lie):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -5)], **lie))
        assert "permission denied" in said or "contradicts its account or transaction" in said

    def test_a_leg_on_an_account_that_is_not_there(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -5)], account_id="987654321"))
        assert "permission denied" in said or "is not there" in said

    def test_a_leg_of_a_transaction_that_is_not_there(self, role, connect, clearing):
        said = refused(connect(role), entry("987654321", clearing, 5))
        assert "permission denied" in said or "is not there" in said

    def test_a_sequence_with_a_gap(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -5)], seq=str(clearing.last_seq + 2)))
        assert "permission denied" in said or "do not move together" in said

    def test_a_running_balance_that_lies(self, role, connect, clearing, bank):
        said = refused(connect(role), one_statement([(clearing, 5), (bank, -5)], balance_after="1"))
        assert "permission denied" in said or "do not move together" in said

    def test_a_mirror_leg_left_out(self, role, connect, paid):
        available = Account.objects.get(number="P2120")
        revenue = Account.objects.get(number="P4110")
        said = refused(connect(role), one_statement([(available, 5), (revenue, -5)]))
        assert "permission denied" in said or "mirror" in said

    @pytest.mark.parametrize("table", ["ledger_account", "ledger_book", "ledger_hold"])
    @pytest.mark.parametrize("verb", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_the_end_of_what_entries_name(self, role, connect, table, verb, bank):
        """No foreign key keeps them; the rows themselves do."""
        with psycopg.connect(connect("owner").info.dsn, password=connect("owner").info.password) as owner:
            owner.execute(
                "INSERT INTO ledger_hold (public_id, reference, account_id, amount_minor, posted_minor, state, created_at)"
                " VALUES ('hold_raw', 'hold:raw', %s, 1, 0, 'pending', '2026-11-02 15:00+00')",
                [bank.id],
            )
        said = refused(connect(role), verb.format(table))
        assert "permission denied" in said or "append-only" in said

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
        answer = connect("runtime").execute(
            "SELECT posted, code FROM ledger_post('2026-11-02 15:00+00', '', false, '{raw:2}', '{txn_raw2}', '{raw}', '{2026-11-02}',"
            " '{NULL}', '{1,1}', '{1,2}', %s, '{99999999,-99999999}', '{NULL,NULL}')",
            [[available.id, pending.id]],
        )
        assert answer.fetchall() == [(False, "balance_insufficient")]


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
