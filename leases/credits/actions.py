"""Forgiving, giving up, and asking again for what was given up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import words
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease, Party
from leases.credits.models import Credit
from leases.credits.postings import charge_written_off, credit_granted, write_off_reinstated
from leases.credits.queries import written_off_minor
from leases.rent.models import Charge
from leases.rent.postings import due_reference
from leases.rent.queries import local_today, payable_charges
from ledger.allocation.actions import allocate
from ledger.allocation.queries import Claim
from ledger.journal.actions import Posting, lock_accounts, post_many
from payments.payins.queries import in_flight_minor


class CreditTooLarge(InvalidInput):
    """More than is owed: of the charge that it is for, or, for a write-off, at all and not on its way; `owed` says how much that is."""

    code = "credit_too_large"


@dataclass(frozen=True, slots=True)
class NewCredit:
    """`kind`: credit or write_off. `charge`: what it is for, served first; the rest, or all without it, serves the oldest."""

    party: Party
    kind: str
    amount_minor: int
    reason: str
    charge: Charge | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def grant_credit(lease: Lease, wish: NewCredit, *, actor: Actor, at: datetime) -> Credit:
    """The party owes that much less, from today. A credit beyond what is owed stands as paid ahead. Raises CreditTooLarge."""
    with unit_of_work():
        lease = lock_lease(lease)
        owed = _owed(wish.party)
        _check_size(lease, wish, owed)
        credit = _kept(lease, wish, local_today(lease, at), at)
        post_many([_posting(credit, at)], at=at)
        claims = {} if wish.charge is None else {_reference(credit): [Claim(due_reference(wish.charge), wish.amount_minor)]}
        allocate([wish.party.account_id], at=at, claims=claims)
        record([_fact(credit, actor, at)])
        return credit


def reinstate_for(lease: Lease, party: Party, amount_minor: int, *, on: date, actor: Actor, at: datetime) -> Credit | None:
    """Step, before money that pays it is posted: of what was written off, as much is owed again as `amount_minor` is beyond the debt."""
    require_transaction()
    given_up = written_off_minor(party)
    if not given_up:
        return None
    owed = _owed(party)
    again = min(given_up, amount_minor - max(0, owed))
    if again <= 0:
        return None
    wish = NewCredit(party, Credit.Kind.REINSTATEMENT, again, "paid after all")
    credit = _kept(lease, wish, on, at)
    post_many([_posting(credit, at)], at=at)
    record([_fact(credit, actor, at)])
    return credit


def _owed(party: Party) -> int:
    """Read under the lock of its account."""
    return lock_accounts([party.account_id])[party.account_id].balance_minor


def _check_size(lease: Lease, wish: NewCredit, owed: int) -> None:
    if wish.kind == Credit.Kind.WRITE_OFF:
        _check_given_up(wish, owed, lease.currency)
    if wish.charge is not None:
        rows = payable_charges(lease, wish.party, list(lease.parties.order_by("id"))).rows
        row = next((row for row in rows if row.charge.id == wish.charge.id and row.charge.posted_at), None)
        left = 0 if row is None else row.free_minor if wish.kind == Credit.Kind.WRITE_OFF else row.open_minor
        if wish.amount_minor > left:
            coming = " and not on its way" if row is not None and left < row.open_minor else ""
            most = f"At most {words(left, lease.currency)} of this charge is open{coming}."
            raise CreditTooLarge(most if left else f"Nothing of this charge is open{coming}.", param="amount", owed=left)


def _check_given_up(wish: NewCredit, owed: int, currency: str) -> None:
    """What is on its way is not given up, or as much would stand ahead once it has come."""
    coming = in_flight_minor([wish.party.account_id]).get(wish.party.account_id, 0)
    left = max(0, owed - coming)
    if wish.amount_minor <= left:
        return
    most = f"At most {words(left, currency)} can be written off: {'the rest is on its way' if coming else 'no more is owed'}."
    nothing = "Nothing is owed that is not on its way." if coming and owed > 0 else "Nothing is owed that could be written off."
    raise CreditTooLarge(most if left else nothing, param="amount", owed=left)


def _kept(lease: Lease, wish: NewCredit, on: date, at: datetime) -> Credit:
    return Credit.objects.create(
        public_id=public_id("cre"),
        lease=lease,
        party=wish.party,
        charge=wish.charge,
        kind=wish.kind,
        amount_minor=wish.amount_minor,
        reason=wish.reason,
        granted_on=on,
        created_at=at,
        metadata=dict(wish.metadata),
    )


KINDS: Mapping[str, tuple[str, Callable[..., Posting], str]] = {
    Credit.Kind.CREDIT: ("credit.granted", credit_granted, "credit"),
    Credit.Kind.WRITE_OFF: ("charge.written_off", charge_written_off, "write_off"),
    Credit.Kind.REINSTATEMENT: ("write_off.reinstated", write_off_reinstated, "reinstatement"),
}


def _reference(credit: Credit) -> str:
    return f"{KINDS[credit.kind][0]}:{credit.public_id}"


def _posting(credit: Credit, at: datetime) -> Posting:
    _, posting, name = KINDS[credit.kind]
    home = credit.lease.unit.property
    where = {"payee": home.payee.public_id, "property_id": home.public_id}
    of: dict[str, Any] = {name: credit.public_id, "party": credit.party.account, **where}
    return posting(**of, amount_minor=credit.amount_minor, on=credit.granted_on, at=at)


def _fact(credit: Credit, actor: Actor, at: datetime) -> NewEvent:
    home = credit.lease.unit.property
    data = {
        "id": credit.public_id,
        "lease": credit.lease.public_id,
        "party": credit.party.label,
        "charge": credit.charge.public_id if credit.charge else None,
        "kind": credit.kind,
        "amount": credit.amount_minor,
        "currency": credit.lease.currency,
        "granted_on": credit.granted_on.isoformat(),
    }
    kind = KINDS[credit.kind][0]
    return NewEvent(kind, credit.public_id, 1, actor.label, at, data, [home.landlord.public_id, home.payee.public_id])
