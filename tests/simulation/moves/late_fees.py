"""What is agreed for late rent, and what the landlord decides: approved, dismissed, waived, charged by hand."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.contracts.late_fee import LateFeeTerms
from leases.late_fees.actions.agree import agree_late_fee
from leases.late_fees.actions.assess import charge_late_fee
from leases.late_fees.actions.decide import approve_late_fee, dismiss_late_fee, waive_late_fee
from leases.late_fees.models import LateFee
from leases.rent.models import Charge
from tests.simulation.auditor import lateness
from tests.simulation.auditor.lateness import Agreed, Fee
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

SHAPES: tuple[dict[str, int], ...] = (
    {"flat": 5_000},
    {"flat": 5_000},
    {"percent": 500},
    {"percent": 333, "cap": 5_000},
    {"flat": 1_500, "percent": 250, "cap_percent": 300},
    {"flat": 2_000, "daily": 300, "cap": 4_100},
    {"daily": 700, "cap_percent": 100},
    {"percent": 200, "daily": 99, "cap": 20_000},
    {},
)
RECENT = 12


def some_agreement(h: "History") -> Agreed:
    """Of any shape; its day is the caller's."""
    shape = h.rng.choice(SHAPES)
    mode = h.rng.choice(["automatic", "automatic", "proposed"])
    returned = h.rng.choice([0, 2_500]) if shape else 2_500
    whole, apart = h.rng.random() < 0.3, h.rng.random() < 0.4
    return Agreed(h.now.date(), h.rng.choice([0, 1, 3, 5, 10]), **shape, of_all_rent=whole, mode=mode, apart=apart, returned=returned)


def terms_of(one: Agreed) -> LateFeeTerms:
    return LateFeeTerms(
        one.grace,
        one.flat or None,
        one.percent or None,
        one.daily or None,
        one.cap or None,
        one.cap_percent or None,
        "rent" if one.of_all_rent else "overdue",
        one.mode,
        "party" if one.apart else "lease",
        one.returned or None,
    )


def tell(h: "History", lease: Any, one: Agreed) -> None:
    lateness.agreed(h.auditor, h.auditor.leases[lease.public_id], replace(one, said_at=h.now))
    h.say(f"  agreed on {lease.public_id}: {one}")


def agree(h: "History") -> None:
    """From today, from a day to come, now and then from yesterday or too far away; sometimes no more fees at all."""
    lease = h.rng.choice(h.cast.leases)
    told = h.auditor.leases[lease.public_id]
    days = h.rng.choice([0, 0, 0, h.rng.randrange(1, 30), h.rng.randrange(1, 30), -1, 400])
    one = replace(some_agreement(h), from_on=max(told.today(h.now), told.start_on) + timedelta(days=days))
    if h.rng.random() < 0.1:
        one = replace(one, mode="off")
    made = h.attempt(
        f"agree on {lease.public_id} from {one.from_on}",
        lateness.judge_agreement(told, one, h.now),
        lambda: agree_late_fee(lease, terms_of(one), from_on=one.from_on, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        tell(h, lease, one)
    h.check()


def approve(h: "History") -> None:
    fee = _choose(h, lambda fee: fee.status == "proposed")
    done = h.attempt(f"approve {fee.id}", lateness.judge_decision(fee), lambda: approve_late_fee(_row(fee), actor=SYSTEM, at=h.now))
    if done is not None:
        lateness.approved(h.auditor, fee)
    h.check()


def dismiss(h: "History") -> None:
    fee = _choose(h, lambda fee: fee.status == "proposed")
    done = h.attempt(f"dismiss {fee.id}", lateness.judge_decision(fee), lambda: dismiss_late_fee(_row(fee), actor=SYSTEM, at=h.now))
    if done is not None:
        lateness.dismissed(h.auditor, fee)
    h.check()


def waive(h: "History") -> None:
    """The whole or a part; now and then too much, or again."""
    fee = _choose(h, lambda fee: fee.status == "assessed" and not fee.waived and fee.kind != "returned_payment")
    amount = max(1, h.rng.choice([fee.amount, fee.amount // 2, fee.amount // 3, fee.amount + 1]))
    done = h.attempt(
        f"waive {amount} of {fee.id}",
        lateness.judge_waiver(fee, amount),
        lambda: waive_late_fee(_row(fee), amount_minor=amount, reason="because", actor=SYSTEM, at=h.now),
    )
    if done is not None:
        lateness.waived(h.auditor, fee, amount, h.now)
    h.check()


def charge_by_hand(h: "History") -> None:
    """Rent of any age, mostly such as was recorded too late to cost anything by itself."""
    leases = [lease for lease in h.cast.leases if h.auditor.late.agreed[lease.public_id]]
    lease = h.rng.choice(leases)
    told = h.auditor.leases[lease.public_id]
    due = [charge for charge in told.charges.values() if charge.due_on <= told.today(h.now)] or list(told.charges.values())
    charge = h.rng.choice(due)
    predicted = lateness.judge_by_hand(h.auditor, told, charge, h.now)
    if not predicted:
        h.auditor.late.by_hand.append(charge.id)
    row = Charge.objects.get(public_id=charge.id)
    h.attempt(f"charge for {charge.id} by hand", predicted, lambda: charge_late_fee(lease, row, actor=SYSTEM, at=h.now))
    h.check()


def _choose(h: "History", fit: Any) -> Fee:
    """Mostly one that is fit for it, of the latest."""
    fees = list(h.auditor.late.fees.values())
    chosen = [fee for fee in fees if fit(fee)][-RECENT:]
    return h.rng.choice(chosen if chosen and h.rng.random() < 0.85 else fees[-RECENT:])


def _row(fee: Fee) -> LateFee:
    return LateFee.objects.select_related("lease").get(public_id=fee.id)


def _any(h: "History") -> bool:
    return bool(h.auditor.late.fees)


MOVES = (
    Move("agree_late_fee", 1.5, agree, lambda h: bool(h.cast.leases)),
    Move("approve_late_fee", 2, approve, _any),
    Move("dismiss_late_fee", 0.7, dismiss, _any),
    Move("waive_late_fee", 2, waive, _any),
    Move("late_fee_by_hand", 1, charge_by_hand, lambda h: any(h.auditor.late.agreed.values())),
)
