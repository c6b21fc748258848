"""Setting up what an intent wishes: the card's processor is asked, or the owner of the bank account names its deposits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actions.change_user import check_not_deleted
from directpay.people.actor import Actor
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Kept, check_card
from payments.methods.mandates.queries import live_mandate
from payments.methods.models import BankAccount
from payments.methods.parameters.sources import check_usable
from payments.methods.queries import BankAccountNotVerified
from payments.rails.registry import BY_CARD, is_set_up, rail_of_card
from payments.setup_intents.actions.answers import finish_bank_account
from payments.setup_intents.actions.change import SETUP_QUEUE, SetupUnexpectedState, lock_setup, save
from payments.setup_intents.actions.create import forget
from payments.setup_intents.actions.update import change_terms
from payments.setup_intents.models import SetupIntent, State
from payments.setup_intents.queries import REQUIRES_PAYMENT_METHOD, status_of


def confirm_setup(
    setup: SetupIntent, changes: Mapping[str, Any], *, source: Kept | None, agreement: Mapping[str, Any], actor: Actor, at: datetime
) -> SetupIntent:
    """`changes`: some of update's TERMS; `agreement`: how the owner of a bank account agreed to debits, empty where a mandate stands.

    Raises InvalidInput, NotAllowed, SetupUnexpectedState, CardRefused, CardDetached, BankAccountNotVerified, MandateMissing.
    """
    with unit_of_work():
        row = lock_setup(setup)
        was = str(row.status)
        change_terms(row, changes, source)
        chosen = _source(row, actor, at)
        if row.customer is not None:
            check_not_deleted(row.customer, param="customer")
        if isinstance(chosen, Card):
            return _ask_processor(row, chosen, was, actor, at)
        return _ask_owner(row, chosen, agreement, was, actor, at)


def _source(row: SetupIntent, actor: Actor, at: datetime) -> Kept:
    """What is to be set up now: after a failure it must have been named again, as at Stripe."""
    if row.source is None or status_of(row) == REQUIRES_PAYMENT_METHOD:
        said = f"The status of this setup intent is {REQUIRES_PAYMENT_METHOD}: name a payment_method to confirm it with."
        raise SetupUnexpectedState(said, row)
    if row.card is not None and row.status == State.REQUIRES_ACTION:
        raise SetupUnexpectedState("The status of this setup intent is requires_action: its owner is awaited at next_action.", row)
    check_usable(row.source, at)
    owners = {row.source.user_id, row.customer_id} - {None} or {row.card.created_by_id if row.card else None}
    if not actor.may_see_all and owners != {actor.user_id}:
        raise NotAllowed("Only the owner of a payment method sets it up.")
    return row.source


def _ask_processor(row: SetupIntent, card: Card, was: str, actor: Actor, at: datetime) -> SetupIntent:
    """The asking is committed first; a worker does it."""
    check_card(card, rail=BY_CARD[0], into_trust=False, at=at)
    if not is_set_up(rail_of_card(BY_CARD[0], card.processor)):
        raise InvalidInput("Whoever processes this card is not set up here.", param="payment_method", code="setup_not_available")
    forget(row)
    row.process()
    row.placed_at = at
    schedule(SETUP_QUEUE, [(row.public_id, at)])
    hint_after_commit()
    return save(row, "processing", was=was, actor=actor, at=at)


def _ask_owner(row: SetupIntent, account: BankAccount, agreement: Mapping[str, Any], was: str, actor: Actor, at: datetime) -> SetupIntent:
    """Its two deposits are named, here or at /v1/bank-accounts; that of a proven one was done already."""
    row.agreement = dict(agreement) or row.agreement
    if not row.agreement:
        live_mandate(account, param="mandate_data")
    if account.status == BankAccount.Status.VERIFIED:
        return finish_bank_account(row, was=was, actor=actor, at=at)
    if account.status != BankAccount.Status.NEW:
        raise BankAccountNotVerified("This bank account is not verified and cannot be any more.", param="payment_method")
    if row.status == State.OPEN:
        row.require_action()
    return save(row, "requires_action", was=was, actor=actor, at=at)
