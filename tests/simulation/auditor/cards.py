"""Cards: what is promised, taken, let go of; what its processor keeps (BOOKS.md D2 to D6, written from there)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import AuditError, demand, same
from tests.simulation.auditor.payments import Payment, half_even, house_fee

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor
    from tests.simulation.auditor.postings import Expected

PROMISE = "payment.authorized:"
LASTS = timedelta(days=7)
PROVEN_WITHIN = timedelta(hours=1)
COST_PER_10_000 = 275
NOT_CAPTURABLE = "payment_not_capturable"


def judge_capture(books: "Auditor", name: str, amount: int | None, now: datetime) -> str:
    """The refusal that a decision to take so much must meet."""
    p = books.payments[name]
    if p.state != "authorized" or p.capture_before is None or p.capture_before <= now:
        return NOT_CAPTURABLE
    if amount is None or amount == p.amount:
        return ""
    if not 0 < amount <= p.amount:
        return "amount_too_large"
    fee, payer = _terms(books, p, amount)
    return "amount_too_small" if payer == "payee" and amount <= fee else ""


def captured(books: "Auditor", name: str, amount: int | None, now: datetime) -> None:
    """Its terms are those of what is taken."""
    p = books.payments[name]
    if amount is not None and amount != p.amount:
        p.amount, (p.fee, p.fee_payer) = amount, _terms(books, p, amount)
    p.captured_at = p.placed_at = now


def proven(books: "Auditor", name: str, yes: bool, now: datetime) -> None:
    p = books.payments[name]
    p.proven, p.placed_at = yes, now


def void_told(books: "Auditor", name: str, at: datetime) -> None:
    p = books.payments[name]
    over = p.later and p.placed_at is not None and at >= p.placed_at + LASTS
    demand(p.state == "canceled" or p.canceled or over, f"the processor was told to let go of {name}, which is {p.state}")
    demand(p.captured_at is None, f"{name} was captured, and the processor is told to let go of it")
    p.voided = True


def _terms(books: "Auditor", p: Payment, amount: int) -> tuple[int, str]:
    return books.fees.get((p.payee, p.rail), (house_fee(p.rail, amount), "payee"))


def note_expiry(p: Payment, state: str, at: datetime) -> None:
    """Nobody calls off what ends by its time."""
    if p.state == "authorized" and state == "canceled" and p.capture_before is not None and at >= p.capture_before:
        p.canceled = True


def follow(books: "Auditor", p: Payment, left: str, at: datetime) -> None:
    """D2: a hold beside what is pending, for seven days from when it was promised. D3, D6: it ends with the promise."""
    if p.state == "authorized":
        demand(p.later and p.placed_at is not None, f"{p.id} is only promised, and was to be taken at once")
        assert p.placed_at is not None
        p.authorized, p.capture_before = p.amount, p.placed_at + LASTS
        books.hold_placed(PROMISE + p.id, f"P2110/{p.payee}", -p.amount, p.capture_before)
    if p.state == "completed" and p.later:
        demand(p.captured_at is not None, f"{p.id} was taken, and nobody decided to")
    if p.state == "canceled" and left in ("authorized", "requires_action"):
        p.let_go_at = at


def resolve(books: "Auditor", found: Mapping[str, tuple[str, int, str, int]], now: datetime, *, rested: bool) -> None:
    """Posted as far as it was taken, released where nothing was; by its time alone only while nobody had decided otherwise before.

    What was taken after its time had come waits for that to be noticed.
    """
    for reference, hold in books.books.holds.items():
        if hold.state != "pending" or not reference.startswith(PROMISE):
            continue
        p = books.payments[reference.removeprefix(PROMISE)]
        state = found[reference][2] if reference in found else "lost"
        ends = hold.expires_at
        if state == "expired" and ends and ends <= now:
            books.hold_resolved(reference, "expired")
        elif state == "pending" and ends and p.completed_at and ends <= p.completed_at and not rested:
            continue
        elif p.completed_at is not None:
            books.hold_resolved(reference, "posted", p.amount)
        elif p.state in ("canceled", "failed"):
            books.hold_resolved(reference, "released")


def legs_of_cost(books: "Auditor", report: str) -> "Expected":
    """D4: what the processor keeps of what was taken, 2.75%, half to the even cent."""
    name = report.removeprefix("card-").removesuffix("-fee")
    p = books.payments.get(name)
    if p is None or not p.by_card:
        raise AuditError(f"a processor's fee for {report}, which is no payment by card")
    demand(not p.later or p.captured_at is not None, f"a processor's fee for {name}, of which nothing was taken")
    told = books.costs_told.pop(name, None)
    demand(told is not None, f"the processor never said what it keeps of {name}, or it is posted twice")
    assert told is not None
    amount, on = told
    same(f"what the processor keeps of {name}", half_even(COST_PER_10_000 * p.charged, 10_000), amount)
    legs: list[Leg] = [("P5100/card", amount, None), ("P1210/card", -amount, name)]
    return on, legs
