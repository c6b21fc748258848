"""Ways to pay in the shapes of https://docs.stripe.com/api/payment_methods/object; their details are their owner's and staff's to see."""

from typing import Any, Final

from directpay.api.objects import rendered
from directpay.api.views import Context
from payments.methods.cards.models import Card, CardFacts
from payments.methods.cards.paying import Source
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import Wallet

US_BANK_ACCOUNT: Final = "us_bank_account"
CARD: Final = "card"


def render_payment_method(source: BankAccount | Card, context: Context) -> dict[str, Any]:
    """A bank account or a card as a payment method of Stripe's; a wallet is none, for nothing of it is kept."""
    mine = is_mine(source, context)
    details = _details(source) if mine else {}
    return rendered(
        "payment_method",
        source,
        type=type_of(source),
        customer=None if source.user is None or (isinstance(source, Card) and source.detached_at) else source.user.public_id,
        billing_details=billing_details(source, context),
        **{type_of(source): details},
    ) | ({} if mine else {"metadata": {}})


def method_details(source: Source, context: Context) -> dict[str, Any]:
    """What a charge says of what it was paid with."""
    shown = _charged(source) if is_mine(source, context) else {}
    return {"type": type_of(source), type_of(source): shown}


def billing_details(source: Source, context: Context) -> dict[str, Any]:
    name = _holder(source)
    return {"address": None, "email": None, "name": name if is_mine(source, context) else None, "phone": None}


def _holder(source: Source) -> str | None:
    if isinstance(source, Wallet):
        return None
    return source.account_holder_name if isinstance(source, BankAccount) else source.name or None


def type_of(source: Source) -> str:
    if isinstance(source, Wallet):
        return source.rail
    return US_BANK_ACCOUNT if isinstance(source, BankAccount) else CARD


def is_mine(source: Source, context: Context) -> bool:
    actor = context.actor
    if actor.may_see_all or source.user_id == actor.user_id:
        return True
    return isinstance(source, Card) and source.user_id is None and source.created_by_id == actor.user_id


def card_facts(card: CardFacts) -> dict[str, Any]:
    """What is printed on a card but its number, and what its issuer said of the security code."""
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": card.cvc_check},
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint[:16],
        "funding": card.funding,
        "last4": card.last4,
        "network": card.brand,
    }


def _details(source: BankAccount | Card) -> dict[str, Any]:
    if isinstance(source, Card):
        return card_facts(source)
    return {**_bank(source), "financial_connections_account": None, "status_details": {}}


def _charged(source: Source) -> dict[str, Any]:
    if isinstance(source, Wallet):
        return {}
    return card_facts(source) if isinstance(source, Card) else _bank(source)


def _bank(account: BankAccount) -> dict[str, Any]:
    return {
        "account_holder_type": account.account_holder_type,
        "account_type": account.account_type,
        "bank_name": account.bank_name,
        "fingerprint": account.fingerprint[:16],
        "last4": account.last4,
        "routing_number": account.routing_number,
    }
