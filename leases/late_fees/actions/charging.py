"""A late fee becomes a debt: a charge of its own, posted on the day that we know of it, with the day that it is for as its reason."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from leases.contracts.models import Party
from leases.late_fees.models import LateFee
from leases.rent.models import Charge
from leases.rent.postings import FEE, LATE_FEE, RETURNED_FEE, late_fee_assessed, parts, returned_fee_charged
from leases.rent.queries import local_today
from ledger.allocation.actions import allocate
from ledger.journal.actions import post_many
from payments.chart.drafts import Draft, postings_of

POSTED_AT_ONCE = 500
KIND = LateFee.Kind


def charge_fees(fees: Sequence[LateFee], parties: Mapping[int, Sequence[Party]], *, at: datetime) -> None:
    """Step: post A2 (A9 for money that came back) for each, in sets, and let money paid ahead pay it. `parties` by lease id, with accounts.

    Sets what the fees say of it; the caller keeps them and tells.
    """
    require_transaction()
    for some in _sets(fees):
        charges = Charge.objects.bulk_create(_charge(fee, at) for fee in some)
        drafts = [_draft(fee, charge, parties[fee.lease_id], at) for fee, charge in zip(some, charges, strict=True)]
        post_many(postings_of(drafts), at=at)
        accounts = {party.account_id for fee in some for party in parties[fee.lease_id]}
        allocate(sorted(accounts), at=at)
        for fee, charge in zip(some, charges, strict=True):
            fee.fee_charge, fee.assessed_on, fee.status = charge, charge.due_on, LateFee.Status.ASSESSED


def _sets(fees: Sequence[LateFee]) -> Iterator[Sequence[LateFee]]:
    for first in range(0, len(fees), POSTED_AT_ONCE):
        yield fees[first : first + POSTED_AT_ONCE]


def _charge(fee: LateFee, at: datetime) -> Charge:
    """Its period is the day that it is for."""
    returned = fee.kind == KIND.RETURNED_PAYMENT
    said = f"Returned payment of {fee.reason_on}" if returned else f"Late fee: rent was due {fee.reason_on}"
    return Charge(
        public_id=public_id("chg"),
        lease=fee.lease,
        party_id=fee.party_id,
        category=FEE,
        posted_as=RETURNED_FEE if returned else LATE_FEE,
        scheduled=False,
        description=said,
        due_on=local_today(fee.lease, at),
        period_start=fee.reason_on,
        period_end=fee.reason_on,
        amount_minor=fee.amount_minor,
        posted_at=at,
        created_at=at,
    )


def _draft(fee: LateFee, charge: Charge, parties: Sequence[Party], at: datetime) -> Draft:
    home = fee.lease.unit.property
    kind = returned_fee_charged if fee.kind == KIND.RETURNED_PAYMENT else late_fee_assessed
    shares = [(party.account, minor) for party, minor in parts(charge, parties)]
    return kind.draft(
        charge=charge.public_id, shares=shares, payee=home.payee.public_id, property_id=home.public_id, on=charge.due_on, at=at
    )


def tell(kind: str, fees: Sequence[LateFee], *, actor: Actor, at: datetime) -> None:
    """Step: the fact ``late_fee.<kind>`` of each."""
    record([_fact(kind, fee, actor, at) for fee in fees])


def _fact(kind: str, fee: LateFee, actor: Actor, at: datetime) -> NewEvent:
    home = fee.lease.unit.property
    data: dict[str, Any] = {
        "id": fee.public_id,
        "lease": fee.lease.public_id,
        "party": fee.party.label if fee.party else None,
        "kind": str(fee.kind),
        "charge": fee.charge.public_id if fee.charge else None,
        "day": fee.day,
        "cause": fee.cause or None,
        "reason_date": fee.reason_on.isoformat(),
        "amount": fee.amount_minor,
        "amount_overdue": fee.overdue_minor,
        "amount_waived": fee.waived_minor,
        "currency": fee.lease.currency,
        "status": str(fee.status),
        "fee_charge": fee.fee_charge.public_id if fee.fee_charge else None,
        "policy": fee.policy.public_id,
    }
    known = [home.landlord.public_id, home.payee.public_id]
    return NewEvent(f"late_fee.{kind}", fee.public_id, fee.version, actor.label, at, data, known)
