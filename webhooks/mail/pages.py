"""Which mails one gets: as a page behind the sign-in, and as the link in a mail that needs none."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from directpay.kernel import clock
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import LANDLORD, RENTER
from directpay.people.queries import actor_for_user
from leases.portal.visit import Visit, page_for
from webhooks.mail.actions.choose import Wish, choose_mail
from webhooks.mail.kinds import OFF, kinds_for
from webhooks.mail.queries import Chosen, chosen_by_one
from webhooks.mail.unsubscribing import read_key

TITLES = {
    "payment_receipt": gettext_lazy("Receipts for what you paid"),
    "payment_failed": gettext_lazy("A payment was not taken"),
    "payment_returned": gettext_lazy("Your bank took a payment back"),
    "autopay_notice": gettext_lazy("What autopay will take, and when"),
    "autopay_paused": gettext_lazy("Autopay is paused"),
    "rent_reminder": gettext_lazy("Rent falls due soon"),
    "rent_late": gettext_lazy("Rent is late"),
    "late_fee": gettext_lazy("A late fee was added"),
    "statement": gettext_lazy("A statement each month"),
    "move_out": gettext_lazy("What becomes of your deposit"),
    "deposit_moved": gettext_lazy("Your deposit is kept in another account"),
    "lease_changed": gettext_lazy("Your lease changes"),
    "money_back": gettext_lazy("What you paid too much goes back to you"),
    "refund": gettext_lazy("A payment of yours is given back"),
    "payment_received": gettext_lazy("Rent has become available to you"),
    "renters_payment_returned": gettext_lazy("A bank took a renter's payment back"),
    "renters_autopay_paused": gettext_lazy("A renter's autopay is paused"),
}
WORDS = {"on": gettext_lazy("Send"), "off": gettext_lazy("Do not send"), "each": gettext_lazy("Each"), "daily": gettext_lazy("Once a day")}


class MailForm(forms.Form):
    quiet_from = forms.TimeField(label=gettext_lazy("No mail from"), help_text=gettext_lazy("Such as 21:00."))
    quiet_until = forms.TimeField(
        label=gettext_lazy("Mail again from"), help_text=gettext_lazy("The same as above: mail comes at any hour.")
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone of these hours"),
        help_text=gettext_lazy("Such as America/Chicago. Empty: where the home stands."),
        required=False,
        max_length=64,
    )

    def __init__(self, *args: Any, role: str, chosen: Chosen, **kwargs: Any) -> None:
        hours = {"quiet_from": f"{chosen.quiet_from:%H:%M}", "quiet_until": f"{chosen.quiet_until:%H:%M}", "timezone": chosen.timezone}
        super().__init__(*args, initial=hours, **kwargs)
        self.kinds = [kind for kind in kinds_for(role) if kind.may_end]
        for kind in self.kinds:
            choices = [(choice, WORDS[choice]) for choice in kind.choices]
            self.fields[kind.name] = forms.ChoiceField(label=TITLES[kind.name], choices=choices, initial=chosen.of(kind.name))
        self.order_fields([kind.name for kind in self.kinds])

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish({kind.name: data[kind.name] for kind in self.kinds}, data["quiet_from"], data["quiet_until"], data["timezone"])


@page_for(RENTER, LANDLORD)
def preferences(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = MailForm(request.POST or None, role=visit.user.role, chosen=chosen_by_one(visit.user))
    if request.method == "POST" and form.is_valid():
        try:
            choose_mail(visit.user, form.wish, actor=visit.actor, at=visit.at)
        except InvalidInput as error:
            form.add_error("timezone", _(error.message))
        else:
            messages.info(request, _("Kept. It holds for every mail from now on."))
            return redirect("mail_preferences")
    always = [TITLES[kind.name] for kind in kinds_for(visit.user.role) if not kind.may_end]
    context = {"form": form, "always": always, "email": visit.user.email}
    return render(request, "portal/mail.html", context, status=400 if form.errors else 200)


@csrf_exempt  # the key is the proof: a mail program posts here by itself (RFC 8058), without a cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """GET asks, for programs look at links; POST does it."""
    found = read_key(request.GET.get("key", "")[:500])
    if found is None:
        return render(request, "portal/unsubscribe.html", {"state": "unknown"}, status=404)
    user, kind = found
    if request.method == "POST":
        choose_mail(user, Wish({kind.name: OFF}), actor=actor_for_user(user), at=clock.now())
    return render(request, "portal/unsubscribe.html", {"state": "done" if request.method == "POST" else "asked", "kind": TITLES[kind.name]})


urlpatterns = [
    path("account/mail/", preferences, name="mail_preferences"),
    path("mail/unsubscribe/", unsubscribe, name="mail_unsubscribe"),
]
