"""Settlement: a cleared payment becomes available when the ledger shows its cash and its day is reached."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM
from ledger.journal.actions import post_many
from payments.payins.actions.change import change, lock_payments
from payments.payins.models import Status
from payments.payins.moving import Moving
from payments.payouts.models import Settlement, SettlementLine
from payments.payouts.postings import settlements
from payments.payouts.queries import cash_has_arrived

SETTLE_QUEUE = "payouts.settle"
LOOK_AGAIN_AFTER = timedelta(hours=1)  # a safety net; the bank line's own event asks at once


def settle_payments(public_ids: Sequence[str], at: datetime) -> list[Moving]:
    """completed → settled, for those whose cash is in the client bank and whose day is reached; the others are asked again."""
    with unit_of_work():
        payments = [p for p in lock_payments(public_ids) if p.status == Status.COMPLETED]
        reached = [p for p in payments if p.ready_at is not None and p.ready_at <= at]
        arrived = cash_has_arrived(reached)
        ready = [p for p in reached if p.public_id in arrived]
        batch, lines = _batch(ready, at)
        Settlement.objects.bulk_create(batch)
        SettlementLine.objects.bulk_create(lines)
        payees = {p.payee_id: p.payee.public_id for p in ready}
        post_many(settlements(batch, payees, at), at=at)
        for payment in ready:
            payment.settled_at = at
        change(ready, "settle", "settled", actor=SYSTEM.label, at=at, columns=["settled_at"])
        waiting = [p for p in payments if p.status != Status.SETTLED]
        kept = {p.public_id for p in waiting}
        done(SETTLE_QUEUE, [key for key in public_ids if key not in kept])
        schedule(SETTLE_QUEUE, [(p.public_id, p.ready_at if p.ready_at and p.ready_at > at else at + LOOK_AGAIN_AFTER) for p in waiting])
        return ready


def _batch(payments: Sequence[Moving], at: datetime) -> tuple[list[Settlement], list[SettlementLine]]:
    """Of what refunds have not taken already."""
    groups: dict[tuple[int, str], list[Moving]] = defaultdict(list)
    for payment in payments:
        groups[payment.payee_id, payment.currency].append(payment)
    batch, lines = [], []
    for (_, currency), members in sorted(groups.items()):
        settlement = Settlement(
            public_id=public_id("stl"),
            payee_id=members[0].payee_id,
            currency=currency,
            gross_minor=sum(p.amount_minor - p.refunded_pending_minor - p.clawed_minor for p in members),
            fee_minor=sum(p.amount_minor - p.net_minor - p.clawed_minor for p in members),
            net_minor=sum(p.pending_minor for p in members),
            count=len(members),
            created_at=at,
        )
        batch.append(settlement)
        lines += [SettlementLine(settlement=settlement, payment_id=p.id, net_minor=p.pending_minor) for p in members]
    return batch, lines
