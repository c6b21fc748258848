"""Finding, and on first use opening, the accounts that a set of postings touches: one query for the set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from directpay.kernel.arrays import texts
from ledger.journal.actions import open_account, open_book
from ledger.journal.models import Account
from payments.chart.kinds import CLIENT_BANK, OWN_BANK

# (number, subject, currency, payee of the L book or "" for P)
Key = tuple[str, str, str, str]


def platform(number: str, subject: str, currency: str) -> Key:
    return (number, subject, currency, "")


def of_payee(number: str, payee: str, currency: str, subject: str | None = None) -> Key:
    """An account in the payee's own book; its subject is the payee unless said otherwise."""
    return (number, payee if subject is None else subject, currency, payee)


def client_bank(currency: str) -> Key:
    return platform("P1110", CLIENT_BANK, currency)


def own_bank(currency: str) -> Key:
    return platform("P1130", OWN_BANK, currency)


def clearing(rail: str, currency: str) -> Key:
    return platform("P1210", rail, currency)


def at_directpay(payee: str, currency: str) -> Key:
    """The mirror, in the payee's book, of what the platform owes the payee."""
    return of_payee("L1100", payee, currency)


@dataclass(frozen=True, slots=True)
class Standing:
    """An account that stands, as far as a leg must know it."""

    id: int
    by_item: bool


FIND = """
SELECT k.number, k.subject, k.currency, k.payee, a.id, a.by_item
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS k(number, subject, currency, payee)
JOIN ledger_book b ON b.kind = left(k.number, 1) AND b.subject = k.payee
JOIN ledger_account a ON a.book_id = b.id AND a.number = k.number AND a.subject = k.subject AND a.currency = k.currency
"""


def accounts(keys: Iterable[Key], *, at: datetime) -> dict[Key, Account | Standing]:
    """Step: key → account."""
    wanted = list(dict.fromkeys(keys))
    with connection.cursor() as cursor:
        cursor.execute(FIND, [texts(part) for part in zip(*wanted, strict=True)] if wanted else ["{}"] * 4)
        found: dict[Key, Account | Standing] = {(n, s, c, p): Standing(i, by_item) for n, s, c, p, i, by_item in cursor.fetchall()}
    for key in sorted(wanted):  # in one order for all: two sets that open the same accounts must not wait for each other
        if key not in found:
            number, subject, currency, payee = key
            found[key] = open_account(open_book(number[0], payee, at=at), number, subject=subject, currency=currency, at=at)
    return {key: found[key] for key in wanted}
