"""One call to Stripe, and what its failure means: not sent, no answer, a person is needed, or Stripe's own word on the order."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
import stripe
import urllib3

from directpay.breakers.shared import breaker_of
from payments.rails.base import NeedsAPerson, NoAnswer, NotSent, Order
from payments.rails.processors.turns import FIRST_WAIT, Turn, again_at
from payments.rails.stripe.client import client
from payments.rails.stripe.reading import misunderstood

log = logging.getLogger(__name__)
NAME = "stripe"
CONFLICT, TOO_MANY, BROKEN = 409, 429, 500
KEY_IS_SAFE = timedelta(hours=20)  # so long the same key is sent again; Stripe keeps it for 24
KEY_LASTS = timedelta(seconds=5)  # a second key of the same call, to begin with
turn = Turn()


def ask(order: Order, at: datetime, call: Callable[[Any], Any]) -> Any:
    """Ask Stripe, at most once. Raises NotSent, NoAnswer, NeedsAPerson; lets pass what Stripe says of the order itself: CardError,
    InvalidRequestError, IdempotencyError."""
    breaker = breaker_of(NAME)
    if turn.is_over(at):
        raise NotSent(f"{order.id} waits for the next turn", at + FIRST_WAIT)
    if until := breaker.refused_until(at):
        raise NotSent(f"Stripe is left alone until {until}", until)
    began = time.monotonic()
    try:
        answer = call(client())
    except stripe.APIConnectionError as error:
        breaker.failed(at)
        kind = NotSent if never_sent(error) else NoAnswer
        raise kind(f"Stripe did not answer about {order.id}: {type(error.__cause__).__name__}", again_at(order, at)) from error
    except stripe.StripeError as error:
        if (error.http_status or BROKEN) >= BROKEN and not replayed(error.headers):  # what it remembers is no illness of now
            breaker.failed(at)
        else:
            breaker.succeeded()
        raise _meaning(error, order, at) from error
    finally:
        turn.spend(at, time.monotonic() - began)
    breaker.succeeded()
    return answer


def ask_about(order: Order, at: datetime, call: Callable[[Any], Any]) -> Any:
    """Ask what became of what we made there, which Stripe has no reason to refuse. Raises NotSent, NoAnswer, and NeedsAPerson where it does
    not understand the question: as with the key of another account."""
    try:
        return ask(order, at, call)
    except stripe.InvalidRequestError as error:
        raise misunderstood(error, order) from error


def _meaning(error: stripe.StripeError, order: Order, at: datetime) -> Exception:
    """Of an error that Stripe answered with."""
    if isinstance(error, (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError)):
        return error
    said = f"{type(error).__name__} {error.http_status} ({error.request_id}) about {order.id}"
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        log.error("Stripe does not take our key: %s", said)
        return NeedsAPerson(f"Stripe does not take our key: {said}")
    if error.http_status == TOO_MANY:  # Stripe refuses these before it does anything
        return NotSent(f"Stripe has too much to do: {said}", again_at(order, at))
    return NoAnswer(f"Stripe could not say: {said}", again_at(order, at))


def never_sent(error: stripe.APIConnectionError) -> bool:
    """Whether there was no connection to send it over (refused, no such host, no answer to it). Anything else may have arrived."""
    cause = error.__cause__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    inner = cause.args[0] if cause is not None and cause.args else None
    return isinstance(inner, urllib3.exceptions.MaxRetryError) and isinstance(inner.reason, urllib3.exceptions.NewConnectionError)


def broke_before(silence: NoAnswer) -> bool:
    """Whether it is an error 500 of the first time, said again: Stripe keeps it under its key, whatever was done."""
    return replayed(getattr(silence.__cause__, "headers", None))


def key_turn(since: datetime, at: datetime) -> int:
    """Of which try it is, for a key that is another one once twice as much time has passed: however long it takes, they are few."""
    return int((at - since) / KEY_LASTS).bit_length()


def replayed(headers: Mapping[str, str] | None) -> bool:
    """Whether Stripe answered with what it had said the first time."""
    return bool(headers) and headers.get("Idempotent-Replayed") == "true"  # type: ignore[union-attr]
