"""Open items of a clearing account, by what they belong to; and what our client bank holds."""

from ledger.journal.queries import find_account, item_balances
from payments.chart.accounts import client_bank


def client_bank_minor(currency: str) -> int:
    """What the books say that it holds."""
    _, subject, *_ = client_bank(currency)
    account = find_account("P", "P1110", currency=currency, subject=subject)
    return account.balance_minor if account else 0


def open_item(number: str, subject: str, currency: str, item: str) -> int:
    """Signed sum of the entries of one item; 0 when it is closed or never was."""
    account = find_account("P", number, currency=currency, subject=subject)
    return item_balances([account.id], [item]).get((account.id, item), 0) if account else 0
