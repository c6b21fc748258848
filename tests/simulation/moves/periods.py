"""Books are closed; somebody still dates things there by hand, and what comes later leaves a closed period as it was."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from ledger.journal.actions.periods import PeriodClosed, close_period
from ledger.journal.models import Book, Period
from ledger.journal.queries import period_movements
from tests.simulation.auditor import periods
from tests.simulation.auditor.errors import same
from tests.simulation.crashes import NEVER, crash_at
from tests.simulation.moves.clock import early
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

A_DAY = timedelta(days=1)


def close(h: "History") -> None:
    """Mostly the book of an owner, mostly some weeks back: what happened lately can still be recorded."""
    today = h.now.astimezone(UTC).date()
    far = today - timedelta(days=h.rng.choice([h.rng.randrange(10, 60), h.rng.randrange(2, 10), 1, 1]))
    _close(h, _some_book(h), h.rng.choice([far, far, far.replace(day=1) - A_DAY]))


def close_over_silence(h: "History") -> None:
    """Nobody works for days, then a book is closed to yesterday, then all is done that fell due meanwhile: it keeps its day."""
    h.now += timedelta(days=h.rng.choice([2, 3, 5, 9]))
    h.auditor.resumed_at = h.now
    h.check()
    _close(h, _some_book(h), h.now.astimezone(UTC).date() - A_DAY)
    h.work()


def close_wrongly(h: "History") -> None:
    """A day that is not over; what is closed already."""
    book, today = _some_book(h), h.now.astimezone(UTC).date()
    first = h.auditor.periods.first_open(book.subject)
    days = [today, today + A_DAY, *([first - A_DAY, first - timedelta(days=20)] if first else [])]
    _close(h, book, h.rng.choice(days))


def close_and_die(h: "History") -> None:
    _close(h, _some_book(h), h.now.astimezone(UTC).date() - timedelta(days=30), dies=True)


def _some_book(h: "History") -> Book:
    known = list(Book.objects.order_by("id"))
    return h.rng.choice([book for book in known if book.kind == "L"] if h.rng.random() < 0.85 else known)


def _close(h: "History", book: Book, through_on: date, *, dies: bool = False) -> None:
    before = h.rng.random() < 0.5
    predicted = periods.judge_closing(h.auditor, book.subject, through_on, h.now)
    made = None
    with crash_at(0 if dies else NEVER, before=before) as died:
        made = h.attempt(f"close {book} through {through_on}", predicted, lambda: close_period(book, through_on, actor=SYSTEM, at=h.now))
    if died and not before:
        made = Period.objects.latest("id")
    if made is not None:
        periods.closed(h.auditor, made.public_id, book.subject, through_on)
    h.check()


def date_in_closed(h: "History") -> None:
    """By hand, on the last closed day or one before: refused, with the first day that is open. On that day itself it may be."""
    lease = h.rng.choice([lease for lease in h.cast.leases if _is_closed(h, lease)])
    told = h.auditor.leases[lease.public_id]
    first = h.auditor.periods.first_open(told.payee)
    assert first is not None
    if first > told.today(h.now):
        return
    day = first - timedelta(days=h.rng.choice([1, 1, h.rng.randrange(1, 60)]))
    what, call = h.rng.choice(_by_hand(h, lease, day))
    h.attempt(f"{what} dated {day}, closed before {first}", periods.CLOSED, lambda: _named(first, call))
    h.check()


def _is_closed(h: "History", lease: Any) -> bool:
    return h.auditor.periods.first_open(h.auditor.leases[lease.public_id].payee) is not None


def _named(first: date, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except PeriodClosed as refused:
        same("the first open day that is named", first.isoformat(), refused.details["first_open_on"])
        raise


def _by_hand(h: "History", lease: Any, day: date) -> list[tuple[str, Callable[[], Any]]]:
    """All that is dated by whoever records it."""
    party, payee, how = lease.parties.order_by("id").first(), lease.unit.property.payee, {"actor": SYSTEM, "at": h.now}
    found: list[tuple[str, Callable[[], Any]]] = [
        ("a receipt", lambda: record_receipt(lease, NewReceipt(party, "cash", 100, day), **how)),
        ("a bank charge", lambda: record_bank_charge(NewBankCharge(payee, "usd", 100, None, day), **how)),
        ("a charge", lambda: add_charge(lease, NewCharge("other", 100, day), **how)),
    ]
    for receipt in h.auditor.hand.receipts.values():
        row = h.cast.receipts[receipt.id]
        if receipt.lease.payee == payee.public_id and receipt.state == "recorded":
            found.append(("a deposit slip", lambda row=row: bank_receipts([row], banked_on=day, **how)))
        if receipt.lease.payee == payee.public_id and receipt.state != "bounced" and receipt.method != "cash":
            found.append(("a bounced receipt", lambda row=row: bounce_receipt(row, bounced_on=day, **how)))
    return found[:3] + h.rng.sample(found[3:], min(2, len(found) - 3))


def look_at_closed(h: "History") -> None:
    """What a closed period says is what it said when it was closed."""
    closings = [one for of_book in h.auditor.periods.closings.values() for one in of_book]
    closing = h.rng.choice(closings)
    found = period_movements(Period.objects.select_related("book", "watermark").get(public_id=closing.id))
    told = {h.auditor.account_codes[row.account.account_id]: (row.opening_minor, row.corrections_minor, row.closing_minor) for row in found}
    periods.check_movements(h.auditor, closing, told)
    h.auditor.edges["period: closed → looked at again"] += 1


def _any_closed(h: "History") -> bool:
    return any(h.auditor.periods.closings.values())


MOVES = (
    Move("close_period", 1.2, close),
    Move("close_period_wrongly", 0.4, close_wrongly),
    Move("close_over_silence", 0.5, close_over_silence, early),
    Move("close_period_and_die", 0.2, close_and_die),
    Move("date_in_closed", 1.5, date_in_closed, lambda h: any(_is_closed(h, lease) for lease in h.cast.leases)),
    Move("look_at_closed", 1, look_at_closed, _any_closed),
)
