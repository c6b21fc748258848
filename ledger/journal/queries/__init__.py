"""What stands in the books, what stood in them, and what was known of it."""

from ledger.journal.queries.past import balance_as_of
from ledger.journal.queries.periods import PeriodMovement, first_open_on, period_movements
from ledger.journal.queries.standing import available, balance_of, entries_of, find_account, item_balances, open_items, posted
from ledger.journal.queries.statement import Statement, StatementLine, statement
from ledger.journal.queries.trial import TrialRow, trial_balance, trial_of_book

__all__ = [
    "PeriodMovement",
    "Statement",
    "StatementLine",
    "TrialRow",
    "available",
    "balance_as_of",
    "balance_of",
    "entries_of",
    "find_account",
    "first_open_on",
    "item_balances",
    "open_items",
    "period_movements",
    "posted",
    "statement",
    "trial_balance",
    "trial_of_book",
]
