"""A bank line moves the bank account, and nothing else does (BOOKS.md B3, F1, F4, J8; C8 for a wire that names us)."""

from collections.abc import Sequence
from datetime import date, datetime

from ledger.journal.actions import Posting, credit, debit
from payments.chart.accounts import accounts, platform
from payments.chart.kinds import CLIENT_BANK, OWN_BANK
from payments.reconciliation.models import BankLine


def bank_lines(lines: Sequence[BankLine], at: datetime) -> list[Posting]:
    """One posting a line: bank against the clearing of its rail, under its item."""
    keys = {line.id: (_bank(line), platform("P1210", line.rail, line.currency)) for line in lines}
    found = accounts((key for pair in keys.values() for key in pair), at=at)
    return [
        Posting(
            reference=f"bank.line:{line.public_id}",
            kind="bank.line",
            effective_on=line.value_on,
            legs=_legs(line, found[keys[line.id][0]], found[keys[line.id][1]]),
        )
        for line in lines
    ]


def _bank(line: BankLine):
    return platform("P1110", CLIENT_BANK, line.currency) if line.bank == "client" else platform("P1130", OWN_BANK, line.currency)


def _legs(line: BankLine, bank, clearing):
    amount = abs(line.amount_minor)
    if line.amount_minor > 0:
        return [debit(bank, amount), credit(clearing, amount, line.item)]
    return [debit(clearing, amount, line.item), credit(bank, amount)]


def capital(reference: str, amount_minor: int, currency: str, day: date, at: datetime) -> Posting:
    """What the company starts with: the opening of BOOKS.md section 3."""
    own, equity = platform("P1130", OWN_BANK, currency), platform("P3100", "", currency)
    a = accounts([own, equity], at=at)
    legs = [debit(a[own], amount_minor), credit(a[equity], amount_minor)]
    return Posting(reference=f"capital:{reference}", kind="capital", effective_on=day, legs=legs)
