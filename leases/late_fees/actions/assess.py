"""Judging rent the day after its grace ends, and each day while a daily fee runs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from directpay.due.actions import schedule
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM, Actor
from leases.contracts.actions import lock_leases
from leases.contracts.late_fee import PARTY, PROPOSED
from leases.contracts.models import LateFeePolicy, Lease, Party
from leases.contracts.queries import policies_in_force
from leases.late_fees.actions.charging import charge_fees, tell
from leases.late_fees.models import LateFee
from leases.late_fees.queries import History, LateCharge, histories, perhaps_late, taken_by
from leases.late_fees.reckoning import fees_due
from leases.rent.models import Charge
from leases.rent.queries import day_begins, local_today

ASSESS_QUEUE = "late_fees.assess"
A_DAY = timedelta(days=1)
STATUS, KIND = LateFee.Status, LateFee.Kind


class LateFeeNotDue(Conflict):
    """By what was agreed and what was given in time, nothing more is to be charged."""

    code = "late_fee_not_due"


def assess_late_fees(public_ids: Sequence[str], at: datetime) -> list[LateFee]:
    """The due queue's work: of these charges, those that are late by what was tendered in time cost what their policies say.

    However many there are, all that are settled cost one question together.
    """
    with unit_of_work():
        return judge(perhaps_late(at, charges=public_ids), at)


def judge(late: Sequence[LateCharge], at: datetime) -> list[LateFee]:
    """Step: what these charges lack in fees by now is charged or proposed. The same again finds nothing more."""
    require_transaction()
    if not late:
        return []
    lease_ids = {charge.lease_id for charge in late}
    leases = {lease.id: lease for lease in lock_leases(lease_ids)}
    known, taken = histories(lease_ids), taken_by([charge.id for charge in late])
    policies = {row.id: row for row in LateFeePolicy.objects.filter(id__in={charge.policy_id for charge in late})}
    fees: list[LateFee] = []
    running: list[tuple[str, datetime]] = []
    for charge in late:
        lease, policy = leases[charge.lease_id], policies[charge.policy_id]
        today = local_today(lease, at)
        made, more = _of_charge(charge, lease, policy, known[lease.id], taken[charge.id], today, at)
        fees += made
        if more:
            running.append((charge.public_id, day_begins(lease, today + A_DAY)))
    keep(fees, {lease_id: history.parties for lease_id, history in known.items()}, at)
    schedule(ASSESS_QUEUE, running)
    return fees


def charge_late_fee(lease: Lease, charge: Charge, *, actor: Actor, at: datetime) -> LateFee:
    """By the landlord's decision: what this charge costs by now, also where it was recorded when its grace was over. The first of it.

    Raises InvalidInput, LateFeeNotDue.
    """
    with unit_of_work():
        lease = lock_leases([lease.id])[0]
        policy = policies_in_force({lease.id: charge.due_on}).get(lease.id)
        if charge.category != "rent" or charge.posted_at is None:
            raise InvalidInput("Only rent that has fallen due can be late.", param="charge")
        if policy is None or not policy.terms.charges_for_lateness:
            raise InvalidInput("Nothing is agreed for rent that fell due on that day and came late.", param="charge")
        late = LateCharge(charge.id, charge.public_id, lease.id, charge.party_id, charge.due_on, charge.amount_minor, policy.id, at)
        known, taken = histories([lease.id])[lease.id], taken_by([charge.id])[charge.id]
        made, _ = _of_charge(late, lease, policy, known, taken, local_today(lease, at), at)
        if not made:
            raise LateFeeNotDue("This charge is not late, its grace is not over, or its fees stand already.", param="charge")
        keep(made, {lease.id: known.parties}, at, actor=actor)
        return made[0]


def _of_charge(
    charge: LateCharge, lease: Lease, policy: LateFeePolicy, known: History, taken: Sequence[LateFee], today: date, at: datetime
) -> tuple[list[LateFee], bool]:
    """What it lacks, for each who is charged apart; whether more may come tomorrow."""
    made: list[LateFee] = []
    running = False
    for scope, owner in _whose(charge, policy, known):
        of_owner = [fee for fee in taken if fee.party_id == owner]
        if any(fee.status == STATUS.DISMISSED for fee in of_owner):
            continue  # the landlord has let it go
        debts, given = known.by(charge.judged_at, scope)
        debt = next(debt for debt in debts if debt.key == charge.public_id)
        before = {fee.day: fee.amount_minor for fee in of_owner}
        by_plan = partial(known.by_plan, debts=debts, whose=scope, judged=charge.public_id)
        due, more = fees_due(policy.terms, debt, debts, given, until=today - A_DAY, taken=before, by_plan=by_plan)
        running = running or more
        for fee in due:
            made.append(
                LateFee(
                    public_id=public_id("lfe"),
                    lease=lease,
                    party=next((party for party in known.parties if party.id == owner), None),
                    policy=policy,
                    kind=KIND.DAILY if fee.day else KIND.FIRST,
                    charge=Charge(id=charge.id, public_id=charge.public_id),
                    day=fee.day,
                    overdue_minor=fee.overdue_minor,
                    reason_on=charge.due_on,
                    amount_minor=fee.amount_minor,
                    status=STATUS.PROPOSED,
                    created_at=at,
                )
            )
    return made, running


def _whose(charge: LateCharge, policy: LateFeePolicy, known: History) -> list[tuple[int | None, int | None]]:
    """(whose debts are looked at, who is charged): the lease as a whole, or each party that owes some of it."""
    if policy.per == PARTY:
        owing = [party.id for party in known.parties if any(d.key == charge.public_id and d.minor for d in known.debts[party.id])]
        return [(party, party) for party in owing]
    return [(None, charge.party_id)]


def keep(fees: Sequence[LateFee], parties: Mapping[int, Sequence[Party]], at: datetime, *, actor: Actor = SYSTEM) -> None:
    """Step: charge those whose policy charges by itself, keep all, and tell. `parties` by lease id."""
    proposed = [fee for fee in fees if fee.policy.mode == PROPOSED]
    at_once = [fee for fee in fees if fee.policy.mode != PROPOSED]
    charge_fees(at_once, parties, at=at)
    LateFee.objects.bulk_create(fees)
    tell("proposed", proposed, actor=actor, at=at)
    tell("assessed", at_once, actor=actor, at=at)
