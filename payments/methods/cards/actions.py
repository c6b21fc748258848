"""A card typed in becomes a token for one use; a token, or a published test name, becomes a card to pay with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.clock import EASTERN, today
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actions.change_user import keep_living
from directpay.people.actor import Actor
from directpay.people.models import User
from payments.methods.cards.checks import check_cvc, check_expiry, check_number, full_year
from payments.methods.cards.events import fact
from payments.methods.cards.models import Card, CardFacts, CardToken
from payments.rails.cards.sandbox import BY_NAME, SandboxCard, as_set_up
from payments.vault.encryption import fingerprint

TOKEN_LASTS = timedelta(minutes=10)
SIMULATED, STRIPE = "simulated", "stripe"
FACTS = tuple(field.name for field in CardFacts._meta.get_fields())


class TokenUsed(InvalidInput):
    """A token is good for one card."""

    code = "token_already_used"


class TokenExpired(InvalidInput):
    """It was not used in its ten minutes."""

    code = "token_expired"


class CardDetached(Conflict):
    """Who has let go of a card must type it in again."""

    code = "payment_method_detached"


def create_token(details: Mapping[str, Any], *, actor: Actor, at: datetime) -> CardToken:
    """`details`: number, exp_month, exp_year, perhaps cvc and name. The number ends here. Raises CardRefused."""
    card = check_number(details["number"])
    month, year = details["exp_month"], full_year(details)
    check_expiry(month, year, today(EASTERN, at))
    facts = {**_facts(card, month, year), "cvc_check": check_cvc(details.get("cvc"), card), "name": details.get("name", "")}
    with unit_of_work():
        return CardToken.objects.create(
            public_id=public_id("tok"), created_by_id=actor.user_id, created_at=at, expires_at=at + TOKEN_LASTS, **facts
        )


def create_card(
    token: str, *, user: User | None, actor: Actor, at: datetime, name: str | None = None, metadata: Mapping[str, str] | None = None
) -> Card:
    """From a token of the actor's own, which is used up, or from a published test name. Raises InvalidInput, TokenUsed, TokenExpired."""
    with unit_of_work():
        if user is not None:
            keep_living(user, param="customer")
        facts = _named(token, at) or _spent(token, actor, at)
        if name is not None:
            facts["name"] = name
        card = Card.objects.create(
            public_id=public_id("pm"),
            user=user,
            created_by=User.objects.get(id=actor.user_id) if actor.user_id is not None else None,
            metadata=dict(metadata or {}),
            created_at=at,
            changed_at=at,
            **facts,
        )
        record([fact("created", card, actor=actor.label, at=at)])
        return card


def attach_card(card: Card, user: User, *, actor: Actor, at: datetime) -> Card:
    """From now on it is this person's to pay with; twice is the same as once. Raises CardDetached, InvalidInput where it is another's."""
    with unit_of_work():
        keep_living(user, param="customer")
        row = _locked(card)
        if row.detached_at is not None:
            raise CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=row.public_id)
        if row.user is not None and row.user != user:
            raise InvalidInput("This card is attached to somebody else.", param="customer")
        if row.user is not None:
            return row
        row.user = user
        return _save(row, "attached", actor, at)


def detach_card(card: Card, *, actor: Actor, at: datetime) -> Card:
    """Nobody pays with it any more. What was paid with it stays paid."""
    with unit_of_work():
        row = _locked(card)
        if row.detached_at is not None:
            return row
        row.detached_at = at
        return _save(row, "detached", actor, at)


def detach_cards(user: User, *, actor: Actor, at: datetime) -> None:
    """Step: all that are this person's."""
    for card in Card.objects.filter(user=user, detached_at=None).order_by("id"):
        detach_card(card, actor=actor, at=at)


def keep_as_proven(card: Card, *, kept: str = "", customer: str = "", actor: Actor, at: datetime) -> Card:
    """Step: its owner has proven it to the issuer once and for all, where the issuer is content with that. Raises CardDetached.

    `kept`, `customer`: what its processor calls it from now on, and who keeps it there, where the processor said so.
    """
    row = _locked(card)
    if row.detached_at is not None:
        raise CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=row.public_id)
    name = kept or as_set_up(row.processor_card)
    if (name, customer) == (row.processor_card, row.processor_customer):
        return row
    row.processor_card, row.processor_customer = name, customer
    return _save(row, "set_up", actor, at)


def update_card(card: Card, changes: Mapping[str, Any], *, actor: Actor, at: datetime) -> Card:
    """`changes`: some of exp_month, exp_year, name and metadata (whole). Raises CardRefused, CardDetached."""
    with unit_of_work():
        row = _locked(card)
        if row.detached_at is not None:
            raise CardDetached("This card was detached, and cannot be used again: make a new one.", payment_method=row.public_id)
        for column, value in changes.items():
            setattr(row, column, value)
        if "exp_month" in changes or "exp_year" in changes:
            row.exp_year = full_year({"exp_year": row.exp_year})
            check_expiry(row.exp_month, row.exp_year, today(EASTERN, at))
        return _save(row, "updated", actor, at)


def _facts(card: SandboxCard, month: int, year: int) -> dict[str, Any]:
    """As every row of this card keeps them."""
    if not settings.SANDBOX:
        raise RuntimeError("there is no live processor yet")
    return {
        "processor": STRIPE if settings.STRIPE_SECRET_KEY else SIMULATED,  # whose name of it `processor_card` is
        "processor_card": card.name,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": month,
        "exp_year": year,
        "funding": card.funding,
        "fingerprint": fingerprint(f"card:{card.number or card.name}"),
    }


def _named(name: str, at: datetime) -> dict[str, Any] | None:
    """A published test name, tok_visa as well as pm_card_visa: good until the same month of next year, and never used up."""
    found = BY_NAME.get(f"pm_card_{name.removeprefix('tok_')}" if name.startswith("tok_") else name)
    if found is None or not settings.SANDBOX:
        return None
    day = today(EASTERN, at)
    return {**_facts(found, day.month, day.year + 1), "cvc_check": "unchecked", "name": ""}


def _spent(token: str, actor: Actor, at: datetime) -> dict[str, Any]:
    """Step: what a token knows; it knows it once."""
    rows = CardToken.objects.select_for_update(of=("self",)).filter(public_id=token)
    row = (rows if actor.may_see_all else rows.filter(created_by_id=actor.user_id)).first()
    if row is None:
        raise InvalidInput(f"No such token: {token}.", param="card[token]", code="resource_missing")
    if row.used_at is not None:
        raise TokenUsed("This token was used already: it is good for one card.", param="card[token]")
    if row.expires_at <= at:
        raise TokenExpired("This token has expired: type the card in again.", param="card[token]")
    row.used_at = at
    row.save(update_fields=["used_at"])
    return {name: getattr(row, name) for name in FACTS}


def _locked(card: Card) -> Card:
    Card.objects.select_for_update(of=("self",)).only("id").get(id=card.id)
    return Card.objects.select_related("user", "created_by").get(id=card.id)


def _save(row: Card, kind: str, actor: Actor, at: datetime) -> Card:
    row.version += 1
    row.changed_at = at
    row.save(force_update=True)
    record([fact(kind, row, actor=actor.label, at=at)])
    return row
