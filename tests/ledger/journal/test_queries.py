from datetime import date

import pytest

from ledger.journal.actions import credit, debit
from ledger.journal.models import Transaction
from ledger.journal.queries import (
    balance_of,
    entries_of,
    find_account,
    item_balances,
    open_items,
    posted,
    trial_balance,
)
from tests.ledger.books import AT, PAYEE, account, post, posting

pytestmark = pytest.mark.django_db


def received(b, reference: str, amount: int, item: str, on: date, at=AT):
    post(posting(reference, debit(b.bank, amount), credit(b.clearing, amount, item), on=on), at=at)


def test_balance_of_is_signed(b):
    received(b, "t:1", 100, "pay_1", AT.date())
    assert (balance_of(b.bank.id), balance_of(b.clearing.id)) == (100, -100)


class TestItems:
    @pytest.fixture(autouse=True)
    def lines(self, b):
        received(b, "t:1", 100, "pay_1", AT.date())
        received(b, "t:2", 40, "pay_2", AT.date())
        post(posting("t:3", debit(b.clearing, 100, "pay_1"), credit(b.revenue, 100)))
        post(posting("t:4", debit(b.clearing, 7, "pay_3"), credit(b.revenue, 7)))

    def test_sums_each_that_has_entries(self, b):
        found = item_balances([b.clearing.id], ["pay_1", "pay_2", "pay_3", "pay_4"])
        assert found == {(b.clearing.id, "pay_1"): 0, (b.clearing.id, "pay_2"): -40, (b.clearing.id, "pay_3"): 7}

    def test_keeps_accounts_apart(self, b):
        other = account("P1210", "wire")
        post(posting("t:5", debit(other, 1, "pay_1"), credit(b.revenue, 1)))
        assert item_balances([other.id, b.clearing.id], ["pay_1"]) == {(other.id, "pay_1"): 1, (b.clearing.id, "pay_1"): 0}

    def test_lists_those_that_are_not_at_zero(self, b):
        assert open_items(b.clearing.id) == [("pay_2", -40), ("pay_3", 7)]
        assert open_items(b.revenue.id) == []


class TestTrialBalance:
    def test_is_zero_in_every_book_and_currency(self, b):
        received(b, "t:1", 100, "pay_1", AT.date())
        post(posting("t:2", debit(b.bob, 30), credit(b.rent, 30)))
        euro = account("P1110", "main", currency="eur"), account("P1210", "ach", currency="eur")
        post(posting("t:3", debit(euro[0], 9), credit(euro[1], 9, "pay_9")))
        assert sorted(trial_balance(), key=lambda r: (r["book"], r["currency"])) == [
            {"book": f"L/{PAYEE}", "currency": "usd", "debits": 30, "credits": 30, "difference": 0},
            {"book": "P", "currency": "eur", "debits": 9, "credits": 9, "difference": 0},
            {"book": "P", "currency": "usd", "debits": 100, "credits": 100, "difference": 0},
        ]

    def test_is_empty_before_the_first_posting(self, b):
        assert trial_balance() == []


def test_finds_an_account_by_what_it_is(b):
    assert find_account("P", "P1110", currency="usd", subject="main") == b.bank
    assert find_account("L", "L1500", currency="usd", subject="lse_1:bob", book_subject=PAYEE) == b.bob
    assert find_account("P", "P1110", currency="eur", subject="main") is None
    assert find_account("L", "L1500", currency="usd", subject="lse_1:bob") is None


def test_says_which_references_stand(b):
    received(b, "t:1", 1, "pay_1", AT.date())
    assert posted(["t:1", "t:2"]) == {"t:1": Transaction.objects.get().id}


def test_gives_the_legs_of_some_transactions_on_some_accounts(b):
    received(b, "t:1", 1, "pay_1", AT.date())
    received(b, "t:2", 2, "pay_1", AT.date())
    found = entries_of(["t:1", "t:2", "t:3"], [b.bank.id]).order_by("id")
    assert [(e.transaction.reference, e.amount_minor) for e in found] == [("t:1", 1), ("t:2", 2)]
