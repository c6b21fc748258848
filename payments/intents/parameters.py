"""What the parameters of a caller mean here: rows of ours, found as far as the caller may know them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from ledger.journal.models import Account
from payments.intents.actions.create import Purpose
from payments.methods.cards.actions import attach_card, create_card
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Source
from payments.methods.parameters.sources import (
    BANK,
    TYPES,
    bank_account_named,
    card_named,
    check_types,
    check_usable,
    customer_of,
    may_add,
    oneself,
)
from payments.methods.wallets.paying import Wallet
from payments.payins.queries import may_pay
from payments.rails.cards.sandbox import BY_NAME
from payments.rails.registry import BY_CARD, BY_WALLET

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
    source = _named(data, actor, at, customer)
    if (rail := data.get("rail")) is not None and (rail in BY_CARD) is not isinstance(source, Card):
        raise InvalidInput(f"The rail {rail} is not one for {'a card' if isinstance(source, Card) else 'a bank account'}.", param="rail")
    return source


def _named(data: Mapping[str, Any], actor: Actor, at: datetime, customer: User | None) -> Source:
    name, payer = data["payment_method"], customer_of(data, actor) or customer or oneself(actor)
    if name in BY_NAME:
        if payer is None or not may_add(actor, payer):
            raise InvalidInput("Say who pays with this card.", param="customer", code="parameter_missing")
        return create_card(name, user=payer, actor=actor, at=at)
    if name.startswith("pm_"):
        return _card(name, payer, actor, at)
    return bank_account_named(name, actor)


def _card(name: str, payer: User | None, actor: Actor, at: datetime) -> Card:
    """One that is attached to nobody becomes the payer's."""
    found = card_named(name, actor)
    if found.user is None and payer is not None and may_add(actor, payer):
        return attach_card(found, payer, actor=actor, at=at)
    check_usable(found, at)
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
    payer = customer_of(data, actor) or customer or oneself(actor)
    if payer is None:
        raise InvalidInput("Say who pays by this wallet.", param="customer", code="parameter_missing")
    return Wallet(payer, rail)


def rail_of(data: Mapping[str, Any]) -> str | None:
    """`rail`, or what Stripe's speed of settlement means; both must agree. Raises InvalidInput."""
    options = data.get("payment_method_options", {}).get(BANK, {})
    wanted = SPEEDS.get(options.get("preferred_settlement_speed", ""))
    given = data.get("rail")
    if wanted and given and wanted != given:
        raise InvalidInput(f"The rail {given} is not what this speed means: {wanted}.", param=SPEED)
    return given or wanted


def changes_of(data: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Parameters as columns of the row, those that were given. Raises InvalidInput."""
    check_types(data, (*TYPES, *BY_WALLET))
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
