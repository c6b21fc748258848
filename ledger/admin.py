"""Django looks for admin pages here; they live in their rooms."""

from ledger.allocation.admin import AllocationAdmin
from ledger.integrity.admin import CheckAdmin
from ledger.journal.admin import AccountAdmin, BookAdmin, EntryAdmin, HoldAdmin, PeriodAdmin, TransactionAdmin
from ledger.seals.admin import SealAdmin

__all__ = [
    "AccountAdmin",
    "AllocationAdmin",
    "BookAdmin",
    "CheckAdmin",
    "EntryAdmin",
    "HoldAdmin",
    "PeriodAdmin",
    "SealAdmin",
    "TransactionAdmin",
]
