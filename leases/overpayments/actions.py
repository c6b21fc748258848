"""Giving back what was paid too much: judged with the lease, its payments and the accounts locked, sent as payouts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from directpay.due.actions import done
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import words
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease, Party
from leases.overpayments import events
from leases.overpayments.models import OverpaymentPart, OverpaymentRefund
from leases.overpayments.queries import (
    ANNOUNCED,
    BY_HAND,
    ELSEWHERE,
    GRANTED,
    IN_FLIGHT,
    NOT_SETTLED,
    RETURNED,
    Ahead,
    account_to_refund,
    ahead_of,
    awaits_autopay,
    may_still_return_until,
    newest_in_flight,
    payments_ahead,
)
from leases.rent.queries import local_today
from ledger.journal.actions import lock_account_rows
from payments.chart.accounts import accounts, at_directpay, platform
from payments.payins.models import Payment
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout

BACK_QUEUE = "overpayments.back"
NOTHING, FALLS_DUE, MAY_RETURN, NO_ACCOUNT = "nothing_ahead", "charge_falls_due", "return_window_open", "bank_account_missing"
SAID: Final = {
    NOTHING: "Nothing has been paid ahead.",
    NOT_SETTLED: "It has not settled yet: what was paid can be given back when it is available.",
    RETURNED: "The bank took back the payment that it came from.",
    BY_HAND: "It was given by hand: give it back by hand.",
    GRANTED: "It was granted, not paid: it lowers what is owed next.",
    ELSEWHERE: "It was paid on another account and brought here: it lowers what is owed next.",
    FALLS_DUE: "Something falls due today and is charged in a moment: give back what is left then.",
    IN_FLIGHT: "A payment is on its way to this account: give back what is too much when it has arrived.",
    ANNOUNCED: "Autopay has announced what it will take, and counts on it: give back what is too much after that.",
    MAY_RETURN: "Its bank may still take the payment back, so it goes only to the account it was paid from, which is closed to us.",
    NO_ACCOUNT: "Whoever paid it has no verified bank account: ask them to add one.",
}


class NotGivenBack(Conflict):
    """What stands ahead stays there for now; `code` says why."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(SAID[code], code=code, **details)


class MoreThanIsAhead(InvalidInput):
    """More than can be given back; `refundable` says how much can."""

    code = "amount_exceeds_overpayment"


def refund_overpayment(
    party: Party, amount_minor: int | None, *, metadata: Mapping[str, Any] | None = None, actor: Actor, at: datetime
) -> OverpaymentRefund:
    """E9: of what a party has paid ahead, that much (all that can be without it) goes back to whoever paid it, of the newest payment first.

    Raises NotGivenBack, MoreThanIsAhead, NotAvailable.
    """
    with unit_of_work():
        lease = lock_lease(party.lease)
        today = local_today(lease, at)
        _check_nothing_falls_due(lease, today)
        _lock(lease, party, at)
        _check_nothing_counts_on_it(party)
        ahead = ahead_of(party)
        parts = ahead.taken(_amount(ahead, amount_minor, lease.currency))
        refund = OverpaymentRefund.objects.create(
            public_id=public_id("ovr"),
            lease=lease,
            party=party,
            amount_minor=sum(minor for _payment, minor in parts),
            refunded_on=today,
            metadata=dict(metadata or {}),
            created_at=at,
        )
        payouts = [_sent(lease, payment, minor, today, actor, at) for payment, minor in parts]
        OverpaymentPart.objects.bulk_create(
            OverpaymentPart(refund=refund, number=number, payout=payout) for number, payout in enumerate(payouts, start=1)
        )
        record([events.ordered(refund, actor, at)])
        return refund


def _lock(lease: Lease, party: Party, at: datetime) -> None:
    """Step: payments first, then all accounts that will be posted to, at once: in the written order of everybody."""
    payments = list(payments_ahead(party).select_for_update(of=("self",), no_key=True))
    payee = lease.unit.property.payee.public_id
    keys = [platform("P2120", payee, lease.currency), at_directpay(payee, lease.currency)]
    keys += [platform("P2310", rail, lease.currency) for rail in sorted({payment.rail for payment in payments})]
    lock_account_rows([party.account_id, *(account.id for account in accounts(keys, at=at).values())])


def _check_nothing_falls_due(lease: Lease, today: date) -> None:
    """The rent of today comes first; posted within this transaction, it would lock accounts before payments."""
    if lease.charges.filter(posted_at=None, due_on__lte=today).exists():
        raise NotGivenBack(FALLS_DUE)


def _check_nothing_counts_on_it(party: Party) -> None:
    """A payment on its way, or one that was announced, was reckoned with what stands ahead: without it, it would be too little."""
    flying = newest_in_flight(party)
    if flying:
        raise NotGivenBack(IN_FLIGHT, payment=flying)
    if awaits_autopay(party):
        raise NotGivenBack(ANNOUNCED)


def _amount(ahead: Ahead, wished_minor: int | None, currency: str) -> int:
    most = ahead.refundable_minor
    if not most:
        raise NotGivenBack(ahead.why_not or NOTHING, ahead=ahead.minor)
    if wished_minor is not None and wished_minor > most:
        rest = f" {SAID[ahead.why_not]}" if ahead.why_not else ""
        raise MoreThanIsAhead(f"At most {words(most, currency)} can be given back.{rest}", param="amount", refundable=most)
    return most if wished_minor is None else wished_minor


def _sent(lease: Lease, payment: Payment, amount_minor: int, day: date, actor: Actor, at: datetime) -> Payout:
    account = account_to_refund(payment, day)
    if account is None:
        until = may_still_return_until(payment)
        if until is not None and day <= until:
            raise NotGivenBack(MAY_RETURN, payment=payment.public_id, until=until.isoformat())
        raise NotGivenBack(NO_ACCOUNT, payment=payment.public_id)
    wish = NewPayout(
        purpose=Payout.Purpose.OVERPAYMENT,
        payee=lease.unit.property.payee,
        bank_account=account,
        amount_minor=amount_minor,
        currency=lease.currency,
        origin=payment.public_id,
    )
    return create_payout(wish, actor=actor, at=at)


def tell_what_came_back(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: of payouts that failed or were returned, as a fact of the lease: what was given back stands there again."""
    with unit_of_work():
        known = ("payout", "refund__party", "refund__lease__unit__property__payee", "refund__lease__unit__property__landlord")
        parts = OverpaymentPart.objects.filter(payout__public_id__in=list(public_ids)).select_related(*known)
        record([events.came_back(part, at) for part in parts.order_by("id")])
        done(BACK_QUEUE, list(public_ids))
