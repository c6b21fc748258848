"""Django looks for admin pages here; they live in their rooms."""

from leases.contracts.admin import LeaseAdmin, PartyAdmin, RenterAdmin
from leases.credits.admin import CreditAdmin
from leases.deposits.admin import DepositAdmin, MovementAdmin, TrustBankAdmin
from leases.move_out.admin import DamageAdmin, DestinationAdmin, MoveOutAdmin
from leases.properties.admin import PropertyAdmin, UnitAdmin
from leases.receipts.admin import ReceiptAdmin
from leases.rent.admin import ChargeAdmin

__all__ = [
    "ChargeAdmin",
    "CreditAdmin",
    "DamageAdmin",
    "DepositAdmin",
    "DestinationAdmin",
    "LeaseAdmin",
    "MoveOutAdmin",
    "MovementAdmin",
    "PartyAdmin",
    "PropertyAdmin",
    "ReceiptAdmin",
    "RenterAdmin",
    "TrustBankAdmin",
    "UnitAdmin",
]
