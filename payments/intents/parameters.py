"""What the parameters of a caller mean here: rows of ours, found as far as the caller may know them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import RENTER, Actor
from directpay.people.models import Payee, User
from directpay.people.queries import visible_users
from ledger.journal.models import Account
from payments.intents.actions.create import Purpose
from payments.methods.cards.actions import CardDetached, attach_card, create_card
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Source
from payments.methods.cards.queries import visible_cards
from payments.methods.queries import visible_bank_accounts
from payments.methods.wallets.paying import Wallet
from payments.payins.queries import may_pay
from payments.rails.cards.sandbox import BY_NAME
from payments.rails.registry import BY_WALLET

BANK: Final = "us_bank_account"
TYPES: Final = (BANK, "card", *BY_WALLET)
SPEEDS: Final = {"fastest": "same_day_ach", "standard": "ach"}
SPEED: Final = "payment_method_options[us_bank_account][preferred_settlement_speed]"


def account_purpose(data: Mapping[str, Any], actor: Actor) -> Purpose | None:
    """The account `applies_to`, for those who may pay it or are paid there. Raises InvalidInput."""
    if "applies_to" not in data:
        return None
    account = Account.objects.select_related("book").filter(public_id=data["applies_to"], accepts_payments=True).first()
    payee = Payee.objects.filter(public_id=account.book.subject).first() if account else None
    if account is None or payee is None or not _has_to_do_with(actor, account, payee):
        raise InvalidInput(f"No such account: {data['applies_to']}.", param="applies_to", code="resource_missing")
    return Purpose(account.currency, payee, applies_to=account)


def _has_to_do_with(actor: Actor, account: Account, payee: Payee) -> bool:
    if actor.may_see_all or payee.owner_id == actor.user_id:
        return True
    return may_pay(User.objects.get(id=actor.user_id), account, actor)


def source_of(data: Mapping[str, Any], actor: Actor, at: datetime, customer: User | None) -> Source | None:
    """The actor's own bank account, proven or not, or card, named by `payment_method`; a published test name makes a card of the payer's.

    A wallet is named by its type or its rail. `customer`: of the intent as it stands. Raises InvalidInput, CardDetached.
    """
    if (wallet := wallet_named(data)) is not None:
        return _wallet(wallet, data, actor, customer)
    if "payment_method" not in data:
        return None
    name, payer = data["payment_method"], customer_of(data, actor) or customer or _self(actor)
    if name in BY_NAME:
        if payer is None or not _may_add(actor, payer):
            raise InvalidInput("Say who pays with this card.", param="customer", code="parameter_missing")
        return create_card(name, user=payer, actor=actor, at=at)
    if name.startswith("pm_"):
        return _card(name, payer, actor, at)
    found = visible_bank_accounts(actor).filter(public_id=name).first()
    if found is None:
        said = f"No such payment method: {name!r}. Payment methods are bank accounts (ba_…) and cards (pm_…)."
        raise InvalidInput(said, param="payment_method", code="resource_missing")
    return found


def _card(name: str, payer: User | None, actor: Actor, at: datetime) -> Card:
    """One that is attached to nobody becomes the payer's."""
    found = visible_cards(actor).filter(public_id=name).first()
    if found is None:
        raise InvalidInput(f"No such payment method: {name!r}.", param="payment_method", code="resource_missing")
    if found.user is None and payer is not None and _may_add(actor, payer):
        return attach_card(found, payer, actor=actor, at=at)
    if found.detached_at is not None:
        raise CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=name)
    return found


def wallet_named(data: Mapping[str, Any]) -> str | None:
    """The rail of the wallet that these parameters name. Raises InvalidInput where they name something else too."""
    kind, rail = data.get("payment_method_data", {}).get("type"), data.get("rail")
    if kind is None and rail not in BY_WALLET:
        return None
    if "payment_method" in data:
        raise InvalidInput("Name a payment_method, or the wallet by its type, not both.", param="payment_method")
    if None not in (kind, rail) and kind != rail:
        raise InvalidInput(f"The rail {rail} is not that of the wallet {kind}.", param="rail")
    return kind or rail


def _wallet(rail: str, data: Mapping[str, Any], actor: Actor, customer: User | None) -> Wallet:
    payer = customer_of(data, actor) or customer or _self(actor)
    if payer is None:
        raise InvalidInput("Say who pays by this wallet.", param="customer", code="parameter_missing")
    return Wallet(payer, rail)


def _may_add(actor: Actor, payer: User) -> bool:
    """Nobody but the platform gives cards to others."""
    return actor.may_see_all or actor.user_id == payer.id


def _self(actor: Actor) -> User | None:
    return User.objects.filter(id=actor.user_id, role=RENTER).first() if actor.user_id is not None else None


def customer_of(data: Mapping[str, Any], actor: Actor) -> User | None:
    """The user that `customer` names: customers are users here. Raises InvalidInput."""
    if "customer" not in data:
        return None
    found = visible_users(actor).filter(public_id=data["customer"]).first()
    if found is None:
        raise InvalidInput(
            f"No such customer: {data['customer']!r}. Customers are users (usr_…).", param="customer", code="resource_missing"
        )
    return found


def rail_of(data: Mapping[str, Any]) -> str | None:
    """`rail`, or what Stripe's speed of settlement means; both must agree. Raises InvalidInput."""
    options = data.get("payment_method_options", {}).get(BANK, {})
    wanted = SPEEDS.get(options.get("preferred_settlement_speed", ""))
    given = data.get("rail")
    if wanted and given and wanted != given:
        raise InvalidInput(f"The rail {given} is not what this speed means: {wanted}.", param=SPEED)
    return given or wanted


def check_types(data: Mapping[str, Any]) -> None:
    """Raises InvalidInput for what is no type, and for a list that leaves nothing."""
    types = data.get("payment_method_types")
    automatic = data.get("automatic_payment_methods")
    if types is not None and automatic is not None:
        raise InvalidInput("Send payment_method_types or automatic_payment_methods, not both.", param="automatic_payment_methods")
    if automatic is not None and not automatic["enabled"]:
        raise InvalidInput("Leave this away, or enable it.", param="automatic_payment_methods[enabled]")
    for n, name in enumerate(types or ()):
        if name not in TYPES:
            raise InvalidInput(
                f"No such type of payment method: {name!r}. There are {', '.join(TYPES)}.", param=f"payment_method_types[{n}]"
            )
    if types is not None and not types:
        raise InvalidInput(f"Name one of {', '.join(TYPES)}.", param="payment_method_types")


def changes_of(data: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Parameters as columns of the row, those that were given. Raises InvalidInput."""
    check_types(data)
    found = {name: data[name] for name in ("currency", "capture_method", "description", "metadata") if name in data}
    if "amount" in data:
        found["amount_minor"] = data["amount"]
    if "payment_method_types" in data:
        found["method_types"] = list(dict.fromkeys(data["payment_method_types"]))
    if "return_url" in data:
        found["return_url"] = data["return_url"]
    if "mandate_data" in data:
        found["mandate_data"] = dict(data["mandate_data"])
    if (rail := rail_of(data)) is not None:
        found["rail"] = rail
    if (customer := customer_of(data, actor)) is not None:
        found["customer"] = customer
    return found
