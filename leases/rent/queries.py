"""What is owed, what is on its way, what may be paid now: computed from the books, never a flag."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet

from directpay.kernel.clock import midnight, today
from directpay.kernel.row_scope import every_row
from directpay.people.actor import RENTER, SYSTEM, Actor
from directpay.people.ways import seen_by
from leases.contracts.models import Lease, Party
from leases.contracts.queries import ways_by_debt
from leases.rent.models import Charge
from leases.rent.postings import due_reference, parts
from ledger.allocation.orders import orders_of
from ledger.allocation.queries import OpenEntry, open_entries, paid_on, pairings
from payments.payins.models import Payment
from payments.payins.queries import cleared_claims, in_flight_minor, live_claims, with_related


@dataclass(slots=True)
class OpenCharge:
    """A party's part of a charge. `open_minor` is not yet paid; `free_minor` is not claimed by a payment on its way either."""

    charge: Charge
    party: Party
    amount_minor: int
    open_minor: int
    free_minor: int


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    charge: Charge
    paid_minor: int
    in_flight_minor: int
    status: str  # scheduled | due | partially_paid | late | paid

    @property
    def remaining_minor(self) -> int:
        return self.charge.amount_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one party, or of the lease. Owed below zero is money paid ahead."""

    owed_minor: int
    ahead_minor: int
    in_flight_minor: int

    @property
    def payable_minor(self) -> int:
        return max(0, self.owed_minor + self.ahead_minor - self.in_flight_minor)


def local_today(lease: Lease, at: datetime) -> date:
    """The day where the property stands: due dates are days there."""
    return today(ZoneInfo(lease.unit.property.timezone), at)


def day_begins(lease: Lease, day: date) -> datetime:
    """The midnight with which that day begins where the property stands."""
    return midnight(day, ZoneInfo(lease.unit.property.timezone))


def visible_charges(actor: Actor) -> QuerySet[Charge]:
    """Staff see all, landlords those of their leases, renters those that all owe there and those of their own share."""
    return seen_by(Charge.objects.all(), ways_by_debt(actor))


def charges_ahead(lease: Lease, party: Party) -> list[Charge]:
    """Those of this party that are not yet posted, up to and including the next due one."""
    of_party = Q(party=None) | Q(party=party)
    unposted = list(Charge.objects.filter(of_party, lease=lease, posted_at=None).order_by("due_on", "id")[:50])
    return [c for c in unposted if c.due_on <= unposted[0].due_on] if unposted else []


def ahead_minor(lease: Lease, party: Party, parties: Sequence[Party]) -> int:
    with every_row():  # a sum, which is the same whoever asks
        charges = charges_ahead(lease, party)
    return sum(amount for charge in charges for owner, amount in parts(charge, parties) if owner.id == party.id)


def prepaid(charges: Sequence[Charge], parties: Mapping[int, Sequence[Party]]) -> dict[tuple[int, int], int]:
    """(charge, party) → what of a charge that is not posted yet will be paid by money that waits on the party's account.

    As `post_charges` will pair it (BOOKS.md E7), day by day; a claim alone pays nothing, for an older debt may have used its money.
    `parties` by lease id.
    """
    waiting = sorted((c for c in charges if c.posted_at is None), key=lambda c: (c.due_on, c.id))
    of_lease: dict[int, list[Charge]] = defaultdict(list)
    for charge in waiting:
        of_lease[charge.lease_id].append(charge)
    owners = {p.account_id: p for lease_id in of_lease for p in parties[lease_id]}
    unused = {a: rest for a, entries in open_entries(list(owners)).items() if (rest := [e for e in entries if e.amount_minor < 0])}
    claims = cleared_claims([due_reference(c) for c in waiting]) if unused else {}
    on_day = Counter((c.lease_id, c.due_on) for c in waiting)  # there is a choice where several fall due at once
    orders = orders_of({a: [due_reference(c) for c in of_lease[owners[a].lease_id] if on_day[c.lease_id, c.due_on] > 1] for a in unused})
    found: dict[tuple[int, int], int] = defaultdict(int)
    for account, credits in unused.items():
        party = owners[account]
        for _, due in groupby(of_lease[party.lease_id], key=lambda c: c.due_on):
            by_id = {c.id: c for c in due}
            shares = {c.id: share_of(c, party, parties[c.lease_id]) for c in by_id.values()}
            debts = [OpenEntry(n, account, due_reference(c), shares[n], c.due_on, shares[n]) for n, c in by_id.items() if shares[n]]
            for pair in pairings([*credits, *debts], claims, orders.get(account)):
                found[pair.debit.entry_id, party.id] += pair.amount_minor
    return found


def share_of(charge: Charge, party: Party, parties: Sequence[Party]) -> int:
    """The party's part of a charge, in minor units."""
    return next((amount for owner, amount in parts(charge, parties) if owner.id == party.id), 0)


OF_CHARGE = ("party_id", "category", "posted_as", "posted_for", "scheduled", "description")
OF_SCHEDULE = (*OF_CHARGE, "due_on", "period_start", "period_end", "amount_minor")
CHARGE = ("id", "public_id", "lease_id", *OF_SCHEDULE, "posted_at")  # in the order of the model's fields


@dataclass(frozen=True, slots=True)
class Payable:
    """What `rows` may be paid, oldest first, and how much of it is not owed yet."""

    rows: list[OpenCharge]
    ahead_minor: int


def payable_charges(lease: Lease, party: Party, parties: Sequence[Party]) -> Payable:
    """What `party` may pay now. Ask it with the party's account locked before acting on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leases_open_charges(%s, %s)", [lease.id, party.account_id])
        return payable_of([Told(lease, party, parties, json.loads(cursor.fetchone()[0]))])[0]


@dataclass(frozen=True, slots=True)
class Told:
    """What `leases_open_charges` says of a party's account."""

    lease: Lease
    party: Party
    parties: Sequence[Party]
    found: Mapping[str, Any]


def payable_of(told: Sequence[Told]) -> list[Payable]:
    """The same of each. What money that waits will pay of charges to come is asked once for all."""
    charges = [[(_charge_of(one.lease, values), paid, claimed) for paid, claimed, *values in one.found["charges"]] for one in told]
    waiting: dict[int, Charge] = {}
    parties: dict[int, Sequence[Party]] = {}
    for one, of_party in zip(told, charges, strict=True):
        if one.found["waiting"]:
            waiting |= {charge.id: charge for charge, _, _ in of_party if charge.posted_at is None}
            parties[one.lease.id] = one.parties
    prepaid_of = prepaid(list(waiting.values()), parties) if waiting else {}
    return [_payable(one, of_party, prepaid_of) for one, of_party in zip(told, charges, strict=True)]


def _payable(told: Told, charges: Sequence[tuple[Charge, int, int]], prepaid_of: Mapping[tuple[int, int], int]) -> Payable:
    """`charges`: each with what of it is paid and claimed."""
    rows, ahead = [], 0
    for charge, paid, claimed in charges:
        share = share_of(charge, told.party, told.parties)
        left = share - (paid if charge.posted_at else prepaid_of.get((charge.id, told.party.id), 0))
        ahead += 0 if charge.posted_at else share
        if left > 0:
            rows.append(OpenCharge(charge, told.party, share, left, max(0, left - claimed)))
    return Payable(rows, ahead)


def _charge_of(lease: Lease, values: Sequence[Any]) -> Charge:
    """From the columns that `leases_open_charges` tells."""
    id, public_id, *said, due_on, first, last, amount, posted_at = values
    days = [date.fromisoformat(day) for day in (due_on, first, last)]
    posted = datetime.fromisoformat(posted_at) if posted_at else None
    return Charge.from_db(connection.alias, CHARGE, [id, public_id, lease.id, *said, *days, amount, posted])


def balances(lease: Lease) -> dict[int, Balance]:
    """Party id → balance."""
    parties = list(lease.parties.all())
    flying = in_flight_minor([p.account_id for p in parties])
    return {p.id: Balance(p.account.balance_minor, ahead_minor(lease, p, parties), flying.get(p.account_id, 0)) for p in parties}


def total(of_parties: Sequence[Balance]) -> Balance:
    return Balance(
        sum(b.owed_minor for b in of_parties), sum(b.ahead_minor for b in of_parties), sum(b.in_flight_minor for b in of_parties)
    )


def schedules(leases: Sequence[Lease], at: datetime, *, actor: Actor = SYSTEM) -> dict[int, list[ScheduleRow]]:
    """Lease id → its schedule as far as `actor` may see it, in a fixed number of queries however many leases there are."""
    charges = list(visible_charges(actor).filter(lease__in=[lease.id for lease in leases]).order_by("due_on", "id"))
    references = [due_reference(c) for c in charges]
    paid = paid_on([p.account_id for lease in leases for p in lease.parties.all()], references)
    ahead: dict[int, int] = defaultdict(int)
    for (charge_id, _), amount in prepaid(
        _to_come(leases, charges, actor), {lease.id: list(lease.parties.all()) for lease in leases}
    ).items():
        ahead[charge_id] += amount
    live = live_claims(references)
    days = {lease.id: local_today(lease, at) for lease in leases}
    found: dict[int, list[ScheduleRow]] = {lease.id: [] for lease in leases}
    for charge in charges:
        reference = due_reference(charge)
        done = paid.get(reference, 0) if charge.posted_at else ahead[charge.id]
        flying = sum(c.amount_minor for c in live.get(reference, []))
        found[charge.lease_id].append(ScheduleRow(charge, done, flying, _status(charge, done, days[charge.lease_id])))
    return found


def _to_come(leases: Sequence[Lease], seen: Sequence[Charge], actor: Actor) -> Sequence[Charge]:
    """All that is not posted yet: what a roommate alone owes, which a renter does not see, takes of the money that waits for the rent."""
    shared = [lease.id for lease in leases if len(lease.parties.all()) > 1]
    if actor.role != RENTER or not shared:
        return seen
    with every_row():
        return [*(c for c in seen if c.lease_id not in shared), *Charge.objects.filter(lease__in=shared, posted_at=None)]


def _status(charge: Charge, paid_minor: int, day: date) -> str:
    if paid_minor >= charge.amount_minor:
        return "paid"
    if charge.due_on > day:
        return "partially_paid" if paid_minor else "scheduled"
    if charge.due_on < day:
        return "late"
    return "partially_paid" if paid_minor else "due"


def payments_of(lease: Lease) -> list[Payment]:
    """All attempts on the lease, newest first (the latest hundred)."""
    return list(with_related().filter(origin=lease.public_id).order_by("-id")[:100])
