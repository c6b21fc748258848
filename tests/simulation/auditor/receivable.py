"""What a party owes, item by item, and which credit paid which debit (BOOKS.md section 5, Allocation)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date


@dataclass
class Item:
    reference: str
    amount: int
    order: int
    on: date
    open: int


Claims = Mapping[str, Sequence[tuple[str, int]]]  # credit's reference → debits that it names, with how much of each


@dataclass
class Receivable:
    debits: dict[str, Item] = field(default_factory=dict)
    credits: dict[str, Item] = field(default_factory=dict)
    paid: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))  # (credit, debit) → amount
    touched: dict[tuple[str, str], int] = field(default_factory=dict)  # when each of these was changed last
    turn: Callable[[str], int] = lambda reference: 0  # of a debit: which is paid before which, where no claim says so
    _order: int = 0
    _changes: int = 0

    def post(self, reference: str, signed: int, on: date) -> None:
        self._order += 1
        side = self.debits if signed > 0 else self.credits
        side[reference] = Item(reference, abs(signed), self._order, on, abs(signed))

    def pair(self, claims: Claims) -> None:
        """Claims first, in the order of the credits; then in turn, and of one turn oldest first, until one side is empty."""
        for credit, debit, amount in pairs(list(self.credits.values()), list(self.debits.values()), claims, self.turn):
            self._pay(credit, debit, amount)

    def _pay(self, credit: str, debit: str, amount: int) -> None:
        self.paid[credit, debit] += amount
        self._changes += 1
        self.touched[credit, debit] = self._changes

    def give_back(self, credits: Sequence[str], debit: str, keep: Collection[str]) -> None:
        """What these credits brought goes away by `debit`: first what is unused of them, then what they paid, the last first."""
        gone, known = self.debits[debit], [self.credits[name] for name in credits if name in self.credits]
        for credit in known:
            part = min(gone.open, credit.open)
            if part:
                credit.open, gone.open = credit.open - part, gone.open - part
                self._pay(credit.reference, debit, part)
        for credit in known:
            paid = sorted((key for key, minor in self.paid.items() if key[0] == credit.reference and minor), key=self.touched.__getitem__)
            for key in reversed(paid):
                part = 0 if key[1] in keep else min(gone.open, self.paid[key])
                if part:
                    self.debits[key[1]].open += part
                    gone.open -= part
                    self._pay(*key, -part)
                    self._pay(credit.reference, debit, part)

    def take_back(self, credit: str, debit: str) -> None:
        """A return: what the credit paid is open again, and the credit is spent on the return's own debit (of a deposit's, on a part)."""
        for (source, target), amount in list(self.paid.items()):
            if source == credit and amount:
                self.debits[target].open += amount
                self._pay(source, target, -amount)
        self._pay(credit, debit, self.debits[debit].amount)
        self.credits[credit].open = self.credits[credit].amount - self.debits[debit].amount
        self.debits[debit].open = 0

    def paid_of(self, debit: str) -> int:
        item = self.debits.get(debit)
        return item.amount - item.open if item else 0

    def would_pay(self, due: Sequence[tuple[str, int, date]], claims: Claims) -> dict[str, int]:
        """Debits that will be posted → what waiting credits will pay of them."""
        credits = [replace(item) for item in self.credits.values()]
        debits = [Item(reference, amount, n, on, amount) for n, (reference, amount, on) in enumerate(due)]
        pairs(credits, debits, claims, self.turn)
        return {item.reference: item.amount - item.open for item in debits}


def pairs(credits: list[Item], debits: list[Item], claims: Claims, turn: Callable[[str], int]) -> list[tuple[str, str, int]]:
    """(credit, debit, amount); takes it off both."""
    made: list[tuple[str, str, int]] = []
    credits = sorted((c for c in credits if c.open), key=lambda c: c.order)
    debits = sorted((d for d in debits if d.open), key=lambda d: (d.on, d.order))
    named = {d.reference: d for d in debits}

    def take(credit: Item, debit: Item, limit: int) -> None:
        amount = min(limit, credit.open, debit.open)
        if amount > 0:
            credit.open -= amount
            debit.open -= amount
            made.append((credit.reference, debit.reference, amount))

    for credit in credits:
        for reference, limit in claims.get(credit.reference, ()):
            if reference in named:
                take(credit, named[reference], limit)
    in_turn = sorted(debits, key=lambda d: (turn(d.reference), d.on, d.order))
    for credit in credits:
        for debit in in_turn:
            take(credit, debit, debit.open)
    return made
