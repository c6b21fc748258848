"""Setting up a card at Stripe: proven at its bank, and kept there by a customer of Stripe's, without whom nothing is paid with twice.

No money is moved, so that a silence of a day ends in giving up: what was made there meanwhile is paid with by nobody.
Source: docs.stripe.com/payments/save-and-reuse, docs.stripe.com/api/setup_intents.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

import stripe
from django.conf import settings

from payments.rails.base import Answer, NeedsAPerson, NoAnswer, Order, State
from payments.rails.stripe.calls import KEY_IS_SAFE, again_at, ask, ask_about, broke_before, replayed
from payments.rails.stripe.customers import keeper_of
from payments.rails.stripe.reading import action_url, code_of, declined, never_received, refused
from payments.rails.timetable import bank_day_of, patience

log = logging.getLogger(__name__)
PROVES_WITHIN = timedelta(hours=24)  # at Stripe it could be proven for ever
MOST: Final = 100  # setup intents that are looked through: of one customer, and of all
STATES: Final[dict[str, State]] = {
    "processing": "processing",
    "requires_action": "requires_action",
    "succeeded": "completed",
    "requires_payment_method": "failed",
    "canceled": "failed",
}


def set_up(order: Order, at: datetime) -> Answer:
    """By its reference, where there is one; else by its key while Stripe knows that."""
    if order.reference:
        return _in_time(_present(order, order.reference, at), order, at)
    if at - order.placed_at < KEY_IS_SAFE:
        return _made(order, at)
    log.error("Stripe never said what became of %s: it is given up", order.id)
    return never_received(at)


def _made(order: Order, at: datetime) -> Answer:
    """The first time or again: to Stripe it is one and the same while it knows the key."""
    customer = keeper_of(order, at)
    try:
        setup = ask(order, at, lambda client: client.v1.setup_intents.create(_wish(order, customer), {"idempotency_key": _key(order)}))
    except stripe.CardError as error:
        return declined(error, at)
    except stripe.IdempotencyError:  # we wrote it otherwise then, or for another keeper: what was made bears its name
        return _listed_or_silent(order, customer, at)
    except stripe.InvalidRequestError as error:
        return refused(error, order, at)
    except NoAnswer as silence:
        if broke_before(silence):
            return _listed_or_silent(order, customer, at)
        raise
    if replayed(setup.last_response.headers):  # as it was then
        setup = _present(order, setup.id, at)
    return _in_time(setup, order, at)


def _key(order: Order) -> str:
    """One for each try: another card or another moment is another request. Not another keeper: while nobody answers, one may appear."""
    return f"{order.id}/{_try(order)}/{order.token}"


def _try(order: Order) -> str:
    return str(int(order.placed_at.timestamp() * 1_000_000))


def _wish(order: Order, customer: str) -> dict[str, Any]:
    """The same words whenever it is asked, but for its keeper, who may be another by then: Stripe compares them under the key."""
    return {
        "confirm": True,
        "customer": customer,
        "payment_method": order.token,
        "payment_method_types": ["card"],
        "return_url": settings.BASE_URL,
        "metadata": {"setup": order.id, "try": _try(order), "customer": customer},
    }


def _present(order: Order, reference: str, at: datetime) -> Any:
    return ask_about(order, at, lambda client: client.v1.setup_intents.retrieve(reference))


def _in_time(setup: Any, order: Order, at: datetime) -> Answer:
    """What nobody proves for a day is let go of, so that nobody proves it years later."""
    answer = _read(setup, order, at)
    if answer.state != "requires_action" or at < order.placed_at + PROVES_WITHIN:
        return answer
    try:
        options = {"idempotency_key": f"{_key(order)}/cancel"}
        setup = ask(order, at, lambda client: client.v1.setup_intents.cancel(setup.id, {"cancellation_reason": "abandoned"}, options))
    except (stripe.InvalidRequestError, stripe.IdempotencyError):  # it has moved on meanwhile
        return _read(_present(order, setup.id, at), order, at)
    return _read(setup, order, at)


def _listed_or_silent(order: Order, customer: str, at: datetime) -> Answer:
    """Among what this customer has set up, and then among the latest of all: it may have been asked for another. Raises NoAnswer."""
    wishes: list[Any] = [{"customer": customer, "limit": MOST}, {"limit": MOST}]
    for wish in wishes:
        for row in ask_about(order, at, lambda client, wish=wish: client.v1.setup_intents.list(wish)).data:
            if (getattr(row.metadata, "setup", None), getattr(row.metadata, "try", None)) == (order.id, _try(order)):
                return _in_time(row, order, at)
    raise NoAnswer(f"Stripe does not say what became of {order.id}", again_at(order, at))


def _read(setup: Any, order: Order, at: datetime) -> Answer:
    """As it is now. Raises NoAnswer for a state that should not be, NeedsAPerson for one that is not this order's."""
    state = STATES.get(setup.status)
    if state is None:
        raise NoAnswer(f"{order.id}: {setup.id} is {setup.status}, which we never leave it in")
    _check(setup, order)
    waits = state in ("processing", "requires_action")
    return Answer(
        state=state,
        reference=setup.id,
        at=at,
        effective_on=bank_day_of(at),
        ask_again_at=at + patience(order.placed_at, at) if waits else None,
        code=_why(setup) if state == "failed" else "",
        action_url=action_url(setup.next_action) if state == "requires_action" else "",
        kept=str(setup.payment_method) if state == "completed" else "",
        customer=str(setup.customer) if state == "completed" else "",
    )


def _check(setup: Any, order: Order) -> None:
    """It is of this try, for the customer that was asked for, and says what it keeps where it does. Raises NeedsAPerson."""
    bears = tuple(getattr(setup.metadata, name, None) for name in ("setup", "try", "customer"))
    if bears[:2] != (order.id, _try(order)):
        raise NeedsAPerson(f"{order.id}, {_try(order)}: {setup.id} is for {bears[0]}, {bears[1]}")
    if not setup.customer or setup.customer != bears[2] or order.customer not in ("", setup.customer):
        raise NeedsAPerson(f"{order.id}: {setup.id} is for {setup.customer}, and was asked for {order.customer or bears[2]}")
    if setup.status == "succeeded" and not setup.payment_method:
        raise NeedsAPerson(f"{order.id}: {setup.id} has succeeded, and keeps nothing")


def _why(setup: Any) -> str:
    if setup.status == "canceled":
        return "authentication_failed" if setup.cancellation_reason == "abandoned" else "merchant_request"
    return code_of(setup.last_setup_error)
