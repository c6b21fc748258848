"""A payer's wallet as something to pay with: a value, not a row. Who pays proves it at whoever keeps the wallet, each time anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import User
from payments.rails.paypal.amounts import CURRENCIES
from payments.rails.registry import is_set_up

TITLES = {"paypal": "PayPal"}


class NoWalletsForDeposits(InvalidInput):
    """A payment by wallet can be taken back for months, and the deposit is forwarded within days."""

    code = "wallets_not_taken_for_deposits"


@dataclass(frozen=True, slots=True)
class Wallet:
    """`user` is who pays; `rail` whose wallet it is. There is no id of ours, and nothing of the account there is known."""

    user: User
    rail: str = "paypal"

    @property
    def user_id(self) -> int:
        return self.user.id

    @property
    def public_id(self) -> str:
        return ""

    def __str__(self) -> str:
        return TITLES[self.rail]


def wallet_of_payer(rail: str, data: Mapping[str, Any], actor: Actor) -> Wallet:
    """The wallet of whoever asks, or of `payer` where the platform asks. Raises InvalidInput."""
    if any(name in data for name in ("bank_account", "payment_method")):
        raise InvalidInput("A wallet is named by its rail alone: leave the bank account or card away.", param="payment_method")
    named = data.get("payer")
    if named is None and actor.user_id is None:
        raise InvalidInput("Say who pays by wallet.", param="payer", code="parameter_missing")
    found = User.objects.filter(id=actor.user_id) if named is None else User.objects.filter(public_id=named)
    user = found.first()
    if user is None or not (actor.may_see_all or user.id == actor.user_id):
        raise InvalidInput(f"No such payer: {named}.", param="payer", code="resource_missing")
    return Wallet(user, rail)


def check_wallet(rail: str, *, alone: bool, into_trust: bool, currency: str) -> None:
    """`alone`: neither bank account nor card stands beside it. Raises InvalidInput, NoWalletsForDeposits."""
    if not alone:
        raise InvalidInput("A wallet is named by its rail alone: leave the bank account or card away.", param="payment_method")
    if not is_set_up(rail):
        raise InvalidInput("This way to pay is not set up here.", param="rail", code="rail_not_available")
    if into_trust:
        raise NoWalletsForDeposits("A deposit is not paid by wallet: pay it from a bank account.", param="rail")
    if currency not in CURRENCIES:
        raise InvalidInput(f"{TITLES[rail]} takes no {currency.upper()}.", param="rail", code="currency_not_supported")
