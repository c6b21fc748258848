"""`/api/v1/payments/{id}/receipt`: a receipt to keep, as PDF."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import translation
from rest_framework.request import Request

from directpay.api.examples import PAYMENT
from directpay.api.lists import read_query
from directpay.api.routes import route
from directpay.api.views import ApiView
from directpay.kernel.errors import DirectPayError
from directpay.kernel.row_scope import every_row
from directpay.people.actor import Actor
from leases.papers.pdf import receipt_pdf
from leases.papers.receipt import ReceiptNotReady, receipt_of
from payments.payins.models import Payment
from payments.payins.queries import visible_payments

NOT_READY: tuple[DirectPayError, ...] = (
    ReceiptNotReady("There is a receipt once the payment has settled.", payment=PAYMENT, status="processing"),
)


class ReceiptPdfView(ApiView):
    """The receipt of a payment, in the language of whoever paid it. Every figure is read from the books; after a return it says so."""

    object_name = "payment"
    kind = "part"
    answers_with = "application/pdf"
    http_method_names = ["get", "head", "options"]
    example_id = PAYMENT
    refusals: ClassVar[Sequence[DirectPayError]] = NOT_READY

    def queryset_for(self, actor: Actor) -> QuerySet[Payment]:
        return visible_payments(actor).select_related("payee__owner")

    def get(self, request: Request, **_: Any) -> HttpResponse:
        read_query(request._request, ())
        payment: Payment = self.row()
        with every_row(), translation.override(payment.payer.locale):
            pdf = receipt_pdf(receipt_of(payment))
        headers = {"Content-Disposition": f'attachment; filename="{payment.reference}.pdf"'}
        return HttpResponse(pdf, content_type=self.answers_with, headers=headers)


urlpatterns = [route("payments/{id}/receipt", ReceiptPdfView)]
