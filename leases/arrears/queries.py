"""Cases and policies that an actor may see, the policy in force, and which parties are to be looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Prefetch, QuerySet

from directpay.kernel.arrays import texts
from directpay.people.actor import Actor
from directpay.people.models import Payee
from directpay.people.ways import Way, seen_by
from leases.arrears.ladder import STANDARD, Rung, Step, next_rung, rungs
from leases.arrears.models import ArrearsCase, ArrearsPolicy, ArrearsStep
from leases.contracts.models import Lease, Party, Renter
from leases.contracts.queries import policies_on, ways_by_share
from leases.payment_plans.behind import standings
from leases.payment_plans.models import PaymentPlan
from leases.payment_plans.queries import active_plans
from leases.rent.queries import local_today

RELATED: Final = ("lease__unit__property__payee", "lease__unit__property__landlord", "party", "policy")


def with_steps() -> QuerySet[ArrearsCase]:
    return ArrearsCase.objects.select_related(*RELATED).prefetch_related(
        Prefetch("steps", ArrearsStep.objects.order_by("id")),
        Prefetch("party__renters", Renter.objects.select_related("user").order_by("id")),
    )


def visible_cases(actor: Actor) -> QuerySet[ArrearsCase]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    return seen_by(with_steps(), ways_by_share(actor))


def ways_to_policies(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    return [Way("payee", through=Payee.objects.filter(owner_id=actor.user_id))]


def visible_arrears_policies(actor: Actor) -> QuerySet[ArrearsPolicy]:
    """Staff see all, landlords those of their payees. What renters hear, they hear."""
    return seen_by(ArrearsPolicy.objects.select_related("payee__owner"), ways_to_policies(actor))


def arrears_policy_of(payee: Payee, day: date) -> ArrearsPolicy | None:
    """In force on that day; None where ours holds and was never needed."""
    return ArrearsPolicy.objects.filter(payee=payee, from_on__lte=day).order_by("-from_on", "-id").first()


# Of charges, accounts and cases (by public id), the parties that owe more than is on its way, or have an open case.
CONCERNED: Final = """
WITH asked AS (
    SELECT y.id FROM leases_charge c JOIN leases_party y ON y.lease_id = c.lease_id AND (c.party_id IS NULL OR c.party_id = y.id)
    WHERE c.public_id = ANY(%(keys)s::text[])
    UNION SELECT y.id FROM ledger_account a JOIN leases_party y ON y.account_id = a.id WHERE a.public_id = ANY(%(keys)s::text[])
    UNION SELECT k.party_id FROM leases_arrearscase k WHERE k.public_id = ANY(%(keys)s::text[])
)
SELECT y.id, y.lease_id FROM asked JOIN leases_party y USING (id) JOIN ledger_account a ON a.id = y.account_id
WHERE EXISTS (SELECT FROM leases_arrearscase k WHERE k.party_id = y.id AND k.closed_on IS NULL)
    OR a.balance_minor > coalesce((SELECT sum(m.amount_minor) FROM payments_payment m WHERE m.applies_to_id = a.id
        AND payments_is_live(m.status)), 0)
ORDER BY y.id
"""


def concerned(keys: Sequence[str]) -> dict[int, int]:
    """Party id → lease id: however many are asked about, one question for all that owe nothing."""
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED, {"keys": texts(keys)})
        return dict(cursor.fetchall())


def late_fee_days(cases: Collection[ArrearsCase]) -> dict[int, int | None]:
    """Party id → after how many days the lease judges what its case is about; None where it asks for nothing, or was told too late."""
    agreed = policies_on((case.lease_id, case.since_on) for case in cases)  # roommates may be behind since different days
    found: dict[int, int | None] = {}
    for case in cases:
        policy = agreed.get((case.lease_id, case.since_on))
        judged = policy is not None and policy.terms.charges_for_lateness and case.counts_from == case.since_on
        found[case.party_id] = policy.grace_days + 1 if judged and policy is not None else None
    return found


@dataclass(frozen=True, slots=True)
class Behind:
    """A party that is overdue today, as it stands now: `case` None before the first step. `plan`: the one that it keeps."""

    lease: Lease
    party: Party
    people: list[str]
    since_on: date
    overdue_minor: int
    case: ArrearsCase | None
    plan: PaymentPlan | None
    next: tuple[Rung, date] | None


def behind_of(leases: Sequence[Lease], at: datetime) -> list[Behind]:
    """Of leases from `with_people`, the parties that are overdue, those for the longest time first; in a fixed number of questions."""
    parties = {party.id: lease for lease in leases for party in lease.parties.all()}
    where, plans = standings(parties), active_plans(list(parties))
    cases = {case.party_id: case for case in with_steps().filter(party_id__in=parties, closed_on=None)}
    ladders = _ladders({lease.unit.property.payee_id: local_today(lease, at) for lease in leases})
    agreed = late_fee_days(list(cases.values()))
    found: list[Behind] = []
    for party_id, lease in parties.items():
        today = local_today(lease, at)
        overdue = where[party_id].overdue(today)
        if not overdue:
            continue
        case, plan = cases.get(party_id), plans.get(party_id)
        if case is not None and case.counts_from != overdue[0].counts_from:
            case = None  # it is about another debt, and closes when it is looked at
        ladder = rungs(case.policy.ladder, agreed[party_id]) if case else rungs(ladders[lease.unit.property.payee_id], None)
        coming = None if plan else next_rung(ladder, overdue[0].counts_from, today)
        names = [renter.user.name for renter in lease.renters.all() if renter.party_id == party_id]
        sum_minor = sum(debt.minor for debt in overdue)
        found.append(Behind(lease, where[party_id].party, names, overdue[0].due_on, sum_minor, case, plan, coming))
    return sorted(found, key=lambda one: (one.since_on, one.party.id))


def _ladders(days: Mapping[int, date]) -> dict[int, tuple[Step, ...]]:
    """Payee id → the ladder in force on that payee's day."""
    found: dict[int, tuple[Step, ...]] = dict.fromkeys(days, STANDARD)
    for policy in ArrearsPolicy.objects.filter(payee_id__in=days).order_by("from_on", "id"):
        if policy.from_on <= days[policy.payee_id]:
            found[policy.payee_id] = policy.ladder
    return found
