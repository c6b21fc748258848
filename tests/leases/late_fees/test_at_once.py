"""Several at the same moment on the same fee: real connections, real locks. And a crash between judging and keeping."""

from contextlib import suppress

import pytest

from directpay.due.models import Due
from directpay.due.registry import QUEUES
from directpay.due.run import run_queue
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from leases.late_fees.actions.assess import ASSESS_QUEUE, assess_late_fees
from leases.late_fees.actions.decide import LateFeeNotProposed, LateFeeNotWaivable, approve_late_fee, dismiss_late_fee
from leases.late_fees.models import LateFee
from ledger.journal.models import Transaction
from tests.at_once import at_once
from tests.leases.late_fees.cast import fees, give, let, waive
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def w(db: None) -> World:
    return World()


def test_two_waivers_forgive_once(w):
    lease = let(w)
    w.later(days=6)
    (fee,) = fees(lease)
    answers = at_once(*[lambda: waive(w, fee)] * 4)
    assert sorted(isinstance(a, LateFee) for a in answers) == [False, False, False, True]
    assert sum(isinstance(a, LateFeeNotWaivable) for a in answers) == 3
    assert w.balance("L4300") == 0
    w.check()


def test_it_is_approved_or_dismissed(w):
    lease = let(w, mode="proposed")
    w.later(days=6)
    (fee,) = fees(lease)
    answers = at_once(
        lambda: approve_late_fee(fee, actor=SYSTEM, at=w.now),
        lambda: approve_late_fee(fee, actor=SYSTEM, at=w.now),
        lambda: dismiss_late_fee(fee, actor=SYSTEM, at=w.now),
    )
    assert sum(isinstance(a, LateFeeNotProposed) for a in answers) == 2
    assert w.balance("L4300") == (5_000 if fees(lease)[0].status == "assessed" else 0)
    w.check()


def test_two_workers_charge_once(w):
    ids = [lease.charges.order_by("due_on").first().public_id for lease in (let(w), let(w), let(w))]
    later = w.now.replace(day=8)
    answers = at_once(*(lambda ids=ids: assess_late_fees(ids, later) for ids in (ids, list(reversed(ids)), ids[1:])))
    assert sum(len(made) for made in answers) == 3
    assert Transaction.objects.filter(kind="late_fee.assessed").count() == 3


def test_money_that_comes_while_it_is_judged_counts_or_does_not_and_the_books_agree(w):
    lease = let(w)
    later = w.now.replace(day=8)
    charge = lease.charges.order_by("due_on").first().public_id
    at_once(lambda: give(w, lease, 150_000), lambda: assess_late_fees([charge], later))
    assert w.balance("L1500", lease=lease) == sum(fee.amount_minor for fee in fees(lease))
    w.check()


class Crash(Exception):
    pass


def test_what_died_before_its_commit_is_judged_again(w):
    lease = let(w)
    charge = lease.charges.order_by("due_on").first().public_id
    later = w.now.replace(day=8)
    with suppress(Crash), unit_of_work():
        assert len(assess_late_fees([charge], later)) == 1
        raise Crash
    assert fees(lease) == []
    assert Due.objects.filter(queue=ASSESS_QUEUE, key=charge).count() == 1
    set_clock(later, frozen=True)
    run_queue(QUEUES[ASSESS_QUEUE], later)
    assert len(fees(lease)) == 1
    assert not Due.objects.filter(queue=ASSESS_QUEUE, key=charge).exists()
    w.check()
