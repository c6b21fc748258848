"""BOOKS.md F8, F5 to F7, through autopay and the due queues: a debit comes back, costs a fee, and is tried once more. As printed."""

from datetime import timedelta

import pytest

from leases.contracts.late_fee import LateFeeTerms
from leases.late_fees.models import LateFee
from leases.rent.queries import schedules
from tests.leases.autopay.cast import NINE, Renting

pytestmark = pytest.mark.django_db
RETURNED_AFTER_SETTLEMENT = "009901200000"  # R01, 17 seconds after clearing


def test_a_return_its_fee_the_retry_and_the_debit_of_the_fee():
    w = Renting(number=RETURNED_AFTER_SETTLEMENT, late_fee=LateFeeTerms(20, flat_minor=5_000, returned_fee_minor=2_500))
    w.fee("ach", 200)
    autopay = w.on()
    w.go(NINE + timedelta(minutes=5))
    (first,) = w.payments(autopay)
    assert w.balance_after(f"payment.completed:{first.public_id}", "L1500", lease=w.leased) == 0
    assert w.balance_after(f"payment.returned:{first.public_id}", "L1500", lease=w.leased) == 150_000  # F8
    fee = LateFee.objects.get(kind="returned_payment")
    assert (fee.cause, w.balance("L1500", lease=w.leased), w.balance("L4310")) == (first.public_id, 152_500, 2_500)  # F5

    w.go(NINE + timedelta(days=3))
    while len(w.payments(autopay)) == 1:  # three days after it came back
        assert w.now < NINE + timedelta(days=3, minutes=5)
        w.later(seconds=1)
    before = w.balance("P2110")
    again = w.until(w.payments(autopay)[1], "completed")
    w.fee("instant", 0)
    alone = w.until(w.pay(w.leased, "instant", source=w.account(w.bob), charges=[(fee.fee_charge.public_id, None)]), "completed")
    assert (again.amount_minor, again.net_minor, again.metadata["entry_description"]) == (150_000, 149_800, "RETRY PYMT")
    of_retry, of_fee = f"payment.completed:{again.public_id}", f"payment.completed:{alone.public_id}"
    assert w.balance_after(of_retry, "L1500", lease=w.leased) == 2_500  # F6
    assert w.balance_after(of_retry, "P2110") - before == 149_800
    assert w.balance_after(of_fee, "L1500", lease=w.leased) == 0  # F7
    assert w.balance_after(of_fee, "P2110") - before == 152_300
    (row,) = [row for row in schedules([w.reload(w.leased)], w.now)[w.leased.id] if row.charge == fee.fee_charge]
    assert row.status == "paid"
    w.check()
