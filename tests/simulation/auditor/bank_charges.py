"""What an owner's bank charges the owner (BOOKS.md A8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import periods
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import same

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

WRONG = "parameter_invalid"


@dataclass(frozen=True)
class BankCharge:
    """`home`: the property that it is of, or nothing."""

    id: str
    payee: str
    home: str
    amount: int
    on: date

    def legs(self) -> list[Leg]:
        return [(f"L6300/{self.home or 'none'}@{self.payee}", self.amount, None), (f"L1200/{self.payee}@{self.payee}", -self.amount, None)]

    def row(self) -> list[Any]:
        return [self.id, self.payee, self.home or None, self.amount, self.on.isoformat()]


def judge(books: "Auditor", wished: BankCharge, *, owner_of_home: str, currency: str, today: date) -> str:
    """Of this owner's own property, in dollars, on a day that has come and is not closed."""
    if wished.home and (owner_of_home != wished.payee or currency != "usd"):
        return WRONG
    return WRONG if wished.on > today else periods.judge_day(books, wished.payee, wished.on)


def recorded(books: "Auditor", charge: BankCharge) -> None:
    """A8."""
    books.bank_charges[charge.id] = charge
    books.edges["bank_charge: ∅ → recorded"] += 1
    books.hand.facts.append(("bank_charge.recorded", charge.id, 1))
    books.must_post(f"bank_charge.recorded:{charge.id}", "bank_charge.recorded", charge.on, charge.legs())


def check_rows(books: "Auditor", rows: Sequence[Sequence[Any]]) -> None:
    same("bank charges", sorted(charge.row() for charge in books.bank_charges.values()), sorted(map(list, rows)))
