"""The money is confirmed: posted, allocated and told, in the transaction that changes the state."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from directpay.due.actions import schedule
from directpay.people.actor import SYSTEM
from ledger.allocation.actions import allocate
from ledger.allocation.queries import Claim as AllocationClaim
from ledger.journal.actions import post_many
from payments.payins.actions.change import change
from payments.payins.models import Claim
from payments.payins.moving import Moving
from payments.payins.postings import completions
from payments.payins.queries import completed_reference
from payments.rails.base import Answer
from payments.rails.registry import rail

TRUST_QUEUE = "payins.trust"  # worked by the room that keeps deposits: what was paid into trust does not stay with us
COLUMNS = ["answered_at", "rail_reference", "completed_at", "completed_on", "ready_at"]


def complete(payments: Sequence[Moving], answers: Mapping[str, Answer], at: datetime) -> None:
    """Step: post B4 for each, pay the debits that it claims, then the oldest; record ``payment.completed``."""
    if not payments:
        return
    days = {p.public_id: answers[p.public_id].effective_on for p in payments}
    post_many(completions(payments, days, at), at=at)
    for payment in payments:
        payment.answered_at = payment.completed_at = at
        payment.completed_on = days[payment.public_id]
        payment.rail_reference = answers[payment.public_id].reference
        payment.ready_at = _ready_at(payment, at)
    change(payments, "complete", "completed", actor=SYSTEM.label, at=at, columns=COLUMNS)
    settled_by_items = {p.applies_to_id for p in payments if p.applies_to.payable_limit == "balance"}
    allocate(sorted(settled_by_items), at=at, claims=_claims(payments))
    schedule(TRUST_QUEUE, [(p.public_id, at) for p in payments if p.applies_to.pays_into == "trust"])


def _ready_at(payment: Moving, at: datetime) -> datetime | None:
    """As promised; later only if it cleared later. A deposit never becomes available to anybody."""
    if payment.applies_to.pays_into == "trust":
        return None
    promise = rail(payment.rail).promise(payment.placed_at or payment.created_at)
    waits: timedelta = promise.ready_at - promise.clears_at
    return max(promise.ready_at, at) if promise.bank_days else at + waits


def _claims(payments: Sequence[Moving]) -> dict[str, list[AllocationClaim]]:
    by_id = {p.id: completed_reference(p) for p in payments}
    found: dict[str, list[AllocationClaim]] = {}
    claims = Claim.objects.filter(payment_id__in=list(by_id)).order_by("id")
    for payment, reference, amount, reason in claims.values_list("payment_id", "debit_reference", "amount_minor", "reason"):
        found.setdefault(by_id[payment], []).append(AllocationClaim(reference, amount, reason))
    return found
