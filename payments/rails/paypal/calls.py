"""One call to PayPal, and what its failure means: not sent, no answer, a person is needed, or PayPal's own word on the order."""

import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from directpay.breakers.shared import breaker_of
from payments.rails.base import NeedsAPerson, NoAnswer, NotSent, Order
from payments.rails.paypal import tokens
from payments.rails.paypal.http import Reply, Unanswered, Unreached, send
from payments.rails.processors.turns import FIRST_WAIT, Turn, again_at

log = logging.getLogger(__name__)
NAME: Final = "paypal"
GOOD, NOT_KNOWN, FORBIDDEN, CONFLICT, TOO_MANY, BROKEN = (200, 201, 202, 204), 401, 403, 409, 429, 500
turn = Turn()


class Refused(Exception):
    """PayPal's word on what was asked: nothing was done. `issue` is what its documentation lists under the operation's errors."""

    def __init__(self, reply: Reply) -> None:
        self.status, self.issue, self.debug_id = reply.status, issue_of(reply.said), reply.debug_id
        self.links = links_of(reply.said)
        super().__init__(f"{self.status} {self.issue} ({self.debug_id})")


def ask(order: Order, at: datetime, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Mapping[str, Any]:
    """Ask PayPal, at most once; `key`: the PayPal-Request-Id. Raises NotSent, NoAnswer, NeedsAPerson, Refused."""
    if not (settings.PAYPAL_CLIENT_ID and settings.PAYPAL_CLIENT_SECRET):
        raise NeedsAPerson("PayPal is not set up: PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET are empty.")
    if turn.is_over(at):
        raise NotSent(f"{order.id} waits for the next turn", at + FIRST_WAIT)
    breaker = breaker_of(NAME)
    if until := breaker.refused_until(at):
        raise NotSent(f"PayPal is left alone until {until}", until)
    began = time.monotonic()
    try:
        reply = _replied(order, at, method, path, body, key)
    finally:
        turn.spend(at, time.monotonic() - began)
    if reply.status >= BROKEN or reply.status == TOO_MANY:
        breaker.failed(at)
    else:
        breaker.succeeded()
    if reply.status in GOOD:
        return reply.said
    raise _meaning(reply, order, at)


def _replied(order: Order, at: datetime, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> Reply:
    """A token that PayPal does not know any more is another one's turn: nothing was done with it."""
    text = None if body is None else json.dumps(body).encode()
    about = {"Prefer": "return=representation"} | ({"PayPal-Request-Id": key} if key else {})
    breaker = breaker_of(NAME)
    try:
        token = tokens.bearer()
        reply = send(method, path, text, {**about, "Authorization": f"Bearer {token}"})
        if reply.status == NOT_KNOWN:
            tokens.forget(token)
            reply = send(method, path, text, {**about, "Authorization": f"Bearer {tokens.bearer()}"})
    except tokens.WrongSecret as error:
        breaker.succeeded()  # it answers
        raise NeedsAPerson(str(error)) from error
    except tokens.NoToken as error:
        if error.ill:
            breaker.failed(at)
        raise NotSent(f"{order.id}: {error}", again_at(order, at) or at + FIRST_WAIT) from error
    except Unreached as error:
        breaker.failed(at)
        raise NotSent(f"{order.id}: {error}", again_at(order, at)) from error
    except Unanswered as error:
        breaker.failed(at)
        raise NoAnswer(f"{order.id}: {error}", again_at(order, at)) from error
    return reply


def _meaning(reply: Reply, order: Order, at: datetime) -> Exception:
    """Of an answer that is no success."""
    said = f"{reply.status} {issue_of(reply.said)} ({reply.debug_id}) about {order.id}"
    if reply.status in (NOT_KNOWN, FORBIDDEN):
        log.error("PayPal does not let us do this: %s", said)
        return NeedsAPerson(f"PayPal does not let us do this: {said}")
    if reply.status >= BROKEN or reply.status in (TOO_MANY, CONFLICT):
        return NoAnswer(f"PayPal could not say: {said}", again_at(order, at))
    return Refused(reply)


def issue_of(said: Mapping[str, Any]) -> str:
    """The first reason that it gives, else the name of the error."""
    details = said.get("details")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
    found = first.get("issue") or said.get("name") or said.get("error")
    return found[:60] if isinstance(found, str) else ""


def links_of(said: Mapping[str, Any]) -> dict[str, str]:
    """rel → address."""
    given = said.get("links")
    found = [link for link in given if isinstance(link, dict)] if isinstance(given, list) else []
    return {str(link.get("rel")): str(link.get("href")) for link in found}
