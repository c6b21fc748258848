"""Two small books for tests of the ledger: the platform's and one payee's, without people, leases or payments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from directpay.events.unit import unit_of_work
from ledger.journal.actions import Leg, Posted, Posting, open_account, open_book, post_many
from ledger.journal.models import Account, Entry
from payments.chart import kinds as _kinds  # noqa: F401 registers them

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
PAYEE = "py_1"


def account(number: str, subject: str = "", *, book: str = "", currency: str = "usd", **how: object) -> Account:
    with unit_of_work():
        return open_account(open_book(number[0], book, at=AT), number, subject=subject, currency=currency, at=AT, **how)


def posting(reference: str, *legs: Leg, kind: str = "test", on: date = DAY) -> Posting:
    return Posting(reference, kind, on, legs)


def post(*postings: Posting, at: datetime = AT) -> list[Posted]:
    with unit_of_work():
        return post_many(postings, at=at)


def balance(of: Account) -> int:
    """Shown, positive on the normal side."""
    return Account.objects.get(id=of.id).shown_minor


def entries(of: Account) -> list[tuple[int, int, int]]:
    """(seq, amount, balance after), in order."""
    return list(Entry.objects.filter(account=of).order_by("seq").values_list("seq", "amount_minor", "balance_after"))


@dataclass(frozen=True)
class Books:
    bank: Account  # floor zero, debit
    clearing: Account  # floor any, by item
    pending: Account  # floor zero, credit, mirrored
    available: Account  # floor kinds, credit, mirrored
    revenue: Account  # floor any, credit
    at_directpay: Account  # the payee's mirror
    bob: Account  # L1500, pays by balance
    rent: Account  # L4100


def open_books() -> Books:
    cost = account("L6100", "prop_1", book=PAYEE)
    return Books(
        bank=account("P1110", "main"),
        clearing=account("P1210", "ach"),
        pending=account("P2110", PAYEE),
        available=account("P2120", PAYEE),
        revenue=account("P4110", "ach"),
        at_directpay=account("L1100", PAYEE, book=PAYEE),
        bob=account(
            "L1500",
            "lse_1:bob",
            book=PAYEE,
            accepts_payments=True,
            payable_limit="balance",
            pays_into="operating",
            cost_account=cost,
        ),
        rent=account("L4100", "prop_1", book=PAYEE),
    )
