"""The deposit of a lease: what is held where, what the landlord records of it, how the renter pays it, and the move-out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from directpay.kernel.ids import public_id
from directpay.people.actor import LANDLORD, RENTER
from leases.contracts.models import Lease
from leases.deposits.actions.move import record_cheque, record_interest
from leases.deposits.actions.name_trust_bank import name_trust_bank, replace_account
from leases.deposits.actions.pay import pay_deposit
from leases.deposits.models import Deposit
from leases.deposits.queries import trust_bank_of, visible_deposits
from leases.move_out.actions import NewDamage, begin_move_out, call_off, name_destination
from leases.move_out.queries import last_move_out
from leases.portal import words
from leases.portal.pages.pressing import Page, is_done, typed_money
from leases.portal.queries.deposit import deposits_of, leaving, refund_word
from leases.portal.queries.payments import home_of
from leases.portal.visit import Visit, page_for
from leases.rent.actions.pay_rent import PayRequest
from leases.rent.queries import local_today
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts
from payments.rails.registry import FROM_BANK_ACCOUNTS

DAMAGES = 5  # lines of the form; the API takes more
REFUSALS = (  # what the rooms may say of a form, for the catalogue
    gettext_noop("Deposits of this state have their trust account already."),
    gettext_noop("Nothing is held that could earn interest."),
    gettext_noop("This account keeps the deposits of another state."),
    gettext_noop("The account has another currency than the deposits."),
    gettext_noop("The move-out of this lease has begun already."),
    gettext_noop("The day of moving out lies between the first day of the lease and today."),
    gettext_noop("Nobody has named a trust account for deposits in this state: a deposit cannot be taken before."),
    gettext_noop("This lease asks for no deposit."),
    gettext_noop("The deposit is paid."),
    gettext_noop("for a payment of the deposit"),
    gettext_noop("for a payment on its way"),
    gettext_noop("for the deposit to reach the trust account"),
    gettext_noop("for the trust bank"),
    gettext_noop("for the renter's bank"),
    gettext_noop("for a bank account of the renter"),
    gettext_noop("for what the bank takes back"),
    gettext_noop("This has gone too far to be taken back."),
)


class OnDeposit(forms.Form):
    """What all have: the lease, and who asks."""

    def __init__(self, *args: Any, lease: Lease, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lease, self.visit = lease, visit
        self.accounts = {a.public_id: a for a in self._accounts()}
        if "bank_account" in self.fields:
            self.fields["bank_account"].choices = [(key, str(a)) for key, a in self.accounts.items()]  # type: ignore[attr-defined]
        self.deposits = {d.public_id: d for d in visible_deposits(visit.actor).filter(lease=lease).order_by("id")}
        if "whose" in self.fields:
            names = {r.party_id: r.user.name for r in lease.renters.all()}
            choices = [(key, names.get(d.party_id, d.party.label)) for key, d in self.deposits.items()]
            self.fields["whose"].choices = choices  # type: ignore[attr-defined]
        if "day" in self.fields:
            self.fields["day"].initial = local_today(lease, visit.at)

    def _accounts(self) -> list[BankAccount]:
        mine = visible_bank_accounts(self.visit.actor).filter(user_id=self.visit.user.id)
        return list(mine.filter(status=BankAccount.Status.VERIFIED, purpose="own").order_by("id"))

    @property
    def account(self) -> BankAccount:
        return self.accounts[self.cleaned_data["bank_account"]]

    @property
    def deposit(self) -> Deposit:
        return self.deposits[self.cleaned_data["whose"]]

    def minor(self, name: str) -> int:
        """What was typed there, in minor units; an error beside the field where it is no amount."""
        return typed_money(self.cleaned_data[name], self.lease.currency)


class TrustForm(OnDeposit):
    bank_account = forms.ChoiceField(label=gettext_lazy("Bank account"))

    def _accounts(self) -> list[BankAccount]:
        """Those that keep deposits already, too: the button may be pressed twice."""
        mine = visible_bank_accounts(self.visit.actor).filter(user_id=self.visit.user.id)
        return list(mine.filter(status=BankAccount.Status.VERIFIED).order_by("id"))


class ReplaceForm(TrustForm):
    """The account that keeps them now is not offered first: nothing would change."""

    def _accounts(self) -> list[BankAccount]:
        bank = trust_bank_of(self.lease)
        return sorted(super()._accounts(), key=lambda account: (bank is not None and account.id == bank.bank_account_id, account.id))


class ChequeForm(OnDeposit):
    whose = forms.ChoiceField(label=gettext_lazy("Whose"))
    amount = forms.CharField(max_length=20, label=gettext_lazy("Amount"))
    day = forms.DateField(label=gettext_lazy("Received on"))

    def clean_amount(self) -> int:
        return self.minor("amount")


class InterestForm(OnDeposit):
    whose = forms.ChoiceField(label=gettext_lazy("Whose"))
    amount = forms.CharField(max_length=20, label=gettext_lazy("The renter's part"))
    owners = forms.CharField(max_length=20, required=False, label=gettext_lazy("Your part"))
    day = forms.DateField(label=gettext_lazy("On the statement on"))

    def clean_amount(self) -> int:
        return self.minor("amount")

    def clean_owners(self) -> int:
        return self.minor("owners") if self.cleaned_data["owners"] else 0


class MoveOutForm(OnDeposit):
    day = forms.DateField(label=gettext_lazy("Moved out on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, DAMAGES + 1):
            said, cost = _("Damage %(n)s") % {"n": n}, _("Its cost")
            self.fields[f"damage_{n}"] = forms.CharField(max_length=200, required=False, label=said)
            self.fields[f"cost_{n}"] = forms.CharField(max_length=20, required=False, label=cost)

    def clean(self) -> dict[str, Any]:
        """A damage has a cost, and a cost something that it is for."""
        said = super().clean() or {}
        for n in range(1, DAMAGES + 1):
            text, cost = said.get(f"damage_{n}"), said.get(f"cost_{n}")
            if text:
                try:
                    typed_money(cost or "", self.lease.currency)
                except forms.ValidationError as error:
                    self.add_error(f"cost_{n}", error)
            elif cost:
                self.add_error(f"damage_{n}", _("Say what it is for."))
        return said

    @property
    def damages(self) -> list[NewDamage]:
        said = self.cleaned_data
        return [NewDamage(said[f"damage_{n}"], self.minor(f"cost_{n}")) for n in range(1, DAMAGES + 1) if said[f"damage_{n}"]]


class PayForm(OnDeposit):
    bank_account = forms.ChoiceField(label=gettext_lazy("Bank account"))
    rail = forms.ChoiceField(label=gettext_lazy("Way"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rail"].choices = [(name, words.rail_title(name)) for name in FROM_BANK_ACCOUNTS]  # type: ignore[attr-defined]
        self.fields["rail"].initial = "ach"


class RefundForm(OnDeposit):
    whose = forms.ChoiceField(label=gettext_lazy("Whose"))
    bank_account = forms.ChoiceField(label=gettext_lazy("Bank account"))


def _trust(form: TrustForm, visit: Visit) -> str:
    home = form.lease.unit.property
    return name_trust_bank(home.payee, form.account, state=home.state, actor=visit.actor, at=visit.at).public_id


def _replace(form: ReplaceForm, visit: Visit) -> str:
    bank = trust_bank_of(form.lease)
    if bank is None:
        raise Http404
    return replace_account(bank, form.account, actor=visit.actor, at=visit.at).public_id


def _cheque(form: ChequeForm, visit: Visit) -> str:
    said = form.cleaned_data
    return record_cheque(form.deposit, said["amount"], received_on=said["day"], actor=visit.actor, at=visit.at).public_id


def _interest(form: InterestForm, visit: Visit) -> str:
    said = form.cleaned_data
    made = record_interest(form.deposit, said["amount"], owners_minor=said["owners"], paid_on=said["day"], actor=visit.actor, at=visit.at)
    return made.public_id


def _move_out(form: MoveOutForm, visit: Visit) -> str:
    return begin_move_out(form.lease, form.cleaned_data["day"], form.damages, actor=visit.actor, at=visit.at).public_id


def _call_off(form: OnDeposit, visit: Visit) -> str:
    found = last_move_out(form.lease, visit.actor)
    if found is None:
        raise Http404
    return call_off(found, actor=visit.actor, at=visit.at).public_id


def _pay(form: PayForm, visit: Visit) -> str:
    request = PayRequest(rail=form.cleaned_data["rail"], bank_account=form.account)
    return pay_deposit(form.lease, request, actor=visit.actor, at=visit.at).public_id


def _refund(form: RefundForm, visit: Visit) -> str:
    return name_destination(form.deposit, form.account, actor=visit.actor, at=visit.at).deposit.public_id


LANDLORDS: Mapping[str, Page] = {
    "trust": Page(
        TrustForm,
        _trust,
        gettext_lazy("Name the trust account"),
        gettext_lazy("The account in which you keep deposits in this state. From now on nothing else goes there or comes from there."),
        gettext_lazy("Keep deposits there"),
        gettext_lazy("Named. The deposits of your leases in this state are asked for now."),
    ),
    "trust-account": Page(
        ReplaceForm,
        _replace,
        gettext_lazy("Replace the trust account"),
        gettext_lazy(
            "Deposits of this state go to another account from now on, and come from there. "
            "What lies in the old one you move there yourself, from bank to bank."
        ),
        gettext_lazy("Keep deposits there"),
        gettext_lazy("Replaced. What the old account did not take goes to the new one now."),
    ),
    "cheque": Page(
        ChequeForm,
        _cheque,
        gettext_lazy("Record a deposit check"),
        gettext_lazy("A check that you have banked straight into the trust account."),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded. It stands with the deposit now."),
    ),
    "interest": Page(
        InterestForm,
        _interest,
        gettext_lazy("Record interest"),
        gettext_lazy("What the statement of the trust account shows, and how it is shared by the law of your state."),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded. It stands with the deposit now."),
    ),
    "move-out": Page(
        MoveOutForm,
        _move_out,
        gettext_lazy("Begin the move-out"),
        gettext_lazy(
            "Damages are charged, deducted from the deposit together with what is owed, and listed for the renter. "
            "The rest goes back by itself."
        ),
        gettext_lazy("Begin the move-out"),
        gettext_lazy("Begun. Each step stands here as it is done."),
    ),
    "call-off": Page(
        OnDeposit,
        _call_off,
        gettext_lazy("Call off the move-out"),
        gettext_lazy(
            "What was charged for damages is credited again. You can call it off until something is deducted, "
            "and begin another one afterwards."
        ),
        gettext_lazy("Call it off"),
        gettext_lazy("Called off. What was charged for damages is credited again."),
    ),
}
RENTERS: Mapping[str, Page] = {
    "pay": Page(
        PayForm,
        _pay,
        gettext_lazy("Pay the deposit"),
        gettext_lazy("It goes to the trust account of your landlord, never together with rent."),
        gettext_lazy("Pay the deposit"),
        gettext_lazy("Sent. It stands here from the first moment."),
    ),
    "refund": Page(
        RefundForm,
        _refund,
        gettext_lazy("Where the rest goes"),
        gettext_lazy("A verified bank account of yours. What came back is sent again at once."),
        gettext_lazy("Send it there"),
        gettext_lazy("Noted. The rest of the deposit goes there."),
    ),
}


@page_for(LANDLORD)
def for_landlord(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    return _shown(request, visit, visit.let(lease_id), let=True)


@page_for(RENTER)
def for_renter(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    return _shown(request, visit, visit.lease(lease_id), let=False)


@page_for(LANDLORD)
def landlords(request: HttpRequest, visit: Visit, lease_id: str, what: str) -> HttpResponse:
    return _asked(request, visit, visit.let(lease_id), LANDLORDS[what], "landlord_deposit")


@page_for(RENTER)
def renters(request: HttpRequest, visit: Visit, lease_id: str, what: str) -> HttpResponse:
    return _asked(request, visit, visit.lease(lease_id), RENTERS[what], "renter_deposit")


def _shown(request: HttpRequest, visit: Visit, lease: Lease, *, let: bool) -> HttpResponse:
    left = leaving(lease, visit.actor)
    context = {
        "lease": lease,
        "home": home_of(lease),
        "let": let,
        "deposits": deposits_of(lease, visit.actor),
        "left": left,
        "said": [(said, refund_word(said)) for said in left.said] if left else [],
        "today": local_today(lease, visit.at),
    }
    return render(request, "portal/deposit.html", context)


def _asked(request: HttpRequest, visit: Visit, lease: Lease, page: Page, back: str) -> HttpResponse:
    form = page.form(request.POST if request.method == "POST" else None, lease=lease, visit=visit)
    if request.method == "POST" and form.is_valid():
        if is_done(request, visit, form, lambda: page.act(form, visit), page.done):
            return redirect(back, lease_id=lease.public_id)
    elif request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    context = {"lease": lease, "form": form, "attempt": public_id("at"), "page": page, "back": back, "today": local_today(lease, visit.at)}
    return render(request, "portal/deposit_form.html", context, status=422 if form.errors else 200)
