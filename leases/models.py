"""Gathers the models of the rooms, so that Django finds them."""

from leases.contracts.models import Lease, Party, Renter
from leases.credits.models import Credit
from leases.deposits.models import Deposit, Movement, TrustBank
from leases.move_out.models import Damage, Destination, MoveOut
from leases.properties.models import Property, Unit
from leases.receipts.models import Receipt
from leases.rent.models import Charge

__all__ = [
    "Charge",
    "Credit",
    "Damage",
    "Deposit",
    "Destination",
    "Lease",
    "MoveOut",
    "Movement",
    "Party",
    "Property",
    "Receipt",
    "Renter",
    "TrustBank",
    "Unit",
]
