"""Gathers the models of the rooms, so that Django finds them."""

from ledger.allocation.models import Allocation
from ledger.journal.models import Account, Book, Entry, Hold, Transaction

__all__ = ["Account", "Allocation", "Book", "Entry", "Hold", "Transaction"]
