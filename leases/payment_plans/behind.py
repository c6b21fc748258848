"""Where parties stand: what they owe, less what is on its way, and of which debts it is what is left (BOOKS.md section 5).

A payment in flight counts as paid, a receipt when it is recorded, what came back never was. Money serves the oldest debt first, so what
is open is the newest: it does not matter in which order the facts were told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from directpay.kernel.clock import today as day_of
from leases.contracts.models import Lease, Party
from leases.credits.models import Credit
from leases.rent.models import Charge
from leases.rent.postings import parts
from payments.payins.models import Payment, Status
from payments.payins.queries import in_flight_minor
from payments.rails.timetable import bank_day_of
from payments.refunds.models import Refund


@dataclass(frozen=True, slots=True)
class Debt:
    """A party's part of a charge, or what it owes again or gave away (`charge` None). `counts_from`: the due date, or the day on which it
    was recorded where that is later: nobody is behind with what nobody knew of."""

    due_on: date
    counts_from: date
    minor: int
    charge: Charge | None = None


# Rooms above say what else parties of these leases owe, by party id: e.g. transfers, "what was given away out of money that came back".
OWED_BESIDES: list[Callable[[Collection[int]], Iterable[tuple[int, Debt]]]] = []


@dataclass(slots=True)
class Standing:
    """Of one party. `debts` is all that ever fell due, the oldest first."""

    party: Party
    owed_minor: int
    in_flight_minor: int
    debts: list[Debt] = field(default_factory=list)

    @property
    def open_minor(self) -> int:
        """Owed, and not on its way."""
        return max(0, self.owed_minor - self.in_flight_minor)

    @property
    def open_debts(self) -> list[Debt]:
        """What is left of each that is not paid, the oldest first."""
        left, found = self.open_minor, []
        for debt in reversed(self.debts):
            minor = min(left, debt.minor)
            if minor:
                found.append(Debt(debt.due_on, debt.counts_from, minor, debt.charge))
                left -= minor
        return found[::-1]

    def overdue(self, today: date) -> list[Debt]:
        """Of these, what was to be paid before today."""
        return [debt for debt in self.open_debts if debt.counts_from < today]


def standings(party_ids: Collection[int]) -> dict[int, Standing]:
    """Party id → where it stands, in a fixed number of questions. Ask it with the leases locked before acting on it."""
    rows = Party.objects.filter(id__in=party_ids).select_related(
        "account", "lease__unit__property__payee", "lease__unit__property__landlord"
    )
    parties = list(rows.order_by("id"))
    flying = in_flight_minor([party.account_id for party in parties])
    found = {p.id: Standing(p, p.account.balance_minor, flying.get(p.account_id, 0)) for p in parties}
    behind = {p.lease_id: p.lease for p in parties if found[p.id].owed_minor > 0}  # a plan asks what has arrived, whatever is on its way
    for party_id, debts in _debts(behind).items():
        if party_id in found:
            found[party_id].debts = sorted(debts, key=lambda debt: (debt.counts_from, debt.due_on))
    return found


def _debts(leases: Mapping[int, Lease]) -> dict[int, list[Debt]]:
    """Party id → what fell due for it on these leases, by their id."""
    found: dict[int, list[Debt]] = defaultdict(list)
    owners: dict[int, list[Party]] = defaultdict(list)
    for party in Party.objects.filter(lease_id__in=leases).order_by("id"):
        owners[party.lease_id].append(party)
    for charge in Charge.objects.filter(lease_id__in=leases, posted_at__isnull=False).order_by("due_on", "id"):
        charge.lease = leases[charge.lease_id]  # not read again with each charge
        zone = ZoneInfo(charge.lease.unit.property.timezone)
        counts_from = max(charge.due_on, day_of(zone, charge.created_at or charge.lease.created_at))
        for party, minor in parts(charge, owners[charge.lease_id]):
            if minor:
                found[party.id].append(Debt(charge.due_on, counts_from, minor, charge))
    again = Credit.objects.filter(lease_id__in=leases, kind=Credit.Kind.REINSTATEMENT)
    for credit in again.order_by("id"):
        found[credit.party_id].append(Debt(credit.granted_on, credit.granted_on, credit.amount_minor))
    for besides in OWED_BESIDES:
        for party_id, debt in besides(leases):
            found[party_id].append(debt)
    for party_id, day, minor in (*_given_back_of_returned(owners), *_given_back(owners)):
        found[party_id].append(Debt(day, day, minor))
    return found


def _given_back_of_returned(owners: Mapping[int, Sequence[Party]]) -> Iterator[tuple[int, date, int]]:
    """Party id, day and amount: of payments that a bank took back whole, what its payer had back is owed besides the charges."""
    parties = {party.account_id: party.id for group in owners.values() for party in group}
    rows = Payment.objects.filter(applies_to_id__in=list(parties), status=Status.RETURNED, refunded_minor__gt=0)
    for account_id, returned_at, minor in rows.order_by("id").values_list("applies_to_id", "returned_at", "refunded_minor"):
        if returned_at is not None:
            yield parties[account_id], bank_day_of(returned_at), minor


def _given_back(owners: Mapping[int, Sequence[Party]]) -> Iterator[tuple[int, date, int]]:
    """The same of payments that stand, of which their payee gave back a part: it is owed again from that day on, not from the day on which
    what it had paid fell due."""
    parties = {party.account_id: party.id for group in owners.values() for party in group}
    rows = Refund.objects.filter(payment__applies_to_id__in=list(parties)).exclude(status__in=Refund.DEAD)
    rows = rows.exclude(payment__status=Status.RETURNED).order_by("id")
    for account_id, created_at, minor in rows.values_list("payment__applies_to_id", "created_at", "amount_minor"):
        yield parties[account_id], bank_day_of(created_at), minor


def covering(debts: Sequence[Debt], amount_minor: int) -> list[Debt]:
    """Of open debts, the oldest that make up this amount."""
    left, found = amount_minor, []
    for debt in debts:
        minor = min(left, debt.minor)
        if minor:
            found.append(Debt(debt.due_on, debt.counts_from, minor, debt.charge))
            left -= minor
    return found
