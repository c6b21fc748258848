"""Which charges an amount pays, in the order of the lease's policy: one that claims them, and money that names none (given by hand, sent
past the lease, credited, paid ahead)."""

import json
from collections.abc import Mapping, Sequence

from django.db import connection

from directpay.kernel.arrays import integers, texts
from leases.policies.queries import Policy, in_turn, policy_told
from leases.rent.models import Charge
from leases.rent.queries import OpenCharge
from ledger.allocation.orders import OpenDebits, Order

# Of accounts whose lease pays by categories: the policy, and the category of each charge that waits.
BY_CATEGORIES = """
SELECT y.account_id, to_jsonb(q), t.reference, c.category
FROM unnest(%s::bigint[], %s::text[]) AS t(account, reference)
JOIN leases_party y ON y.account_id = t.account
JOIN LATERAL (SELECT * FROM leases_paymentpolicy p WHERE p.lease_id = y.lease_id ORDER BY p.version DESC LIMIT 1) q
    ON q."order" = 'categories'
LEFT JOIN leases_charge c ON c.lease_id = y.lease_id AND c.posted_as = split_part(t.reference, ':', 1)
    AND coalesce(nullif(c.posted_for, ''), c.public_id) = split_part(t.reference, ':', 2)
"""


def allotted(policy: Policy, rows: Sequence[OpenCharge], amount_minor: int) -> list[tuple[Charge, int]]:
    """`rows`: open on the payer's account, the oldest first. Charges that nobody has claimed, with minor units, up to the amount."""
    found: list[tuple[Charge, int]] = []
    for row in in_turn(policy, [(row.charge, row) for row in rows]):
        part = min(amount_minor - sum(amount for _, amount in found), row.free_minor)
        if part > 0:
            found.append((row.charge, part))
    return found


def orders(waiting: OpenDebits) -> Mapping[int, Order]:
    """For `ledger.allocation.orders`: account → the order of its lease, where that is not the oldest first."""
    asked = [(account, reference) for account, references in waiting.items() for reference in references]
    accounts, references = zip(*asked, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(BY_CATEGORIES, [integers(accounts), texts(references)])
        rows = cursor.fetchall()
    found: dict[int, tuple[Policy, dict[str, int]]] = {}
    for account, told, reference, category in rows:
        policy, ranks = found.setdefault(account, (policy_told(json.loads(told)), {}))
        ranks[reference] = policy.turn(category)
    return {account: Order(ranks, policy.reason) for account, (policy, ranks) in found.items()}
