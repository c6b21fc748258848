"""A lease with something agreed for lateness, and what was made of it."""

from typing import Any

from directpay.people.actor import SYSTEM
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import Lease
from leases.late_fees.actions.decide import waive_late_fee
from leases.late_fees.models import LateFee
from leases.receipts.actions import NewReceipt, record_receipt
from leases.receipts.models import Receipt
from tests.world import World


def agreed(grace_days: int = 5, **terms: Any) -> LateFeeTerms:
    """$50 once, unless said otherwise."""
    usual = {} if {"flat_minor", "percent_bps", "daily_minor"} & {*terms} else {"flat_minor": 5_000}
    return LateFeeTerms(grace_days, **usual, **terms)


def let(w: World, *renters: Any, rent: int = 150_000, **terms: Any) -> Lease:
    return w.lease(*renters, rent=rent, late_fee=agreed(**terms))


def give(w: World, lease: Lease, amount: int, method: str = "check", **more: Any) -> Receipt:
    party = more.pop("party", None) or lease.parties.get()
    return record_receipt(lease, NewReceipt(party, method, amount, **more), actor=SYSTEM, at=w.now)


def fees(lease: Lease) -> list[LateFee]:
    return list(LateFee.objects.filter(lease=lease).select_related("lease", "party", "fee_charge").order_by("id"))


def waive(w: World, fee: LateFee, amount: int | None = None, reason: str = "The bank was slow") -> LateFee:
    return waive_late_fee(fee, amount_minor=amount, reason=reason, actor=SYSTEM, at=w.now)
