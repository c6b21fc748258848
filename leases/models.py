"""Gathers the models of the rooms, so that Django finds them."""

from leases.contracts.models import Lease, Party, Renter
from leases.properties.models import Property, Unit
from leases.rent.models import Charge

__all__ = ["Charge", "Lease", "Party", "Property", "Renter", "Unit"]
