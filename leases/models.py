"""Gathers the models of the rooms, so that Django finds them."""

from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.contracts.models import Lease, Party, Renter
from leases.credits.models import Credit
from leases.properties.models import Property, Unit
from leases.receipts.models import Receipt
from leases.rent.models import Charge

__all__ = ["Autopay", "AutopayAttempt", "AutopayRun", "Charge", "Credit", "Lease", "Party", "Property", "Receipt", "Renter", "Unit"]
