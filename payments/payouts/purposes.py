"""What each purpose of a payout posts, and what it promises beside the balance until then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from directpay.kernel.money import words
from ledger.allocation.actions import allocate
from ledger.allocation.queries import Claim
from payments.chart.accounts import Key, of_payee, platform
from payments.chart.drafts import Draft
from payments.chart.kinds import PAYOUT
from payments.payins.models import Payment
from payments.payins.postings import paid_of
from payments.payouts.models import Payout
from payments.payouts.postings import (
    deposit_draw_returned,
    deposit_drawn,
    deposit_forwarded,
    deposit_forwarding_returned,
    deposit_refund_returned,
    deposit_refunded,
    payout_created,
    payout_failed,
    payout_paid,
    payout_returned,
)
from payments.payouts.queries import left_of_draws_minor, lock_origin, there_minor
from payments.refunds.postings import refund_completed, refund_failed, refund_returned, refund_submitted
from payments.refunds.queries import credits_of

Build = Callable[[Payout, date, datetime], Draft]


@dataclass(frozen=True, slots=True)
class Way:
    """`lowers`: the account whose available amount limits it, and the sign of the leg to be; `promised`: held there, not yet posted.

    `beside`: what follows a posting beside the books, once the money has gone (+) or is back (−).
    """

    rail: str
    lowers: Callable[[Payout], tuple[Key, int]]
    paid: Build
    promised: bool = True
    created: Build | None = None
    failed: Build | None = None
    returned: Build | None = None
    beside: Callable[[Payout, int, datetime], None] | None = None


def _in_transit(p: Payout) -> tuple[Key, int]:
    return platform("P2210", p.payee.public_id, p.currency), 1


def _what(p: Payout, on: date, at: datetime) -> dict[str, Any]:
    """What every posting of a payout says."""
    return {"payee": p.payee.public_id, "currency": p.currency, "on": on, "at": at}


def _of_owner(posting: Callable[..., Draft]) -> Build:
    return lambda p, on, at: posting(payout=p.public_id, amount_minor=p.amount_minor, **_what(p, on, at))


def _of_renter(posting: Callable[..., Draft]) -> Build:
    return lambda p, on, at: posting(
        refund=p.public_id,
        party=p.party,
        held_minor=p.amount_minor - p.interest_minor,
        interest_minor=p.interest_minor,
        **_what(p, on, at),
    )


class GoneOn(Exception):
    """What came back has been given on, or taken out, meanwhile: nothing says who bears it. It is tried again, and shown to a person."""


def _of_trust(posting: Callable[..., Draft], name: str, guard: Callable[[Payout], int] | None = None, **more: Any) -> Build:
    """`guard`: how much of it is still where the posting takes it from; less than the whole is refused with GoneOn."""

    def build(p: Payout, on: date, at: datetime) -> Draft:
        left = max(0, guard(p)) if guard else p.amount_minor
        if left < p.amount_minor:
            gone, whole = words(p.amount_minor - left, p.currency), words(p.amount_minor, p.currency)
            raise GoneOn(f"{p.purpose} {p.public_id} came back, and {gone} of {whole} is not there any more")
        return posting(**{name: p.public_id}, amount_minor=p.amount_minor, trust_bank=p.trust_bank, **more, **_what(p, on, at))

    return build


def _of_payer(posting: Callable[..., Draft], **more: Any) -> Build:
    """Of the payment that it gives back a part of; its row is locked, before any account is."""
    return lambda p, on, at: posting(paid_of(lock_origin(p)), refund=p.public_id, amount_minor=p.amount_minor, on=on, at=at, **more)


def _given_back(p: Payout, on: date, at: datetime) -> Draft:
    return refund_completed.draft(
        refund=p.public_id, rail=lock_origin(p).rail, over=p.rail, currency=p.currency, amount_minor=p.amount_minor, on=on, at=at
    )


def _beside_the_books(p: Payout, minor: int, at: datetime) -> None:
    """The debit takes what of the payment no debt has taken (E9); a credit that is back pays what is owed by then, or stands ahead."""
    Payment.objects.filter(public_id=p.origin).update(refunded_minor=F("refunded_minor") + minor)
    paid = lock_origin(p)
    debit = [Claim(f"refund.submitted:{p.public_id}", p.amount_minor, "given back")] if minor > 0 else []
    allocate([paid.applies_to_id], at=at, claims=dict.fromkeys(credits_of(paid), debit))


def _available(p: Payout) -> tuple[Key, int]:
    return platform("P2120", p.payee.public_id, p.currency), 1


WAYS: dict[str, Way] = {
    Payout.Purpose.PAYOUT: Way(
        PAYOUT,
        _available,
        _of_owner(payout_paid.draft),
        promised=False,
        created=_of_owner(payout_created.draft),
        failed=_of_owner(payout_failed.draft),
        returned=_of_owner(payout_returned.draft),
    ),
    Payout.Purpose.FORWARDING: Way(
        PAYOUT,
        _in_transit,
        _of_trust(deposit_forwarded.draft, "forwarding"),
        returned=_of_trust(deposit_forwarding_returned.draft, "forwarding", there_minor),
    ),
    Payout.Purpose.DRAW: Way(
        "ach",
        lambda p: (of_payee("L1310", p.payee.public_id, p.currency, p.trust_bank), -1),
        _of_trust(deposit_drawn.draft, "refund", rail="ach"),
        returned=_of_trust(deposit_draw_returned.draft, "refund", left_of_draws_minor, rail="ach"),
    ),
    Payout.Purpose.REFUND: Way(PAYOUT, _in_transit, _of_renter(deposit_refunded.draft), returned=_of_renter(deposit_refund_returned.draft)),
    Payout.Purpose.OVERPAYMENT: Way(
        PAYOUT,
        _available,
        _given_back,
        promised=False,
        created=_of_payer(refund_submitted.draft, settled=True),
        failed=_of_payer(refund_failed.draft, settled=True),
        returned=_of_payer(refund_returned.draft, over=PAYOUT),
        beside=_beside_the_books,
    ),
}
