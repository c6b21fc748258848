"""Addresses of the rooms of this app."""

from leases.autopay import api as autopay
from leases.changes import api as changes
from leases.credits import api as credits
from leases.deposits import api as deposits
from leases.late_fees import api as late_fees
from leases.move_out import api as move_out
from leases.portal.urls import urlpatterns as page_urlpatterns
from leases.properties import api as properties
from leases.receipts import api as receipts
from leases.rent import api as rent
from leases.rent import intents
from leases.reports import api as reports

ROOMS = (properties, rent, intents, changes, credits, receipts, autopay, late_fees, deposits, move_out, reports)
api_urlpatterns = [pattern for room in ROOMS for pattern in room.urlpatterns]

__all__ = ["api_urlpatterns", "page_urlpatterns"]
