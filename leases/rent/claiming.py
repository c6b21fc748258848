"""Which charges an amount pays, in the order of the lease's policy."""

from collections.abc import Sequence

from leases.policies.queries import Policy, in_turn
from leases.rent.models import Charge
from leases.rent.queries import OpenCharge


def allotted(policy: Policy, rows: Sequence[OpenCharge], amount_minor: int) -> list[tuple[Charge, int]]:
    """`rows`: open on the payer's account, the oldest first. Charges that nobody has claimed, with minor units, up to the amount."""
    found: list[tuple[Charge, int]] = []
    for row in in_turn(policy, [(row.charge, row) for row in rows]):
        part = min(amount_minor - sum(amount for _, amount in found), row.free_minor)
        if part > 0:
            found.append((row.charge, part))
    return found
