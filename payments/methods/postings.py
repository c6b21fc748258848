"""BOOKS.md J7: the small deposits that verify an account are our own cost, from our own bank."""

from datetime import datetime

from ledger.journal.actions import Posting, credit, debit
from payments.chart.accounts import accounts, platform
from payments.methods.models import BankAccount
from payments.rails.timetable import bank_day_of

RAIL = "own_ach"


def verification_sent(account: BankAccount, total_minor: int, at: datetime) -> Posting:
    cost, clearing = platform("P5600", "", account.currency), platform("P1210", RAIL, account.currency)
    a = accounts([cost, clearing], at=at)
    return Posting(
        reference=f"verification.sent:{account.public_id}",
        kind="verification.sent",
        effective_on=bank_day_of(at),
        legs=[debit(a[cost], total_minor), credit(a[clearing], total_minor, account.public_id)],
    )
