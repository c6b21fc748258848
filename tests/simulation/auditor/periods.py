"""Books closed through a day: what may still be dated there, and what a closed period must say for ever."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.errors import demand, same

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

LAST_TO_END = timezone(-timedelta(hours=12))
CLOSED, NOT_OVER = "period_closed", "period_not_over"
Movement = tuple[int, int, int]  # opening, what of the movement is of earlier days, closing


@dataclass(frozen=True)
class Closing:
    """`known`: how many entries had been recorded when it was closed."""

    id: str
    book: str  # the payee, or nothing for the platform
    through_on: date
    known: int


@dataclass
class Periods:
    entries: list[tuple[str, int, date]] = field(default_factory=list)  # account, signed amount, effective date: as they were recorded
    closings: dict[str, list[Closing]] = field(default_factory=lambda: defaultdict(list))

    def first_open(self, book: str) -> date | None:
        closed = self.closings[book]
        return closed[-1].through_on + timedelta(days=1) if closed else None

    def is_closed(self, book: str, day: date) -> bool:
        first = self.first_open(book)
        return first is not None and day < first

    def sums(self, book: str, through_on: date, known: int) -> dict[str, int]:
        """By account, of what was recorded by then for days up to that one."""
        found: dict[str, int] = defaultdict(int)
        for account, amount, on in self.entries[:known]:
            if on <= through_on and book_of(account) == book:
                found[account] += amount
        return found


def book_of(account: str) -> str:
    return account.partition("@")[2]


# --- what must be answered ---


def judge_day(books: "Auditor", payee: str, day: date) -> str:
    """Of what somebody records by hand; what the rail, a clock or a decision brings keeps its day."""
    return CLOSED if books.periods.is_closed(payee, day) else ""


def judge_closing(books: "Auditor", book: str, through_on: date, at: datetime) -> str:
    """Of a day that is over everywhere on earth, and forwards only."""
    if through_on >= at.astimezone(LAST_TO_END).date():
        return NOT_OVER
    return CLOSED if books.periods.is_closed(book, through_on) else ""


# --- what was done, and what the database says ---


def closed(books: "Auditor", name: str, book: str, through_on: date) -> None:
    books.periods.closings[book].append(Closing(name, book, through_on, len(books.periods.entries)))
    books.hand.facts.append((f"ledger.{CLOSED}", name, 1))
    books.edges["period: open → closed"] += 1


def note(books: "Auditor", legs: Sequence[tuple[str, int]], on: date) -> None:
    """Each entry that is recorded, with the day that it is for."""
    books.periods.entries += [(account, amount, on) for account, amount in legs]
    if any(books.periods.is_closed(book_of(account), on) for account, _ in legs):
        books.edges["entry: ∅ → dated in a closed period"] += 1


def check_rows(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    ours = sorted([one.id, book, one.through_on.isoformat()] for book, closings in books.periods.closings.items() for one in closings)
    same("closed periods", ours, sorted(map(list, rows)))


def check_movements(books: "Auditor", closing: Closing, found: Mapping[str, Movement]) -> None:
    """As it was known at the closing, whatever was recorded since: the same whenever it is asked."""
    of_book = books.periods.closings[closing.book]
    before = next((one for one in reversed(of_book) if one.through_on < closing.through_on), None)
    closes = books.periods.sums(closing.book, closing.through_on, closing.known)
    opens = books.periods.sums(closing.book, before.through_on, before.known) if before else {}
    later = books.periods.sums(closing.book, before.through_on, closing.known) if before else {}
    predicted = {
        account: (opens.get(account, 0), later.get(account, 0) - opens.get(account, 0), closes.get(account, 0))
        for account in {*closes, *opens, *later}
    }
    said = {account: movement for account, movement in found.items() if any(movement)}
    same(f"movements of {closing.id}", {account: movement for account, movement in predicted.items() if any(movement)}, said)
    demand(not sum(movement[2] for movement in found.values()), f"the closing balances of {closing.id} do not add up to nothing")
