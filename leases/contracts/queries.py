"""Leases that an actor may see, and the people on them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateField, DateTimeField, F, Func, Prefetch, Q, QuerySet, Value

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.lookup import Lookup
from directpay.people.models import User
from directpay.people.ways import Way, seen_by
from leases.contracts.models import LateFeePolicy, Lease, Party, Renter, RentStep
from leases.properties.models import Unit
from ledger.journal.models import Account, Book

UPCOMING: Final = "upcoming"
ACTIVE: Final = "active"
ENDED: Final = "ended"
STATUSES: Final = (UPCOMING, ACTIVE, ENDED)


def ways_by_share(actor: Actor) -> list[Way] | None:
    """To what belongs to a `lease` and to one `party` of it: landlords of the lease, renters of the party. None for staff, who see all."""
    if actor.may_see_all:
        return None
    lets = Way("lease__unit", through=Unit.objects.filter(property__landlord_id=actor.user_id))
    return [lets, Way("party", through=Renter.objects.filter(user_id=actor.user_id), column="party_id")]


def ways_by_debt(actor: Actor) -> list[Way] | None:
    """To what is owed on a `lease` by all who stand on it, or by one `party` alone: roommates do not read what another alone owes."""
    ways = ways_by_share(actor)
    if ways is None:
        return None
    of_all = Renter.objects.filter(user_id=actor.user_id)
    return [*ways, Way("lease", through=of_all, column="lease_id", where=Q(party=None))]


def ways_by_lease(actor: Actor) -> list[Way] | None:
    """To what belongs to a `lease`: its landlord, and all who stand on it. None for staff, who see all."""
    if actor.may_see_all:
        return None
    lets = Way("lease__unit", through=Unit.objects.filter(property__landlord_id=actor.user_id))
    return [lets, Way("lease", through=Renter.objects.filter(user_id=actor.user_id), column="lease_id")]


def with_people() -> QuerySet[Lease]:
    return Lease.objects.select_related("unit__property__payee", "unit__property__landlord").prefetch_related(
        Prefetch("parties", Party.objects.select_related("account").order_by("id")),
        Prefetch("renters", Renter.objects.select_related("user", "party").order_by("id")),
        Prefetch("rent_steps", RentStep.objects.order_by("from_on")),
    )


def rents_of(lease: Lease) -> list[tuple[date, int]]:
    """From which day on the rent of a month is how much, in minor units; the start of the lease first."""
    steps = sorted((step.from_on, step.rent_minor) for step in lease.rent_steps.all())
    return [(lease.start_on, lease.rent_minor), *steps]


def rent_on(lease: Lease, day: date) -> int:
    """The monthly rent that holds on a day; before the lease starts, the first."""
    return next((rent for since, rent in reversed(rents_of(lease)) if since <= day), lease.rent_minor)


def visible_leases(actor: Actor) -> QuerySet[Lease]:
    """Staff see all, landlords those of their properties, renters those that they stand on."""
    return seen_by(with_people(), ways_to_leases(actor))


def ways_to_leases(actor: Actor) -> list[Way] | None:
    """By what one lets, and by what one rents."""
    if actor.may_see_all:
        return None
    lets = Way("unit", through=Unit.objects.filter(property__landlord_id=actor.user_id))
    return [lets, Way("pk", through=Renter.objects.filter(user_id=actor.user_id), column="lease_id")]


class LocalDay(Func):
    """The day where the property stands, at a moment."""

    template = "(timezone(%(expressions)s))::date"
    output_field = DateField()

    def __init__(self, at: datetime, **extra: Any) -> None:
        super().__init__(F("unit__property__timezone"), Value(at, output_field=DateTimeField()), **extra)


def status_of(lease: Lease, day: date) -> str:
    """Of a lease on a day where its property stands."""
    if lease.start_on > day:
        return UPCOMING
    return ENDED if lease.end_on is not None and lease.end_on < day else ACTIVE


def where_status(status: str, at: datetime) -> Q:
    """The rows for which `status_of` says this. The day in UTC is never more than one away: said too, so that an index is used."""
    local, day = LocalDay(at), at.astimezone(UTC).date()
    if status == UPCOMING:
        return Q(start_on__gte=day, start_on__gt=local)
    if status == ENDED:
        return Q(end_on__lte=day, end_on__lt=local)
    return Q(start_on__lte=local) & (Q(end_on=None) | Q(end_on__gte=local))


def lease_of(public_id: str, actor: Actor, *, param: str = "lease") -> Lease:
    """The lease that a caller names, as far as it may see it. Raises InvalidInput."""
    found = visible_leases(actor).filter(public_id=public_id).first()
    if found is None:
        raise InvalidInput(f"No such lease: {public_id}.", param=param, code="resource_missing")
    return found


def policies_in_force(days: Mapping[int, date]) -> dict[int, LateFeePolicy]:
    """Lease id → what is agreed for rent that falls due on that lease's day and comes late."""
    return {lease_id: policy for (lease_id, _), policy in policies_on(days.items()).items()}


def policies_on(wanted: Iterable[tuple[int, date]]) -> dict[tuple[int, date], LateFeePolicy]:
    """(lease id, day) → the same, where one lease is asked about on several days."""
    pairs = set(wanted)
    rows = LateFeePolicy.objects.filter(lease_id__in={lease_id for lease_id, _ in pairs}).order_by("from_on", "id")
    of_lease: dict[int, list[LateFeePolicy]] = defaultdict(list)
    for row in rows:
        of_lease[row.lease_id].append(row)
    return {(id, day): row for id, day in pairs for row in of_lease[id] if row.from_on <= day}


def concerned(lease: Lease, party: Party | None = None) -> list[str]:
    """Who hears of what is done on a lease: its landlord, the payee, and its renters, or those alone who pay for the party."""
    home = lease.unit.property
    renters = (party or lease).renters.select_related("user").order_by("id")
    return [home.landlord.public_id, home.payee.public_id, *(renter.user.public_id for renter in renters)]


def book_of(lease: Lease) -> Book:
    """The payee's, in which the lease is kept."""
    return Book.objects.get(kind="L", subject=lease.unit.property.payee.public_id)


def party_of(lease: Lease, user: str | None, *, param: str) -> Party:
    """Whom a renter (by public id) pays for on this lease; without a name, the only party. Raises InvalidInput."""
    if user is None:
        parties = list(lease.parties.all())
        if len(parties) > 1:
            raise InvalidInput("Several owe on this lease, each a share: say which renter.", param=param, code="parameter_missing")
        return parties[0]
    found = next((r.party for r in lease.renters.all() if r.user.public_id == user), None)
    if found is None:
        raise InvalidInput(f"No such renter on this lease: {user}.", param=param, code="resource_missing")
    return found


def renter_on(lease: Lease, user: str, *, param: str) -> User:
    """Who stands on the lease by this public id. Raises InvalidInput."""
    found = Renter.objects.select_related("user").filter(lease=lease, user__public_id=user).first()
    if found is None:
        raise InvalidInput(f"No such renter on this lease: {user}.", param=param, code="resource_missing")
    return found.user


LEASE = ("id", "public_id", "currency")
_lookup = Lookup(visible_leases, LEASE)


def lease_to_pay(public_id: str, actor: Actor, *, currency: str | None = None) -> Lease:
    """The lease that a caller names to pay, as far as it may see it. Raises InvalidInput, also for another currency than the lease's."""
    return ask_for_lease_to_pay(public_id, actor, currency=currency)()


def ask_for_lease_to_pay(public_id: str, actor: Actor, *, currency: str | None = None) -> Callable[[], Lease]:
    """The same, asked together with what else is asked before it is looked at."""
    asked = _lookup.ask(public_id, actor)

    def told() -> Lease:
        found = asked()
        if found is None:
            raise InvalidInput(f"No such lease: {public_id}.", param="lease", code="resource_missing")
        lease = Lease.from_db(connection.alias, LEASE, found)
        if currency not in (None, lease.currency):
            raise InvalidInput(f"This lease is in {lease.currency.upper()}.", param="currency")
        return lease

    return told


def renters_of_landlord(actor: Actor) -> Way:
    """For people.queries.VISIBLE_TO: a landlord knows the renters of its leases. Roommates do not learn each other's addresses."""
    return Way("id", through=Renter.objects.filter(lease__unit__property__landlord_id=actor.user_id), column="user_id")


def owes_on(payer: User, account: Account) -> bool:
    """For payins.queries.MAY_PAY: a renter may pay any party's account of a lease that it stands on (all answer for the whole)."""
    leases = Party.objects.filter(account=account).values("lease_id")
    return Renter.objects.filter(user=payer, lease_id__in=leases).exists()


def zone_of(account: Account) -> ZoneInfo | None:
    """For payins.queries.ZONES: what a party owes falls due, and is late, where the property stands."""
    name = Party.objects.filter(account=account).values_list("lease__unit__property__timezone", flat=True).first()
    return ZoneInfo(name) if name else None
