"""Giving back what was captured, all or a part. The refund's own id is that of the request, and stands in it: it happens once."""

from datetime import datetime
from typing import Final

from payments.rails.base import Answer, NeedsAPerson, NoAnswer, NoSuchOrder, Order
from payments.rails.paypal.amounts import amount
from payments.rails.paypal.calls import Refused, ask
from payments.rails.paypal.reading import REFUNDS, Thing, answer, misunderstood, payments_in, that_counts
from payments.rails.processors.turns import again_at
from payments.rails.timetable import patience

# Said of the capture: nothing is given back, and asking again changes nothing.
NOT_GIVEN_BACK: Final = (
    "CAPTURE_FULLY_REFUNDED",
    "CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED",
    "REFUND_AMOUNT_EXCEEDED",
    "REFUND_CAPTURE_CURRENCY_MISMATCH",
    "REFUND_NOT_ALLOWED",
    "REFUND_TIME_LIMIT_EXCEEDED",
    "REFUND_FAILED_INSUFFICIENT_FUNDS",
    "TRANSACTION_REFUSED",
)


class Refunding:
    """`order.gives_back`: PayPal's name of the order that was paid. Answers are about the refund: their reference is PayPal's id of it."""

    def refund(self, order: Order, at: datetime) -> Answer:
        """Give back so much; PayPal keeps the id of the request for 45 days. May raise NoAnswer, NeedsAPerson."""
        try:
            return self.look_up_refund(order, at)
        except NoSuchOrder:
            pass
        captures = payments_in(self._order(order, at), "captures", order)
        if not captures:
            raise NeedsAPerson(f"{order.id}: nothing of {order.gives_back} is captured")
        wish = {"amount": amount(order.amount_minor, order.currency), "custom_id": order.id, "invoice_id": order.id}
        try:
            made = ask(order, at, "POST", f"/v2/payments/captures/{that_counts(captures)['id']}/refund", wish, order.id)
        except Refused as error:
            if error.issue not in NOT_GIVEN_BACK:
                raise misunderstood(error, order) from error
            return answer("failed", {}, at, code=f"refund_refused/{error.issue.lower()}")
        return _read(made, order, at)

    def look_up_refund(self, order: Order, at: datetime) -> Answer:
        """What became of it. Raises NoSuchOrder where PayPal has none of this id; may raise NoAnswer."""
        for made in payments_in(self._order(order, at), "refunds", order):
            if order.id in (made.get("custom_id"), made.get("invoice_id")):
                return _read(made, order, at)
        raise NoSuchOrder(order.id)

    def _order(self, order: Order, at: datetime) -> Thing:
        try:
            return ask(order, at, "GET", f"/v2/checkout/orders/{order.gives_back}")
        except Refused as error:
            raise misunderstood(error, order) from error


def _read(made: Thing, order: Order, at: datetime) -> Answer:
    state = REFUNDS.get(str(made.get("status")))
    if state is None:
        raise NoAnswer(f"{order.id}: the refund {made.get('id')} is {made.get('status')}", again_at(order, at))
    waits = at + patience(order.placed_at, at) if state == "processing" else None
    return answer(state, made, at, ask_again_at=waits, code="refund_refused" if state == "failed" else "")
