"""What other ledgers test of themselves, asked of ours. Each is named after its id; docs/ledger-scenarios.md says where it is from.

Outcomes are compared by meaning: their `exists` is our answer "stands already", their error names are our codes.
"""

from datetime import date, timedelta

import pytest

from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from directpay.kernel.money import split_by_weight
from ledger.journal.actions import (
    BelowFloor,
    HoldResolved,
    Posting,
    PostingRefused,
    ReferenceReused,
    credit,
    debit,
    place_hold,
    post_many,
    resolve_hold,
    reverse,
    take_up_to,
)
from ledger.journal.actions.holds import HoldAmount
from ledger.journal.models import Account, Entry, Hold, Transaction
from tests.ledger.books import AT, DAY, Books, account, balance, entries, post, posting

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


def fund(b: Books, amount: int, reference: str = "fund") -> None:
    post(posting(reference, debit(b.bank, amount), credit(b.clearing, amount, "pay_1")))


def paid(b: Books, reference: str, amount: int):
    """Out of the bank, which may not go below zero."""
    return posting(reference, credit(b.bank, amount), debit(b.clearing, amount, "pay_1"))


def hold(b: Books, reference: str, amount: int) -> Hold:
    with unit_of_work():
        return place_hold(b.bank, credit(b.bank, amount), reference=reference, at=AT)


def capture(b: Books, row: Hold, amount: int) -> None:
    with unit_of_work():
        resolve_hold(row, "posted", at=LATER, posted_minor=amount)
        post_many([paid(b, f"capture:{row.reference}", amount)], at=LATER)


def void(row: Hold, amount: int = 0) -> None:
    with unit_of_work():
        resolve_hold(row, "released", at=LATER, posted_minor=amount)


class TestL03:
    """Cannot post twice, post after void, void after post, void partially."""

    @pytest.fixture
    def row(self, b) -> Hold:
        fund(b, 100)
        return hold(b, "h:1", 15)

    def test_post_after_void(self, b, row):
        void(row)
        with pytest.raises(HoldResolved) as refused:
            capture(b, row, 15)
        assert refused.value.code == "hold_released"
        assert balance(b.bank) == 100

    def test_post_twice(self, b, row):
        capture(b, row, 13)
        with pytest.raises(HoldResolved) as refused:
            capture(b, row, 13)
        assert refused.value.code == "hold_posted"
        assert balance(b.bank) == 87

    def test_void_after_post(self, b, row):
        capture(b, row, 13)
        with pytest.raises(HoldResolved) as refused:
            void(row)
        assert refused.value.code == "hold_posted"

    def test_void_partially(self, b, row):
        with pytest.raises(HoldAmount) as refused:
            void(row, 14)
        assert refused.value.code == "hold_amount"
        assert Hold.objects.get().state == "pending"


def test_l04_posting_less_than_pending_releases_the_remainder(b):
    """Five pending beside one posted of 15; after the second phase nothing is pending, and 36 is posted."""
    fund(b, 100)
    post(paid(b, "direct", 15))
    rows = [hold(b, f"h:{n}", amount) for n, amount in enumerate((13, 7, 9, 11, 14))]
    assert (Account.objects.get(id=b.bank.id).held_minor, balance(b.bank)) == (54, 85)
    for row, amount in zip(rows, (9, 0, 5, 0, 7), strict=True):
        capture(b, row, amount) if amount else void(row)
    after = Account.objects.get(id=b.bank.id)
    assert (after.held_minor, 100 - after.shown_minor, after.available_minor) == (0, 36, 64)


def test_l06_a_failed_chain_rolls_back_inside_a_batch_that_later_succeeds(b):
    fund(b, 20)
    with unit_of_work():
        with pytest.raises(BelowFloor):
            post_many([paid(b, "chain:1", 15), paid(b, "chain:2", 6)], at=AT)
        post_many([paid(b, "third", 15)], at=AT)
    assert (balance(b.bank), Transaction.objects.exclude(reference="fund").get().reference) == (5, "third")


def test_l08_take_up_to_stops_at_the_available_balance(b):
    fund(b, 10)
    hold(b, "h:1", 1)

    def take(amount: int) -> int:
        with unit_of_work():
            return take_up_to(b.bank, amount, lambda taken: paid(b, f"take:{amount}", taken), at=LATER)

    assert [take(3), take(13), take(1)] == [3, 6, 0]
    assert 10 - balance(b.bank) == 9


class TestL10:
    """Same id and body: exists. Same id, any other field: refused, and never a second movement."""

    def test_the_same(self, b):
        fund(b, 100)
        (first,) = post(paid(b, "t:1", 15))
        (again,) = post(paid(b, "t:1", 15))
        assert (again.new, again.transaction_id, balance(b.bank)) == (False, first.transaction_id, 85)

    @pytest.mark.parametrize("other", ["amount", "accounts", "code", "date"])
    def test_another_field(self, b, other):
        fund(b, 100)
        post(paid(b, "t:1", 15))
        changed = {
            "amount": lambda: paid(b, "t:1", 16),
            "accounts": lambda: posting("t:1", credit(b.bank, 15), debit(b.revenue, 15)),
            "code": lambda: posting("t:1", *paid(b, "t:1", 15).legs, kind="other"),
            "date": lambda: posting("t:1", *paid(b, "t:1", 15).legs, on=DAY + timedelta(days=1)),
        }[other]
        with pytest.raises(ReferenceReused):
            post(changed())
        assert balance(b.bank) == 85


class TestL14:
    """A second reversal is refused; there is one reversing transaction."""

    def test_revert_twice(self, b):
        fund(b, 100)
        original = Transaction.objects.get()
        with unit_of_work():
            first = reverse(original, at=LATER)
        for again in ({}, {"effective_on": date(2026, 11, 9)}):
            with unit_of_work(), pytest.raises(PostingRefused) as refused:
                reverse(original, at=LATER + timedelta(hours=1), **again)
            assert refused.value.code == "already_reversed"
        assert first.new
        assert (balance(b.bank), Transaction.objects.filter(reverses=original).count()) == (0, 1)

    def test_by_another_reference(self, b):
        fund(b, 100)
        original = Transaction.objects.get()
        opposite = [credit(b.bank, 100), debit(b.clearing, 100, "pay_1")]
        with unit_of_work():
            reverse(original, at=LATER)
        fund(b, 100, "more")
        with pytest.raises(PostingRefused) as refused:
            post(Posting("undo", "undo", DAY, opposite, reverses_id=original.id))
        assert refused.value.code == "already_reversed"

    def test_of_something_else(self, b):
        fund(b, 100)
        legs = [credit(b.bank, 99), debit(b.clearing, 99, "pay_1")]
        with pytest.raises(PostingRefused) as refused:
            post(Posting("undo", "undo", DAY, legs, reverses_id=Transaction.objects.get().id))
        assert refused.value.code == "reversal_differs"
        assert balance(b.bank) == 100

    @pytest.mark.parametrize("what", ["nothing that stands", "what comes later in the set", "a reversal"])
    def test_of_what_cannot_be_reversed(self, b, what):
        fund(b, 100)
        original = Transaction.objects.get()
        with unit_of_work():
            undone = reverse(original, at=LATER)
        named = {
            "nothing that stands": 10**9,
            "what comes later in the set": (undone.transaction_id or 0) + 2,
            "a reversal": undone.transaction_id,
        }
        legs = [debit(b.bank, 100), credit(b.clearing, 100, "pay_1")]
        with unit_of_work(), pytest.raises(PostingRefused) as refused:
            post_many([Posting("undo", "undo", DAY, legs, reverses_id=named[what]), posting("more", *legs)], at=LATER)
        assert refused.value.code == "reversal_differs"

    def test_that_would_leave_less_than_nothing(self, b):
        fund(b, 100)
        original = Transaction.objects.get()
        post(paid(b, "out", 1))
        with unit_of_work(), pytest.raises(BelowFloor):
            reverse(original, at=LATER)


def test_l17_the_same_key_again_answers_the_same_and_moves_once(b):
    """The door's part of it (the header, another body) is in tests/directpay/api/test_idempotency.py."""
    fund(b, 100)
    answers = [post(paid(b, "t:1", 15))[0] for _ in range(5)]
    assert {a.transaction_id for a in answers} == {answers[0].transaction_id}
    assert [a.new for a in answers] == [True, False, False, False, False]
    with pytest.raises(ReferenceReused):
        post(paid(b, "t:1", 16))
    assert balance(b.bank) == 85


class TestL19:
    """Three elements, one overdraft."""

    @pytest.fixture
    def three(self, b):
        fund(b, 100)
        return [paid(b, "a", 10), paid(b, "b", 1_000), paid(b, "c", 20)]

    def test_atomic(self, b, three):
        with pytest.raises(BelowFloor):
            post(*three)
        assert list(Transaction.objects.values_list("reference", flat=True)) == ["fund"]
        assert not history_of("a"), "and nothing was announced"

    def test_one_by_one(self, b, three):
        with unit_of_work():
            results = post_many(three, at=AT, refuse="each")
        assert [r.refused and r.refused.code for r in results] == [None, "balance_insufficient", None]
        assert balance(b.bank) == 70


class TestL20:
    """Theirs lets an account go 10 below zero. Ours knows no allowance in figures: zero, the kinds named, or any.
    The boundary is the same: a cent more than there is refuses all of it, the last cent may go."""

    def test_refuses_one_more_than_there_is(self, b):
        fund(b, 99)
        with pytest.raises(BelowFloor):
            post(paid(b, "t:1", 100))
        assert (balance(b.bank), len(entries(b.bank))) == (99, 1)

    def test_takes_the_last(self, b):
        fund(b, 100)
        post(paid(b, "t:1", 100))
        assert balance(b.bank) == 0

    def test_splits_without_losing_a_cent(self):
        for amount in range(1, 200):
            assert sum(split_by_weight(amount, [1, 1, 1])) == amount


def test_l21_a_hold_partly_committed_and_a_commit_after_the_void_conserve_the_sum(b):
    fund(b, 100)
    first, second = hold(b, "h:1", 60), hold(b, "h:2", 40)
    with pytest.raises(BelowFloor):
        hold(b, "h:3", 1)
    capture(b, first, 25)
    void(second)
    with pytest.raises(HoldResolved):
        capture(b, second, 1)
    assert sum(Account.objects.values_list("balance_minor", flat=True)) == 0
    assert sum(Entry.objects.values_list("amount_minor", flat=True)) == 0
    assert (balance(b.bank), Account.objects.get(id=b.bank.id).available_minor) == (75, 75)


def test_l25_rent_paid_by_invoice_and_a_running_balance_in_the_order_of_recording(b):
    """Owed 1,000, then paid. Two entries of one day: the running balance follows the order in which they were recorded."""
    payable, expense = account("L2300", "py_1", book="py_1"), account("L6200", "none", book="py_1")
    invoices, plan = account("P1310", "py_1"), account("P4200")
    due = [debit(expense, 1000), credit(payable, 1000), debit(invoices, 1000), credit(plan, 1000)]
    post(posting("invoice", *due))
    assert (balance(expense), balance(payable)) == (1000, 1000)
    cash = account("L1200", "py_1", book="py_1")
    clearing = account("P1210", "card")
    post(posting("paid", credit(cash, 1000), debit(payable, 1000), credit(invoices, 1000), debit(clearing, 1000, "inv_1")))
    assert (balance(cash), balance(payable), balance(expense)) == (-1000, 0, 1000)
    assert entries(payable) == [(1, -1000, -1000), (2, 1000, 0)]
