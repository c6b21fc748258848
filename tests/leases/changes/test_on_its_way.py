"""Money is on its way, or has been paid ahead, and the lease changes: what is then too much is nobody's fault, and no invariant cries."""

from datetime import date

import pytest

from directpay.people.actor import SYSTEM
from leases.changes.actions import end_lease
from leases.receipts.actions import NewReceipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.payins.actions.capture import capture_payment
from payments.payins.actions.pay import pay
from tests.payments.payins.conftest import card

pytestmark = pytest.mark.django_db
RENT = 150_000


def end(w, lease, day):
    end_lease(w.reload(lease), day, actor=SYSTEM, at=w.now)
    w.check()


def test_what_it_was_for_is_charged_no_more(w, lease):
    flying = w.pay(lease, amount=2 * RENT)
    end(w, lease, date(2026, 11, 30))
    w.until(flying, "completed")
    assert w.balance("L1500", lease=lease) == -RENT
    w.check()


def test_what_had_come_was_for_more_than_is_charged_now(w, lease):
    """A fee has taken some of what was paid ahead for December; a part of that is on its way when most of December goes."""
    w.until(w.pay(lease, "instant", amount=2 * RENT), "completed")
    add_charge(w.reload(lease), NewCharge("utilities", 8_359, due_on=date(2026, 11, 1)), actor=SYSTEM, at=w.now)
    w.later(minutes=20)
    flying = w.pay(lease, amount=500)
    end(w, lease, date(2026, 12, 10))
    w.until(flying, "completed")
    assert w.balance("L1500", lease=lease) == 8_359 - RENT - 500
    w.check()


def test_what_stood_ahead_and_what_is_on_its_way_are_more_than_is_charged_now(w, lease):
    """Neither by itself is too much for what is left of December."""
    party = lease.parties.get()
    record_receipt(lease, NewReceipt(party, "cash", RENT + 50_000), actor=SYSTEM, at=w.now)
    w.later(minutes=20)
    flying = w.pay(w.reload(lease), amount=100_000)
    end(w, lease, date(2026, 12, 26))
    w.until(flying, "completed")
    assert w.balance("L1500", lease=lease) == -150_000
    w.check()


def test_a_cards_promise_was_taken_in_part(w, lease):
    """What it was for, and what came of it, are two sums: what it left is on its way by another payment."""
    promised = pay_rent(lease, PayRequest.by(card(w), rail="card", amount_minor=RENT, captures_later=True), actor=SYSTEM, at=w.now)
    promised = w.until(promised, "authorized")
    end(w, lease, date(2026, 12, 26))
    w.later(minutes=20)
    taken = capture_payment(promised, 100, actor=SYSTEM, at=w.now)
    how = {"amount_minor": RENT - 100, "currency": "usd", "rail": "ach", "allow_duplicate": False, "metadata": {}}
    flying = pay(lease.parties.get().account.public_id, w.account(w.bob), **how, actor=w.actor(w.bob), at=w.now)
    w.until(taken, "completed")
    w.check()
    w.until(flying, "completed")
    assert w.balance("L1500", lease=lease) == 0
    w.check()
