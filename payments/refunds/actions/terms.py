"""What giving back so much of a payment comes to, and why it cannot be: asked again with the payment locked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.money import words
from payments.chart.accounts import Key
from payments.chart.drafts import Draft
from payments.payins.models import CLEARED, Payment, Status
from payments.payins.postings import paid_of
from payments.rails.registry import way_back
from payments.refunds.models import Refund
from payments.refunds.postings import claw_back, refund_submitted
from payments.refunds.queries import gives_fee_back

SAID: Final = {
    Status.AUTHORIZED: ("payment_not_captured", "This payment is only promised: cancel it, and nothing is taken."),
    Status.RETURNED: ("payment_returned", "The bank took this payment back: there is nothing to give back."),
}


class NotRefundable(InvalidInput):
    """Nothing of this payment can go back (400, as at Stripe); `code` says why."""

    code = "payment_not_cleared"


class AmountExceedsRefundable(InvalidInput):
    """More than is left of the payment; `refundable` says how much is."""

    code = "amount_exceeds_refundable"


class RefundExceedsBalance(Conflict):
    """The payee has not so much: a refund never makes a balance negative. `available` says what there is, `missing` what is not."""

    code = "balance_insufficient"


@dataclass(frozen=True, slots=True)
class Terms:
    """Of a refund to be; amounts in minor units of the payment's currency."""

    payment: Payment
    amount_minor: int
    gives_fee_back: bool
    clawed_minor: int
    payer_fee_minor: int
    rail: str

    @property
    def from_pending(self) -> bool:
        return self.payment.status == Status.COMPLETED

    @property
    def taken_minor(self) -> int:
        """What the payee gives."""
        return self.amount_minor - self.clawed_minor

    @property
    def bucket(self) -> Key:
        """Where the payee gives it from."""
        return paid_of(self.payment).key("P2110" if self.from_pending else "P2120")

    def draft(self, refund: str, on: date, at: datetime) -> Draft:
        return refund_submitted.draft(
            paid_of(self.payment),
            refund=refund,
            amount_minor=self.amount_minor,
            settled=not self.from_pending,
            on=on,
            at=at,
            clawed_fee_minor=self.clawed_minor,
            payer_fee_minor=self.payer_fee_minor,
        )


def terms_of(payment: Payment, amount_minor: int) -> Terms:
    """By the payee's policy of now. Raises NotRefundable, AmountExceedsRefundable, RefundExceedsBalance."""
    _check(payment, amount_minor)
    gives = gives_fee_back(payment)
    earlier = list(Refund.objects.filter(payment_id=payment.id, gives_fee_back=True).exclude(status__in=Refund.UNDONE))
    fee = _fee(payment, amount_minor, earlier) if gives else 0
    by_payee = payment.fee_payer == "payee"
    made = Terms(payment, amount_minor, gives, fee if by_payee else 0, 0 if by_payee else fee, way_back(payment.rail))
    if made.from_pending:
        check_balance(made, payment.pending_minor, "has not settled yet, and the payee has {left} of it by then")
    return made


def _check(payment: Payment, amount_minor: int) -> None:
    if payment.applies_to.pays_into == "trust":
        raise NotRefundable("A deposit goes back when its renter moves out.", param="payment", code="deposit_not_refundable")
    if payment.status not in CLEARED:
        said = f"This payment is {payment.status}: only what has arrived can be given back."
        code, sentence = SAID.get(Status(payment.status), (NotRefundable.code, said))
        raise NotRefundable(sentence, param="payment", code=code, payment=payment.public_id)
    left = payment.refundable_minor
    if not left:
        raise NotRefundable("All of this payment went back already.", param="payment", code="charge_already_refunded")
    if amount_minor <= 0:
        raise InvalidInput("What goes back is more than nothing.", param="amount")
    if amount_minor > left:
        raise AmountExceedsRefundable(f"At most {words(left, payment.currency)} of it can go back.", param="amount", refundable=left)


def _fee(payment: Payment, amount_minor: int, earlier: list[Refund]) -> int:
    """What of our fee goes back with this one: in proportion to all that took its part along (BOOKS.md rule 11). What of the payer's came
    back to us with a refund that did not arrive goes again; the payee's stays with the payee."""
    with_fee = [r for r in earlier if payment.fee_payer == "payee" or r.status != Refund.Status.RETURNED]
    total = min(payment.amount_minor, amount_minor + sum(r.amount_minor for r in with_fee))
    given = sum(r.clawed_minor + r.payer_fee_minor for r in with_fee)
    part = claw_back(fee_minor=payment.fee_minor, amount_minor=payment.amount_minor, refunded_minor=total, clawed_minor=given)
    return max(0, part)


def check_balance(terms: Terms, available_minor: int, said: str) -> None:
    """Raises RefundExceedsBalance."""
    missing = terms.taken_minor - available_minor
    if missing > 0:
        left, currency = max(0, available_minor), terms.payment.currency
        details: dict[str, Any] = {"available": left, "missing": terms.taken_minor - left}
        raise RefundExceedsBalance(f"This payment {said.format(left=words(left, currency))}.", param="amount", **details)
