"""Giving back what a renter has paid ahead: how much, and beside it where it would go."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from directpay.kernel.sheets import figure
from leases.overpayments.actions import SAID, refund_overpayment
from leases.portal.pages.landlord.recording import Recorded
from leases.portal.pages.pressing import Page
from leases.portal.queries.overpayments import StandsAhead, standing_ahead
from leases.portal.visit import Visit

REFUSALS = (  # what the room may say, for the catalogue
    gettext_noop("A payment is on its way to this account: give back what is too much when it has arrived."),
    gettext_noop("Autopay has announced what it will take, and counts on it: give back what is too much after that."),
    gettext_noop("Something falls due today and is charged in a moment: give back what is left then."),
    gettext_noop("It has not settled yet: what was paid can be given back when it is available."),
    gettext_noop("The bank took back the payment that it came from."),
    gettext_noop("It was given by hand: give it back by hand."),
    gettext_noop("It was granted, not paid: it lowers what is owed next."),
    gettext_noop("It was paid on another account and brought here: it lowers what is owed next."),
    gettext_noop("Its bank may still take the payment back, so it goes only to the account it was paid from, which is closed to us."),
    gettext_noop("Whoever paid it has no verified bank account: ask them to add one."),
)


class GiveBackForm(Recorded):
    """`preview`: what stands ahead, of each party of which anything does."""

    amount = forms.CharField(max_length=20, label=gettext_lazy("Amount"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview: list[StandsAhead] = standing_ahead(self.lease, kwargs["day"])
        if "party" in self.fields:
            self.fields["party"].label = _("From what was paid ahead by")
            self.order_fields(["party", "amount"])
        can_go = [one for one in self.preview if one.refundable_minor]
        if can_go:
            self.fields["amount"].initial = figure(can_go[0].refundable_minor, self.lease.currency)
            if "party" in self.fields:
                self.fields["party"].initial = can_go[0].party.label

    @property
    def nothing(self) -> bool:
        return not self.preview

    @property
    def said(self) -> list[tuple[StandsAhead, str, str]]:
        """With the sentences that say why some of it stays, and what has to come first; empty where nothing does."""
        return [(one, *(_(SAID[code]) if code else "" for code in (one.why_not, one.waits))) for one in self.preview]


def _give_back(form: GiveBackForm, visit: Visit) -> str:
    return refund_overpayment(form.party, form.cleaned_data["amount"], actor=visit.actor, at=visit.at).public_id


GIVE_BACK = Page(
    GiveBackForm,
    _give_back,
    gettext_lazy("Give back what stands ahead"),
    gettext_lazy("It leaves what is available to you, and goes to the account it was paid from. The next rent is then owed in full."),
    gettext_lazy("Give it back"),
    gettext_lazy("It is on its way back. The renter is told."),
)
