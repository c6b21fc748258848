"""`/paypal/…`: where PayPal sends a payer back to. Whoever has the address learns nothing by it; it makes us ask PayPal now."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directpay.kernel import clock
from directpay.kernel.row_scope import every_row
from payments.intents.models import PaymentIntent
from payments.payins.actions.prove import come_back
from payments.payins.models import Payment
from payments.rails.paypal.returning import order_behind
from payments.rails.registry import BY_WALLET


@require_safe
@never_cache
def back(request: HttpRequest, secret: str, *, approved: bool) -> HttpResponse:
    """To whoever asked for the payment, or to its page; there it can be gone on with, or called off."""
    order = order_behind(secret)
    with every_row():  # whoever has the address need be nobody else
        payment = Payment.objects.filter(public_id=order, rail__in=BY_WALLET).first() if order else None
        intent = PaymentIntent.objects.filter(payment=payment).exclude(return_url="").first() if payment else None
    if payment is None:
        raise Http404
    if approved:
        come_back(payment.public_id, at=clock.now())
    return redirect(_with(intent) if intent else reverse("renter_payment", kwargs={"payment_id": payment.public_id}))


def _with(intent: PaymentIntent) -> str:
    """As Stripe's redirects do: the address says which intent it is about. Its client's secret stays at home."""
    parts = urlsplit(intent.return_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("payment_intent", intent.public_id)]
    return urlunsplit(parts._replace(query=urlencode(query)))
