"""What an issuer has promised stands as a hold beside the payee's pending balance (BOOKS.md D2): posted, or let go (D3, D6)."""

from collections.abc import Sequence
from datetime import datetime

from ledger.journal.actions import credit, place_hold, resolve_hold
from ledger.journal.models import Account, Hold
from payments.chart.accounts import Key, accounts, platform
from payments.payins.moving import Moving


def hold_reference(payment: Moving) -> str:
    return f"payment.authorized:{payment.public_id}"


def place_holds(payments: Sequence[Moving], *, at: datetime) -> None:
    """Step: incoming, so that it lowers nothing and blocks nobody."""
    ids = {key: found.id for key, found in accounts([_pending(p) for p in payments], at=at).items()}
    rows = Account.objects.in_bulk(list(ids.values()))
    for payment in sorted(payments, key=lambda p: ids[_pending(p)]):
        account = rows[ids[_pending(payment)]]
        leg = credit(account, payment.amount_minor)
        place_hold(account, leg, reference=hold_reference(payment), at=at, expires_at=payment.capture_before)


def post_holds(payments: Sequence[Moving], *, at: datetime) -> None:
    """Step: so much of each as was taken; the rest is released. One whose time has passed meanwhile ends by itself: the money has come."""
    for payment, hold in _standing(payments):
        if hold.expires_at is None or hold.expires_at > at:
            resolve_hold(hold, "posted", at=at, posted_minor=payment.amount_minor)


def release_holds(payments: Sequence[Moving], *, at: datetime) -> None:
    """Step: nothing of it is taken."""
    for _, hold in _standing(payments):
        resolve_hold(hold, "released", at=at)


def _pending(payment: Moving) -> Key:
    return platform("P2110", payment.payee.public_id, payment.currency)


def _standing(payments: Sequence[Moving]) -> list[tuple[Moving, Hold]]:
    by_reference = {hold_reference(p): p for p in payments if p.authorized_minor is not None}
    found = Hold.objects.filter(reference__in=list(by_reference), state="pending").order_by("account_id", "id") if by_reference else ()
    return [(by_reference[hold.reference], hold) for hold in found]
