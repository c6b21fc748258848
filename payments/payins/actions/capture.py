"""Taking what a card has promised, all or a part; and its end where nobody has taken it in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from directpay.due.actions import done, schedule
from directpay.due.hints import hint_after_commit
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, DirectPayError, InvalidInput, NotAllowed
from directpay.kernel.money import words
from directpay.people.actor import SYSTEM, Actor
from directpay.people.models import Payee
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.holds import release_holds
from payments.payins.actions.initiate import RAIL_QUEUE, AmountTooSmall
from payments.payins.models import Payment, Status
from payments.payins.moving import Moving
from payments.payins.queries import with_related
from payments.pricing.fees import price
from payments.rails.base import NeedsAPerson
from payments.rails.registry import asked_for_as

CAPTURE_QUEUE = "payins.capture"
VOID_QUEUE = "payins.void"  # telling whoever promised that it is let go
CAPTURE_WITHIN = timedelta(days=7)  # Stripe's, of most cards
COLUMNS = ["amount_minor", "fee_minor", "charged_minor", "net_minor", "captured_at", "placed_at"]


class NotCapturable(Conflict):
    """Nothing is promised, or not any more."""

    code = "payment_not_capturable"


def capture_payment(payment: Payment, amount_minor: int | None = None, *, actor: Actor, at: datetime) -> Payment:
    """Decide to take so much of it, all without an amount; the rail is asked in the background, and the rest is let go.

    By whoever is paid, or staff. Raises NotAllowed, NotCapturable, InvalidInput, AmountTooSmall.
    """
    if not may_take(payment, actor):
        raise NotAllowed("Who is paid decides what is taken.")
    with unit_of_work():
        row = next(iter(lock_payments([payment.public_id])))
        if row.status != Status.AUTHORIZED or row.capture_before is None:
            raise NotCapturable(f"This payment is {row.status}: only what is authorized can be captured.", payment=row.public_id)
        if row.capture_before <= at:
            raise NotCapturable("Nobody captured this payment in its seven days.", payment=row.public_id)
        _take(row, row.amount_minor if amount_minor is None else amount_minor)
        row.captured_at = row.placed_at = at
        change([row], "capture", "captured", actor=actor.label, at=at, columns=COLUMNS)
        done(CAPTURE_QUEUE, [row.public_id])
        schedule(RAIL_QUEUE, [(row.public_id, at)])
        hint_after_commit()
        return with_related().get(id=row.id)


def may_take(payment: Payment, actor: Actor) -> bool:
    return actor.may_see_all or Payee.objects.filter(id=payment.payee_id, owner_id=actor.user_id).exists()


def _take(row: Moving, amount_minor: int) -> None:
    """The terms are those of what is taken: its fee is that of the amount."""
    if not 0 < amount_minor <= row.amount_minor:
        said = f"At most {words(row.amount_minor, row.currency)} can be captured."
        raise InvalidInput(said, param="amount_to_capture", code="amount_too_large", capturable=row.amount_minor)
    if amount_minor == row.amount_minor:
        return
    cost = price(amount_minor, rail=asked_for_as(row.rail), payee_id=row.payee_id)
    if cost.net_minor <= 0:
        raise AmountTooSmall(f"The fee of it is {words(cost.fee_minor, row.currency)}: capture more.", param="amount_to_capture")
    row.amount_minor, row.fee_minor, row.fee_payer = cost.amount_minor, cost.fee_minor, cost.fee_payer
    row.charged_minor, row.net_minor = cost.charged_minor, cost.net_minor


def taken_elsewhere(row: Moving, took_minor: int | None, *, at: datetime) -> None:
    """Step: it was captured at the processor's own desk, so much of what the payer was to be charged. Raises NeedsAPerson."""
    took = row.charged_minor if took_minor is None else took_minor
    if took != row.charged_minor:
        said = f"{row.public_id}: {took} of {row.charged_minor} was taken at the processor's desk"
        if row.charged_minor != row.amount_minor:
            raise NeedsAPerson(f"{said}, and its payer bears the fee: nobody knows how much of it is that")
        try:
            _take(row, took)
        except DirectPayError as refused:
            raise NeedsAPerson(f"{said}: {refused}") from refused
    row.captured_at = row.placed_at = at
    change([row], "capture", "captured", actor=SYSTEM.label, at=at, columns=COLUMNS)
    done(CAPTURE_QUEUE, [row.public_id])


def expire_authorizations(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: authorized → canceled, where nobody has taken it in time. A card's issuer lets go by itself; the processor
    is told all the same, for its answer may be that it was taken at its own desk meanwhile."""
    with unit_of_work():
        rows = [row for row in lock_payments(public_ids) if row.status == Status.AUTHORIZED]
        late = [row for row in rows if row.capture_before is not None and row.capture_before <= at]
        release_holds(late, at=at)
        change(late, "cancel", "canceled", actor=SYSTEM.label, at=at)
        schedule(VOID_QUEUE, [(row.public_id, at) for row in late])
        waiting = {row.public_id: row.capture_before for row in rows if row.status == Status.AUTHORIZED}
        schedule(CAPTURE_QUEUE, [(key, when) for key, when in waiting.items() if when is not None])
        done(CAPTURE_QUEUE, [key for key in public_ids if key not in waiting])
