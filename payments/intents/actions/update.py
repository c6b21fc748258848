"""Changing a wish: everything until it is paid, what is written on it for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directpay.api.fields import merged_metadata
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.people.actor import Actor
from payments.intents.actions.change import IntentUnexpectedState, lock_intent, save
from payments.intents.actions.create import Purpose, aim, pay_from
from payments.intents.models import PaymentIntent, State
from payments.intents.queries import REQUIRES_ACTION, REQUIRES_CONFIRMATION, REQUIRES_PAYMENT_METHOD, status_of
from payments.methods.cards.paying import Source

CHANGEABLE = (REQUIRES_PAYMENT_METHOD, REQUIRES_CONFIRMATION, REQUIRES_ACTION)
OF_THE_SOURCE = ("customer", "method_types", "capture_method")  # what it is paid with must fit them
TERMS = ("amount_minor", "currency", "rail", "customer", "capture_method", "mandate_data", "method_types", "return_url")


def update_intent(
    intent: PaymentIntent,
    changes: Mapping[str, Any],
    *,
    purpose: Purpose | None,
    bank_account: Source | None,
    actor: Actor,
    at: datetime,
) -> PaymentIntent:
    """`changes`: some of TERMS, `description`, and `metadata` to merge. Raises InvalidInput, NotAllowed, IntentUnexpectedState."""
    with unit_of_work():
        row = lock_intent(intent)
        if not actor.may_see_all and row.created_by_id != actor.user_id:
            raise NotAllowed("Only who made a payment intent changes it; its payer confirms it.")
        was = str(row.status)
        if purpose or bank_account or any(name in changes for name in TERMS):
            change_terms(row, changes, purpose=purpose, bank_account=bank_account)
        row.description = changes.get("description", row.description)
        row.metadata = merged_metadata(row.metadata, changes.get("metadata"))
        return save(row, "updated", was=was, actor=actor, at=at)


def change_terms(row: PaymentIntent, changes: Mapping[str, Any], *, purpose: Purpose | None, bank_account: Source | None) -> None:
    """Step, with the row locked: what will be paid, from where; it is not saved yet. Raises InvalidInput, IntentUnexpectedState."""
    check_changeable(row)
    for name in TERMS:
        if name in changes:
            setattr(row, name, changes[name])
    if purpose is not None:
        aim(row, purpose)
    elif "currency" in changes and row.applies_to is not None and row.payee is not None:
        aim(row, Purpose(row.applies_to.currency, row.payee, row.applies_to))
    if bank_account is not None or any(name in changes for name in OF_THE_SOURCE):
        source = bank_account or row.source
        if source is not None:
            pay_from(row, source)
    if bank_account is not None and row.status != State.OPEN:
        row.reopen()


def check_changeable(row: PaymentIntent) -> None:
    """Step: nobody is paying it, and nobody has. Raises IntentUnexpectedState."""
    status = status_of(row)
    if status not in CHANGEABLE or (row.status == State.CONFIRMED and status != REQUIRES_PAYMENT_METHOD):
        raise IntentUnexpectedState(f"The status of this payment intent is {status}: it can be paid and changed no more.", row)
