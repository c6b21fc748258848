"""What accepting a rent payment must know, read in one round trip with the lease and the account locked."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from directpay.events.unit import require_transaction
from directpay.kernel.errors import InvalidInput
from leases.contracts.models import Lease
from leases.contracts.seats import Seat, seat_of
from leases.policies.queries import Policy, policy_told
from leases.rent.queries import Payable, payable_of
from payments.payins.accepting import Standing, standing_of


@dataclass(frozen=True, slots=True)
class StandingToPay:
    """Where the payer stands on the lease, the account of its party, what may be paid there, and what the landlord takes."""

    seat: Seat
    account: Standing
    payable: Payable
    policy: Policy
    returned_at: datetime | None  # when money last came back, where the policy asks


def stand_to_pay(lease: Lease, user_id: int, *, rail: str, param: str) -> StandingToPay:
    """Step: lock the lease and the account of this person's party. Raises InvalidInput when it is not on the lease."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT leases_stand_to_pay(%s, %s, %s)", [lease.id, user_id, rail])
        answer = cursor.fetchone()[0]
    if answer is None:
        raise InvalidInput("This account belongs to nobody on the lease.", param=param)
    found = json.loads(answer)
    seat = seat_of(lease, found["seat"])
    return StandingToPay(
        seat,
        standing_of(found["standing"]),
        payable_of(lease, seat.party, seat.parties, found["open"]),
        policy_told(found["policy"]),
        datetime.fromisoformat(found["returned_at"]) if found["returned_at"] else None,
    )
