"""`/sandbox/3ds/…`: whoever has the address may answer, once; of those who are signed in here, who pays alone.

It says no more than an issuer would: how much, and from which card. A program's payers need not be known here.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from directpay.kernel import clock
from directpay.kernel.row_scope import every_row
from payments.challenges.queries import FAILED, SUCCEEDED, Asked, asked_by
from payments.payins.actions.prove import answer_challenge
from payments.rails.cards.challenges import order_behind
from payments.setup_intents.actions.prove import answer_setup


@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, secret: str) -> HttpResponse:
    """GET asks, POST answers: `outcome` approve or refuse. Then back to where the intent says, if it says so."""
    asked = _asked(secret)
    if request.user.is_authenticated and asked.payer_id not in (None, request.user.pk):
        return _somebody_else(request)
    outcome = request.POST.get("outcome")
    if request.method != "POST":
        return _page(request, asked, waits=asked.waits)
    if outcome not in ("approve", "refuse"):
        return _page(request, asked, waits=True, status=400)
    proven = outcome == "approve"
    answer = answer_challenge if asked.payment is not None else answer_setup
    if not answer(asked.public_id, proven=proven, at=clock.now()):
        return _page(request, asked, waits=False)
    if back := asked.back(SUCCEEDED if proven else FAILED):
        return HttpResponse(status=303, headers={"Location": back, "Cache-Control": "no-store"})
    return _page(request, asked, waits=False, outcome=outcome)


def _asked(secret: str) -> Asked:
    order = order_behind(secret) if settings.SANDBOX else None
    with every_row():  # whoever has the address need be nobody else
        asked = asked_by(order) if order else None
    if asked is None:
        raise Http404
    return asked


def _somebody_else(request: HttpRequest) -> HttpResponse:
    """Nothing of it is said to a roommate, or to whoever else came by the address."""
    response = render(request, "sandbox/3ds.html", {"somebody_else": True}, status=403)
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, asked: Asked, *, waits: bool, outcome: str = "", status: int = 200) -> HttpResponse:
    """`waits`: nobody has answered yet, and it is not too late."""
    context = {"payment": asked.payment, "card": asked.card, "waits": waits, "outcome": outcome}
    response = render(request, "sandbox/3ds.html", context, status=status)
    if waits and asked.origin:  # the form leads there, which the page's policy must let it
        response._csp_update = {"form-action": [asked.origin]}  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("sandbox/3ds/<str:secret>/", challenge, name="sandbox_3ds")]
