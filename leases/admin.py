"""Django looks for admin pages here; they live in their rooms."""

from leases.contracts.admin import LeaseAdmin, PartyAdmin, RenterAdmin
from leases.properties.admin import PropertyAdmin, UnitAdmin
from leases.rent.admin import ChargeAdmin

__all__ = ["ChargeAdmin", "LeaseAdmin", "PartyAdmin", "PropertyAdmin", "RenterAdmin", "UnitAdmin"]
