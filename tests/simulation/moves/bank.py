"""The bank misbehaves: orders and answers get lost, answers come twice or too late, lines are told again."""

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from ledger.journal.actions import PostingRefused
from payments.payins.actions.answers import record_answers
from payments.payins.actions.submit import order_of, work_on_rail
from payments.payins.queries import with_related
from payments.rails.base import Answer, NoAnswer
from payments.rails.registry import rail
from payments.rails.timetable import bank_day_of
from payments.reconciliation.actions import fetch_lines
from payments.returns.actions import return_payments, watch_for_returns
from tests.simulation.auditor.errors import demand
from tests.simulation.auditor.payments import Told
from tests.simulation.bank import FAULTS
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

ENDED = ("completed", "settled", "returned", "failed", "canceled")


def misbehave(h: "History") -> None:
    """The next calls will meet these."""
    chosen = h.rng.choices(FAULTS, k=h.rng.choice([1, 1, 3]))
    h.bank.faults += chosen
    h.say(f"  {chosen}")


def _ended(h: "History") -> list[str]:
    return [p.id for p in h.auditor.payments.values() if p.state in ENDED]


def late_answer(h: "History") -> None:
    """An answer for a payment that has ended: whatever it says, it changes nothing."""
    name = h.rng.choice(_ended(h))
    state = h.rng.choice(["completed", "failed", "processing", "returned"])
    h.say(f"  {name} ({h.auditor.payments[name].state}): {state}")
    on = bank_day_of(h.now)
    answer = Answer(
        state=state, reference="late", at=h.now, effective_on=on, ask_again_at=None, code="R01" if state in ("failed", "returned") else ""
    )
    h.auditor.payments[name].fresh.append(Told(state, on, asked=False))
    record_answers({name: answer, "pay_nobody": None}, at=h.now)


def same_answer_twice(h: "History") -> None:
    """The rail is asked by two workers about the same payments."""
    open_ones = [p.id for p in h.auditor.payments.values() if p.state in ("processing", "unknown")]
    for _ in range(2):
        work_on_rail(open_ones, h.now)
        h.check()


def lines_again(h: "History") -> None:
    """The statement is imported once more; what the client bank cannot bear waits for money."""
    with suppress(NoAnswer):
        try:
            fetch_lines([p.public_id for p in h.cast.payments[-8:]], h.now)
        except PostingRefused as refused:
            due = sum(line[1] for line, waiting in h.auditor.lines_told.items() if waiting and line[1] < 0)
            standing = h.auditor.books.balances["P1110/main"] + h.auditor.books.balances["P1130/main"]
            demand(standing + due < 0, f"the statement was refused: {refused}")


def watched_again(h: "History") -> None:
    """Returned payments are told of once more, and all cleared ones looked after twice."""
    names = [p.public_id for p in h.cast.payments[-20:]]
    returned = list(with_related().filter(public_id__in=names, status="returned"))
    answers = {
        p.public_id: rail(p.rail).look_up(order_of(p), h.now) for p in returned if p.public_id in h.bank.orders and not h.bank.faults
    }
    return_payments(answers, at=h.now)
    h.check()
    watch_for_returns(names, h.now)


def quiet_then_asked(h: "History") -> None:
    """A bank that answers nobody for a while."""
    h.bank.faults += ["answer_lost"] * 4
    h.jump(timedelta(seconds=h.rng.choice([5, 60, 4000])))
    h.bank.faults = [f for f in h.bank.faults if f != "answer_lost"]


def _has_paid(h: "History") -> bool:
    return bool(h.cast.payments)


MOVES = (
    Move("misbehave", 4, misbehave, lambda h: len(h.bank.faults) < 3),
    Move("late_answer", 8, late_answer, lambda h: bool(_ended(h))),
    Move("same_answer_twice", 2, same_answer_twice, _has_paid),
    Move("lines_again", 4, lines_again, _has_paid),
    Move("watched_again", 2, watched_again, _has_paid),
    Move("quiet_then_asked", 1, quiet_then_asked, _has_paid),
)
