"""Money came back, or never came: what it had paid is judged anew, and what the lease asks for a returned payment is charged."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from leases.contracts.actions import lock_leases
from leases.contracts.late_fee import OFF
from leases.contracts.models import Party
from leases.contracts.queries import policies_in_force
from leases.late_fees.actions.assess import judge, keep
from leases.late_fees.models import LateFee
from leases.late_fees.queries import perhaps_late
from leases.receipts.models import Receipt
from leases.rent.queries import local_today
from payments.payins.models import Payment

RETURNED_QUEUE = "late_fees.returned"


class CameBack(NamedTuple):
    """`on`: None where nothing was returned."""

    cause: str
    account_id: int
    on: datetime | date | None


def judge_anew(public_ids: Sequence[str], at: datetime) -> list[LateFee]:
    """The due queue's work, for payments and receipts: assessed on the day of knowledge, by what was tendered in time besides."""
    with unit_of_work():
        came_back = _came_back(public_ids)
        parties = {party.account_id: party for party in _parties([one.account_id for one in came_back])}
        leases = {lease.id: lease for lease in lock_leases({party.lease_id for party in parties.values()})}
        today = {lease.id: local_today(lease, at) for lease in leases.values()}
        policies = policies_in_force(today)
        known = set(LateFee.objects.filter(cause__in=[one.cause for one in came_back]).values_list("cause", flat=True))
        fees: list[LateFee] = []
        for one in came_back:
            party = parties[one.account_id]
            policy = policies.get(party.lease_id)
            if policy is None or policy.mode == OFF or policy.returned_fee_minor is None or one.on is None or one.cause in known:
                continue
            lease = leases[party.lease_id]
            fees.append(
                LateFee(
                    public_id=public_id("lfe"),
                    lease=lease,
                    party=party,
                    policy=policy,
                    kind=LateFee.Kind.RETURNED_PAYMENT,
                    cause=one.cause,
                    reason_on=local_today(lease, one.on) if isinstance(one.on, datetime) else one.on,
                    amount_minor=policy.returned_fee_minor,
                    status=LateFee.Status.PROPOSED,
                    created_at=at,
                )
            )
        keep(fees, {id: [party for party in parties.values() if party.lease_id == id] for id in leases}, at)
        return [*fees, *judge(perhaps_late(at, leases=list(leases)), at)]


def _came_back(public_ids: Sequence[str]) -> list[CameBack]:
    """Payments that failed, were called off, or of which a part alone was taken are looked at too.

    While all of it was on its way, what they would have paid was not late.
    """
    payments = Payment.objects.filter(public_id__in=public_ids)
    found = [CameBack(p.public_id, p.applies_to_id, p.returned_at) for p in payments.order_by("id")]
    bounced = Receipt.objects.filter(public_id__in=public_ids, bounced_on__isnull=False).select_related("party").order_by("id")
    return [*found, *(CameBack(r.public_id, r.party.account_id, r.bounced_on) for r in bounced)]


def _parties(account_ids: Collection[int]) -> list[Party]:
    return list(Party.objects.filter(account_id__in=account_ids).select_related("account").order_by("id"))
