"""Opening accounts, posting, holding: steps inside the action that changes the state the money belongs to."""

from ledger.journal.actions.accounts import close_account, lock_account_rows, lock_accounts, open_account, open_book
from ledger.journal.actions.holds import HoldExpired, HoldResolved, place_hold, resolve_hold
from ledger.journal.actions.legs import Leg, Posting, credit, debit
from ledger.journal.actions.post import SET_LIMIT, Posted, post_many
from ledger.journal.actions.refusals import BelowFloor, PostingRefused, ReferenceReused
from ledger.journal.actions.reversals import reverse
from ledger.journal.actions.up_to import take_up_to

__all__ = [
    "SET_LIMIT",
    "BelowFloor",
    "HoldExpired",
    "HoldResolved",
    "Leg",
    "Posted",
    "Posting",
    "PostingRefused",
    "ReferenceReused",
    "close_account",
    "credit",
    "debit",
    "lock_account_rows",
    "lock_accounts",
    "open_account",
    "open_book",
    "place_hold",
    "post_many",
    "resolve_hold",
    "reverse",
    "take_up_to",
]
