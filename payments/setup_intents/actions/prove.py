"""The owner of a card has proven it at the issuer's page, or has not: the processor is asked again."""

from datetime import datetime

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from payments.rails.cards.challenges import with_outcome
from payments.setup_intents.actions.change import SETUP_QUEUE, lock_setups, save
from payments.setup_intents.models import State


def answer_setup(public_id: str, *, proven: bool, at: datetime) -> bool:
    """requires_action → processing, with what the issuer's page handed back. False where nobody waits for it any more."""
    with unit_of_work():
        rows = [row for row in lock_setups([public_id]) if row.status == State.REQUIRES_ACTION and row.card is not None]
        for row in rows:
            was = str(row.status)
            row.rail_reference, row.placed_at = with_outcome(row.rail_reference, proven=proven), at
            row.process()
            save(row, "processing", was=was, actor=SYSTEM, at=at)
        schedule(SETUP_QUEUE, [(row.public_id, at) for row in rows])
        hint_after_commit()
        return bool(rows)
