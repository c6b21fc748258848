"""What a payment intent of Stripe's means as an answer of a rail (docs.stripe.com/payments/paymentintents/lifecycle)."""

from datetime import UTC, datetime
from typing import Any

import stripe

from payments.rails.base import Answer, NeedsAPerson, NoAnswer, Order, State
from payments.rails.timetable import bank_day_of, patience

STATES: dict[str, State] = {
    "processing": "processing",
    "requires_action": "requires_action",
    "requires_capture": "authorized",
    "succeeded": "completed",
    "canceled": "canceled",
    "requires_payment_method": "failed",
}
# Said of the card, account or amount, not of us: it is refused for good, and nothing was made of it.
OF_THE_ORDER = {
    "amount_too_large",
    "amount_too_small",
    "bank_account_unusable",
    "bank_account_unverified",
    "charge_exceeds_source_limit",
    "payment_method_customer_decline",
    "payment_method_not_available",
    "payment_method_provider_decline",
    "payment_method_unactivated",
}


def read(intent: Any, order: Order, at: datetime) -> Answer:
    """The intent as it is now. It counts from when we learn it, by our clock: a sandbox's is not Stripe's.

    Raises NoAnswer for a state that should not be: nobody may call that a decline.
    """
    state = STATES.get(intent.status)
    if state is None:
        raise NoAnswer(f"{order.id}: {intent.id} is {intent.status}, which we never leave it in")
    _check(intent, order)
    waits = patience(order.placed_at, at)
    return Answer(
        state=state,
        reference=intent.id,
        at=at,
        effective_on=bank_day_of(at),
        ask_again_at=at + waits if state == "processing" else _held_until(intent) if state == "authorized" else None,
        code=code_of(intent.last_payment_error) if state == "failed" else "",
        amount_minor={"authorized": intent.amount_capturable, "completed": intent.amount_received}.get(state),
        action_url=action_url(intent.next_action) if state == "requires_action" else "",
    )


def _check(intent: Any, order: Order) -> None:
    """It is this order's, in its currency. Raises NeedsAPerson."""
    named = getattr(getattr(intent, "metadata", None), "payment", None) or order.id
    if named != order.id or str(intent.currency).lower() != order.currency:
        raise NeedsAPerson(f"{order.id}: {intent.id} is for {named}, in {intent.currency}")


def code_of(error: Any) -> str:
    """``card_declined/insufficient_funds``, or one word where the second would say the same."""
    if error is None:
        return "card_declined"
    code, reason = getattr(error, "code", None) or "card_declined", getattr(error, "decline_code", None)
    return f"{code}/{reason}" if reason and reason != code else str(code)


def untouched(intent: Any) -> bool:
    """Whether it is promised still, and nothing of it was taken: nothing that was asked of it has been done."""
    return bool(intent.status == "requires_capture" and not intent.amount_received)


def declined(error: stripe.CardError, at: datetime) -> Answer:
    """Refused at once; a replay of it says the same."""
    said = error.error
    intent = getattr(said, "payment_intent", None) or getattr(said, "setup_intent", None)
    return _refused(intent.id if intent else "", code_of(said), at)


def refused(error: stripe.InvalidRequestError, order: Order, at: datetime) -> Answer:
    """Raises NeedsAPerson where it is we who asked wrongly. What a customer kept is gone with that customer."""
    gone = error.code == "resource_missing" and error.param in ("payment_method", "customer")
    if not gone and error.code not in OF_THE_ORDER:
        raise misunderstood(error, order) from error
    return _refused("", "payment_method_missing" if gone else str(error.code), at)


def misunderstood(error: stripe.InvalidRequestError, order: Order) -> NeedsAPerson:
    return NeedsAPerson(f"Stripe does not understand what we ask about {order.id}: {error.code}, {error.param} ({error.request_id})")


def never_received(at: datetime) -> Answer:
    return _refused("", "never_received", at)


def _refused(reference: str, code: str, at: datetime) -> Answer:
    return Answer("failed", reference, at, bank_day_of(at), code=code)


def action_url(action: Any) -> str:
    """Where the payer is sent: the page of the card's bank, or Stripe's for two small deposits."""
    for kind, name in (("redirect_to_url", "url"), ("verify_with_microdeposits", "hosted_verification_url")):
        if found := getattr(action, kind, None):
            return str(getattr(found, name))
    return ""


def _held_until(intent: Any) -> datetime | None:
    """When the card's bank lets go of it."""
    details = getattr(getattr(intent.latest_charge, "payment_method_details", None), "card", None)
    until = getattr(details, "capture_before", None)
    return datetime.fromtimestamp(until, UTC) if until else None
