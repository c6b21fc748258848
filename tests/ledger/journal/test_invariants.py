"""Each invariant of the journal can fail: the books are broken in every way that it must notice, and it does."""

import pytest

from directpay.events.unit import unit_of_work
from ledger.allocation.actions import allocate
from ledger.journal.actions import credit, debit, place_hold
from ledger.journal.invariants import INVARIANTS, JOURNAL, Invariant, check_invariants, order_of, register_invariants
from tests.ledger.books import AT, Books, post, posting
from tests.ledger.breaking import broken_after

OWN = {invariant.code for invariant in JOURNAL}
LAST = "(SELECT max(id) FROM ledger_entry)"
TWO = "UPDATE ledger_account SET balance_minor = balance_minor {} WHERE number = '{}'"
BREAKS = {
    "I1 an entry is gone": [f"DELETE FROM ledger_entry WHERE id = {LAST}"],
    "I1 an entry has another amount": [f"UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE id = {LAST}"],
    "I1 a transaction has no entries": [
        "INSERT INTO ledger_transaction (reference, public_id, kind, effective_on, at, request_id, created_xid)"
        " VALUES ('raw', 'txn_raw', 'raw', '2026-11-02', '2026-11-02 15:00Z', '', 0)"
    ],
    "I2 operating money pays into trust": [
        "UPDATE ledger_entry SET fund = 'trust' WHERE account_id = (SELECT id FROM ledger_account WHERE number = 'L4100')"
    ],
    "I3 a balance is moved": [TWO.format("+ 1", "P1110")],
    "I4 two balances are moved against each other": [TWO.format("+ 1", "P1210"), TWO.format("- 1", "P4110")],
    "I4 the last running balance is wrong": [f"UPDATE ledger_entry SET balance_after = balance_after + 1 WHERE id = {LAST}"],
    "I4 a running balance in between is wrong": [
        "UPDATE ledger_entry SET balance_after = 999 WHERE seq = 1 AND account_id = (SELECT id FROM ledger_account WHERE number = 'P2120')"
    ],
    "I4 a number stands twice in between": [
        "UPDATE ledger_entry SET seq = 1, at = at + interval '1 second'"
        " WHERE seq = 2 AND account_id = (SELECT id FROM ledger_account WHERE number = 'P2120')",
    ],
    "I4 the sequence has a gap": [f"UPDATE ledger_entry SET seq = seq + 1 WHERE id = {LAST}"],
    "I4 an entry was never counted": [
        f"UPDATE ledger_account SET last_seq = last_seq - 1 WHERE id = (SELECT account_id FROM ledger_entry WHERE id = {LAST})"
    ],
    "I5 a floor is passed": ["ALTER TABLE ledger_account DROP CONSTRAINT account_floor", TWO.format("- 1000", "P1110")],
    "I5 available is negative by another kind": ["UPDATE ledger_transaction SET kind = 'payout.created' WHERE reference = 'second'"],
    "I5 available goes further down by another kind": ["UPDATE ledger_transaction SET kind = 'payout.created' WHERE reference = 'third'"],
    "I5 available is negative without any entry": [
        "DELETE FROM ledger_entry WHERE account_id = (SELECT id FROM ledger_account WHERE number = 'P2120')"
    ],
    "I6 the payee's book says otherwise": [TWO.format("+ 1", "L1100"), TWO.format("- 1", "L4100")],
    "I7 trust in transit says otherwise": ["UPDATE ledger_account SET mirror = 'trust:py_1' WHERE number = 'L4100'"],
    "I7b an invoice says otherwise": ["UPDATE ledger_account SET mirror = 'invoice:py_1' WHERE number = 'L4100'"],
    "I19 an entry is used beyond its amount": ["UPDATE ledger_allocation SET amount_minor = amount_minor + 1000"],
    "I19 more was taken back than was used": ["UPDATE ledger_allocation SET amount_minor = -amount_minor"],
    "I19 what could be paired is not": ["DELETE FROM ledger_allocation"],
    "I21 a hold is posted beyond its amount": ["UPDATE ledger_hold SET posted_minor = 11, state = 'posted', resolved_at = created_at"],
    "I21 more is held than anybody holds": ["UPDATE ledger_account SET held_minor = held_minor + 1 WHERE number = 'P1110'"],
    "I21 a hold nobody has let expire": ["UPDATE ledger_hold SET expires_at = created_at - interval '3 days'"],
    "I25 available money meets trust": [
        "UPDATE ledger_account SET fund = 'trust' WHERE number = 'L1500'",
        "UPDATE ledger_transaction SET kind = 'payout.created' WHERE reference = 'second'",
    ],
    "I21 a hold is posted and released": ["UPDATE ledger_hold SET posted_minor = 1, state = 'released', resolved_at = created_at"],
}


def returned(b: Books, reference: str, amount: int, kind: str) -> None:
    legs = [debit(b.available, amount), credit(b.clearing, amount, "pay_1"), debit(b.bob, amount), credit(b.at_directpay, amount)]
    post(posting(reference, *legs, kind=kind))


@pytest.fixture
def lived_in(b: Books) -> Books:
    """Rent charged and paid, available overdrawn, recovered and overdrawn again, something held."""
    post(posting("due", debit(b.bob, 500), credit(b.rent, 500)))
    returned(b, "first", 400, "payment.returned")
    legs = [debit(b.clearing, 600, "pay_2"), credit(b.available, 600), debit(b.at_directpay, 600), credit(b.bob, 600)]
    post(posting("paid", *legs))
    returned(b, "second", 300, "return.fee")
    returned(b, "third", 20, "payment.returned")
    post(posting("line", debit(b.bank, 70), credit(b.clearing, 70, "pay_2")))
    with unit_of_work():
        allocate([b.bob.id], at=AT)
        place_hold(b.bank, credit(b.bank, 10), reference="hold:1", at=AT)
    return b


@pytest.mark.django_db(transaction=True)
def test_each_notices_what_it_must(lived_in, superuser_url, subtests):
    assert not broken_after(superuser_url) & OWN, "whole at the beginning"
    for name, statements in BREAKS.items():
        with subtests.test(name):
            assert name.split()[0] in broken_after(superuser_url, *statements)
    assert {name.split()[0] for name in BREAKS} == OWN, "an invariant that nobody tried to break"
    assert not broken_after(superuser_url) & OWN, "whole at the end"


@pytest.mark.django_db
class TestCheckInvariants:
    def test_asks_all_in_order_and_says_what_is_broken(self):
        findings = check_invariants()
        assert [f.code for f in findings] == sorted((i.code for i in INVARIANTS), key=order_of)
        assert {f.state for f in findings} == {"holds", "not_applicable"}

    def test_shows_the_first_broken_rows_of_each(self):
        extra = Invariant("I99", "Nothing counts", "SELECT * FROM generate_series(1, 50)")
        register_invariants(extra)
        try:
            finding = check_invariants(limit=3)[-1]
        finally:
            INVARIANTS.remove(extra)
        assert (finding.code, finding.holds, finding.broken) == ("I99", False, [(1,), (2,), (3,)])

    def test_registers_each_once(self):
        before = list(INVARIANTS)
        register_invariants(*JOURNAL)
        assert before == INVARIANTS
