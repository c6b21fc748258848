"""Taking what there is: the amount is decided under the lock, so that it can neither be refused nor leave something behind."""

from collections.abc import Callable
from datetime import datetime

from ledger.journal.actions.accounts import lock_accounts
from ledger.journal.actions.legs import Posting
from ledger.journal.actions.post import post_many
from ledger.journal.models import Account


def take_up_to(account: Account, amount_minor: int, posting: Callable[[int], Posting], *, at: datetime) -> int:
    """Step: post `posting(taken)`, which lowers `account` by `taken` = the smaller of `amount_minor` and what is available.

    Returns `taken`; nothing is posted for 0. `posting` names the same accounts for every amount: all are locked in order of id first.
    """
    touched = {leg.account_id for leg in posting(amount_minor).legs} | {account.id}
    row = lock_accounts(sorted(touched))[account.id]
    taken = min(amount_minor, max(0, row.available_minor))
    if taken:
        post_many([posting(taken)], at=at)
    return taken
