"""Many writers on the same accounts: real connections, real locks."""

import random

import pytest

from directpay.events.unit import unit_of_work
from ledger.journal.actions import BelowFloor, ReferenceReused, credit, debit, open_account, open_book, place_hold
from ledger.journal.invariants import JOURNAL, check_invariants
from ledger.journal.models import Account, Book, Entry, Hold, Transaction
from tests.at_once import at_once
from tests.ledger.books import AT, Books, account, balance, entries, post, posting

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, EACH = 8, 25


def judge() -> None:
    """The journal's own invariants; the rooms above know nothing of these postings."""
    own = {invariant.code for invariant in JOURNAL}
    assert not [(f.code, f.broken) for f in check_invariants() if f.code in own and f.broken]


def test_lose_no_update_on_a_hot_account(b: Books):
    def write(thread: int) -> None:
        for n in range(EACH):
            post(posting(f"t:{thread}:{n}", debit(b.bank, 1 + n), credit(b.clearing, 1 + n, f"pay_{n}")))

    assert at_once(*(lambda t=t: write(t) for t in range(THREADS))) == [None] * THREADS
    assert balance(b.bank) == THREADS * EACH * (EACH + 1) // 2
    assert [seq for seq, _, _ in entries(b.bank)] == list(range(1, THREADS * EACH + 1))
    running = 0
    for _, amount, after in entries(b.bank):
        running += amount
        assert after == running
    judge()


def test_do_not_deadlock_in_opposite_orders(b: Books):
    accounts = [account("P4110", f"rail{n}") for n in range(6)]

    def write(thread: int) -> None:
        rng = random.Random(thread)
        for n in range(EACH):
            one, two, three = rng.sample(accounts, 3)
            legs = [debit(one, 2), credit(two, 1), credit(three, 1)]
            rng.shuffle(legs)
            post(posting(f"t:{thread}:{n}:a", *legs), posting(f"t:{thread}:{n}:b", debit(three, 1), credit(one, 1)))

    assert at_once(*(lambda t=t: write(t) for t in range(THREADS))) == [None] * THREADS
    assert Transaction.objects.count() == 2 * THREADS * EACH
    judge()


def test_record_one_reference_once(b: Books):
    def write():
        return post(posting("t:1", debit(b.bank, 5), credit(b.clearing, 5, "pay_1")))[0]

    answers = at_once(*[write] * THREADS)
    assert sorted(answer.new for answer in answers) == [False] * (THREADS - 1) + [True]
    assert len({answer.transaction_id for answer in answers}) == 1
    assert balance(b.bank) == 5


def test_refuse_one_reference_with_other_content(b: Books):
    answers = at_once(*(lambda n=n: post(posting("t:1", debit(b.bank, n), credit(b.clearing, n, "pay_1"))) for n in range(1, THREADS + 1)))
    assert sum(isinstance(answer, ReferenceReused) for answer in answers) == THREADS - 1
    assert Transaction.objects.count() == 1
    judge()


def test_never_pass_a_floor_together(b: Books):
    post(posting("t:0", debit(b.bank, 10), credit(b.clearing, 10, "pay_1")))
    answers = at_once(
        *(lambda n=n: post(posting(f"t:{n}", credit(b.bank, 3), debit(b.clearing, 3, "pay_1"))) for n in range(1, THREADS + 1))
    )
    assert sum(isinstance(answer, BelowFloor) for answer in answers) == THREADS - 3
    assert balance(b.bank) == 1
    assert Entry.objects.filter(account=b.bank).count() == 4


def test_never_hold_more_than_there_is(b: Books):
    post(posting("t:0", debit(b.bank, 10), credit(b.clearing, 10, "pay_1")))

    def hold(n: int) -> Hold:
        with unit_of_work():
            return place_hold(b.bank, credit(b.bank, 3), reference=f"h:{n}", at=AT)

    answers = at_once(*(lambda n=n: hold(n) for n in range(THREADS)))
    assert sum(isinstance(answer, Hold) for answer in answers) == 3
    assert sum(isinstance(answer, BelowFloor) for answer in answers) == THREADS - 3


def test_open_one_account_once():
    def make() -> tuple[int, int]:
        with unit_of_work():
            book = open_book("L", "py_new", at=AT)
            return book.id, open_account(book, "L1100", subject="py_new", currency="usd", at=AT).id

    answers = at_once(*[make] * THREADS)
    assert len(set(answers)) == 1, answers
    assert (Book.objects.count(), Account.objects.count()) == (1, 1)
