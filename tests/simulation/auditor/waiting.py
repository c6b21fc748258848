"""What a move-out waits for, and what of its deposits is still to be drawn and given back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.simulation.auditor import deposits, payouts
from tests.simulation.auditor.deposits import Deposit
from tests.simulation.auditor.payments import LIVE
from tests.simulation.auditor.payouts import FORWARDING, REFUND, Payout
from tests.simulation.auditor.rent import Lease

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor
    from tests.simulation.auditor.move_out import MoveOut


def waits_for(books: "Auditor", one: "MoveOut") -> str:
    """What its next step has to wait for, or nothing."""
    mine = books.trust.of(one.lease)
    if one.next_step == "wait_for_deposits":
        return arriving(books, mine) or _paying(books, one.lease)
    if one.next_step == "deduct":
        return _paying(books, one.lease)
    if one.next_step == "withdraw":
        return arriving(books, mine, landed=True)
    if one.next_step == "draw":
        open_ = [d for d in mine if to_draw(books, d) > 0]
        return f"for the trust bank to give {[d.id for d in open_]}" if open_ else ""
    if one.next_step == "refund":
        for d in mine:
            last = last_of(books, d, REFUND)
            if d.id in one.to and rest(books, d) and (last is None or last.state != "returned"):
                return f"for the refund of {d.id}"
    return ""


def arriving(books: "Auditor", mine: Sequence[Deposit], *, landed: bool = False) -> str:
    """`landed`: of payments that have completed alone."""
    for d in mine:
        if not landed and _live(books, d.account("L1510")):
            return f"for a payment of {d.id}"
        for p in books.payments.values():
            there = [o for o in books.sent.about(p.id, FORWARDING) if o.state == "paid"]
            if p.account == d.account("L1510") and p.completed_at and not p.returned and not there:
                return f"for {p.id} to reach the trust bank"
    return ""


def _paying(books: "Auditor", lease: Lease) -> str:
    """What is being paid is not deducted as well."""
    labels = [label for label in lease.weights if _live(books, lease.account(label))]
    return f"for payments of {labels}" if labels else ""


def rest(books: "Auditor", d: Deposit) -> int:
    return deposits.held(books, d) + deposits.interest(books, d)


def last_of(books: "Auditor", d: Deposit, purpose: str) -> Payout | None:
    return next(reversed(books.sent.about(d.id, purpose)), None)


def to_draw(books: "Auditor", d: Deposit) -> int:
    return rest(books, d) - payouts.drawn(books, d)


def _live(books: "Auditor", account: str) -> bool:
    """Whether a payment of it is on its way, by what was told so far."""
    states = books.leaving.states
    return any(states.get(p.id, p.state) in LIVE for p in books.payments.values() if p.account == account)
