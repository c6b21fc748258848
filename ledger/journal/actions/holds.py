"""Two-phase holds: a promise beside the balance, resolved once. What is held is not there to be taken by anybody else."""

from collections.abc import Sequence
from datetime import datetime

from directpay.due.actions import schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM, Actor
from ledger.journal.actions.accounts import lock_accounts
from ledger.journal.actions.legs import Leg
from ledger.journal.actions.refusals import BelowFloor, PostingRefused, ReferenceReused
from ledger.journal.models import Account, Hold

EXPIRY_QUEUE = "ledger.holds"


class HoldResolved(Conflict):
    """A hold is resolved once. The code says how it was: hold_posted, hold_released or hold_expired."""

    code = "hold_resolved"


class HoldExpired(HoldResolved):
    """Its time has passed, whether or not anybody has looked."""

    code = "hold_expired"


class HoldAmount(Conflict):
    """A hold is posted up to its amount; what is released is all that is left of it."""

    code = "hold_amount"


def place_hold(
    account: Account, leg: Leg, *, reference: str, at: datetime, expires_at: datetime | None = None, actor: Actor = SYSTEM
) -> Hold:
    """Step: promise `leg` beside the balance. One that lowers the account needs the amount available.

    Raises BelowFloor, PostingRefused (account_closed). Idempotent by reference; ReferenceReused with other content.
    """
    account = lock_accounts([account.id])[account.id]
    standing = Hold.objects.filter(reference=reference).first()
    if standing:
        if (standing.account_id, standing.amount_minor) != (account.id, leg.signed_minor):
            raise ReferenceReused(f"hold {reference} stands already with other content", reference=reference)
        return standing
    if account.closed_at:
        raise PostingRefused(f"account {account.code} is closed", code="account_closed", reference=reference)
    lowers = account.normal * leg.signed_minor < 0
    if lowers and account.floor != "any" and account.available_minor < abs(leg.signed_minor):
        raise BelowFloor(f"{account.code} has not that much available", reference=reference, account=account.code)
    hold = Hold.objects.create(
        public_id=public_id("hold"),
        reference=reference,
        account=account,
        amount_minor=leg.signed_minor,
        expires_at=expires_at,
        created_at=at,
    )
    if expires_at:
        schedule(EXPIRY_QUEUE, [(hold.public_id, expires_at)])
    record([_fact("placed", hold, 1, actor, at)])
    return hold


def resolve_hold(hold: Hold, state: str, *, at: datetime, posted_minor: int = 0, actor: Actor = SYSTEM) -> Hold:
    """Step: end a pending hold as posted (the rest is released) or released; the posting itself is the caller's.

    Raises HoldResolved, HoldExpired, HoldAmount.
    """
    lock_accounts([hold.account_id])
    row = Hold.objects.select_for_update().get(id=hold.id)
    if row.state != "pending":
        raise HoldResolved(f"this hold is {row.state} already", code=f"hold_{row.state}", hold=row.public_id)
    if state == "posted" and row.expires_at and row.expires_at <= at:
        raise HoldExpired("this hold has expired", hold=row.public_id)
    if not 0 <= posted_minor <= abs(row.amount_minor) or (state == "posted") != (posted_minor > 0):
        raise HoldAmount("a hold is posted up to its amount, or released as a whole", param="amount", hold=row.public_id)
    return _end(row, state, posted_minor, actor, at)


def expire_holds(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: what nobody has resolved in its time is released."""
    with unit_of_work():
        due = Hold.objects.filter(public_id__in=list(public_ids), state="pending", expires_at__lte=at)
        lock_accounts(list(due.values_list("account_id", flat=True)))
        for row in due.order_by("id").select_for_update(of=("self",)):
            _end(row, "expired", 0, SYSTEM, at)


def _end(row: Hold, state: str, posted_minor: int, actor: Actor, at: datetime) -> Hold:
    row.state, row.posted_minor, row.resolved_at = state, posted_minor, at
    row.save(update_fields=["state", "posted_minor", "resolved_at"])
    record([_fact(state, row, 2, actor, at)])
    return row


def _fact(kind: str, hold: Hold, version: int, actor: Actor, at: datetime) -> NewEvent:
    """``hold.placed``, then one of ``hold.posted``, ``hold.released``, ``hold.expired``."""
    data = {
        "id": hold.public_id,
        "reference": hold.reference,
        "state": hold.state,
        "amount": hold.amount_minor,
        "posted": hold.posted_minor,
        "expires_at": hold.expires_at.isoformat() if hold.expires_at else None,
    }
    return NewEvent(type=f"hold.{kind}", object_id=hold.public_id, version=version, actor=actor.label, at=at, data=data)
