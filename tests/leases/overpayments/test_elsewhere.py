"""What the other rooms know of it: autopay, late fees, arrears, moves, the owner's statement."""

from datetime import date, timedelta

import pytest

from directpay.people.actor import SYSTEM
from leases.autopay.actions.turn_on import Order, turn_on
from leases.contracts.late_fee import LateFeeTerms
from leases.late_fees.models import LateFee
from leases.overpayments.actions import NotGivenBack
from leases.payment_plans.behind import standings
from leases.rent.queries import local_today
from leases.reports.queries.scope import Wish, known, scope_of
from leases.reports.queries.statement import owner_statements
from leases.transfers.actions import NewHome, move_to_unit
from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.rails.base import NoAnswer
from tests.leases.overpayments.cast import BACK, RETURNS_LATE, Overpaid
from tests.payments.conftest import answer

pytestmark = pytest.mark.django_db


def test_autopay_that_was_announced_counts_on_it():
    w = Overpaid()
    bob = w.actor(w.bob)
    agree_to_mandate(w.source, Agreement(), actor=bob, at=w.now)
    turn_on(w.leased, Order(w.source), actor=bob, at=w.now)
    w.later(days=23)  # a week before the rent
    with pytest.raises(NotGivenBack) as refused:
        w.give_back()
    assert refused.value.code == "autopay_announced"
    w.later(days=7)  # the first of December, when it has paid the rest of the rent
    assert w.owed == 0
    w.check()


def test_what_went_back_pays_no_rent_in_time():
    """Of December, he pays what it would have been with the 10,000: they are late, and cost what the lease says."""
    w = Overpaid(late_fee=LateFeeTerms(5, flat_minor=5_000))
    w.give_back()
    w.sent("paid")
    w.later(days=29)
    w.pay(w.leased, "instant", amount=140_000, source=w.source)
    w.later(days=7)
    (fee,) = LateFee.objects.all()
    assert (fee.overdue_minor, w.owed) == (10_000, 15_000)
    w.check()


def test_what_came_back_did_pay_rent_in_time():
    w = Overpaid(BACK, late_fee=LateFeeTerms(5, flat_minor=5_000))
    w.give_back()
    w.sent("returned")
    w.later(days=29)
    w.pay(w.leased, "instant", amount=140_000, source=w.source)
    w.later(days=7)
    assert (LateFee.objects.count(), w.owed) == (0, 0)
    w.check()


def test_a_payment_that_was_taken_back_after_it_is_overdue_with_what_went_back():
    w = Overpaid(RETURNS_LATE, "ach")
    w.give_back()
    w.until(w.paid, "returned")
    found = standings([w.party.id])[w.party.id].overdue(local_today(w.leased, w.now) + timedelta(days=2))
    assert [debt.minor for debt in found] == [150_000, 10_000]


def test_what_comes_back_follows_who_has_moved(sent_out):
    def lost(order, at):
        raise NoAnswer("silence")

    w = Overpaid()
    w.give_back()
    sent_out(submit=lost, look_up=lost)
    new = move_to_unit(w.leased, NewHome(w.unit(), date(2026, 12, 1)), actor=SYSTEM, at=w.now)
    w.later(days=29)
    assert (w.owed, w.balance("L1500", lease=new)) == (0, 150_000)
    sent_out(look_up=lambda order, at: answer("failed", at, code="R02"))
    w.later(hours=2)
    assert (w.owed, w.balance("L1500", lease=new)) == (0, 140_000)
    w.check()


@pytest.mark.django_db(transaction=True)  # what is known is what is committed
def test_the_owners_statement_shows_an_advance_and_its_refund():
    w = Overpaid()
    w.give_back()
    w.sent("paid")
    w.later(seconds=10)
    scope, november = scope_of(w.actor(w.alice), Wish()), (date(2026, 11, 1), date(2026, 11, 30))
    for basis, lines in (("cash", {"rent": 150_000, "advance_rent": 10_000, "refunds": -10_000}), ("accrual", {"rent": 150_000})):
        (found,) = owner_statements(scope, *november, basis, known(None, now=w.now))
        assert {line.name: line.minor for line in found.lines} == lines
        assert (found.result_minor, found.unexplained_minor) == (150_000, 0)
