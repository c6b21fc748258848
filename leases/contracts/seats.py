"""Where a payer stands on a lease: what paying it must know, read in one round trip with the lease and the account locked."""

import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection

from directpay.events.unit import require_transaction
from directpay.kernel.errors import InvalidInput
from directpay.people.models import Payee
from leases.contracts.models import Lease, Party

PARTY = ("id", "lease_id", "weight", "account_id")


@dataclass(frozen=True, slots=True)
class Seat:
    """The party that a person pays for, among all of the lease. What was not read is fetched when it is asked for."""

    party: Party
    parties: list[Party]
    payee: Payee
    zone: ZoneInfo  # of the property: due dates are days there


def take_seat(lease: Lease, user_id: int, *, param: str) -> Seat:
    """Step: lock the lease and the account of this person's party. Raises InvalidInput when it is not on the lease."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT leases_take_seat(%s, %s)", [lease.id, user_id])
        answer = cursor.fetchone()[0]
    if answer is None:
        raise InvalidInput("This account belongs to nobody on the lease.", param=param)
    found, using = json.loads(answer), connection.alias
    parties = [Party.from_db(using, PARTY, [id, lease.id, weight, account]) for id, weight, account in found["parties"]]
    party = next(party for party in parties if party.id == found["party"])
    return Seat(party, parties, Payee.from_db(using, ("id", "public_id"), found["payee"]), ZoneInfo(found["timezone"]))
