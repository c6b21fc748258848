"""Django looks for admin pages here; they live in their rooms."""

from leases.autopay.admin import AutopayAdmin, AutopayAttemptAdmin, AutopayRunAdmin
from leases.contracts.admin import LeaseAdmin, PartyAdmin, RenterAdmin
from leases.credits.admin import CreditAdmin
from leases.properties.admin import PropertyAdmin, UnitAdmin
from leases.receipts.admin import ReceiptAdmin
from leases.rent.admin import ChargeAdmin

__all__ = [
    "AutopayAdmin",
    "AutopayAttemptAdmin",
    "AutopayRunAdmin",
    "ChargeAdmin",
    "CreditAdmin",
    "LeaseAdmin",
    "PartyAdmin",
    "PropertyAdmin",
    "ReceiptAdmin",
    "RenterAdmin",
    "UnitAdmin",
]
