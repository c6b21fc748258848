"""Steps that make and lock a lease; opening one is an action of `rent`, which knows its schedule."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from directpay.database.statements import later
from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.models import User
from leases.contracts import postings as _postings  # noqa: F401 registers the kinds
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import JOINT, LateFeePolicy, Lease, Party, Renter, RentStep
from leases.contracts.shares import plain_number, weights_of
from leases.properties.models import Unit
from ledger.journal.actions import open_account, open_book

RENTERS_LIMIT = 20
STEPS_LIMIT = 100


class LeaseOverlaps(Conflict):
    """The unit is let in these days; `lease` names by which lease."""

    code = "lease_overlaps"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. Amounts in minor units of the property's currency."""

    unit: Unit
    renters: Sequence[tuple[User, Mapping[str, Any] | None]]
    rent_minor: int
    deposit_minor: int
    start_on: date
    end_on: date | None
    due_day: int
    metadata: Mapping[str, Any]
    rent_steps: Sequence[tuple[date, int]] = ()  # from that day on the rent is this
    late_fee: LateFeeTerms | None = None
    later_late_fees: Sequence[tuple[date, LateFeeTerms]] = ()  # for what falls due from that day on, in the order in which it was agreed


def create_lease(terms: Terms, *, at: datetime) -> Lease:
    """Step: the lease, its parties with their accounts, its renters. Raises InvalidInput, LeaseOverlaps."""
    require_transaction()
    _check(terms)
    weights = weights_of([share for _, share in terms.renters], terms.rent_minor)
    Unit.objects.select_for_update().get(id=terms.unit.id)
    lease = _insert(terms, at)
    if weights is None:
        joint = _open_party(lease, JOINT, terms.rent_minor, at)
        parties = [joint] * len(terms.renters)
    else:
        parties = [_open_party(lease, user.public_id, weight, at) for (user, _), weight in zip(terms.renters, weights, strict=True)]
    Renter.objects.bulk_create(
        Renter(lease=lease, user=user, party=party, share=share and {way: plain_number(value) for way, value in share.items()})
        for (user, share), party in zip(terms.renters, parties, strict=True)
    )
    RentStep.objects.bulk_create(RentStep(lease=lease, from_on=day, rent_minor=rent, created_at=at) for day, rent in terms.rent_steps)
    if terms.late_fee is not None:
        add_policy(lease, terms.late_fee, terms.start_on, at=at)
    for day, late_fee in terms.later_late_fees:
        add_policy(lease, late_fee, day, at=at)
    return lease


def add_policy(lease: Lease, terms: LateFeeTerms, from_on: date, *, at: datetime) -> LateFeePolicy:
    """Step: agreed for what falls due from that day on; what was agreed before stays for what fell due before."""
    require_transaction()
    return LateFeePolicy.objects.create(public_id=public_id("lfp"), lease=lease, from_on=from_on, created_at=at, **asdict(terms))


def _check(terms: Terms) -> None:
    if terms.end_on and terms.end_on < terms.start_on:
        raise InvalidInput("The lease would end before it starts.", param="end_date")
    if not 1 <= len(terms.renters) <= RENTERS_LIMIT:
        raise InvalidInput(f"A lease has 1 to {RENTERS_LIMIT} renters.", param="renters")
    if len({user.id for user, _ in terms.renters}) != len(terms.renters):
        raise InvalidInput("The same person stands twice on the lease.", param="renters")
    for n, (day, _) in enumerate(terms.rent_steps):
        param = f"rent_steps[{n}][from_date]"
        if day <= (terms.rent_steps[n - 1][0] if n else terms.start_on):
            said = "Rent steps stand in the order of their days." if n else "The rent changes after the lease has started, not before."
            raise InvalidInput(said, param=param)
        if terms.end_on and day > terms.end_on:
            raise InvalidInput("The lease has ended by then.", param=param)


def _insert(terms: Terms, at: datetime) -> Lease:
    try:
        with transaction.atomic():
            return Lease.objects.create(
                public_id=public_id("lse"),
                unit=terms.unit,
                rent_minor=terms.rent_minor,
                deposit_minor=terms.deposit_minor,
                currency=terms.unit.property.currency,
                start_on=terms.start_on,
                end_on=terms.end_on,
                due_day=terms.due_day,
                metadata=dict(terms.metadata),
                created_at=at,
            )
    except IntegrityError as error:
        raise overlap(error, terms.unit, (terms.start_on, terms.end_on), param="start_date") from error


def overlap(error: IntegrityError, unit: Unit, days: tuple[date, date | None], *, param: str, but: int | None = None) -> LeaseOverlaps:
    """As the caller is told it: by which lease but this the unit is let. Raises the error itself when it has another cause."""
    if "lease_alone_in_unit" not in str(error):
        raise error
    first, last = days
    others = Lease.objects.filter(unit=unit).exclude(end_on__lt=first).exclude(id=but)
    if last:
        others = others.filter(start_on__lte=last)
    name = others.values_list("public_id", flat=True).first()
    return LeaseOverlaps("This unit is let in these days already.", param=param, lease=name)


def _open_party(lease: Lease, label: str, weight: int, at: datetime) -> Party:
    home = lease.unit.property
    book = open_book("L", home.payee.public_id, at=at)
    cost = open_account(book, "L6100", subject=home.public_id, currency=lease.currency, at=at)
    account = open_account(
        book,
        "L1500",
        subject=f"{lease.public_id}:{label}",
        currency=lease.currency,
        at=at,
        accepts_payments=True,
        payable_limit="balance",
        pays_into="operating",
        cost_account=cost,
    )
    return Party.objects.create(lease=lease, label=label, weight=weight, account=account)


def lock_lease(lease: Lease) -> Lease:
    """Step: the first lock in the written order (lease, payment, accounts)."""
    return lock_leases([lease.id])[0]


def lock_leases(ids: Collection[int]) -> list[Lease]:
    """Step: the same of several, in the order of their ids."""
    require_transaction()
    known = Lease.objects.select_related("unit__property__payee", "unit__property__landlord")
    return list(known.filter(id__in=ids).order_by("id").select_for_update(of=("self",)))


def lock_lease_rows(ids: Collection[int]) -> None:
    """Step: the same lock, for whoever needs nothing of the rows. It goes with the next statement."""
    require_transaction()
    later("SELECT id FROM leases_lease WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE", [integers(ids)])
