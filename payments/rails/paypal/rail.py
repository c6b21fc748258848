"""A wallet at PayPal: an order is made, its payer approves it there, and only then is it captured, or authorised and captured later.

Nothing is ever taken but by our own call for it, and that is made only for a payment that nobody can call off any more
(`Order.only_look`). So an order whose making was never answered cannot have taken anything: its payer never saw where to approve it.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from directpay.kernel import bankdays
from directpay.kernel.clock import EASTERN
from payments.rails.base import Answer, BankLine, Cost, NeedsAPerson, NoAnswer, Order, Promise
from payments.rails.paypal.amounts import amount, minor_of
from payments.rails.paypal.calls import Refused, ask
from payments.rails.paypal.reading import (
    APPROVES_WITHIN,
    AT_ONCE,
    Thing,
    answer,
    misunderstood,
    payments_in,
    read_authorization,
    read_capture,
    read_order,
    refused,
    that_counts,
)
from payments.rails.paypal.refunding import Refunding
from payments.rails.paypal.returning import back_url
from payments.rails.processors.turns import again_at
from payments.rails.timetable import MORNING, bank_day_of

log = logging.getLogger(__name__)
ORDERS: Final = "/v2/checkout/orders"
AUTHORIZATIONS: Final = "/v2/payments/authorizations"
KEY_IS_SAFE: Final = timedelta(hours=5)  # so long the same request is sent again; PayPal keeps its id for 6
APPROVAL_SECONDS: Final = 120  # what a payer takes, as a rule
NOT_FOUND: Final = 404
TAKEN_ALREADY: Final = ("ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_AUTHORIZED", "AUTHORIZATION_ALREADY_CAPTURED", "PREVIOUSLY_CAPTURED")
LET_GO_ALREADY: Final = ("AUTHORIZATION_VOIDED", "PREVIOUSLY_VOIDED", "AUTHORIZATION_EXPIRED", "AUTHORIZATION_ALREADY_VOIDED")


class PayPalRail(Refunding):
    """`profile`, `speed` and `seed` are for simulated rails."""

    name = "paypal"
    title = "PayPal"
    can_be_returned = False  # what its payer takes back is a dispute

    def __init__(self, profile: str = "", speed: float = 1.0, seed: str = "") -> None:
        """PayPal keeps its own times."""

    def promise(self, at: datetime) -> Promise:
        """Source: PayPal, "How long does it take to transfer money to my bank": one to three business days."""
        clears_at = at + timedelta(seconds=APPROVAL_SECONDS)
        day = bankdays.on_or_after(clears_at.astimezone(EASTERN).date())
        return Promise(at, clears_at, bankdays.eastern(bankdays.add(day, 3), MORNING), day, bank_days=0, closed_on=())

    def submit(self, order: Order, at: datetime) -> Answer:
        return self._made(order, at)

    def look_up(self, order: Order, at: datetime) -> Answer:
        if order.reference:
            return self._gone_on(self._present(order, at), order, at)
        if at - order.placed_at < KEY_IS_SAFE:
            return self._made(order, at)
        log.error("PayPal's answer about %s never came: it is given up, and nothing was taken", order.id)
        return answer("failed", {}, at, code="never_received")

    def capture(self, order: Order, amount_minor: int, at: datetime) -> Answer:
        """Of what is authorised; in Payments v2 the id of a request is kept for 45 days."""
        found = self._present(order, at)
        if captures := payments_in(found, "captures", order):
            return read_capture(that_counts(captures), found, order, at)
        authorization = self._authorization(found, order)
        if authorization.get("status") != "CREATED":
            return read_authorization(authorization, found, order, at)
        wish = {"amount": amount(amount_minor, order.currency), "final_capture": True, "invoice_id": order.id}
        try:
            taken = ask(order, at, "POST", f"{AUTHORIZATIONS}/{authorization['id']}/capture", wish, f"{order.id}-capture")
        except Refused as error:
            return self._otherwise(error, found, order, at)
        return read_capture(taken, found, order, at)

    def void(self, order: Order, at: datetime) -> Answer:
        """What nobody has authorised needs no letting go: an approval that is not used comes to nothing."""
        if not order.reference:
            return answer("canceled", {}, at)
        found = self._present(order, at)
        captures = payments_in(found, "captures", order)
        if captures and (told := read_capture(that_counts(captures), found, order, at)).state != "failed":
            return told
        held = [one for one in payments_in(found, "authorizations", order) if one.get("status") in ("CREATED", "PENDING")]
        for authorization in held:
            try:
                ask(order, at, "POST", f"{AUTHORIZATIONS}/{authorization['id']}/void", None, f"{order.id}-void")
            except Refused as error:
                return self._otherwise(error, found, order, at)
        return answer("canceled", found, at)

    def costs(self, order: Order, until: datetime) -> list[Cost]:
        """PayPal's fee, as it stands beside what was captured. May raise NoAnswer."""
        if not order.reference:
            return []
        kept = []
        for capture in payments_in(self._present(order, until), "captures", order):
            breakdown = capture.get("seller_receivable_breakdown")
            fee = minor_of(breakdown.get("paypal_fee"), order.currency) if isinstance(breakdown, dict) else None
            if fee and capture.get("status") != "DECLINED":
                kept.append(Cost(f"{self.name}-{capture['id']}-fee", fee, until, bank_day_of(until)))
        return kept

    def bank_lines(self, order: Order, until: datetime) -> list[BankLine]:
        """None of an order's own: sums of many are moved from the PayPal account to ours."""
        return []

    def next_bank_line_at(self, order: Order, after: datetime) -> datetime | None:
        return None

    def _made(self, order: Order, at: datetime) -> Answer:
        """Make the order, the first time or again: to PayPal it is one and the same while it knows the id of the request."""
        try:
            found = ask(order, at, "POST", ORDERS, _wish(order), order.id)
        except Refused as error:
            return refused(error, {}, order, at)
        if not found.get("id"):
            raise NoAnswer(f"{order.id}: PayPal's order has no id", again_at(order, at))
        return self._gone_on(found, order, at)

    def _present(self, order: Order, at: datetime) -> Thing:
        """Raises NeedsAPerson where PayPal does not know its own reference: as with another account's secret."""
        try:
            return ask(order, at, "GET", f"{ORDERS}/{order.reference}")
        except Refused as error:
            if error.status == NOT_FOUND and order.only_look and at - order.placed_at >= APPROVES_WITHIN:
                return {"id": order.reference, "status": "CREATED"}  # it has gone with its time, and we have taken nothing of it
            raise misunderstood(error, order) from error

    def _gone_on(self, found: Thing, order: Order, at: datetime) -> Answer:
        """As it is; where its payer has approved, it is taken now, if that is for this question to do."""
        if (known := read_order(found, order, at)) is not None:
            return known
        if order.only_look:
            return answer("processing", found, at, ask_again_at=at + AT_ONCE)
        verb = "capture" if order.capture else "authorize"
        try:
            taken = ask(order, at, "POST", f"{ORDERS}/{found['id']}/{verb}", {}, f"{order.id}-{verb}")
        except Refused as error:
            return self._otherwise(error, found, order, at)
        told = read_order({**found, **taken}, order, at)
        if told is None:
            raise NoAnswer(f"{order.id}: PayPal was to {verb}, and does not say so", again_at(order, at))
        return told

    def _otherwise(self, error: Refused, found: Thing, order: Order, at: datetime) -> Answer:
        """Refused, for it is done already, or cannot be: what it is instead."""
        if error.issue not in (*TAKEN_ALREADY, *LET_GO_ALREADY):
            return refused(error, found, order, at)
        told = read_order(self._present(order, at) if order.reference else found, order, at)
        if told is None:
            raise NoAnswer(f"{order.id}: PayPal says {error.issue}, and shows nothing of it", again_at(order, at))
        return told

    def _authorization(self, found: Thing, order: Order) -> Thing:
        """Raises NeedsAPerson where there is none to capture."""
        listed = payments_in(found, "authorizations", order)
        if not listed:
            raise NeedsAPerson(f"{order.id}: {found.get('id')} is {found.get('status')}, and nothing of it is authorised")
        return listed[-1]


def _wish(order: Order) -> dict[str, Any]:
    """The same order is the same words, whenever it is asked. `invoice_id`: PayPal takes no two payments for one invoice."""
    context = {
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "return_url": back_url(order.id, approved=True),
        "cancel_url": back_url(order.id, approved=False),
    }
    unit = {"custom_id": order.id, "invoice_id": order.id, "amount": amount(order.amount_minor, order.currency)}
    return {
        "intent": "CAPTURE" if order.capture else "AUTHORIZE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": context}},
    }
