"""Late fees that an actor may see, the policy in force, and all that judging what is late must know: a few questions for a whole set."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from directpay.kernel.arrays import integers, texts
from directpay.people.actor import Actor
from directpay.people.ways import seen_by
from leases.contracts.models import LateFeePolicy, Lease, Party, RentStep
from leases.contracts.queries import ways_by_debt, ways_by_lease
from leases.credits.models import Credit
from leases.deposits.models import Movement
from leases.late_fees.models import LateFee
from leases.late_fees.reckoning import FEES_LAST, OTHERS_NEXT, RENT_FIRST, Debt, Given
from leases.overpayments.queries import given_back
from leases.payment_plans.queries import Forbearance, forbearances
from leases.receipts.models import Receipt
from leases.rent.models import Charge
from leases.rent.postings import FEE, parts, shared_on, split
from leases.transfers.models import Transfer
from payments.payins.models import CLEARED, LIVE, Payment
from payments.rails.timetable import bank_day_of
from payments.refunds.models import Refund

RELATED: Final = ("lease__unit__property__payee", "lease__unit__property__landlord", "party", "charge", "fee_charge", "policy")


def with_lease() -> QuerySet[LateFee]:
    return LateFee.objects.select_related(*RELATED)


def visible_late_fees(actor: Actor) -> QuerySet[LateFee]:
    """Staff see all, landlords those on their leases, renters those of the whole lease and of their own share, as they see its charges."""
    return seen_by(with_lease(), ways_by_debt(actor))


def visible_policies(actor: Actor) -> QuerySet[LateFeePolicy]:
    steps = Prefetch("lease__rent_steps", RentStep.objects.order_by("from_on"))
    return seen_by(LateFeePolicy.objects.select_related("lease__unit__property").prefetch_related(steps), ways_by_lease(actor))


# Those where nothing that was ever charged is open, and nothing came after grace: no fee, and no need to look at each.
OPEN = """
SELECT j.id, j.public_id, j.lease_id, j.party_id, j.due_on, j.amount_minor, j.policy_id,
    j.judged_at
FROM leases_judged(%s::text[], %s::bigint[]) j
WHERE j.judged_at <= %s AND (
    EXISTS (SELECT FROM leases_charge o WHERE o.lease_id = j.lease_id AND o.posted_at IS NULL AND o.due_on <= j.last_of_grace)
    OR EXISTS (SELECT FROM leases_party y JOIN ledger_account a ON a.id = y.account_id WHERE y.lease_id = j.lease_id
        AND a.balance_minor > coalesce((SELECT sum(m.amount_minor) FROM payments_payment m WHERE m.applies_to_id = a.id
            AND payments_is_live(m.status)), 0))
    OR EXISTS (SELECT FROM leases_party y JOIN payments_payment m ON m.applies_to_id = y.account_id
        WHERE y.lease_id = j.lease_id AND m.tendered_on > j.last_of_grace)
    OR EXISTS (SELECT FROM leases_receipt r WHERE r.lease_id = j.lease_id AND r.received_on > j.last_of_grace)
    OR EXISTS (SELECT FROM leases_credit k WHERE k.lease_id = j.lease_id AND k.granted_on > j.last_of_grace)
    OR EXISTS (SELECT FROM leases_movement m JOIN leases_deposit d ON d.id = m.deposit_id
        WHERE d.lease_id = j.lease_id AND m.kind = 'deduction' AND m.moved_on > j.last_of_grace)
    OR EXISTS (SELECT FROM leases_transfer t JOIN leases_party y ON y.id IN (t.giver_id, t.taker_id)
        WHERE y.lease_id = j.lease_id AND t.transferred_on > j.last_of_grace)
    OR EXISTS (SELECT FROM leases_latefee f WHERE f.lease_id = j.lease_id AND f.waived_on > j.last_of_grace)
) ORDER BY j.due_on, j.id
"""


@dataclass(frozen=True, slots=True)
class LateCharge:
    """A charge of rent whose grace is over, and of whose lease something may be open."""

    id: int
    public_id: str
    lease_id: int
    party_id: int | None  # whose own it is
    due_on: date
    amount_minor: int
    policy_id: int
    judged_at: datetime  # when its grace was over: a debt that was recorded later makes nothing late that was not


def perhaps_late(at: datetime, *, charges: Sequence[str] = (), leases: Collection[int] = ()) -> list[LateCharge]:
    """Of these charges (by public id), or of all of these leases, those that may be late by now."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [texts(charges), integers(leases), at])
        return [LateCharge(*row) for row in cursor.fetchall()]


@dataclass(slots=True)
class History:
    """What was owed and what was given on a lease: by party, and as a whole (None)."""

    parties: list[Party] = field(default_factory=list)
    debts: dict[int | None, list[Debt]] = field(default_factory=lambda: defaultdict(list))
    given: dict[int | None, list[Given]] = field(default_factory=lambda: defaultdict(list))
    plans: list[Forbearance] = field(default_factory=list)

    def owe(self, charge: Charge, known_at: datetime) -> None:
        rank = RENT_FIRST if charge.category == "rent" else FEES_LAST if charge.category == FEE else OTHERS_NEXT
        self.debts[None].append(Debt(charge.public_id, charge.due_on, charge.amount_minor, rank, known_at))
        for party, minor in parts(charge, self.parties):
            self.debts[party.id].append(Debt(charge.public_id, charge.due_on, minor, rank, known_at))

    def give(self, party_id: int, on: date, minor: int, towards: str = "", *, within: bool = False) -> None:
        """`within`: from another party of the lease, so that the whole has no more by it."""
        for whose in (party_id,) if within else (None, party_id):
            self.given[whose].append(Given(on, minor, towards))

    def owe_again(self, party_id: int, debt: Debt, *, within: bool = False) -> None:
        """What is no charge: asked for again, or given away."""
        for whose in (party_id,) if within else (None, party_id):
            self.debts[whose].append(debt)

    def by(self, moment: datetime, whose: int | None) -> tuple[list[Debt], list[Given]]:
        """Without debts that were recorded later, and what was forgiven of these: they make nothing late, and nothing in time."""
        debts = [debt for debt in self.debts[whose] if debt.known_at is None or debt.known_at <= moment]
        names = {"", *(debt.key for debt in debts)}
        return debts, [one for one in self.given[whose] if one.towards in names]

    def by_plan(self, day: date, debts: Sequence[Debt], *, whose: int | None, judged: str) -> list[Debt] | None:
        """The debts by the days of the plans that were kept on that day; None without one. Where fees go on, the `judged` charge stays."""
        held = [plan for plan in self.plans if plan.holds_on(day) and whose in (None, plan.party_id)]
        for plan in held:
            if not (plan.fees_go_on and judged in plan.covered):
                debts = [*_uncovered(debts, plan), *_parts(plan, debts)]
        return list(debts) if held else None


def _uncovered(debts: Iterable[Debt], plan: Forbearance) -> list[Debt]:
    left = ((debt, debt.minor - plan.covered.get(debt.key, 0)) for debt in debts)
    return [replace(debt, minor=minor) for debt, minor in left if minor > 0]


def _parts(plan: Forbearance, debts: Iterable[Debt]) -> list[Debt]:
    """For as much as it covers of these debts, the earliest first. Money counts for them as for rent: by their days."""
    left, found = sum(min(debt.minor, plan.covered.get(debt.key, 0)) for debt in debts), []
    for part in plan.parts:
        minor = min(left, part.minor)
        if minor:
            found.append(Debt(f"{plan.party_id}/{part.due_on}", part.due_on, minor))
            left -= minor
    return found


def histories(lease_ids: Collection[int]) -> dict[int, History]:
    """Lease id → its history, in as many questions as there are kinds of facts. What came back never went: from a bank, or to it."""
    found: dict[int, History] = {id: History() for id in lease_ids}
    accounts: dict[int, Party] = {}
    for party in Party.objects.filter(lease_id__in=lease_ids).select_related("account").order_by("id"):
        found[party.lease_id].parties.append(party)
        accounts[party.account_id] = party
    for charge in Charge.objects.filter(lease_id__in=lease_ids).select_related("lease"):
        found[charge.lease_id].owe(charge, charge.created_at or charge.lease.created_at)
    paid = Payment.objects.filter(applies_to_id__in=list(accounts), status__in=[*LIVE, *CLEARED])
    for account, on, minor in paid.values_list("applies_to_id", "tendered_on", "amount_minor"):
        found[accounts[account].lease_id].give(accounts[account].id, on, minor)
    for receipt in Receipt.objects.filter(lease_id__in=lease_ids, bounced_on=None):
        found[receipt.lease_id].give(receipt.party_id, receipt.received_on, receipt.amount_minor)
    deducted = Movement.objects.filter(deposit__lease_id__in=lease_ids, kind=Movement.Kind.DEDUCTION)
    for one in deducted.select_related("deposit", "charge"):
        found[one.deposit.lease_id].give(one.deposit.party_id, one.moved_on, one.amount_minor, one.charge.public_id if one.charge else "")
    for credit in Credit.objects.filter(lease_id__in=lease_ids).select_related("charge"):
        _forgive(found[credit.lease_id], credit)
    for transfer in Transfer.objects.filter(Q(giver__lease_id__in=lease_ids) | Q(taker__lease_id__in=lease_ids)).select_related(
        "giver", "taker"
    ):
        _transfer(found, transfer)
    for refund, payout in given_back(lease_ids):
        debt = Debt(payout.public_id, refund.refunded_on, payout.amount_minor, OTHERS_NEXT, refund.created_at)
        found[refund.lease_id].owe_again(refund.party_id, debt)
    refunds = Refund.objects.filter(payment__applies_to_id__in=list(accounts)).exclude(status__in=Refund.DEAD).order_by("id")
    for key, account, at, minor in refunds.values_list("public_id", "payment__applies_to_id", "created_at", "amount_minor"):
        debt = Debt(key, bank_day_of(at), minor, OTHERS_NEXT, at)
        found[accounts[account].lease_id].owe_again(accounts[account].id, debt)
    for lease_id, plans in forbearances(lease_ids).items():
        found[lease_id].plans = plans
    for fee in LateFee.objects.filter(lease_id__in=lease_ids, waived_minor__gt=0).select_related("fee_charge"):
        _waive(found[fee.lease_id], fee)
    return found


def _forgive(history: History, credit: Credit) -> None:
    if credit.kind == Credit.Kind.REINSTATEMENT:
        debt = Debt(credit.public_id, credit.granted_on, credit.amount_minor, OTHERS_NEXT, credit.created_at)
        history.owe_again(credit.party_id, debt)
    else:
        history.give(credit.party_id, credit.granted_on, credit.amount_minor, credit.charge.public_id if credit.charge else "")


def _transfer(found: Mapping[int, History], transfer: Transfer) -> None:
    """Given to the one, owed by the other; a debt that went along to another lease is a charge there, and known already."""
    giver, taker, on = transfer.giver, transfer.taker, transfer.transferred_on
    within = giver.lease_id == taker.lease_id
    if taker.lease_id in found:
        found[taker.lease_id].give(taker.id, on, transfer.amount_minor, within=within)
    if giver.lease_id in found and transfer.charge_id is None:
        debt = Debt(transfer.public_id, on, transfer.amount_minor, OTHERS_NEXT, transfer.created_at)
        found[giver.lease_id].owe_again(giver.id, debt, within=within)


def _waive(history: History, fee: LateFee) -> None:
    if fee.waived_on is None or fee.fee_charge is None:
        raise ValueError(f"{fee.public_id} is waived, and was never charged")
    for party, minor in split(fee.waived_minor, fee.party_id, history.parties, on=shared_on(fee.fee_charge)):
        if minor:
            history.give(party.id, fee.waived_on, minor, fee.fee_charge.public_id)


def fees_of(lease: Lease, *, limit: int) -> list[LateFee]:
    """Newest first."""
    return list(with_lease().filter(lease=lease).order_by("-created_at", "-id")[:limit])


def taken_by(charge_ids: Collection[int]) -> dict[int, list[LateFee]]:
    """Charge id → what was made of its lateness already."""
    found: dict[int, list[LateFee]] = defaultdict(list)
    for fee in LateFee.objects.filter(charge_id__in=list(charge_ids)).order_by("id"):
        found[_id(fee.charge_id)].append(fee)
    return found


def _id(value: Any) -> int:
    return int(value)
