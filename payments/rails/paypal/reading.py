"""What an order of PayPal's means as an answer of a rail.

Source: developer.paypal.com, Orders v2 (order status, purchase units) and Payments v2 (capture, authorization and refund status).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from payments.rails.base import Answer, NeedsAPerson, NoAnswer, Order, State
from payments.rails.paypal.amounts import minor_of
from payments.rails.paypal.calls import Refused, links_of
from payments.rails.timetable import bank_day_of, patience

Thing = Mapping[str, Any]
APPROVES_WITHIN: Final = timedelta(hours=3)  # PayPal's default; who has not approved by then does not, and nothing is taken
AT_ONCE: Final = timedelta(milliseconds=1)
CAPTURES: Final[Mapping[str, State]] = {
    "COMPLETED": "completed",
    "PARTIALLY_REFUNDED": "completed",  # it was taken; what was given back is a row of its own
    "REFUNDED": "completed",
    "PENDING": "processing",  # as an eCheck, or one that PayPal reviews
    "DECLINED": "failed",
    "FAILED": "failed",
}
AUTHORIZATIONS: Final[Mapping[str, State]] = {
    "CREATED": "authorized",
    "PENDING": "processing",
    "DENIED": "failed",
    "VOIDED": "canceled",
    "EXPIRED": "canceled",
}
REFUNDS: Final[Mapping[str, State]] = {"COMPLETED": "completed", "PENDING": "processing", "FAILED": "failed", "CANCELLED": "failed"}
WAITS_FOR_PAYER: Final = ("CREATED", "SAVED", "PAYER_ACTION_REQUIRED")
APPROVED, DONE, VOIDED = "APPROVED", "COMPLETED", "VOIDED"
# Of 422 and 400: said of the payer, the means or the amount, not of us. Nothing was taken, and this order takes nothing any more.
OF_THE_ORDER: Final = {
    "INSTRUMENT_DECLINED": "wallet_declined",
    "TRANSACTION_REFUSED": "wallet_declined",
    "PAYER_CANNOT_PAY": "wallet_declined",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "wallet_declined",
    "PAYER_ACCOUNT_RESTRICTED": "wallet_declined",
    "PAYEE_BLOCKED_TRANSACTION": "wallet_declined",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": "wallet_declined",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": "wallet_declined",
    "TRANSACTION_LIMIT_EXCEEDED": "amount_too_large",
    "CARD_EXPIRED": "wallet_declined",
    "COMPLIANCE_VIOLATION": "wallet_declined",
    "ORDER_EXPIRED": "approval_expired",
}
ASKS_THE_PAYER: Final = ("PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED")


def unit_of(found: Thing, order: Order) -> Thing:
    """The one purchase unit of an order. Raises NeedsAPerson where it is not this order's, or not of its currency.

    What gives back was asked for by PayPal's own name of what was taken: whose that is, is known.
    """
    units = found.get("purchase_units")
    unit: Thing = units[0] if isinstance(units, list) and units and isinstance(units[0], dict) else {}
    named, ordered = unit.get("custom_id") or order.id, minor_of(unit.get("amount"), order.currency)
    if (named != order.id and not order.gives_back) or (unit.get("amount") is not None and ordered is None):
        raise NeedsAPerson(f"{order.id}: {found.get('id')} is for {named}, of {unit.get('amount')}")
    return unit


def payments_in(found: Thing, kind: str, order: Order) -> list[Thing]:
    """`captures`, `authorizations` or `refunds`, the newest last."""
    made = unit_of(found, order).get("payments")
    listed = made.get(kind) if isinstance(made, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def read_order(found: Thing, order: Order, at: datetime) -> Answer | None:
    """The order as it is now, by our clock; None where it is approved, and the next thing is ours to do. Raises NoAnswer, NeedsAPerson."""
    status = found.get("status")
    if captures := payments_in(found, "captures", order):
        return read_capture(that_counts(captures), found, order, at)
    if authorizations := payments_in(found, "authorizations", order):
        return read_authorization(authorizations[-1], found, order, at)
    unit_of(found, order)
    if status in WAITS_FOR_PAYER:
        return waits_for_payer(found, order, at)
    if status == VOIDED:
        return answer("canceled", found, at)
    if status != APPROVED:
        raise NoAnswer(f"{order.id}: {found.get('id')} is {status}, and shows no payment")
    return None


def waits_for_payer(found: Thing, order: Order, at: datetime) -> Answer:
    """Asked again now and then, for no event of PayPal's need reach us; and when it is too late."""
    ends = order.placed_at + APPROVES_WITHIN
    if at >= ends:
        return answer("failed", found, at, code="approval_expired")
    links = links_of(found)
    there = links.get("payer-action") or links.get("approve") or ""
    return answer("requires_action", found, at, ask_again_at=min(at + patience(order.placed_at, at), ends), action_url=there)


def that_counts(captures: Sequence[Thing]) -> Thing:
    """The one that took something or may, before any that was declined."""
    return next((one for one in reversed(captures) if CAPTURES.get(str(one.get("status"))) != "failed"), captures[-1])


def read_capture(capture: Thing, found: Thing, order: Order, at: datetime) -> Answer:
    """Raises NoAnswer for a status that we do not know."""
    state = CAPTURES.get(str(capture.get("status")))
    took = minor_of(capture.get("amount"), order.currency)
    if state is None or (state == "completed" and took is None):
        raise NoAnswer(f"{order.id}: {capture.get('id')} is {capture.get('status')}, of {capture.get('amount')}")
    return _of_payment(state, found, order, at, amount_minor=took if state == "completed" else None)


def read_authorization(authorization: Thing, found: Thing, order: Order, at: datetime) -> Answer:
    """Raises NoAnswer for a status that we do not know, NeedsAPerson where it promises another amount."""
    state = AUTHORIZATIONS.get(str(authorization.get("status")))
    promised = minor_of(authorization.get("amount"), order.currency)
    if state is None:
        raise NoAnswer(f"{order.id}: {authorization.get('id')} is {authorization.get('status')}")
    if state == "authorized" and (promised is None or promised < order.amount_minor):
        raise NeedsAPerson(f"{order.id}: {authorization.get('id')} promises {authorization.get('amount')}")
    return _of_payment(state, found, order, at, amount_minor=promised if state == "authorized" else None)


def _of_payment(state: State, found: Thing, order: Order, at: datetime, *, amount_minor: int | None) -> Answer:
    waits = at + patience(order.placed_at, at) if state == "processing" else None
    return answer(state, found, at, ask_again_at=waits, code="wallet_declined" if state == "failed" else "", amount_minor=amount_minor)


def refused(error: Refused, found: Thing, order: Order, at: datetime) -> Answer:
    """What PayPal refused to take. Raises NeedsAPerson where it is we who asked wrongly."""
    if error.issue in ASKS_THE_PAYER:
        links = {**links_of(found), **error.links}
        return waits_for_payer({**found, "links": [{"rel": rel, "href": href} for rel, href in links.items()]}, order, at)
    if error.issue not in OF_THE_ORDER:
        raise misunderstood(error, order) from error
    return answer("failed", found, at, code=_code(error.issue))


def _code(issue: str) -> str:
    """``wallet_declined/instrument_declined``: ours, and PayPal's own behind it."""
    return f"{OF_THE_ORDER[issue]}/{issue.lower()}"


def misunderstood(error: Refused, order: Order) -> NeedsAPerson:
    return NeedsAPerson(f"PayPal does not understand what we ask about {order.id}: {error}")


def answer(
    state: State,
    found: Thing,
    at: datetime,
    *,
    ask_again_at: datetime | None = None,
    code: str = "",
    amount_minor: int | None = None,
    action_url: str = "",
) -> Answer:
    """`found`: the order that it is about; its id is the reference."""
    reference = str(found.get("id") or "")
    return Answer(state, reference, at, bank_day_of(at), ask_again_at, code, amount_minor, action_url)
