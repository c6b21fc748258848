"""Giving a wish up."""

from datetime import datetime

from directpay.due.actions import done
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.people.actor import Actor
from payments.setup_intents.actions.change import SETUP_QUEUE, SetupUnexpectedState, lock_setup, save
from payments.setup_intents.actions.update import CHANGEABLE
from payments.setup_intents.models import SetupIntent
from payments.setup_intents.queries import status_of


def cancel_setup(setup: SetupIntent, *, reason: str, actor: Actor, at: datetime) -> SetupIntent:
    """Nobody will set it up any more. Raises NotAllowed, SetupUnexpectedState."""
    with unit_of_work():
        row = lock_setup(setup)
        if not actor.may_see_all and actor.user_id not in (row.created_by_id, row.customer_id):
            raise NotAllowed("Only who made a setup intent, or its customer, gives it up.")
        if row.status not in CHANGEABLE:
            raise SetupUnexpectedState(f"You cannot cancel this setup intent because it has a status of {status_of(row)}.", row)
        was = str(row.status)
        row.cancel()
        row.canceled_at, row.cancellation_reason = at, reason
        done(SETUP_QUEUE, [row.public_id])
        return save(row, "canceled", was=was, actor=actor, at=at)
