"""Where a payer stands on a lease."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from directpay.people.models import Payee
from leases.contracts.models import Lease, Party

PARTY = ("id", "lease_id", "weight", "changes", "account_id")


@dataclass(frozen=True, slots=True)
class Seat:
    """The party that a person pays for, among all of the lease. What was not read is fetched when it is asked for."""

    party: Party
    parties: list[Party]
    payee: Payee
    zone: ZoneInfo  # of the property: due dates are days there


def seat_of(lease: Lease, found: Mapping[str, Any]) -> Seat:
    """As `leases_take_seat` tells it."""
    using = connection.alias
    parties = [Party.from_db(using, PARTY, [id, lease.id, weight, changes, account]) for id, weight, changes, account in found["parties"]]
    party = next(party for party in parties if party.id == found["party"])
    return Seat(party, parties, Payee.from_db(using, ("id", "public_id"), found["payee"]), ZoneInfo(found["timezone"]))
