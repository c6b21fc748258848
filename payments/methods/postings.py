"""The small deposits that verify an account are our own cost, from our own bank."""

from datetime import date, datetime

from ledger.journal.actions import Posting
from ledger.journal.kinds import DEBIT, AccountKind
from payments.chart.accounts import clearing, platform
from payments.chart.drafts import Draft, cr, dr, posts
from payments.chart.owners import own
from payments.methods.models import BankAccount
from payments.rails.timetable import bank_day_of

RAIL = "own_ach"

own(__name__, AccountKind("P5600", "verification costs", DEBIT, "own", "any", one_per="platform", meaning="micro-deposits"))


def deposits_sent(account: BankAccount, total_minor: int, at: datetime) -> Posting:
    return verification_sent(bank_account=account.public_id, currency=account.currency, total_minor=total_minor, on=bank_day_of(at), at=at)


@posts("verification.sent", rows="J7")
def verification_sent(*, bank_account: str, currency: str, total_minor: int, on: date, at: datetime) -> Draft:
    """Micro-deposits are on their way."""
    lines = [dr(platform("P5600", "", currency), total_minor), cr(clearing(RAIL, currency), total_minor, bank_account)]
    return Draft(bank_account, on, at, lines)
