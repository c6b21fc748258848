"""Who pays whom in the benchmarks: payees with the accounts that a payment moves (BOOKS.md B4: six entries)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from directpay.ops.partitions import make_partitions
from ledger.journal.actions import Posting, credit, debit, open_account, open_book
from ledger.journal.kinds import KINDS
from ledger.journal.models import Account, Book
from payments.chart import kinds as _kinds  # noqa: F401 registers them

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
CHUNK = 5_000


@dataclass(frozen=True)
class Payee:
    pending: Account
    at_directpay: Account
    receivable: Account
    fees: Account


@dataclass(frozen=True)
class Cast:
    clearing: Account
    revenue: Account
    payees: list[Payee]

    def payment(self, n: int, payee: int, *, at: date = DAY) -> Posting:
        """Payment `n` of 1,500.00, fee 2.00, to payee number `payee`."""
        who, item = self.payees[payee % len(self.payees)], f"pay_{n}"
        legs = [
            debit(self.clearing, 150_000, item),
            credit(who.pending, 149_800),
            credit(self.revenue, 200),
            debit(who.at_directpay, 149_800),
            debit(who.fees, 200),
            credit(who.receivable, 150_000),
        ]
        return Posting(f"payment.completed:{item}", "payment.completed", at, legs)


def make_cast(payees: int, prefix: str = "py") -> Cast:
    """The accounts, made in sets."""
    make_partitions(DAY, DAY)
    with unit_of_work():
        platform = open_book("P", "", at=AT)
        clearing = open_account(platform, "P1210", subject="ach", currency="usd", at=AT)
        revenue = open_account(platform, "P4110", subject="ach", currency="usd", at=AT)
        names = [f"{prefix}_{n}" for n in range(payees)]
        books = Book.objects.bulk_create([Book(kind="L", subject=name, created_at=AT) for name in names], batch_size=CHUNK)
        made: list[Account] = []
        for name, book in zip(names, books, strict=True):
            made += [
                account_row(platform, "P2110", name, name),
                account_row(book, "L1100", name, name),
                account_row(book, "L1500", f"{name}:bob", ""),
                account_row(book, "L6100", name, ""),
            ]
        made = Account.objects.bulk_create(made, batch_size=CHUNK)
    return Cast(clearing, revenue, [Payee(*made[n : n + 4]) for n in range(0, len(made), 4)])


def account_row(book: Book, number: str, subject: str, payee: str) -> Account:
    kind = KINDS[number]
    return Account(
        book=book,
        number=number,
        subject=subject,
        currency="usd",
        public_id=public_id("acct"),
        normal=kind.normal,
        fund=kind.fund,
        floor=kind.floor,
        mirror=f"{kind.mirror}:{payee}" if kind.mirror else "",
        by_item=kind.by_item,
        created_at=AT,
    )
