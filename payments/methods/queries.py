"""Bank accounts that an actor may see, and the one that it may pay from."""

from collections.abc import Callable

from django.db import connection
from django.db.models import Q, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.lookup import Lookup
from directpay.people.models import User
from payments.methods.models import BankAccount


class BankAccountNotVerified(InvalidInput):
    """Its owner has not yet named the two deposits, or did not succeed."""

    code = "bank_account_not_verified"


def visible_bank_accounts(actor: Actor) -> QuerySet[BankAccount]:
    """Staff see all, everybody else their own."""
    everything = BankAccount.objects.select_related("user")
    return everything if actor.may_see_all else everything.filter(Q(user_id=actor.user_id))


ACCOUNT = ("id", "public_id", "user_id", "currency", "status")
OWNER = ("id", "public_id")


def visible_bank_account(name: str, actor: Actor) -> BankAccount:
    """One that a request names by its public id. Raises InvalidInput (unknown or foreign look the same)."""
    account = visible_bank_accounts(actor).filter(public_id=name).first()
    if account is None:
        raise InvalidInput(f"No such bank account: {name}.", param="bank_account", code="resource_missing")
    return account


def _payable_from(actor: Actor) -> QuerySet[BankAccount]:
    """A trust bank account pays nothing: what lies there is renters' money. Nor does one that was let go of."""
    return visible_bank_accounts(actor).filter(purpose="own", detached_at=None)


_lookup = Lookup(_payable_from, (*ACCOUNT, "user__public_id"))


def bank_account_to_pay_from(public_id: str, actor: Actor, *, param: str = "bank_account") -> BankAccount:
    """The actor's own verified account. Raises InvalidInput (unknown or foreign look the same), BankAccountNotVerified."""
    return ask_for_bank_account_to_pay_from(public_id, actor, param=param)()


def ask_for_bank_account_to_pay_from(public_id: str, actor: Actor, *, param: str = "bank_account") -> Callable[[], BankAccount]:
    """The same, asked together with what else is asked before it is looked at."""
    asked = _lookup.ask(public_id, actor)

    def told() -> BankAccount:
        found = asked()
        if found is None:
            raise InvalidInput(f"No such bank account: {public_id!r}.", param=param, code="resource_missing")
        *values, owner = found
        account = BankAccount.from_db(connection.alias, ACCOUNT, values)
        account.user = User.from_db(connection.alias, OWNER, [account.user_id, owner])
        if account.status != BankAccount.Status.VERIFIED:
            raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param=param)
        return account

    return told
