"""What stands ahead on an account is given back to whoever paid it: all that can be, a part, more than that; twice at once."""

from typing import TYPE_CHECKING

from directpay.people.actor import SYSTEM
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.models import Party
from leases.overpayments.actions import refund_overpayment
from leases.overpayments.models import OverpaymentRefund
from tests.simulation.auditor import overpayments
from tests.simulation.auditor.rent import Lease as Told
from tests.simulation.bank import MINDS
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


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


MOVES = (
    Move("give_back", 8, give_back, lambda h: bool(_ahead(h))),
    Move("give_back_twice", 0.7, give_back_twice, lambda h: bool(_ahead(h))),
    Move("give_back_anyhow", 0.4, give_back_anyhow, lambda h: bool(h.auditor.leases)),
)
