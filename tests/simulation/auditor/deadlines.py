"""What must have happened by now, whether anybody spoke of it or not: nothing is lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.simulation.auditor import in_trust_by_now, taken_back
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.errors import AuditError, demand
from tests.simulation.auditor.payments import CLEARED, Payment

MINUTE = timedelta(minutes=1)
SWEPT_WITHIN = timedelta(hours=6)  # what could not be done for long is tried again
PATIENCE = timedelta(hours=1) + MINUTE  # the longest pause before a silent bank is asked again, or a due look taken
STAGE = {
    "initiated": 0,
    "processing": 1,
    "unknown": 1,
    "requires_action": 1,
    "authorized": 1.5,
    "completed": 2,
    "settled": 2,
    "failed": 3,
    "canceled": 3,
    "returned": 3,
}


def check_deadlines(books: Auditor, now: datetime) -> None:
    """After an outage or a crash everybody has the usual time again, counted from when work went on."""
    for lease in books.leases.values():
        _lease(lease, now)
    posted_lines: dict[str, int] = {}
    for payment, _ in books.line_references.values():
        posted_lines[payment] = posted_lines.get(payment, 0) + 1

    def late(due: datetime, patience: timedelta) -> bool:
        return now > max(due, books.resumed_at or due) + patience

    for p in books.payments.values():
        _payment(p, late, posted_lines.get(p.id, 0), taken_back.is_moved(books, p))
    in_trust_by_now.check_deadlines(books, now, late, PATIENCE, posted_lines)
    both = books.books.balances["P1110/main"] + books.books.balances["P1130/main"]
    short = {name for (name, amount), waiting in books.lines_told.items() if waiting and both + amount < 0}
    for line, waiting in books.lines_told.items():  # who dies with a line in hand asks for it again
        if not waiting:
            books.unposted_since.pop(line, None)
            continue
        if line[0] in short:  # the company cannot cover it either: it waits for money, and what comes after it with it
            books.sent.starved.add(line)
            books.unposted_since.pop(line, None)
            continue
        since = books.unposted_since.setdefault(line, now)
        demand(
            not late(since, PATIENCE + (SWEPT_WITHIN if line in books.sent.starved else timedelta())),
            f"the bank's line of {line[1]} for {line[0]} was told and never posted",
        )
    for name, account in books.bank_accounts.items():
        overdue = account.deposits_due and not account.deposits_shown and late(account.added_at, PATIENCE)
        demand(not overdue, f"the deposits of {name} never showed on our statement")
        demand(account.state != "new" or not late(account.expires_at, MINUTE), f"the verification of {name} never ended")


def _lease(lease, now: datetime) -> None:
    today = lease.today(now)
    waiting = [c for c in lease.charges.values() if not c.posted and c.due_on <= today]
    demand(not waiting, f"charges of {lease.id} fell due and were not posted: {waiting}")
    missing = lease.expected(now).keys() - lease.scheduled()
    demand(not missing, f"the schedule of {lease.id} lacks {sorted(missing)}")


def _payment(p: Payment, late: Callable[[datetime, timedelta], bool], lines: int, moved: bool) -> None:
    """`moved`: of a deposit that is drawn or given back just now."""
    if p.state == "initiated":
        demand(not late(p.leaves_at, MINUTE), f"{p.id} was never handed to the bank, due {p.leaves_at}")
        return
    if p.script is None:
        if p.state in ("processing", "unknown") and p.last_heard_at and late(p.last_heard_at, PATIENCE):
            raise AuditError(f"the bank never got {p.id}, and nobody asked since {p.last_heard_at}")
        return
    if p.let_go_at is not None and not p.voided:
        demand(not late(_asked(p.let_go_at, p), PATIENCE), f"the processor was never told to let go of {p.id}")
    for at, state in p.script.events:
        early = STAGE[p.state] < STAGE[state] and not (state == "returned" and moved)
        demand(
            not (early and late(_asked(at, p), PATIENCE)), f"the bank's answer about {p.id} is lost: {state} since {at}, still {p.state}"
        )
    silent = p.statement_silent_at
    due = [at for at, _ in p.script.lines if late(max(_asked(at, p), silent or at), PATIENCE)]
    asked = not p.found_late or STAGE[p.state] >= 2
    demand(not asked or lines >= len(due), f"a bank line of {p.id} is lost: {len(due)} due, {lines} told")
    if p.state == "completed" and p.ready_at and p.cash_at:
        demand(not late(max(p.ready_at, p.cash_at), PATIENCE), f"{p.id} was never settled, ready since {p.ready_at}, cash {p.cash_at}")
    # A second line has taken it back; what the bank says of that may have to wait.
    if p.state in CLEARED and p.cash_at is None and p.completed_at and len(due) == lines == 1:
        demand(not late(p.completed_at, PATIENCE), f"the cash of {p.id} was told and never matched")


def _asked(at: datetime, p: Payment) -> datetime:
    """From when it can be known: a bank that was silent is asked again at most an hour later."""
    return max(at, p.silent_at or at, p.last_heard_at or at if p.state == "unknown" else at)
