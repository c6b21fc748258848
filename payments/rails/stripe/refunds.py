"""Giving back at Stripe. The refund's id is the idempotency key, and stands in its metadata; silence is met as in `rail`.

Source: docs.stripe.com/api/refunds, docs.stripe.com/refunds.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

import stripe

from payments.rails.base import Answer, NeedsAPerson, NoAnswer, Order, State
from payments.rails.stripe.calls import KEY_IS_SAFE, again_at, ask, ask_about, broke_before, replayed
from payments.rails.stripe.reading import misunderstood, never_received
from payments.rails.timetable import bank_day_of, patience

log = logging.getLogger(__name__)
LIST_IS_SURE = timedelta(hours=24)  # what was made with the key is among the payment's refunds by then
MOST = 100  # refunds of one payment that are looked through
STATES: Final[dict[str, State]] = {
    "pending": "processing",
    "requires_action": "processing",  # Stripe asks the payer by itself
    "succeeded": "completed",
    "failed": "failed",
    "canceled": "canceled",
}
REASONS: Final = ("duplicate", "fraudulent", "requested_by_customer")  # what Stripe takes
# Said of the payment or of our balance there, not of how we ask: it is refused for good, and nothing was made of it.
OF_THE_ORDER: Final = {
    "balance_insufficient",
    "charge_already_refunded",
    "charge_disputed",
    "insufficient_funds",
    "refund_disputed_payment",
}
TOO_MUCH: Final = "refund_exceeds_charge"  # Stripe has no code for it: it names the amount


def made(order: Order, at: datetime) -> Answer:
    """Send the order, the first time or again: to Stripe it is one and the same while it knows the key."""
    try:
        refund = ask(order, at, lambda client: client.v1.refunds.create(_wish(order), {"idempotency_key": order.id}))
    except stripe.IdempotencyError:  # we wrote it otherwise then: what was made bears its name
        return _listed_or_silent(order, at)
    except stripe.InvalidRequestError as error:
        return _refused(error, order, at)
    except NoAnswer as silence:
        if broke_before(silence):
            return _listed_or_silent(order, at)
        raise
    if replayed(refund.last_response.headers):  # as it was then
        refund = _present(order, refund.id, at)
    return _read(refund, order, at)


def looked_up(order: Order, at: datetime) -> Answer:
    """By its reference, where there is one; by its key while Stripe knows that; then among the payment's refunds alone."""
    if order.reference:
        return _read(_present(order, order.reference, at), order, at)
    if at - order.placed_at < KEY_IS_SAFE:
        return made(order, at)
    if found := _listed(order, at):
        return found
    if at - order.placed_at < LIST_IS_SURE:
        raise NoAnswer(f"Stripe does not find {order.id} yet", again_at(order, at))
    log.error("Stripe never received %s: it is given up, and nothing went back", order.id)
    return never_received(at)


def _wish(order: Order) -> dict[str, Any]:
    """The same order is the same words, whenever it is asked: Stripe compares them under the key."""
    wish: dict[str, Any] = {"payment_intent": order.gives_back, "amount": order.amount_minor, "metadata": {"refund": order.id}}
    return wish | {"reason": order.reason} if order.reason in REASONS else wish


def _refused(error: stripe.InvalidRequestError, order: Order, at: datetime) -> Answer:
    """For good, unless it stands there after all. Raises NeedsAPerson where it is we who asked wrongly."""
    too_much = error.code is None and error.param == "amount"
    if error.code not in OF_THE_ORDER and not too_much:
        raise misunderstood(error, order) from error
    return _listed(order, at) or Answer("failed", "", at, bank_day_of(at), code=TOO_MUCH if too_much else str(error.code))


def _present(order: Order, reference: str, at: datetime) -> Any:
    return ask_about(order, at, lambda client: client.v1.refunds.retrieve(reference))


def _listed_or_silent(order: Order, at: datetime) -> Answer:
    """Raises NoAnswer."""
    if found := _listed(order, at):
        return found
    raise NoAnswer(f"Stripe does not say what became of {order.id}", again_at(order, at))


def _listed(order: Order, at: datetime) -> Answer | None:
    asked = {"payment_intent": order.gives_back, "limit": MOST}
    rows = ask_about(order, at, lambda client: client.v1.refunds.list(asked)).data
    mine = [row for row in rows if _named(row) == order.id]
    if len(mine) > 1:
        log.error("Stripe has %s refunds for %s: a person must look", len(mine), order.id)
    return _read(mine[0], order, at) if mine else None


def _named(refund: Any) -> str | None:
    return getattr(refund.metadata, "refund", None)


def _read(refund: Any, order: Order, at: datetime) -> Answer:
    """The refund as it is now. Raises NoAnswer for a state that should not be, NeedsAPerson for one that is not this order's."""
    state = STATES.get(refund.status)
    if state is None:
        raise NoAnswer(f"{order.id}: {refund.id} is {refund.status}, which we do not know")
    if (_named(refund) or order.id, refund.amount, refund.currency) != (order.id, order.amount_minor, order.currency):
        raise NeedsAPerson(f"{order.id}: {refund.id} is for {_named(refund)}, {refund.amount} {refund.currency}")
    waits = patience(order.placed_at, at)
    failed = state in ("failed", "canceled")
    return Answer(
        state=state,
        reference=refund.id,
        at=at,
        effective_on=bank_day_of(at),
        ask_again_at=at + waits if state == "processing" else None,  # what fails after it succeeded, Stripe tells
        code=getattr(refund, "failure_reason", None) or ("refund_canceled" if state == "canceled" else "declined") if failed else "",
    )
