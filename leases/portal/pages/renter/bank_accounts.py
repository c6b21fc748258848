"""A renter's bank accounts: add one, and name the two small deposits that prove it is theirs."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from directpay.api.idempotency import KeyInUse
from directpay.kernel.errors import DirectPayError
from directpay.kernel.ids import public_id
from directpay.people.actor import RENTER
from leases.portal.actions import pressed_once
from leases.portal.visit import Visit, page_for
from payments.methods.actions import SANDBOX_DEPOSITS, TRIES, NotVerifiable, add_bank_account, verify_bank_account
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts

TEST_NUMBERS = (
    ("000123456789", gettext_lazy("pays")),
    ("000222222227", gettext_lazy("has not enough in it")),
    ("000555555559", gettext_lazy("pays, and is taken back ten bank days later")),
    ("000770000001", gettext_lazy("does not answer at first, then pays")),
)


REFUSALS = (  # what payments.methods may say of a form, for the catalogue
    gettext_noop("This is not a routing number of a bank: its check digit does not fit."),
    gettext_noop("An account number has 4 to 17 digits."),
)


class AccountForm(forms.Form):
    """The number is never shown again, not even beside an error."""

    account_holder_name = forms.CharField(max_length=100)
    routing_number = forms.CharField(max_length=9)
    account_number = forms.CharField(max_length=17)
    account_type = forms.ChoiceField(choices=[("checking", "checking"), ("savings", "savings")])


@page_for(RENTER)
def bank_accounts(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        return _add(request, visit)
    return _render(request, visit, AccountForm(initial={"account_holder_name": visit.user.name}))


def _add(request: HttpRequest, visit: Visit) -> HttpResponse:
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            details = form.cleaned_data
            pressed_once(request, visit, lambda: add_bank_account(visit.user, details, actor=visit.actor, at=visit.at).public_id)
        except KeyInUse:
            return redirect("bank_accounts")
        except DirectPayError as error:
            form.add_error(error.param if error.param in form.fields else None, _(error.message))
        else:
            messages.info(request, _("Added. Two small deposits are on their way to it: name them here to use it."))
            return redirect("bank_accounts")
    return _render(request, visit, form, status=422)


@require_POST
@page_for(RENTER)
def verify(request: HttpRequest, visit: Visit, account_id: str) -> HttpResponse:
    account = _own(visit, account_id)
    try:
        amounts = [int(request.POST.get(name, "").strip()) for name in ("first", "second")]
    except ValueError:
        messages.info(request, _("Enter both deposits in cents, for example 12 and 34."))
        return redirect("bank_accounts")
    try:
        row = verify_bank_account(account, amounts, actor=visit.actor, at=visit.at)
    except NotVerifiable:
        messages.info(request, _("This account does not wait for its deposits any more. Here is how it stands."))
        return redirect("bank_accounts")
    messages.info(request, _verdict(row))
    return redirect("bank_accounts")


def _verdict(row: BankAccount) -> str:
    named = {"bank": row.bank_name, "last4": row.last4}
    if row.status == BankAccount.Status.VERIFIED:
        return _("{bank} ••{last4} is verified. You can pay from it now.").format(**named)
    if row.status == BankAccount.Status.NEW:
        return _("These are not the two amounts. Tries left for ••{last4}: {count}.").format(count=TRIES - row.verification_tries, **named)
    return _("These are not the two amounts, for the third time. ••{last4} cannot be verified any more: add it again.").format(**named)


def _own(visit: Visit, account_id: str) -> BankAccount:
    account = visible_bank_accounts(visit.actor).filter(public_id=account_id).first()
    if account is None:
        raise Http404
    return account


def _render(request: HttpRequest, visit: Visit, form: AccountForm, status: int = 200) -> HttpResponse:
    context = {
        "accounts": list(visible_bank_accounts(visit.actor).order_by("-id")),
        "form": form,
        "attempt": public_id("at"),
        "deposits": SANDBOX_DEPOSITS if settings.SANDBOX else None,
        "test_numbers": TEST_NUMBERS if settings.SANDBOX else (),
    }
    return render(request, "portal/renter/bank_accounts.html", context, status=status)
