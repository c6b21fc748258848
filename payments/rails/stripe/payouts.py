"""Stripe's payouts to our bank, and the balance transactions in each. Only automatic payouts say what they are made of.

Source: docs.stripe.com/payouts/reconciliation, docs.stripe.com/reports/balance-transaction-types, …/reporting-categories.
"""

from datetime import UTC, datetime
from typing import Any, Final

import stripe

from payments.rails.base import NeedsAPerson, Order
from payments.rails.processors.paid_out import REFUND_FAILURE, PaidLine, PaidOut
from payments.rails.stripe.calls import ask

KINDS: Final = {"charge": "payment", "payment": "payment", "refund": "refund", "payment_refund": "refund", "refund_failure": REFUND_FAILURE}
OF_ITSELF: Final = "payout"  # the sum itself stands among its parts, going out
PAGE: Final = 100


class StripePayouts:
    def paid_since(self, since: datetime, at: datetime) -> list[str]:
        """References of the payouts made since then that have been paid. Raises NoAnswer, NeedsAPerson."""
        asked: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "status": "paid", "limit": PAGE}
        found = ask(_question("payouts", at), at, lambda client: list(client.v1.payouts.list(asked).auto_paging_iter()))
        return [payout.id for payout in found]

    def paid_out(self, reference: str, at: datetime) -> PaidOut | None:
        """One of them with all its parts; None while it has not been paid. Raises NoAnswer, NeedsAPerson."""
        question = _question(reference, at)
        asked: dict[str, Any] = {"payout": reference, "limit": PAGE, "expand": ["data.source"]}
        try:
            payout = ask(question, at, lambda client: client.v1.payouts.retrieve(reference))
            if payout.status != "paid":
                return None
            parts = ask(question, at, lambda client: list(client.v1.balance_transactions.list(asked).auto_paging_iter()))
        except stripe.InvalidRequestError as error:
            raise NeedsAPerson(f"Stripe does not say what {reference} is made of: {error.code} ({error.request_id})") from error
        lines = tuple(_line(part) for part in parts if part.type != OF_ITSELF)
        arrives_on = datetime.fromtimestamp(payout.arrival_date, UTC).date()
        return PaidOut(payout.id, payout.amount, str(payout.currency), arrives_on, lines)


def _line(part: Any) -> PaidLine:
    return PaidLine(part.id, _kind(part), _about(part.source), part.amount, part.fee)


def _kind(part: Any) -> str:
    """A refund that did not arrive is one that comes in again where it went by bank, and may be an adjustment where by card."""
    if part.reporting_category == "refund_failure":
        return REFUND_FAILURE
    kind = KINDS.get(part.type, str(part.type))
    return REFUND_FAILURE if kind == "refund" and part.amount > 0 else kind


def _about(source: Any) -> str:
    """Of a charge its intent, by which we know it."""
    if source is None or isinstance(source, str):
        return source or ""
    return str(getattr(source, "payment_intent", None) or source.id) if source.object == "charge" else str(source.id)


def _question(about: str, at: datetime) -> Order:
    """Not an order, but asked with the same patience."""
    return Order(about, 0, "", "", "", at)
