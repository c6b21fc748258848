"""Finding, and on first use opening, the accounts that a set of postings touches: one query for the set."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

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


def accounts(keys: Iterable[Key], *, at: datetime) -> dict[Key, Account]:
    """Step: key → account."""
    wanted = list(dict.fromkeys(keys))
    condition = Q(pk__in=[])
    for number, subject, currency, payee in wanted:
        condition |= Q(number=number, subject=subject, currency=currency, book__subject=payee)
    found: dict[Key, Account] = {
        (a.number, a.subject, a.currency, a.book.subject): a for a in Account.objects.filter(condition).select_related("book")
    }
    for key in sorted(wanted):  # in one order for all: two sets that open the same accounts must not wait for each other
        if key not in found:
            number, subject, currency, payee = key
            found[key] = open_account(open_book(number[0], payee, at=at), number, subject=subject, currency=currency, at=at)
    return {key: found[key] for key in wanted}
