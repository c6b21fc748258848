"""Who keeps a card at Stripe: a customer of Stripe's, nameless, for we know who it is; one for all cards of a person.

Source: docs.stripe.com/api/customers.
"""

from datetime import datetime
from typing import Any, Final

import stripe

from payments.rails.base import NeedsAPerson, NoAnswer, Order
from payments.rails.stripe.calls import ask, broke_before, replayed
from payments.rails.stripe.reading import misunderstood

MOST_GONE: Final = 3  # made one after the other in the day that Stripe keeps a key


def keeper_of(order: Order, at: datetime) -> str:
    """Whoever keeps it already, or others of its owner; a new one where there is none, or they are gone. Raises NeedsAPerson."""
    if order.customer:
        return order.customer
    keeper = order.keeps_others
    for _ in range(MOST_GONE):
        if keeper and _lives(order, keeper, at):
            return keeper
        made = _made(order, keeper, at)
        keeper = str(made.id)
        if not replayed(made.last_response.headers):
            return keeper
    if _lives(order, keeper, at):
        return keeper
    raise NeedsAPerson(f"Whoever is to keep {order.id} at Stripe is taken away there again and again: {keeper} is gone")


def _lives(order: Order, name: str, at: datetime) -> bool:
    """Stripe still shows who was deleted, and says so."""
    try:
        found = ask(order, at, lambda client: client.v1.customers.retrieve(name))
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise misunderstood(error, order) from error
        return False
    return not getattr(found, "deleted", False)


def _made(order: Order, gone: str, at: datetime) -> Any:
    """The first of this owner, or the one after `gone`: made once, however many ask at once."""
    key = f"{order.owner or order.id}/customer/{gone}"
    try:
        return _created(order, key, at)
    except NoAnswer as silence:
        if not broke_before(silence):
            raise
        return _created(order, f"{key}/again", at)  # an error 500 is kept under its key: whoever was made then, keeps nothing


def _created(order: Order, key: str, at: datetime) -> Any:
    who = {"metadata": {"user": order.owner} if order.owner else {"setup": order.id}}
    try:
        return ask(order, at, lambda client: client.v1.customers.create(who, {"idempotency_key": key}))
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise NeedsAPerson(f"Stripe makes no customer for {order.id}: {error.code} ({error.request_id})") from error
