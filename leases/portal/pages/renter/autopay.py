"""A renter's autopay on a lease: turned on with the words agreed to, changed, skipped once, paused, turned off."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.kernel.money import plain
from directpay.people.actor import RENTER
from directpay.people.sign_in.address import address_of
from leases.autopay.actions.stopping import pause_autopay, resume_autopay, skip_run, turn_off
from leases.autopay.actions.turn_on import AutopayExists, Order, change_autopay, turn_on
from leases.autopay.models import Autopay
from leases.contracts.models import Lease, Renter
from leases.portal.pages.pressing import typed_money
from leases.portal.queries.by_itself import autopay_of, coming, past, reason_text
from leases.portal.queries.owing import tenancy_of
from leases.portal.visit import Visit, page_for
from leases.rent.queries import local_today
from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.methods.mandates.texts import LANGUAGES, NEWEST, mandate_text
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts

REFUSALS = (  # what leases.autopay may say of the form, for the catalogue
    gettext_noop("On this lease no such day is left."),
    gettext_noop("This lease has ended."),
)
FIELDS = {"bank_account": "account", "backup_bank_account": "backup", "day_of_month": "day_of_month", "cap_amount": "cap"}
MODES = (
    ("full_balance", gettext_lazy("All that is owed then")),
    ("up_to", gettext_lazy("All that is owed, up to an amount")),
    ("fixed", gettext_lazy("The same amount each time")),
)


class AutopayForm(forms.Form):
    """`accounts`: the renter's verified ones. What is amended on the page is looked at again before anything is turned on."""

    mode = forms.ChoiceField(choices=MODES, label=gettext_lazy("How much"))
    amount = forms.CharField(max_length=20, required=False, label=gettext_lazy("Amount, where you choose one"))
    day_of_month = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, label=gettext_lazy("When"))
    account = forms.ChoiceField(label=gettext_lazy("From"))
    backup = forms.ChoiceField(required=False, label=gettext_lazy("If that fails, once from"))
    cap = forms.CharField(max_length=20, required=False, label=gettext_lazy("Never more than"))

    def __init__(self, *args: Any, lease: Lease, accounts: list[BankAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lease, self.by_id = lease, {account.public_id: account for account in accounts}
        days = [(str(day), _("on day {day} of the month").format(day=day)) for day in range(1, 31)]
        last = ("31", _("on the last day of the month"))
        self.fields["day_of_month"].choices = [("", _("whenever the rent falls due")), *days, last]  # type: ignore[attr-defined]
        own = [(account.public_id, str(account)) for account in accounts]
        self.fields["account"].choices = own  # type: ignore[attr-defined]
        self.fields["backup"].choices = [("", _("no other account")), *own]  # type: ignore[attr-defined]

    def clean_amount(self) -> int | None:
        if self.data.get("mode") == Autopay.Mode.FULL_BALANCE:
            return None
        return self._money("amount", needed=True)

    def clean_cap(self) -> int | None:
        return self._money("cap", needed=False)

    def clean_backup(self) -> str:
        chosen: str = self.cleaned_data["backup"]
        if chosen and chosen == self.data.get("account"):
            raise forms.ValidationError(_("Choose another account than the first."))
        return chosen

    def _money(self, name: str, *, needed: bool) -> int | None:
        text = self.cleaned_data[name].strip()
        if not text and not needed:
            return None
        return typed_money(text, self.lease.currency)

    @property
    def order(self) -> Order:
        """Of a form that is valid."""
        said = self.cleaned_data
        return Order(
            bank_account=self.by_id[said["account"]],
            mode=said["mode"],
            amount_minor=said["amount"],
            day_of_month=said["day_of_month"],
            backup_account=self.by_id.get(said["backup"]),
            cap_minor=said["cap"],
        )


@page_for(RENTER)
def autopay(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    """GET shows how it stands, or the form. POST shows what would happen with the words to agree to, and does it once they were."""
    lease, tenancy = _own(visit, lease_id)
    standing = autopay_of(lease, visit.user.id)
    changing = "change" in request.GET or request.method == "POST"
    if standing is not None and not changing:
        return _status(request, visit, lease, standing)
    accounts = list(visible_bank_accounts(visit.actor).filter(status=BankAccount.Status.VERIFIED, user=visit.user).order_by("-id"))
    if request.method != "POST":
        form = AutopayForm(initial=_initial(standing, accounts), lease=lease, accounts=accounts)
        return _form(request, visit, lease, form, standing)
    form = AutopayForm(request.POST, lease=lease, accounts=accounts)
    if not form.is_valid():
        return _form(request, visit, lease, form, standing, status=422)
    return _agree(request, visit, tenancy, form, standing)


def _agree(request: HttpRequest, visit: Visit, tenancy: Renter, form: AutopayForm, standing: Autopay | None) -> HttpResponse:
    lease, order = form.lease, form.order
    wanted = Autopay(lease=lease, party=tenancy.party, user=visit.user, mode=order.mode, amount_minor=order.amount_minor)
    wanted.day_of_month = order.day_of_month
    found = coming(wanted, local_today(lease, visit.at))
    if found is None:
        form.add_error("day_of_month", _("On this lease no such day is left."))
        return _form(request, visit, lease, form, standing, status=422)
    accounts = [account for account in (order.bank_account, order.backup_account) if account is not None]
    asked = [account for account in accounts if not _rests_on(standing, account)]
    shown = "|".join(account.public_id for account in accounts)
    agreed = request.POST.get("shown") == shown and (not asked or request.POST.get("agreed") == "yes")
    if not agreed:
        texts = [mandate_text(account, _language()) for account in asked]
        return _form(request, visit, lease, form, standing, texts=texts, shown=shown, coming=found, order=order)
    try:
        _do(request, visit, lease, order, asked, standing)
    except AutopayExists:  # pressed twice
        return redirect("renter_autopay", lease_id=lease.public_id)
    except DirectPayError as error:
        form.add_error(FIELDS.get(error.param or ""), _(error.message))
        return _form(request, visit, lease, form, standing, status=422)
    messages.info(request, _("Autopay is changed.") if standing else _("Autopay is on."))
    return redirect("renter_autopay", lease_id=lease.public_id)


def _do(request: HttpRequest, visit: Visit, lease: Lease, order: Order, asked: list[BankAccount], standing: Autopay | None) -> None:
    """The words, then the order that rests on them, or neither."""
    how = Agreement(language=_language(), ip_address=address_of(request), user_agent=request.headers.get("User-Agent", ""))
    with unit_of_work():
        for account in asked:
            agree_to_mandate(account, how, actor=visit.actor, at=visit.at)
        if standing is None:
            turn_on(lease, order, actor=visit.actor, at=visit.at)
        else:
            change_autopay(standing, replace(order, metadata=standing.metadata), actor=visit.actor, at=visit.at)


def _rests_on(standing: Autopay | None, account: BankAccount) -> bool:
    """Whether this account was allowed for it already, in today's words, and still is."""
    known = (standing.mandate, standing.backup_mandate) if standing else ()
    return any(m and m.bank_account_id == account.id and m.revoked_at is None and m.text_version == NEWEST for m in known)


@require_POST
@page_for(RENTER)
def act(request: HttpRequest, visit: Visit, lease_id: str, verb: str) -> HttpResponse:
    """Skip, pause, resume or turn off, and say so."""
    lease, _tenancy = _own(visit, lease_id)
    standing = autopay_of(lease, visit.user.id)
    if standing is None:
        return redirect("renter_autopay", lease_id=lease_id)
    try:
        said = _act(request, visit, standing, verb)
    except DirectPayError:
        said = _("It has changed meanwhile. Here is how it stands.")
    messages.info(request, said)
    return redirect("renter_autopay", lease_id=lease_id)


def _act(request: HttpRequest, visit: Visit, standing: Autopay, verb: str) -> str:
    how: dict[str, Any] = {"actor": visit.actor, "at": visit.at}
    if verb == "pause":
        pause_autopay(standing, **how)
        return _("Paused. Nothing is paid by itself until you resume it.")
    if verb == "resume":
        resume_autopay(standing, **how)
        return _("Autopay is on again.")
    if verb == "turn_off":
        turn_off(standing, **how)
        return _("Autopay is off. What is on its way stays so.")
    try:
        day = parse_date(request.POST.get("date", ""))
    except ValueError:
        day = None
    if day is None:
        return _("Nothing was skipped.")
    skip_run(standing, day, **how)
    return _("Skipped, this once. What is owed on that day you pay yourself.")


def _own(visit: Visit, lease_id: str) -> tuple[Lease, Renter]:
    lease = visit.lease(lease_id)
    tenancy = tenancy_of(lease, visit.user.id)
    if tenancy is None:
        raise Http404
    return lease, tenancy


def _language() -> str:
    language = (get_language() or "en")[:2]
    return language if language in LANGUAGES else "en"


def _initial(standing: Autopay | None, accounts: list[BankAccount]) -> dict[str, Any]:
    if standing is None:
        return {"mode": Autopay.Mode.FULL_BALANCE, "account": accounts[0].public_id if accounts else ""}
    return {
        "mode": standing.mode,
        "amount": "" if standing.amount_minor is None else plain(standing.amount_minor, standing.lease.currency),
        "day_of_month": standing.day_of_month or "",
        "account": standing.bank_account.public_id,
        "backup": standing.backup_account.public_id if standing.backup_account else "",
        "cap": "" if standing.cap_minor is None else plain(standing.cap_minor, standing.lease.currency),
    }


def _status(request: HttpRequest, visit: Visit, lease: Lease, standing: Autopay) -> HttpResponse:
    today = local_today(lease, visit.at)
    context = {
        "lease": lease,
        "autopay": standing,
        "mode": dict(MODES)[standing.mode],
        "reason": reason_text(standing.reason),
        "coming": coming(standing, today),
        "past": past(standing),
        "today": today,
    }
    return render(request, "portal/renter/autopay.html", context)


def _form(
    request: HttpRequest, visit: Visit, lease: Lease, form: AutopayForm, standing: Autopay | None, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"lease": lease, "form": form, "autopay": standing, "today": local_today(lease, visit.at), **more}
    return render(request, "portal/renter/autopay_form.html", context, status=status)
