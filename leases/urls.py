"""Addresses of the rooms of this app."""

from django.urls import path

from leases.arrears import api as arrears
from leases.autopay import api as autopay
from leases.bank_charges import api as bank_charges
from leases.changes import api as changes
from leases.credits import api as credits
from leases.deposits import api as deposits
from leases.late_fees import api as late_fees
from leases.move_out import api as move_out
from leases.overpayments import api as overpayments
from leases.papers import api as papers
from leases.papers.pages import receipt
from leases.payment_plans import api as payment_plans
from leases.portal.urls import urlpatterns as portal_pages
from leases.properties import api as properties
from leases.receipts import api as receipts
from leases.rent import api as rent
from leases.rent import intents
from leases.reports import api as reports
from leases.transfers import api as transfers

ROOMS = (
    properties,
    rent,
    intents,
    changes,
    credits,
    receipts,
    bank_charges,
    autopay,
    late_fees,
    deposits,
    move_out,
    payment_plans,
    arrears,
    transfers,
    overpayments,
    papers,
    reports,
)

api_urlpatterns = [pattern for room in ROOMS for pattern in room.urlpatterns]
page_urlpatterns = [*portal_pages, path("payments/<public_id:payment_id>/receipt.pdf", receipt, name="payment_receipt")]

__all__ = ["api_urlpatterns", "page_urlpatterns"]
