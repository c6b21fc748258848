"""What of deposits, of what is sent and of move-outs must have happened by now."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import deposits, move_out, payouts, refunds, waiting
from tests.simulation.auditor.errors import demand

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

LEAVES_WITHIN = timedelta(days=6)  # the next file after a long week end
STAGE = {"created": 0, "in_transit": 1, "unknown": 1, "paid": 2, "failed": 3, "returned": 3}
STAGE |= {"pending": 0, "submitted": 1, "succeeded": 2, "canceled": 3}
FORWARDED_WITHIN = timedelta(minutes=2)  # after it completed and its cash is here


def check_deadlines(books: "Auditor", now: datetime, late: Any, patience: timedelta, lines: dict[str, int]) -> None:
    for outgoing in (books.sent, books.refunds):
        _sent(books, outgoing, late, patience, lines)
    _deposits(books, late, patience)
    _move_outs(books, now, late, patience)


def _sent(books: "Auditor", outgoing: payouts.Payouts | refunds.Refunds, late: Any, patience: timedelta, lines: dict[str, int]) -> None:
    """Of orders by which money leaves: handed over, heard to the end, seen on the bank's statement."""
    for p in outgoing.known.values():
        order = outgoing.handed.get(p.id)
        if p.state in ("created", "pending"):
            demand(not late(p.created_at + LEAVES_WITHIN, patience), f"{p.id} was never handed to the bank, made {p.created_at}")
        if order is None:
            heard = outgoing.last_heard_at.get(p.id)
            demand(not heard or not late(heard, patience), f"the bank never got {p.id}, and nobody asked since {heard}")
            continue
        asked = outgoing.silent_at.get(p.id)
        for at, state in order.script.events:
            early = STAGE[p.state] < STAGE[{"completed": "paid"}.get(state, state)]
            early = early and not (state == "returned" and isinstance(p, payouts.Payout) and payouts.has_gone_on(books, p))
            demand(
                not (early and late(max(at, asked or at), patience)),
                f"the bank's answer about {p.id} is lost: {state} since {at}, still {p.state}",
            )
        silent = outgoing.statement_silent_at.get(p.id)
        due = [at for at, _ in order.script.lines if late(max(at, asked or at, silent or at), patience)]
        known = not order.found_late or STAGE[p.state] >= 2
        demand(not known or lines.get(p.id, 0) >= len(due), f"a bank line of {p.id} is lost: {len(due)} due, {lines.get(p.id, 0)} told")


def _deposits(books: "Auditor", late: Any, patience: timedelta) -> None:
    for name, wanted in books.trust.wanted.items():
        lease = books.leases[name]
        idle = wanted and books.trust.bank_of(lease) and name not in books.trust.excused and not books.trust.of(lease)
        demand(not idle, f"the deposit of {name} is wanted, and was never asked for")
    for p in books.payments.values():
        if deposits.into_trust(p) and (p.state == "completed" or p.id in books.trust.kept) and p.cash_at and p.completed_at:
            tried = books.sent.about(p.id, payouts.FORWARDING)
            again = tried and tried[-1].state in payouts.CAME_TO_NOTHING and tried[-1].changed_at
            since = again + timedelta(days=1) if again else max(p.cash_at, p.completed_at)
            gone = tried and tried[-1].state not in payouts.CAME_TO_NOTHING
            demand(gone or not late(since, FORWARDED_WITHIN), f"the deposit {p.id} was never forwarded, here since {since}")


def _move_outs(books: "Auditor", now: datetime, late: Any, patience: timedelta) -> None:
    """At rest: one that waits for nothing goes on, within the time after which it is looked at again."""
    for one in books.leaving.known.values():
        if one.state in ("done", "compensated"):
            continue
        if one.state == "running" and one.next_step and (waiting.waits_for(books, one) and not _neglected(books, one, late, patience)):
            one.free_since = None
            continue
        one.free_since = one.free_since or now
        demand(
            not late(one.free_since, patience),
            f"{one.id} stands at {one.next_step if one.state == 'running' else one.state} and waits for nothing",
        )


def _neglected(books: "Auditor", one: move_out.MoveOut, late: Any, patience: timedelta) -> bool:
    """It waits for what nobody has ordered, or nobody orders again."""
    for d in books.trust.of(one.lease):
        if not waiting.rest(books, d) or one.next_step not in ("draw", "refund"):
            continue
        given_back = waiting.last_of(books, d, payouts.REFUND)
        if given_back is not None and given_back.state == "returned":  # what came back, and what comes since, is for a person to see to
            continue
        purpose = payouts.DRAW if waiting.to_draw(books, d) > 0 else payouts.REFUND
        last = waiting.last_of(books, d, purpose)
        nothing = payouts.CAME_TO_NOTHING if purpose == payouts.DRAW else ("failed",)
        refused = last is not None and last.state in nothing and last.changed_at and late(last.changed_at + move_out.A_DAY, patience)
        if purpose == payouts.DRAW and not waiting.arriving(books, [d], landed=True) and (last is None or refused or last.state == "paid"):
            return True
        account, named_at = one.to.get(d.id, (None, None))
        again = last is None or last.state == "paid" or (last.state == "failed" and named_at and named_at > last.created_at)
        if purpose == payouts.REFUND and one.next_step == "refund" and account and again:
            return True
    return False
