"""Paying what an intent wishes: one attempt at a time, accepted by the room that knows what is paid."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actor import Actor
from payments.intents.actions.change import IntentUnexpectedState, lock_intent, save
from payments.intents.actions.create import Purpose
from payments.intents.actions.update import change_terms
from payments.intents.models import PaymentIntent, State
from payments.intents.queries import REQUIRES_PAYMENT_METHOD, status_of
from payments.methods.cards.paying import Source
from payments.methods.models import BankAccount
from payments.methods.parameters.sources import check_usable
from payments.methods.queries import BankAccountNotVerified
from payments.methods.wallets.paying import Wallet
from payments.payins.models import Payment

# Accepts one payment for the intent from this bank account or card, in the transaction that is open.
Attempt = Callable[[PaymentIntent, Source], Payment]


def confirm_intent(
    intent: PaymentIntent,
    changes: Mapping[str, Any],
    *,
    purpose: Purpose | None,
    bank_account: Source | None,
    attempt: Attempt,
    off_session: bool = False,
    actor: Actor,
    at: datetime,
) -> PaymentIntent:
    """Make the attempt, or wait for the bank account to be proven first (then confirm again).

    `changes`: some of update's TERMS. Off session nobody is there to prove anything: that is refused.
    Raises InvalidInput, NotAllowed, IntentUnexpectedState, BankAccountNotVerified, and whatever `attempt` refuses with.
    """
    with unit_of_work():
        row = lock_intent(intent)
        was = str(row.status)
        _check_may_aim(row, purpose, actor)
        change_terms(row, changes, purpose=purpose, bank_account=bank_account)
        source = _source(row, actor, at)
        if row.payee is None:
            raise InvalidInput("Say what this pays: a lease, or an account (applies_to).", param="lease", code="parameter_missing")
        if isinstance(source, BankAccount):
            if source.status == BankAccount.Status.NEW and not off_session:
                if row.status == State.OPEN:
                    row.await_action()
                return save(row, "requires_action", was=was, actor=actor, at=at)
            if source.status != BankAccount.Status.VERIFIED:
                raise BankAccountNotVerified("This bank account is not verified and cannot be paid from.", param="payment_method")
        row.payment = attempt(row, source)
        row.confirm()
        return save(row, "confirmed", was=was, actor=actor, at=at)


def _check_may_aim(row: PaymentIntent, purpose: Purpose | None, actor: Actor) -> None:
    """The payer may say what it pays where nobody has; only the maker may say it otherwise."""
    settled = row.payee is not None and purpose is not None
    if settled and not actor.may_see_all and row.created_by_id != actor.user_id:
        raise NotAllowed("This payment intent says already what it pays.")


def _source(row: PaymentIntent, actor: Actor, at: datetime) -> Source:
    """The bank account or card of this attempt: after a failure it must have been named again, as at Stripe."""
    if row.source is None or status_of(row) == REQUIRES_PAYMENT_METHOD:
        said = f"The status of this payment intent is {REQUIRES_PAYMENT_METHOD}: name a payment_method to confirm it with."
        raise IntentUnexpectedState(said, row)
    if not actor.may_see_all and row.source.user_id != actor.user_id:
        raise NotAllowed("Only the owner of a bank account pays from it.")
    if not isinstance(row.source, Wallet):
        check_usable(row.source, at)
    return row.source
