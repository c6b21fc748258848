"""Who reads what is written about, and what they chose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from directpay.kernel.arrays import texts
from directpay.people.models import User
from leases.contracts.models import JOINT
from webhooks.mail.kinds import kind_of
from webhooks.mail.models import Message, Preference

FROM, UNTIL = time(21), time(8)  # of the day where somebody lives, unless they chose others


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person's preferences; without a row those of everybody at first."""

    choices: dict[str, str]
    quiet_from: time = FROM
    quiet_until: time = UNTIL
    timezone: str = ""

    def of(self, kind: str) -> str:
        known = kind_of(kind)
        chosen = self.choices.get(known.name)
        return chosen if chosen in known.choices else known.choices[0]

    def quiet_ends_at(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When `at` is in the quiet hours, their end. `zone`: of the home, where none was chosen."""
        here = ZoneInfo(self.timezone) if self.timezone else zone
        local = at.astimezone(here)
        first, last, now = self.quiet_from, self.quiet_until, local.time()
        quiet = first <= now < last if first <= last else now >= first or now < last
        if not quiet:
            return None
        day = local.date() if now < last else local.date() + timedelta(days=1)
        return datetime.combine(day, last, tzinfo=here)


def chosen_of(row: Preference | None) -> Chosen:
    return Chosen({}) if row is None else Chosen(row.choices, row.quiet_from, row.quiet_until, row.timezone)


def chosen_by(user_ids: Iterable[int]) -> dict[int, Chosen]:
    """User id → what they chose, for all of them."""
    ids = set(user_ids)
    rows = {row.user_id: row for row in Preference.objects.filter(user_id__in=ids)}
    return {user_id: chosen_of(rows.get(user_id)) for user_id in ids}


def chosen_by_one(user: User) -> Chosen:
    return chosen_by([user.id])[user.id]


PEOPLE = """
SELECT l.public_id, y.label, u.id, u.public_id, p.landlord_id, p.timezone
FROM leases_lease l JOIN leases_unit t ON t.id = l.unit_id JOIN leases_property p ON p.id = t.property_id
JOIN leases_renter r ON r.lease_id = l.id JOIN leases_party y ON y.id = r.party_id JOIN directpay_user u ON u.id = r.user_id
WHERE l.public_id = ANY(%s::text[]) ORDER BY r.id
"""


@dataclass(frozen=True, slots=True)
class Home:
    """The people of a lease by their row: (party's label, public id, user id) of each renter."""

    renters: Sequence[tuple[str, str, int]]
    landlord: int
    zone: ZoneInfo

    def party(self, label: str | None) -> list[int]:
        """Who pays for this party; all, where it is none or joint."""
        return [user for party, _, user in self.renters if label in (None, JOINT, party)]


def homes(lease_ids: Iterable[str]) -> dict[str, Home]:
    """Lease's public id → its people."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [texts(set(lease_ids))])
        rows = cursor.fetchall()
    found: dict[str, list[tuple[str, str, int]]] = {}
    where: dict[str, tuple[int, str]] = {}
    for lease, label, user_id, public_id, landlord, zone in rows:
        found.setdefault(lease, []).append((label, public_id, user_id))
        where[lease] = (landlord, zone)
    return {lease: Home(renters, where[lease][0], ZoneInfo(where[lease][1])) for lease, renters in found.items()}


DEPOSITS = """
SELECT b.public_id, d.public_id, l.public_id, y.label FROM leases_deposit d JOIN leases_trustbank b ON b.id = d.trust_bank_id
JOIN leases_lease l ON l.id = d.lease_id JOIN leases_party y ON y.id = d.party_id JOIN ledger_account h ON h.id = d.held_id
WHERE b.public_id = ANY(%s::text[]) AND h.balance_minor <> 0 ORDER BY d.id
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A deposit of which something is held, by public ids and its party's label."""

    trust_bank: str
    deposit: str
    lease: str
    party: str


def deposits_at(trust_banks: Iterable[str]) -> list[Kept]:
    with connection.cursor() as cursor:
        cursor.execute(DEPOSITS, [texts(set(trust_banks))])
        return [Kept(*row) for row in cursor.fetchall()]


USERS = """
SELECT public_id, id FROM directpay_user WHERE public_id = ANY(%s::text[])
UNION ALL SELECT public_id, owner_id FROM directpay_payee WHERE public_id = ANY(%s::text[])
"""


def users(public_ids: Iterable[str]) -> dict[str, int]:
    """Public id of a person, or of a payee → the row of the person, or of the payee's owner."""
    wanted = texts(set(public_ids))
    with connection.cursor() as cursor:
        cursor.execute(USERS, [wanted, wanted])
        return dict(cursor.fetchall())


ZONES = """
SELECT x.user_id, x.timezone FROM (
    SELECT r.user_id, p.timezone, l.id FROM leases_renter r JOIN leases_lease l ON l.id = r.lease_id
    JOIN leases_unit t ON t.id = l.unit_id JOIN leases_property p ON p.id = t.property_id WHERE r.user_id = ANY(%s)
    UNION ALL SELECT p.landlord_id, p.timezone, p.id FROM leases_property p WHERE p.landlord_id = ANY(%s)
) AS x ORDER BY x.id
"""


def zones_of(user_ids: Iterable[int]) -> dict[int, ZoneInfo]:
    """User id → the zone of the newest home that they rent, or of the newest house that they let."""
    ids = sorted(set(user_ids))
    with connection.cursor() as cursor:
        cursor.execute(ZONES, [ids, ids])
        known = dict(cursor.fetchall())
    return {user_id: ZoneInfo(known.get(user_id, settings.TIME_ZONE)) for user_id in ids}


def messages() -> QuerySet[Message]:
    return Message.objects.select_related("user")
