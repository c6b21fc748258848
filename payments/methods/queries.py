"""Bank accounts that an actor may see, and the one that it may pay from."""

from django.db.models import Q, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from payments.methods.models import BankAccount


class BankAccountNotVerified(InvalidInput):
    """Its owner has not yet named the two deposits, or did not succeed."""

    code = "bank_account_not_verified"


def visible_bank_accounts(actor: Actor) -> QuerySet[BankAccount]:
    """Staff see all, everybody else their own."""
    everything = BankAccount.objects.select_related("user")
    return everything if actor.may_see_all else everything.filter(Q(user_id=actor.user_id))


def bank_account_to_pay_from(public_id: str, actor: Actor, *, param: str = "bank_account") -> BankAccount:
    """The actor's own verified account. Raises InvalidInput (unknown or foreign look the same), BankAccountNotVerified."""
    account = visible_bank_accounts(actor).filter(public_id=public_id).first()
    if account is None:
        raise InvalidInput(f"No such bank account: {public_id!r}.", param=param, code="resource_missing")
    if account.status != BankAccount.Status.VERIFIED:
        raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param=param)
    return account
