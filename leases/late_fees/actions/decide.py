"""What a landlord decides about a fee: approved, dismissed, waived with a reason."""

from collections.abc import Sequence
from datetime import datetime

from directpay.database.rows import update_rows
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.money import words
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease_rows
from leases.contracts.models import Party
from leases.late_fees.actions.charging import charge_fees, tell
from leases.late_fees.models import LateFee
from leases.late_fees.queries import with_lease
from leases.rent.postings import LATE_FEE, late_fee_waived, shared_on, split
from leases.rent.queries import local_today
from ledger.allocation.actions import allocate
from ledger.allocation.queries import Claim
from ledger.journal.actions import post_many


class LateFeeNotProposed(Conflict):
    """It is charged or dismissed already."""

    code = "late_fee_not_proposed"


class LateFeeNotWaivable(Conflict):
    """It was never charged, or was waived already; a returned-payment fee is forgiven by a credit."""

    code = "late_fee_not_waivable"


class WaiverTooLarge(InvalidInput):
    """More than the fee."""

    code = "waiver_too_large"


def approve_late_fee(fee: LateFee, *, actor: Actor, at: datetime) -> LateFee:
    """It is charged, today. Raises LateFeeNotProposed."""
    with unit_of_work():
        row = _proposed(fee)
        charge_fees([row], {row.lease_id: _parties(row)}, at=at)
        row.version += 1
        row.save(update_fields=["status", "fee_charge", "assessed_on", "version"])
        tell("assessed", [row], actor=actor, at=at)
        return row


def dismiss_late_fee(fee: LateFee, *, actor: Actor, at: datetime) -> LateFee:
    """It is not charged, nor is what else is proposed for the same lateness, nor does more come. Raises LateFeeNotProposed."""
    with unit_of_work():
        row = _proposed(fee)
        rows = [row]
        if row.charge_id is not None:
            alike = with_lease().filter(status=LateFee.Status.PROPOSED, charge_id=row.charge_id, party_id=row.party_id)
            rows += alike.exclude(id=row.id).order_by("id")
        for one in rows:
            one.status, one.version = LateFee.Status.DISMISSED, one.version + 1
        update_rows(LateFee, rows, ["status", "version"])
        tell("dismissed", rows, actor=actor, at=at)
        return row


def waive_late_fee(fee: LateFee, *, amount_minor: int | None = None, reason: str, actor: Actor, at: datetime) -> LateFee:
    """A3: the whole fee, or a part of it, is forgiven, once. What of it was paid already stands as paid ahead.

    Raises LateFeeNotWaivable, WaiverTooLarge.
    """
    with unit_of_work():
        row = _locked(fee)
        _check_waivable(row)
        amount = row.amount_minor if amount_minor is None else amount_minor
        if amount > row.amount_minor:
            most = words(row.amount_minor, row.lease.currency)
            raise WaiverTooLarge(f"The fee is {most}: no more can be waived.", param="amount", amount=row.amount_minor)
        parties, day = _parties(row), local_today(row.lease, at)
        since = shared_on(row.fee_charge) if row.fee_charge else day
        shares = [(party, minor) for party, minor in split(amount, row.party_id, parties, on=since) if minor]
        home = row.lease.unit.property
        owed = [(party.account, minor) for party, minor in shares]
        where = {"payee": home.payee.public_id, "property_id": home.public_id}
        post_many([late_fee_waived(late_fee=row.public_id, shares=owed, on=day, at=at, **where)], at=at)
        charged = row.fee_charge.public_id if row.fee_charge else ""
        claims = {f"late_fee.waived:{row.public_id}": [Claim(f"{LATE_FEE}:{charged}", amount)]}
        allocate(sorted(party.account_id for party, _ in shares), at=at, claims=claims)
        row.waived_minor, row.waived_at, row.waived_on, row.waiver_reason = amount, at, day, reason
        row.version += 1
        row.save(update_fields=["waived_minor", "waived_at", "waived_on", "waiver_reason", "version"])
        tell("waived", [row], actor=actor, at=at)
        return row


def _check_waivable(row: LateFee) -> None:
    if row.kind == LateFee.Kind.RETURNED_PAYMENT:
        raise LateFeeNotWaivable("A returned-payment fee is forgiven by a credit for its charge.", late_fee=row.public_id)
    if row.status != LateFee.Status.ASSESSED:
        raise LateFeeNotWaivable("This fee was never charged.", late_fee=row.public_id)
    if row.waived_at is not None:
        raise LateFeeNotWaivable("This fee was waived already.", late_fee=row.public_id)


def _locked(fee: LateFee) -> LateFee:
    """Its lease first, then it."""
    lock_lease_rows([fee.lease_id])
    return with_lease().select_for_update(of=("self",)).get(id=fee.id)


def _proposed(fee: LateFee) -> LateFee:
    row = _locked(fee)
    if row.status != LateFee.Status.PROPOSED:
        said = "This fee is charged already." if row.status == LateFee.Status.ASSESSED else "This fee was dismissed already."
        raise LateFeeNotProposed(said, late_fee=row.public_id)
    return row


def _parties(fee: LateFee) -> Sequence[Party]:
    return list(Party.objects.filter(lease_id=fee.lease_id).select_related("account").order_by("id"))
