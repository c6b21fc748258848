"""What stands ahead on an account is given back to whoever paid it, and what was paid is: all that can be, a part, more; twice."""

from datetime import timedelta
from typing import TYPE_CHECKING

from directpay.people.actor import SYSTEM
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.models import Party
from leases.overpayments.actions import refund_overpayment
from leases.overpayments.models import OverpaymentRefund
from payments.payins.actions.submit import order_of
from payments.payins.models import Payment
from payments.payins.queries import with_related
from payments.rails.registry import rail
from payments.refunds.actions.create import refund_payment
from payments.refunds.models import Refund
from payments.returns.actions import return_payments
from tests.simulation.auditor import overpayments, refunds
from tests.simulation.auditor.payments import CLEARED
from tests.simulation.auditor.payments import Payment as Paid
from tests.simulation.auditor.rent import Lease as Told
from tests.simulation.bank import MINDS
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

JUST_BEFORE = timedelta(seconds=0.5)


def give_back(h: "History") -> None:
    _give_back(h, *h.rng.choice(_ahead(h)))


def give_back_anyhow(h: "History") -> None:
    _give_back(h, *h.rng.choice(_all(h)))


def give_back_twice(h: "History") -> None:
    """A second press finds less, or nothing."""
    told, label = h.rng.choice(_ahead(h))
    for _ in range(2):
        _give_back(h, told, label)


def _give_back(h: "History", told: Told, label: str) -> None:
    ahead = -h.auditor.books.balances[told.account(label)]
    wished = h.rng.choice([None, None, max(1, ahead // 2), max(1, ahead // 3), max(1, ahead), abs(ahead) + 1])
    party = Party.objects.select_related("lease").get(account__subject=f"{told.id}:{label}", account__number="L1500")
    code, parts = overpayments.judge(h.auditor, told, label, wished, h.now, announced=_is_announced(party))
    made: OverpaymentRefund | None = h.attempt(
        f"give back {wished} of {ahead} to {label} of {told.id}", code, lambda: refund_overpayment(party, wished, actor=SYSTEM, at=h.now)
    )
    if made is not None:
        payouts = [payout.public_id for payout in made.payouts]
        overpayments.made(h.auditor, parts, payouts, h.now)
        for part in parts:
            if h.rng.random() < 0.5:
                h.bank.minds_about[part.payment, "overpayment_refund"] = h.rng.choices(list(MINDS), [3, 3, 1, 1])
    h.check()


def _is_announced(party: Party) -> bool:
    """What renters were told is compared where autopay is; here it is asked for."""
    told = AutopayRun.objects.filter(status=AutopayRun.Status.PLANNED, told_days__isnull=False)
    return told.filter(autopay__party=party, autopay__status=Autopay.Status.ACTIVE).exists()


def _all(h: "History") -> list[tuple[Told, str]]:
    return [(lease, label) for lease in h.auditor.leases.values() for label in lease.weights]


def _ahead(h: "History") -> list[tuple[Told, str]]:
    return [(lease, label) for lease, label in _all(h) if h.auditor.books.balances[lease.account(label)] < 0]


def refund(h: "History") -> None:
    """A part of a payment that has cleared, all that is left of it, a cent more."""
    _refund(h, h.rng.choice(_cleared(h)))


def refund_anyhow(h: "History") -> None:
    """Of any payment from a bank account: on its way, failed, taken back, of a deposit."""
    _refund(h, h.rng.choice([p for p in h.auditor.payments.values() if not p.by_card]))


def refund_twice(h: "History") -> None:
    """Two people give back all of it."""
    p = h.rng.choice(_cleared(h))
    for _ in range(2):
        _refund(h, p, refunds.refundable(h.auditor, p))


def _refund(h: "History", p: Paid, amount: int | None = None) -> None:
    left = refunds.refundable(h.auditor, p)
    if amount is None:
        amount = h.rng.choice([left, left // 2, left // 3, left // 10, min(left, 1), left + 1])
    row = Payment.objects.get(public_id=p.id)
    made: Refund | None = h.attempt(
        f"refund {amount} of {p.id} ({p.state})",
        refunds.judge(h.auditor, p, amount),
        lambda: refund_payment(row, amount, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        refunds.made(h.auditor, made.public_id, p, amount, h.now)
        if h.rng.random() < 0.5:
            h.bank.minds_about[p.id, "refund"] = h.rng.choices(list(MINDS), [3, 3, 1, 1])
    h.check()


def _cleared(h: "History") -> list[Paid]:
    return [p for p in h.auditor.payments.values() if p.state in CLEARED and not p.by_card and p.account[:5] == "L1500"]


def give_back_and_lose(h: "History") -> None:
    """The bank takes a payment back after a part of it was promised to its payer, and before that part has left."""
    p = h.rng.choice(_unused(h) or _returnable(h))
    at, script = h.bank.takes_back(p.id)
    h.jump(max(timedelta(), at - JUST_BEFORE - h.now))
    ahead = [one for one in _ahead(h) if one[0].account(one[1]) == p.account]
    if ahead:
        _give_back(h, *ahead[0])
    elif p.state in CLEARED:
        _refund(h, p)
    p.script = script
    h.jump(max(timedelta(), at - h.now))
    if p.state in CLEARED:  # nobody has asked: it tells by itself
        h.bank.faults, waiting = [], h.bank.faults
        return_payments({p.id: rail(p.rail).look_up(order_of(with_related().get(public_id=p.id)), h.now)}, at=h.now)
        h.bank.faults = waiting
    h.check()


def _returnable(h: "History") -> list[Paid]:
    """Of those that their bank says nothing more of, and may take back still."""
    asked = [p for p in _cleared(h) if p.rail not in overpayments.FINAL and p.script and len(p.script.events) == 1]
    return [p for p in asked if h.bank.may_take_back(p.id)]


def _unused(h: "History") -> list[Paid]:
    """Something stands ahead of them."""
    return [p for p in _returnable(h) if p.settled and h.auditor.receivables[p.account].credits[f"payment.completed:{p.id}"].open]


MOVES = (
    Move("give_back_and_lose", 4, give_back_and_lose, lambda h: bool(_returnable(h))),
    Move("refund", 5, refund, lambda h: bool(_cleared(h))),
    Move("refund_twice", 0.7, refund_twice, lambda h: bool(_cleared(h))),
    Move("refund_anyhow", 0.5, refund_anyhow, lambda h: any(not p.by_card for p in h.auditor.payments.values())),
    Move("give_back", 8, give_back, lambda h: bool(_ahead(h))),
    Move("give_back_twice", 0.7, give_back_twice, lambda h: bool(_ahead(h))),
    Move("give_back_anyhow", 0.4, give_back_anyhow, lambda h: bool(h.auditor.leases)),
)
