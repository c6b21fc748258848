"""Naming the bank account in which a payee keeps renters' deposits."""

from datetime import datetime

from directpay.due.actions import schedule
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import Payee
from leases.contracts.models import Lease
from leases.deposits.actions.ask import ASK_QUEUE
from leases.deposits.events import moved_to, named
from leases.deposits.models import TrustBank
from payments.methods.actions import keep_for_trust
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified


class TrustAccountNamed(Conflict):
    """The payee has one in this state already, or the bank account is one."""

    code = "trust_account_named"


def name_trust_bank(payee: Payee, account: BankAccount, *, state: str, actor: Actor, at: datetime) -> TrustBank:
    """From now on the account takes deposits alone; those of the payee's leases in `state` are asked for.

    Raises InvalidInput, BankAccountNotVerified, TrustAccountNamed.
    """
    if len(state) != 2 or not state.isascii() or not state.isalpha():
        raise InvalidInput("A state is two letters, like OH.", param="state")
    with unit_of_work():
        row = _locked(account, payee)
        where = {"payee": payee, "state": state.upper(), "currency": row.currency}
        Payee.objects.select_for_update().get(id=payee.id)
        if TrustBank.objects.filter(**where).exists() or row.purpose == "trust":
            raise TrustAccountNamed("Deposits of this state have their trust account already.", param="bank_account")
        keep_for_trust(row)
        bank = TrustBank.objects.create(
            public_id=public_id("tba"), bank_account=row, bank_name=row.bank_name, last4=row.last4, created_at=at, **where
        )
        record([named(bank, actor, at)])
        waiting = Lease.objects.filter(unit__property__payee=payee, deposit_minor__gt=0, deposits=None)
        schedule(ASK_QUEUE, [(key, at) for key in waiting.values_list("public_id", flat=True)])
        return bank


def replace_account(bank: TrustBank, account: BankAccount, *, actor: Actor, at: datetime) -> TrustBank:
    """Deposits go to another account from now on, as when the first was closed. The same again changes nothing.

    What lies in the old one the landlord takes along: between its banks, and not through us. What the old one has refused or sent back is
    tried anew at once. Raises InvalidInput, BankAccountNotVerified, TrustAccountNamed.
    """
    with unit_of_work():
        found = TrustBank.objects.select_for_update(of=("self",)).select_related("payee__owner", "bank_account").get(id=bank.id)
        if found.bank_account_id == account.id:
            return found
        row = _locked(account, found.payee)
        if row.purpose == "trust":
            raise TrustAccountNamed("This account keeps the deposits of another state.", param="bank_account")
        if row.currency != found.currency:
            raise InvalidInput("The account has another currency than the deposits.", param="bank_account")
        keep_for_trust(row)
        before = found.bank_account.public_id
        found.bank_account, found.bank_name, found.last4, found.version = row, row.bank_name, row.last4, found.version + 1
        found.save(update_fields=["bank_account", "bank_name", "last4", "version"])
        record([moved_to(found, before, actor, at)])
        return found


def _locked(account: BankAccount, payee: Payee) -> BankAccount:
    """Step: one that may keep deposits. Raises InvalidInput, BankAccountNotVerified."""
    if account.user_id != payee.owner_id:
        raise InvalidInput("A trust account is a bank account of the payee's owner.", param="bank_account")
    row = BankAccount.objects.select_for_update(of=("self",)).get(id=account.id)
    if row.status != BankAccount.Status.VERIFIED:
        raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account")
    return row
