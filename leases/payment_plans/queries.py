"""Payment plans that an actor may see, and what they mean for what is judged late or paid by itself."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Prefetch, QuerySet

from directpay.kernel.arrays import integers, moments
from directpay.people.actor import Actor
from directpay.people.ways import seen_by
from leases.contracts.models import Renter
from leases.contracts.queries import ways_by_share
from leases.payment_plans.behind import Standing, standings
from leases.payment_plans.models import CoveredCharge, PaymentPlan, PlanPart
from leases.payment_plans.reckoning import Dated, open_of, state_of
from leases.rent.queries import local_today

RELATED: Final = ("lease__unit__property__payee", "lease__unit__property__landlord", "party__account")
STATUS = PaymentPlan.Status


def with_parts() -> QuerySet[PaymentPlan]:
    return PaymentPlan.objects.select_related(*RELATED).prefetch_related(
        Prefetch("parts", PlanPart.objects.order_by("number")),
        Prefetch("covered", CoveredCharge.objects.select_related("charge").order_by("id")),
        Prefetch("party__renters", Renter.objects.select_related("user").order_by("id")),
    )


def visible_plans(actor: Actor) -> QuerySet[PaymentPlan]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    return seen_by(with_parts(), ways_by_share(actor))


def dated(plan: PaymentPlan) -> list[Dated]:
    return [Dated(part.due_on, part.amount_minor) for part in plan.parts.all()]


@dataclass(frozen=True, slots=True)
class PartNow:
    """A part as it stands, by what is owed now."""

    number: int
    due_on: date
    amount_minor: int
    open_minor: int
    state: str


def open_parts(plan: PaymentPlan, standing: Standing, *, in_flight_counts: bool = True) -> list[int]:
    """Of each part, what is open. Before a plan is accepted, all of it; after it has ended, nothing is said."""
    parts, began = dated(plan), plan.accepted_on
    if plan.status == STATUS.PROPOSED or began is None:
        return [part.minor for part in parts]
    others = [Dated(debt.counts_from, debt.minor) for debt in standing.debts if debt.counts_from > began]
    return open_of(parts, standing.open_minor if in_flight_counts else standing.owed_minor, others)


def parts_now(plans: Sequence[PaymentPlan], at: datetime) -> dict[int, list[PartNow]]:
    """Plan id → its parts as they stand; of a plan that has ended, empty."""
    live = [plan for plan in plans if plan.status in PaymentPlan.LIVE]
    where = standings({plan.party_id for plan in live})
    found: dict[int, list[PartNow]] = {plan.id: [] for plan in plans}
    for plan in live:
        today, parts = local_today(plan.lease, at), list(plan.parts.all())
        for part, left in zip(parts, open_parts(plan, where[plan.party_id]), strict=True):
            state = state_of(Dated(part.due_on, part.amount_minor), left, plan.grace_days, today)
            found[plan.id].append(PartNow(part.number, part.due_on, part.amount_minor, left, state))
    return found


def active_plans(party_ids: Collection[int]) -> dict[int, PaymentPlan]:
    """Party id → the plan that it keeps."""
    return {plan.party_id: plan for plan in with_parts().filter(party_id__in=party_ids, status=STATUS.ACTIVE)}


def keep_a_plan(party_ids: Collection[int]) -> set[int]:
    """Of these parties, those that do."""
    return set(PaymentPlan.objects.filter(party_id__in=party_ids, status=STATUS.ACTIVE).values_list("party_id", flat=True))


def live_plans(party_ids: Collection[int]) -> dict[int, PaymentPlan]:
    """Party id → the plan that is proposed or kept."""
    return {plan.party_id: plan for plan in with_parts().filter(party_id__in=party_ids, status__in=PaymentPlan.LIVE)}


DEFERRED: Final = """
SELECT asked.n, coalesce(sum(t.amount_minor), 0)::bigint
FROM unnest(%s::bigint[], %s::date[]) WITH ORDINALITY AS asked(party_id, until, n)
LEFT JOIN leases_paymentplan p ON p.party_id = asked.party_id AND p.status = 'active'
LEFT JOIN leases_planpart t ON t.plan_id = p.id AND t.due_on > asked.until
GROUP BY asked.n ORDER BY asked.n
"""


def deferred_after(asked: Sequence[tuple[int, date]]) -> list[int]:
    """For each (party id, day): what by a plan is to be paid after that day."""
    with connection.cursor() as cursor:
        cursor.execute(DEFERRED, [integers(party for party, _ in asked), moments(until for _, until in asked)])
        return [minor for _, minor in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Forbearance:
    """From day to day (the last not included; None: still), these charges of a party were judged by the days of a plan.

    `covered`: charge's public id → how much of it.
    """

    party_id: int
    from_on: date
    until_on: date | None
    fees_go_on: bool
    covered: dict[str, int]
    parts: list[Dated]

    def holds_on(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def forbearances(lease_ids: Collection[int]) -> dict[int, list[Forbearance]]:
    """Lease id → every plan that was ever accepted on it, the oldest first."""
    found: dict[int, list[Forbearance]] = defaultdict(list)
    plans = PaymentPlan.objects.filter(lease_id__in=lease_ids, accepted_on__isnull=False).prefetch_related("parts", "covered__charge")
    for plan in plans.order_by("id"):
        if plan.accepted_on is not None:
            covered = {one.charge.public_id: one.amount_minor for one in plan.covered.all()}
            parts = sorted(dated(plan), key=lambda part: part.due_on)
            found[plan.lease_id].append(Forbearance(plan.party_id, plan.accepted_on, plan.ended_on, plan.fees_go_on, covered, parts))
    return found
