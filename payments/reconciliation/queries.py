"""Open items of a clearing account, by what they belong to."""

from ledger.journal.queries import find_account, item_balances


def open_item(number: str, subject: str, currency: str, item: str) -> int:
    """Signed sum of the entries of one item; 0 when it is closed or never was."""
    account = find_account("P", number, currency=currency, subject=subject)
    return item_balances([account.id], [item]).get((account.id, item), 0) if account else 0
