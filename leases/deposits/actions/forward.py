"""Bringing deposits that have cleared to the trust bank: K5, by themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.deposits.models import Deposit
from leases.deposits.queries import kept_by_owner, with_lease
from payments.payins.actions.change import lock_payments
from payments.payins.actions.complete import TRUST_QUEUE
from payments.payins.models import Status
from payments.payins.moving import Moving
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout
from payments.payouts.queries import cash_has_arrived

LOOK_AGAIN_AFTER = timedelta(hours=1)  # a safety net; the bank line's own event asks at once


def forward_deposits(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: payments into trust that have completed, which for ACH is after the return deadline, and whose cash is here.

    One payment is forwarded once; one whose forwarding has failed or came back (K17), again. So is one that came back itself on the way
    (K15): operating money has borne it, and what we hold for it belongs in the trust bank.
    """
    with unit_of_work():
        locked = lock_payments(public_ids)
        deposits = {d.account_id: d for d in with_lease().filter(account_id__in=[p.applies_to_id for p in locked])}
        kept = kept_by_owner(list(deposits.values())) if any(p.status == Status.RETURNED for p in locked) else set()
        payments = [p for p in locked if p.status == Status.COMPLETED or p.public_id in kept]
        arrived = cash_has_arrived(payments)
        under_way = Payout.objects.filter(origin__in=list(public_ids), purpose=Payout.Purpose.FORWARDING).exclude(
            status__in=Payout.CAME_BACK
        )
        begun = set(under_way.values_list("origin", flat=True))
        done(TRUST_QUEUE, list(public_ids))
        for payment in payments:
            if payment.public_id in arrived and payment.public_id not in begun:
                _forward(payment, deposits[payment.applies_to_id], at)
        schedule(TRUST_QUEUE, [(p.public_id, at + LOOK_AGAIN_AFTER) for p in payments if p.public_id not in arrived])


def _forward(payment: Moving, deposit: Deposit, at: datetime) -> None:
    bank = deposit.trust_bank
    wish = NewPayout(
        purpose=Payout.Purpose.FORWARDING,
        payee=deposit.lease.unit.property.payee,
        bank_account=bank.bank_account,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        origin=payment.public_id,
        trust_bank=bank.public_id,
        party=deposit.subject,
    )
    create_payout(wish, actor=SYSTEM, at=at)
