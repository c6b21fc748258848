"""What accepting a rent payment must know, read in one round trip with the lease and the account locked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers, texts
from directpay.kernel.errors import InvalidInput
from leases.contracts.models import Lease
from leases.contracts.seats import Seat, seat_of
from leases.policies.queries import Policy, policy_told
from leases.rent.queries import Payable, Told, payable_of
from payments.payins.accepting import Standing, standing_of

BELONGS_TO_NOBODY: Final = "What is paid with belongs to nobody on the lease."


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
        raise InvalidInput(BELONGS_TO_NOBODY, param=param)
    return _found([(lease, answer)])[0]


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays which lease, and by which rail."""

    lease: Lease
    user_id: int
    rail: str


# Of a set, the accounts are locked first and in order of id, as everybody does who posts.
LOCK_ACCOUNTS = """
SELECT a.id FROM ledger_account a WHERE a.id = ANY(ARRAY(
    SELECT y.account_id FROM unnest(%s::bigint[], %s::bigint[]) AS g(lease_id, user_id)
    JOIN leases_renter r ON r.lease_id = g.lease_id AND r.user_id = g.user_id JOIN leases_party y ON y.id = r.party_id
)) ORDER BY a.id FOR NO KEY UPDATE
"""
STAND = """
SELECT leases_stand_to_pay(g.lease_id, g.user_id, g.rail)
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) WITH ORDINALITY AS g(lease_id, user_id, rail, n) ORDER BY g.n
"""


def stand_to_pay_together(payers: Sequence[Payer]) -> list[StandingToPay | None]:
    """Step: the same of a set, in its order, its leases locked already; None for who is not on the lease."""
    require_transaction()
    leases, users = integers(p.lease.id for p in payers), integers(p.user_id for p in payers)
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ACCOUNTS, [leases, users])
        cursor.execute(STAND, [leases, users, texts(p.rail for p in payers)])
        answers = [answer for (answer,) in cursor.fetchall()]
    stands = iter(_found([(p.lease, answer) for p, answer in zip(payers, answers, strict=True) if answer]))
    return [answer and next(stands) for answer in answers]


def _found(answers: Sequence[tuple[Lease, str]]) -> list[StandingToPay]:
    """As `leases_stand_to_pay` tells it, of each."""
    told = [(lease, json.loads(answer)) for lease, answer in answers]
    seats = [seat_of(lease, found["seat"]) for lease, found in told]
    payables = payable_of([Told(lease, s.party, s.parties, found["open"]) for (lease, found), s in zip(told, seats, strict=True)])
    return [
        StandingToPay(
            seat,
            standing_of(found["standing"]),
            payable,
            policy_told(found["policy"]),
            datetime.fromisoformat(found["returned_at"]) if found["returned_at"] else None,
        )
        for (_, found), seat, payable in zip(told, seats, payables, strict=True)
    ]
