"""Two who give the same money back, and what happens on the account at the same moment."""

import pytest

from directpay.people.actor import SYSTEM
from leases.overpayments.actions import NotGivenBack
from leases.overpayments.models import OverpaymentRefund
from leases.rent.actions.add_charge import NewCharge, add_charge
from ledger.allocation.queries import open_entries
from payments.payins.models import Payment
from payments.payouts.models import Payout
from tests.at_once import at_once
from tests.leases.overpayments.cast import Overpaid

pytestmark = pytest.mark.django_db(transaction=True)


def test_given_back_four_times_at_once_it_goes_once():
    w = Overpaid()
    party = w.party
    results = at_once(*[lambda: w.give_back(party=party)] * 4)
    assert sorted(type(r).__name__ for r in results) == ["NotGivenBack"] * 3 + ["OverpaymentRefund"]
    assert {r.code for r in results if isinstance(r, NotGivenBack)} == {"nothing_ahead"}
    assert (w.owed, Payout.objects.count(), w.balance("P2120")) == (0, 1, 150_000)
    w.check()


def test_a_charge_at_the_same_moment_is_paid_by_it_or_comes_after_it():
    w = Overpaid()
    party = w.party
    refund, charge = at_once(
        lambda: w.give_back(party=party), lambda: add_charge(w.leased, NewCharge("utilities", 8_000), actor=SYSTEM, at=w.now)
    )
    gone = refund.amount_minor if isinstance(refund, OverpaymentRefund) else 0
    assert gone in (10_000, 2_000), refund
    assert charge.amount_minor == 8_000
    assert w.owed == gone - 2_000
    open_sides = {entry.amount_minor > 0 for entry in open_entries([party.account_id])[party.account_id] if entry.open_minor}
    assert len(open_sides) <= 1
    w.check()


def test_a_payment_at_the_same_moment_keeps_it_or_is_made_without_it():
    w = Overpaid()
    party = w.party
    december = 140_000  # less what stands ahead for it
    refund, payment = at_once(lambda: w.give_back(party=party), lambda: w.pay(w.leased, "ach", amount=december, source=w.source))
    assert isinstance(payment, Payment)
    if isinstance(refund, NotGivenBack):
        assert (refund.code, w.owed) == ("payment_in_flight", -10_000)
    else:
        assert (refund.amount_minor, w.owed) == (10_000, 0)
    w.check()


def test_two_workers_on_one_payout_post_it_once():
    w = Overpaid()
    w.give_back()
    w.later(seconds=0)
    at_once(*[w.work] * 3)
    w.later(minutes=1)
    assert (w.payout().status, w.owed) == ("paid", 0)
    w.check()
