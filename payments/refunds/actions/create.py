"""Claiming a part of a payment for its payer: with the payment locked, posted at once, and promised to its rail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from ledger.allocation.actions import allocate, take_back
from ledger.journal.actions import lock_account_rows, post_many
from ledger.journal.models import Account
from payments.chart.accounts import accounts
from payments.chart.drafts import postings_of
from payments.payins.models import Payment
from payments.rails.registry import rail
from payments.rails.timetable import bank_day_of
from payments.refunds.actions.terms import Terms, check_balance, terms_of
from payments.refunds.events import fact
from payments.refunds.models import Refund
from payments.refunds.queries import SUBMITTED, credits_of, debits_of, may_give_back, with_related

REFUND_QUEUE = "refunds.rail"
NOT_SO_FAR = "cannot be given back so far: only {left} of the payee's money is available"


def refund_payment(
    payment: Payment,
    amount_minor: int,
    *,
    reason: str = "",
    metadata: Mapping[str, Any] | None = None,
    once: str | None = None,
    actor: Actor,
    at: datetime,
) -> Refund:
    """G5, G8, G9 out of available, N3 out of pending: the payer is owed it, and what it paid is owed again as far as that goes.

    By whoever was paid, or staff. A form names itself by `once`: sent twice it gets the refund that it made. Raises NotAllowed,
    NotRefundable, AmountExceedsRefundable, RefundExceedsBalance.
    """
    if not may_give_back(payment, actor):
        raise NotAllowed("Whoever was paid decides what goes back.")
    with unit_of_work():
        row = lock_payment(payment)
        earlier = with_related().filter(once=once).first() if once else None
        if earlier is not None:
            return earlier
        terms = terms_of(row, amount_minor)
        refund = _claim(terms, reason, metadata or {}, once, at)
        _post(terms, refund, at)
        record([fact("created", refund, was=None, actor=actor.label, at=at)])
        schedule(REFUND_QUEUE, [(refund.public_id, rail(terms.rail).promise(at).leaves_at)])
        hint_after_commit()
        return with_related().get(id=refund.id)


def lock_payment(payment: Payment) -> Payment:
    """Step: its row locked, before any refund or account."""
    rows = Payment.objects.select_related("payer", "payee__owner", "applies_to__book", "applies_to__cost_account")
    return rows.select_for_update(of=("self",), no_key=True).get(id=payment.id)


def _claim(terms: Terms, reason: str, metadata: Mapping[str, Any], once: str | None, at: datetime) -> Refund:
    payment = terms.payment
    return Refund.objects.create(
        public_id=public_id("re"),
        payment=payment,
        payer=payment.payer,
        payee=payment.payee,
        rail=terms.rail,
        currency=payment.currency,
        amount_minor=terms.amount_minor,
        reason=reason,
        gives_fee_back=terms.gives_fee_back,
        clawed_minor=terms.clawed_minor,
        payer_fee_minor=terms.payer_fee_minor,
        from_pending=terms.from_pending,
        once=once,
        metadata=dict(metadata),
        created_at=at,
        changed_at=at,
        expected_on=rail(terms.rail).promise(at).clears_on,
    )


def _post(terms: Terms, refund: Refund, at: datetime) -> None:
    """Step: with all accounts locked that it touches. Raises RefundExceedsBalance."""
    payment = terms.payment
    postings = postings_of([terms.draft(refund.public_id, bank_day_of(at), at)])
    lock_account_rows([leg.account_id for leg in postings[0].legs])
    bucket = Account.objects.get(id=accounts([terms.bucket], at=at)[terms.bucket].id)
    check_balance(terms, bucket.available_minor, NOT_SO_FAR)
    post_many(postings, at=at)
    count(refund, 1)
    if payment.applies_to.payable_limit == "balance":  # an account that is paid by its items
        submitted = f"{SUBMITTED}{refund.public_id}"
        take_back(payment.applies_to_id, credits_of(payment), submitted, keep=debits_of(payment), at=at)
        allocate([payment.applies_to_id], at=at)


def count(refund: Refund, sign: int, *, pending: bool = True, fee: bool = True) -> None:
    """Step: on the payment's row what went back of it (+), or is back (−); of pending and of the fee only where that moved too."""
    Payment.objects.filter(id=refund.payment_id).update(
        refunded_minor=F("refunded_minor") + sign * refund.amount_minor,
        clawed_minor=F("clawed_minor") + (sign * refund.clawed_minor if fee else 0),
        refunded_pending_minor=F("refunded_pending_minor") + (sign * refund.taken_minor if pending and refund.from_pending else 0),
    )
