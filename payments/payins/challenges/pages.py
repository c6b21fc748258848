"""`/sandbox/3ds/…`: whoever has the address may answer, once. It says no more than an issuer would: how much, and from which card."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from directpay.kernel import clock
from directpay.kernel.row_scope import every_row
from payments.payins.actions.prove import answer_challenge
from payments.payins.models import Payment, Status
from payments.payins.queries import with_related
from payments.rails.cards.challenges import order_behind


@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, secret: str) -> HttpResponse:
    """GET asks, POST answers: `outcome` approve or refuse."""
    payment = _asked(secret)
    outcome = request.POST.get("outcome")
    answered = False
    if request.method == "POST":
        if outcome not in ("approve", "refuse"):
            return _page(request, payment, waits=True, status=400)
        answered = answer_challenge(payment.public_id, proven=outcome == "approve", at=clock.now())
    return _page(request, payment, waits=payment.status == Status.REQUIRES_ACTION and not answered, outcome=outcome if answered else "")


def _asked(secret: str) -> Payment:
    order = order_behind(secret) if settings.SANDBOX else None
    with every_row():  # whoever has the address need be nobody else
        payment = with_related().filter(public_id=order).first() if order else None
    if payment is None or payment.card is None:
        raise Http404
    return payment


def _page(request: HttpRequest, payment: Payment, *, waits: bool, outcome: str | None = "", status: int = 200) -> HttpResponse:
    """`waits`: nobody has answered yet, and it is not too late."""
    context = {"payment": payment, "card": payment.card, "waits": waits, "outcome": outcome}
    return render(request, "sandbox/3ds.html", context, status=status)


urlpatterns = [path("sandbox/3ds/<str:secret>/", challenge, name="sandbox_3ds")]
