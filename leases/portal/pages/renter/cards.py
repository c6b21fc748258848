"""A renter's cards: type one in, let go of another. Test numbers only."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.api.idempotency import KeyInUse
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.kernel.ids import public_id
from directpay.people.actor import RENTER
from leases.portal.actions import pressed_once
from leases.portal.visit import Visit, page_for
from payments.methods.cards.actions import create_card, create_token, detach_card
from payments.methods.cards.queries import visible_cards
from payments.rails.cards.sandbox import BY_NAME

SHOWN = (  # published test cards, by name
    ("pm_card_visa", gettext_lazy("pays")),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", gettext_lazy("has not enough on it")),
    ("pm_card_visa_chargeDeclined", gettext_lazy("is declined")),
    ("pm_card_authenticationRequired", gettext_lazy("asks whether it is you, then pays")),
)
REFUSALS = (  # what payments.methods.cards may say of a form, for the catalogue
    gettext_noop("This is not the number of a card: its check digit does not fit."),
    gettext_noop("This is a sandbox: it takes published test numbers only. Never type in a real card."),
    gettext_noop("A card expires in a month from 1 to 12."),
    gettext_noop("This card has expired, or that is no year."),
    gettext_noop("This card has expired."),
    gettext_noop("The security code of this card has 3 digits."),
    gettext_noop("The security code of this card has 4 digits."),
)
MONTH, YEAR = gettext_lazy("A month from 1 to 12."), gettext_lazy("This card has expired, or that is no year.")
FIELDS = {"card[number]": "number", "card[exp_month]": "exp_month", "card[exp_year]": "exp_year", "card[cvc]": "cvc"}


class CardForm(forms.Form):
    """The number and the code are never shown again, not even beside an error."""

    number = forms.CharField(max_length=25, widget=forms.TextInput())
    exp_month = forms.IntegerField(min_value=1, max_value=12, error_messages={"min_value": MONTH, "max_value": MONTH, "invalid": MONTH})
    exp_year = forms.IntegerField(min_value=0, max_value=9999, error_messages={"min_value": YEAR, "max_value": YEAR, "invalid": YEAR})
    cvc = forms.CharField(max_length=4)


@page_for(RENTER)
def cards(request: HttpRequest, visit: Visit) -> HttpResponse:
    """GET lists them; POST keeps another."""
    form = CardForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _render(request, visit, form)
    if form.is_valid():
        try:
            pressed_once(request, visit, lambda: _keep(visit, form.cleaned_data))
        except KeyInUse:
            return redirect("renter_cards")
        except DirectPayError as error:
            form.add_error(FIELDS.get(error.param or ""), _(error.message))
        else:
            messages.success(request, _("The card is kept, without its number."))
            return redirect("renter_cards")
    return _render(request, visit, form, status=422)


@require_POST
@page_for(RENTER)
def remove(request: HttpRequest, visit: Visit, card_id: str) -> HttpResponse:
    card = visible_cards(visit.actor).filter(public_id=card_id, user=visit.user).first()
    if card is None:
        raise Http404
    detach_card(card, actor=visit.actor, at=visit.at)
    messages.success(request, _("The card is let go. What was paid with it stays paid."))
    return redirect("renter_cards")


def _keep(visit: Visit, typed: dict[str, object]) -> str:
    with unit_of_work():
        token = create_token(typed, actor=visit.actor, at=visit.at)
        return create_card(token.public_id, user=visit.user, actor=visit.actor, at=visit.at).public_id


def _render(request: HttpRequest, visit: Visit, form: CardForm, *, status: int = 200) -> HttpResponse:
    context = {
        "cards": list(visible_cards(visit.actor).filter(user=visit.user, detached_at=None).order_by("-id")),
        "form": form,
        "attempt": public_id("at"),
        "test_cards": [(BY_NAME[name].number, does) for name, does in SHOWN] if settings.SANDBOX else [],
    }
    return render(request, "portal/renter/cards.html", context, status=status)
