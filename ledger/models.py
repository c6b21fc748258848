"""Gathers the models of the rooms, so that Django finds them."""

from ledger.allocation.models import Allocation
from ledger.integrity.models import Check
from ledger.journal.models import (
    Account,
    ArchivedMonth,
    ArchivedSum,
    Book,
    Checkpoint,
    Entry,
    Hold,
    Kind,
    Limit,
    Period,
    Transaction,
    Watermark,
)
from ledger.seals.models import Leaf, Seal

__all__ = [
    "Account",
    "Allocation",
    "ArchivedMonth",
    "ArchivedSum",
    "Book",
    "Check",
    "Checkpoint",
    "Entry",
    "Hold",
    "Kind",
    "Leaf",
    "Limit",
    "Period",
    "Seal",
    "Transaction",
    "Watermark",
]
