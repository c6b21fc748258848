"""Paying an account of the books directly."""

from typing import Any

import pytest

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from payments.payins.actions.pay import pay
from payments.payins.models import Payment


@pytest.fixture
def go(w, debt):
    def call(**changes: Any) -> Payment:
        given = {"amount_minor": 150_000, "currency": "usd", "rail": "instant", "allow_duplicate": False, "metadata": {}, **changes}
        payer = given.pop("payer", w.bob)
        source = payer.bank_accounts.first() or w.account(payer)
        return pay(given.pop("applies_to", debt.public_id), source, actor=given.pop("actor", w.actor(payer)), at=w.now, **given)

    return call


def test_pays_what_is_owed_and_the_oldest_charge_with_it(w, debt, go):
    made = go(metadata={"why": "rent"})
    assert (made.payer, made.payee, made.applies_to, made.origin, made.metadata) == (w.bob, w.payee, debt, "", {"why": "rent"})
    w.until(made, "settled")
    assert w.balance("L1500", lease=w.owed) == 0
    assert debt.allocations.get().amount_minor == 150_000
    w.check()


def test_lets_staff_pay_for_anybody(w, go):
    assert go(payer=w.alice, actor=SYSTEM).payer == w.alice


@pytest.mark.parametrize("who", ["stranger", "landlord"])
def test_shows_the_account_to_nobody_who_does_not_owe_on_it(w, go, who):
    payer = w.alice if who == "landlord" else w.person("mallory", "renter")
    with pytest.raises(InvalidInput, match="No such account") as refusal:
        go(payer=payer)
    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "applies_to")


def test_refuses_an_account_that_does_not_exist(go):
    with pytest.raises(InvalidInput, match="No such account"):
        go(applies_to="acct_unknown")


def test_refuses_an_account_that_takes_no_payments(w, debt, go):
    with pytest.raises(InvalidInput, match="No such account"):
        go(applies_to=debt.cost_account.public_id)


def test_refuses_another_currency(go):
    with pytest.raises(InvalidInput, match="in USD") as refusal:
        go(currency="eur")
    assert refusal.value.param == "currency"
