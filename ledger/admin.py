"""Django looks for admin pages here; they live in their rooms."""

from ledger.allocation.admin import AllocationAdmin
from ledger.journal.admin import AccountAdmin, BookAdmin, EntryAdmin, HoldAdmin, TransactionAdmin
from ledger.seals.admin import SealAdmin

__all__ = ["AccountAdmin", "AllocationAdmin", "BookAdmin", "EntryAdmin", "HoldAdmin", "SealAdmin", "TransactionAdmin"]
