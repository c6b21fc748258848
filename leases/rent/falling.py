"""Charges as their day posts them: rows of the columns that it needs, not models, hundreds at a time."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.db import connection

from directpay.events.unit import require_transaction
from directpay.kernel.arrays import integers, texts
from leases.contracts.models import weight_on


@dataclass(frozen=True, slots=True)
class FallingCharge:
    """A charge that is not posted yet, with the public ids of what it belongs to."""

    id: int
    public_id: str
    lease_id: int
    category: str
    due_on: date
    amount_minor: int
    currency: str
    lease: str
    property: str
    payee: str
    landlord: str
    scheduled: bool
    party_id: int | None  # whose own it is; None: all parties share it
    posted_as: ClassVar[str] = "charge.due"  # a fee never waits for its day
    posted_for: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Receivable:
    """The account on which a party owes."""

    id: int
    currency: str
    by_item: bool


@dataclass(frozen=True, slots=True)
class OwingParty:
    id: int
    weight: int
    changes: Sequence[tuple[str, int]]
    account: Receivable

    def weight_on(self, day: date) -> int:
        return weight_on(self.weight, self.changes, day)


LOCK = """
SELECT l.id FROM leases_lease l
WHERE l.id IN (SELECT c.lease_id FROM leases_charge c WHERE c.public_id = ANY(%s::text[]) AND c.posted_at IS NULL)
ORDER BY l.id FOR UPDATE
"""
CHARGES = """
SELECT c.id, c.public_id, c.lease_id, c.category, c.due_on, c.amount_minor, l.currency, l.public_id, h.public_id, p.public_id, o.public_id,
    c.scheduled, c.party_id
FROM leases_charge c
JOIN leases_lease l ON l.id = c.lease_id
JOIN leases_unit u ON u.id = l.unit_id
JOIN leases_property h ON h.id = u.property_id
JOIN directpay_payee p ON p.id = h.payee_id
JOIN directpay_user o ON o.id = h.landlord_id
WHERE c.public_id = ANY(%s::text[]) AND c.posted_at IS NULL ORDER BY c.due_on, c.id FOR UPDATE OF c
"""
PARTIES = """
SELECT y.lease_id, y.id, y.weight, y.changes, a.id, a.currency, a.by_item FROM leases_party y JOIN ledger_account a ON a.id = y.account_id
WHERE y.lease_id = ANY(%s::bigint[]) ORDER BY y.id
"""


def lock_falling(public_ids: Sequence[str]) -> list[FallingCharge]:
    """Step: those of these charges that are not posted, oldest first; their leases locked in order of id, then they themselves."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [texts(public_ids)])
        cursor.execute(CHARGES, [texts(public_ids)])
        return [FallingCharge(*row) for row in cursor.fetchall()]


def parties_of(lease_ids: Sequence[int]) -> dict[int, list[OwingParty]]:
    """By lease id, each in order of id."""
    found: dict[int, list[OwingParty]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(PARTIES, [integers(lease_ids)])
        for lease_id, id, weight, changes, *account in cursor.fetchall():
            found[lease_id].append(OwingParty(id, weight, json.loads(changes), Receivable(*account)))
    return found
