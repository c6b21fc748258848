"""One account, its charges and payments, and which of them paid which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from directpay.events.unit import unit_of_work
from ledger.allocation.actions import allocate, undo_credit
from ledger.allocation.models import Allocation
from ledger.allocation.queries import Claim, open_entries
from ledger.journal.actions import credit, debit
from ledger.journal.models import Account, Entry
from tests.ledger.books import AT, DAY, Books, balance, open_books, post, posting


@dataclass(frozen=True)
class Tab:
    """`bob`'s account. Every fact is named by the reference of its transaction."""

    account: Account
    other: Account

    def charge(self, reference: str, amount: int, days: int = 0) -> None:
        post(posting(reference, debit(self.account, amount), credit(self.other, amount), on=DAY + timedelta(days=days)))

    def pay(self, reference: str, amount: int, *, on: date = DAY) -> None:
        post(posting(reference, credit(self.account, amount), debit(self.other, amount), on=on))

    def pair(self, **claims: Sequence[tuple[str, int]]) -> None:
        """`claims`: payment=[(charge, amount), …]."""
        wanted: Mapping = {name: [Claim(*claim) for claim in given] for name, given in claims.items()}
        with unit_of_work():
            allocate([self.account.id], at=AT, claims=wanted)

    def take_back(self, payment: str, reference: str) -> None:
        """The bank returns it: a new debit, paired with the payment; what it had paid is open again."""
        returned = self.entry(payment)
        self.charge(reference, -returned.amount_minor)
        with unit_of_work():
            undo_credit(returned.id, self.entry(reference).id, self.account.id, at=AT)

    def entry(self, reference: str) -> Entry:
        return Entry.objects.get(transaction__reference=reference, account=self.account)

    @property
    def paid(self) -> dict[tuple[str, str], int]:
        """(payment, charge) → how much of it, rows of both signs summed."""
        names = dict(Entry.objects.filter(account=self.account).values_list("id", "transaction__reference"))
        found: dict[tuple[str, str], int] = {}
        for row in Allocation.objects.filter(account=self.account).order_by("id"):
            key = names[row.credit_entry_id], names[row.debit_entry_id]
            found[key] = found.get(key, 0) + row.amount_minor
        return {key: amount for key, amount in found.items() if amount}

    @property
    def open(self) -> dict[str, int]:
        """What of each is not paired: charges positive, payments negative."""
        entries = open_entries([self.account.id]).get(self.account.id, [])
        return {e.reference: e.open_minor if e.amount_minor > 0 else -e.open_minor for e in entries}

    @property
    def balance(self) -> int:
        return balance(self.account)


@pytest.fixture
def b(db: None) -> Books:
    return open_books()


@pytest.fixture
def tab(b: Books) -> Tab:
    return Tab(b.bob, b.rent)
