"""A payer has proven to be the owner of the card, or has not, or is back from the wallet: the rail is asked again."""

from datetime import datetime

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.models import Status
from payments.rails.cards.challenges import with_outcome


def answer_challenge(public_id: str, *, proven: bool, at: datetime) -> bool:
    """requires_action → processing, with what the issuer's page handed back. False where nobody waits for it any more."""
    with unit_of_work():
        rows = [row for row in lock_payments([public_id]) if row.status == Status.REQUIRES_ACTION]
        for row in rows:
            row.rail_reference, row.placed_at = with_outcome(row.rail_reference, proven=proven), at
        change(rows, "submit", "processing", actor=SYSTEM.label, at=at, columns=["rail_reference", "placed_at"])
        schedule(RAIL_QUEUE, [(row.public_id, at) for row in rows])
        hint_after_commit()
        return bool(rows)


def come_back(public_id: str, *, at: datetime) -> bool:
    """The payer is back from the wallet, who knows with what: its rail is asked now. False where nobody waits for it any more."""
    with unit_of_work():
        rows = [row for row in lock_payments([public_id]) if row.status == Status.REQUIRES_ACTION]
        schedule(RAIL_QUEUE, [(row.public_id, at) for row in rows])
        hint_after_commit()
        return bool(rows)
