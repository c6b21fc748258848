"""Facts about what was given back: ids and figures."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from directpay.people.actor import SYSTEM, Actor
from leases.contracts.queries import concerned
from leases.overpayments.models import OverpaymentPart, OverpaymentRefund


def ordered(refund: OverpaymentRefund, actor: Actor, at: datetime) -> NewEvent:
    """It is on its way back to whoever paid it."""
    data = {**_what(refund), "amount": refund.amount_minor, "payouts": [payout.public_id for payout in refund.payouts]}
    return NewEvent("overpayment.refunded", refund.public_id, 1, actor.label, at, data, concerned(refund.lease, refund.party))


def came_back(part: OverpaymentPart, at: datetime) -> NewEvent:
    """One payout of it could not be delivered: that much stands on the account again. Each comes back at most once."""
    payout = part.payout
    data = {**_what(part.refund), "amount": payout.amount_minor, "payout": payout.public_id, "return_code": payout.return_code}
    who = concerned(part.refund.lease, part.refund.party)
    return NewEvent("overpayment.came_back", part.refund.public_id, 1 + part.number, SYSTEM.label, at, data, who)


def _what(refund: OverpaymentRefund) -> dict[str, Any]:
    return {
        "id": refund.public_id,
        "lease": refund.lease.public_id,
        "party": refund.party.label,
        "currency": refund.lease.currency,
        "refunded_on": refund.refunded_on.isoformat(),
    }
