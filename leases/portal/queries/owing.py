"""What one renter owes on one lease, what of it is on its way, and what a press on Pay would pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from directpay.people.models import User
from leases.contracts.models import Lease, Party, Renter
from leases.policies.queries import Policy, policy_of
from leases.rent.claiming import allotted
from leases.rent.models import Charge
from leases.rent.postings import parts as parts_of
from leases.rent.queries import OpenCharge, local_today, payable_charges
from payments.payins.models import LIVE, Payment
from payments.payins.queries import in_flight_minor

SOON_DAYS = 10  # a bank transfer takes up to a week: from then on the next rent is worth a button


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one charge."""

    charge: Charge
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Owing:
    """`owed_minor` below zero is money paid ahead. `rows` is what is open, oldest first, the next charge included.

    `policy`: what the landlord takes, and what money pays first.
    """

    lease: Lease
    party: Party
    parties: list[Party]
    today: date
    owed_minor: int
    in_flight_minor: int
    ahead_minor: int  # of the next charge, not yet fallen due
    rows: list[OpenCharge]
    policy: Policy

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.lease.unit.property.timezone)

    @property
    def shared(self) -> bool:
        """Whether each renter owes a share of their own."""
        return len(self.parties) > 1

    @property
    def limit_minor(self) -> int:
        """What can be paid at all, the next charge included."""
        return max(0, self.owed_minor + self.ahead_minor - self.in_flight_minor)

    @property
    def parts(self) -> list[Part]:
        """What one press pays, in the order of allocation: what is due; only when nothing is, what comes next."""
        target = self.owed_minor if self.owed_minor > 0 else self.owed_minor + self.ahead_minor
        return self.split(max(0, target - self.in_flight_minor))

    @property
    def payable_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)

    @property
    def is_due(self) -> bool:
        """Something that has fallen due is not yet on its way."""
        return self.owed_minor > 0 and self.payable_minor > 0

    @property
    def due_on(self) -> date | None:
        parts = self.parts
        return min(p.charge.due_on for p in parts) if parts else None

    @property
    def is_soon(self) -> bool:
        due_on = self.due_on
        return due_on is not None and (due_on - self.today).days <= SOON_DAYS

    def split(self, amount_minor: int) -> list[Part]:
        """`amount_minor` over the open charges, as the action claims them."""
        return [Part(charge, minor) for charge, minor in allotted(self.policy, self.rows, min(amount_minor, self.limit_minor))]


def tenancy_of(lease: Lease, user_id: int) -> Renter | None:
    return next((r for r in lease.renters.all() if r.user_id == user_id), None)


def owing(lease: Lease, user_id: int, at: datetime) -> Owing | None:
    """For a lease from `contracts.queries.with_people`; None when this person is no renter of it."""
    tenancy = tenancy_of(lease, user_id)
    if tenancy is None:
        return None
    parties = list(lease.parties.all())
    party = next(p for p in parties if p.id == tenancy.party_id)
    owed, payable = party.account.balance_minor, payable_charges(lease, party, parties)
    flying = in_flight_minor([party.account_id]).get(party.account_id, 0)
    return Owing(
        lease=lease,
        party=party,
        parties=parties,
        today=local_today(lease, at),
        owed_minor=owed,
        in_flight_minor=flying,
        ahead_minor=payable.ahead_minor,
        rows=payable.rows,
        policy=policy_of(lease),
    )


def charges_named(found: Owing, names: Sequence[str]) -> dict[str, Charge]:
    """Public id → the charge, of those named that are this renter's to pay, open or not."""
    mine = Q(party=None) | Q(party=found.party)
    return {charge.public_id: charge for charge in Charge.objects.filter(mine, lease=found.lease, public_id__in=names)}


def on_their_way(account_id: int) -> list[Payment]:
    """Payments in flight to a renter's account, newest first, whoever of the joint renters sent them."""
    sent = Payment.objects.select_related("payer", "payee__owner", "applies_to__book")  # from which bank account is nobody else's business
    return list(sent.filter(applies_to_id=account_id, status__in=LIVE).order_by("-id"))


@dataclass(frozen=True, slots=True)
class Share:
    """One renter's part of the rent of a month."""

    user: User
    amount_minor: int
    open_minor: int
    in_flight_minor: int


@dataclass(frozen=True, slots=True)
class Household:
    """Who pays what of one charge."""

    charge: Charge
    shares: list[Share]


def household(found: Owing) -> Household | None:
    """The shares of the charge that is open first, or of the next one. None where nobody has a share."""
    if not found.shared:
        return None
    open_by_party = {party.id: payable_charges(found.lease, party, found.parties).rows for party in found.parties}
    charges = [row.charge for rows in open_by_party.values() for row in rows if row.charge.party_id is None]
    if not charges:
        return None
    charge = min(charges, key=lambda c: (c.due_on, c.id))
    return Household(charge, [_share(renter, charge, found, open_by_party[renter.party_id]) for renter in found.lease.renters.all()])


def _share(renter: Renter, charge: Charge, found: Owing, rows: Sequence[OpenCharge]) -> Share:
    row = next((r for r in rows if r.charge.id == charge.id), None)
    if row is None:  # not open: it has cleared
        return Share(renter.user, _whole(charge, found, renter.party_id), 0, 0)
    return Share(renter.user, row.amount_minor, row.open_minor, row.open_minor - row.free_minor)


def _whole(charge: Charge, found: Owing, party_id: int) -> int:
    return next((amount for party, amount in parts_of(charge, found.parties) if party.id == party_id), 0)
