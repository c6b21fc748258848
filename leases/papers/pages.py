"""The receipt of a payment, to keep: a file, for whoever paid it and whoever got it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from directpay.kernel.row_scope import every_row
from directpay.people.actor import LANDLORD, RENTER
from leases.papers.pdf import receipt_pdf
from leases.papers.receipt import ReceiptNotReady, receipt_of
from leases.portal.visit import Visit, page_for

PDF = "application/pdf"


@page_for(RENTER, LANDLORD)
def receipt(request: HttpRequest, visit: Visit, payment_id: str) -> HttpResponse:
    """What this person may see is asked first; what it says of the books is then read whole, the platform's part too."""
    payment = visit.payment(payment_id)
    try:
        with every_row():
            paper = receipt_of(payment)
    except ReceiptNotReady as refused:
        return HttpResponse(_(refused.message), status=refused.status, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'inline; filename="{payment.reference}.pdf"'}
    return HttpResponse(receipt_pdf(paper), content_type=PDF, headers=headers)
