"""A renter's home and list of payments."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directpay.people.actor import RENTER
from leases.contracts.queries import visible_leases
from leases.portal.pages.renter.roommates import Theirs
from leases.portal.queries.arrears import WhatNext, what_next
from leases.portal.queries.by_itself import ByItself, by_itself
from leases.portal.queries.late_fees import ComingFee, coming_fee
from leases.portal.queries.owing import Household, Owing, household, on_their_way, owing
from leases.portal.queries.payments import Told, events_of, page_of, payments_of, told
from leases.portal.queries.sheet import cards_of
from leases.portal.story import Story
from leases.portal.visit import Visit, page_for
from leases.portal.words import Word, lower_first, promised, word_of
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts
from payments.payins.models import Payment, Status
from payments.rails.registry import BY_WALLET, is_set_up, rail

LATEST = 6
SENT_BACK = (Status.FAILED, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A payment in flight, with its line. A joint renter's payment is shown, and has neither page nor link for this one."""

    told: Told
    story: Story | Theirs
    mine: bool

    @property
    def word(self) -> Word:
        return self.story.word if isinstance(self.story, Theirs) else word_of(self.told.payment)

    @property
    def goes_on(self) -> bool:
        """Its payer has to approve it, and nobody else can."""
        payment = self.told.payment
        return self.mine and payment.rail in BY_WALLET and payment.status == Status.REQUIRES_ACTION


@dataclass(frozen=True, slots=True)
class Home:
    """One lease on the home page. `trouble`: the newest payment, where the bank did not pay and nothing has replaced it."""

    owing: Owing
    household: Household | None
    under_way: list[UnderWay]
    trouble: Story | None
    hint: SafeString
    coming: ComingFee | None
    by_itself: ByItself
    next: WhatNext | None
    marked: bool  # one button a page is drawn with the marker


@page_for(RENTER)
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    accounts = list(visible_bank_accounts(visit.actor).order_by("id"))
    homes = _homes(visit)
    going_on = [] if any(one.marked for one in homes) else [way.told.payment for one in homes for way in one.under_way if way.goes_on]
    context = {
        "homes": homes,
        "marked": going_on[0] if going_on else None,
        "accounts": accounts,
        "can_pay": any(account.status == BankAccount.Status.VERIFIED for account in accounts) or _pays_without(visit),
        "latest": page_of(payments_of(visit.actor), None, LATEST),
    }
    return render(request, "portal/renter/home.html", context)


def _pays_without(visit: Visit) -> bool:
    """With a card, or from a wallet, that is; what is set up here is asked first."""
    return any(is_set_up(name) for name in BY_WALLET) or bool(cards_of(visit.user, visit.at))


def _homes(visit: Visit) -> list[Home]:
    found = [owing(lease, visit.user.id, visit.at) for lease in visible_leases(visit.actor).order_by("id")]
    homes: list[Home] = []
    for one in found:
        if one is not None:
            marked = not any(home.marked for home in homes) and one.payable_minor > 0 and (one.is_due or one.is_soon)
            homes.append(
                Home(
                    one,
                    household(one),
                    _under_way(one, visit),
                    _trouble(one, visit),
                    _hint(one, visit),
                    coming_fee(one),
                    by_itself(one.lease, visit.user.id, one.today),
                    what_next(one.lease, one.party.id, visit.at, one.today),
                    marked,
                )
            )
    return homes


def _hint(one: Owing, visit: Visit) -> SafeString:
    """When the free way would arrive, so that nobody has to open the pay page to know."""
    said = promised("ach", rail("ach").promise(visit.at), visit.at, one.zone)
    return format_html(_("A bank transfer sent now: {head}. It counts from the day you send it."), head=lower_first(said.head))


def _under_way(one: Owing, visit: Visit) -> list[UnderWay]:
    payments = on_their_way(one.party.account_id)
    events = events_of(payments)
    found = []
    for row in told(payments):
        story, mine = Story(row.payment, events[row.payment.public_id], visit.at, one.zone), row.payment.payer_id == visit.user.id
        found.append(UnderWay(row, story if mine else Theirs(story), mine))
    return found


def _trouble(one: Owing, visit: Visit) -> Story | None:
    mine = payments_of(visit.actor).filter(applies_to_id=one.party.account_id, payer_id=visit.user.id)
    newest: Payment | None = mine.first()
    if newest is None or newest.status not in SENT_BACK or not one.payable_minor:
        return None
    return Story(newest, [], visit.at, one.zone)


@page_for(RENTER)
def pay_which(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Straight to the pay page of the only lease, else a choice."""
    homes = [one for lease in visible_leases(visit.actor).order_by("id") if (one := owing(lease, visit.user.id, visit.at))]
    if len(homes) == 1:
        return redirect("renter_pay_lease", lease_id=homes[0].lease.public_id)
    return render(request, "portal/renter/which.html", {"homes": homes}) if homes else redirect("renter_home")


@page_for(RENTER)
def payments(request: HttpRequest, visit: Visit) -> HttpResponse:
    page = page_of(payments_of(visit.actor), request.GET.get("before"))
    return render(request, "portal/payments.html", {"page": page, "address": "renter_payment"})
