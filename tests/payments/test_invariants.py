"""Each invariant of payments can fail: what it compares is broken, on either side, and it notices."""

import pytest

from directpay.people.actor import SYSTEM
from payments.invariants import PAYMENTS
from payments.payins.models import Payment
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout
from payments.refunds.actions.change import set_refund_policy
from payments.refunds.actions.create import refund_payment
from payments.refunds.models import Refund
from tests.ledger.breaking import broken_after
from tests.world import World

OWN = {invariant.code for invariant in PAYMENTS if invariant.sql}
BALANCE = "UPDATE ledger_account SET balance_minor = balance_minor {} WHERE number = '{}'"
BREAKS = {
    "I9 a client account is moved": [BALANCE.format("+ 1", "P2120")],
    "I9 our own money is moved": [BALANCE.format("+ 1", "P1130")],
    "I11 the bank moved without a line": [BALANCE.format("+ 1", "P1110")],
    "I11 a line is gone": ["DELETE FROM payments_bankline WHERE bank = 'client'"],
    "I11 a line was never posted": ["UPDATE payments_bankline SET posted_at = NULL WHERE bank = 'client'"],
    "I12 an entry has no item": ["UPDATE ledger_entry SET item = NULL WHERE item LIKE 'pay_%'"],
    "I12 the clearing is moved": [BALANCE.format("+ 1", "P1210")],
    "I13 pending is moved": [BALANCE.format("+ 1", "P2110")],
    "I13 a payment forgot that it settled": ["UPDATE payments_payment SET status = 'completed' WHERE status = 'settled'"],
    "I13 a payment forgot what went back of it": [
        "UPDATE payments_payment SET refunded_pending_minor = refunded_pending_minor + 1 WHERE status = 'completed'"
    ],
    "I13 a completed payment is gone": ["DELETE FROM payments_payment WHERE status = 'completed'"],
    "I15 what is in transit is moved": [BALANCE.format("- 1", "P2160")],
    "I15 a payout forgot that it was paid": ["UPDATE payments_payout SET status = 'in_transit' WHERE status = 'paid'"],
    "I15b what is in transit to payers is moved": [BALANCE.format("- 1", "P2310")],
    "I15b a refund was never sent": ["DELETE FROM payments_payout WHERE purpose = 'overpayment_refund'"],
    "I15b one that arrived forgot it": ["UPDATE payments_refund SET status = 'submitted' WHERE status = 'succeeded'"],
    "I15e one that failed was confirmed": ["UPDATE payments_refund SET status = 'failed' WHERE status = 'succeeded'"],
    "I15e a confirmation was not posted": ["DELETE FROM ledger_transaction WHERE kind = 'refund.completed'"],
    "I15e a refund was not posted": ["DELETE FROM ledger_transaction WHERE reference LIKE 'refund.submitted:re@_%' ESCAPE '@'"],
    "I16b a payment forgot the fee that went back": ["UPDATE payments_payment SET clawed_minor = 0 WHERE clawed_minor > 0"],
    "I16b a refund gave more of it back": ["UPDATE payments_refund SET clawed_minor = clawed_minor + 1"],
    "I20c a refund is gone": ["DELETE FROM payments_refund"],
    "I20c a payment forgot what went back of it": ["UPDATE payments_payment SET refunded_minor = 0 WHERE refunded_minor > 0"],
    "I20c a refund of no payment": ["UPDATE payments_payout SET origin = 'pay_nowhere' WHERE purpose = 'overpayment_refund'"],
    "I20c a refund was not posted": ["DELETE FROM ledger_transaction WHERE kind = 'refund.submitted'"],
    "I20c one that failed was not taken back": ["UPDATE payments_payout SET status = 'failed' WHERE purpose = 'overpayment_refund'"],
    "I15d one that failed was posted": ["UPDATE payments_payout SET status = 'failed' WHERE status = 'paid'"],
    "I15d a return was not posted": ["DELETE FROM ledger_transaction WHERE kind = 'payout.returned'"],
    "I16 fees are moved": [BALANCE.format("+ 1", "P4110")],
    "I16 a fee was never earned": ["UPDATE payments_payment SET status = 'failed' WHERE status = 'settled'"],
    "I16 another fee was agreed": ["UPDATE payments_payment SET fee_minor = fee_minor + 1, net_minor = net_minor - 1"],
    "I20 one that failed was posted": ["UPDATE payments_payment SET status = 'failed' WHERE status = 'returned'"],
    "I20 one that cleared was not": ["DELETE FROM ledger_transaction WHERE kind = 'payment.completed'"],
    "I20 a return was not posted": ["DELETE FROM ledger_transaction WHERE kind = 'payment.returned'"],
    "I20 it was posted with another amount": [
        "UPDATE ledger_entry SET amount_minor = amount_minor - 1 WHERE amount_minor < 0"
        " AND transaction_id IN (SELECT id FROM ledger_transaction WHERE kind = 'payment.completed')"
    ],
    "I22 a line is gone": ["DELETE FROM payments_settlementline WHERE id = (SELECT min(id) FROM payments_settlementline)"],
    "I22 a line says otherwise": ["UPDATE payments_settlementline SET net_minor = net_minor + 1"],
    "I23 a position is left when the others are converted": [
        "UPDATE ledger_account SET number = 'P1600', currency = 'eur' WHERE number = 'P2110'",
        "UPDATE ledger_account SET balance_minor = -7 WHERE number = 'P1600'",
    ],
    "I22 a settlement has no posting": ["DELETE FROM ledger_transaction WHERE kind = 'payment.settled'"],
}


def lived_in() -> World:
    """One payment settled, one returned, one completed and waiting, one failed, one on its way; and payouts likewise."""
    w = World()
    lease = w.lease()
    paid_out(w)
    for rail, amount, number in (
        ("instant", 10_000, "000123456789"),
        ("same_day_ach", 20_000, "009901050000"),
        ("ach", 40_000, "000222222227"),
    ):
        w.pay(lease, rail, amount=amount, source=w.account(w.bob, number))
    w.later(minutes=3)
    w.pay(lease, "instant", amount=30_000, source=w.account(w.bob))
    w.work()
    w.later(seconds=2.6)
    w.pay(lease, "ach", amount=50_000, source=w.account(w.bob))
    w.work()
    states = dict(Payment.objects.exclude(amount_minor=5_000).values_list("amount_minor", "status"))
    assert states == {10_000: "settled", 20_000: "returned", 40_000: "failed", 30_000: "completed", 50_000: "processing"}
    return w


def paid_out(w: World) -> None:
    """One payout paid, one returned, one waiting, of a payment made for them; and some of it is on its way back to its payer."""
    made = w.until(w.pay(w.lease(), "instant", amount=5_000), "settled")
    back = NewPayout("overpayment_refund", w.payee, w.account(w.bob, "000000000009"), 300, "usd", origin=made.public_id)
    create_payout(back, actor=SYSTEM, at=w.now)
    set_refund_policy(w.payee, gives_fee_back=True, actor=SYSTEM, at=w.now)
    refund_payment(made, 250, actor=SYSTEM, at=w.now)
    for number in ("000123456789", "009902050000", "000000000009"):
        wish = NewPayout("payout", w.payee, w.account(w.alice, number), 300, "usd")
        create_payout(wish, actor=SYSTEM, at=w.now)
    w.later(seconds=20)
    assert sorted(Payout.objects.values_list("status", flat=True)) == ["in_transit", "in_transit", "paid", "returned"]
    assert Refund.objects.get(status="succeeded").clawed_minor == 5


@pytest.mark.django_db(transaction=True)
def test_each_notices_what_it_must(superuser_url, subtests):
    lived_in().check()
    assert not broken_after(superuser_url), "whole at the beginning"
    for name, statements in BREAKS.items():
        with subtests.test(name):
            assert name.split()[0] in broken_after(superuser_url, *statements)
    assert {name.split()[0] for name in BREAKS} == OWN, "an invariant that nobody tried to break"
    assert not broken_after(superuser_url), "whole at the end"
