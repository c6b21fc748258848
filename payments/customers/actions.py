"""Making a customer, changing what is known of one, and letting one go. What they have paid stands whatever becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people.actions import change_user, close_user, create_user
from directpay.people.actions.change_user import check_not_deleted, lock_user
from directpay.people.actor import RENTER, Actor
from directpay.people.models import User
from payments.customers.models import DefaultMethod
from payments.customers.queries import check_nothing_is_open, with_defaults
from payments.methods.actions import detach_bank_accounts
from payments.methods.cards.actions import attach_card, create_card, detach_cards
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Kept
from payments.methods.mandates.actions import end_mandates
from payments.methods.parameters.sources import NotTheCustomers, card_named, check_usable, may_add
from payments.rails.cards.sandbox import BY_NAME

DEFAULT: Final = "default_payment_method"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is paid with where nothing else is said; nothing, without a source."""

    source: Kept | None


def create_customer(details: Mapping[str, Any], *, card: str | None = None, actor: Actor, at: datetime) -> User:
    """A renter, as `create_user` makes one, perhaps with a card that nobody has yet, by its id or a published test name.

    Raises NotAllowed, EmailUnavailable, and as `attach_card`.
    """
    with unit_of_work():
        user = create_user(actor=actor, at=at, role=RENTER, **details)
        if card is not None:
            _give(user, card, actor, at)
        return _fresh(user)


def update_customer(customer: User, changes: Mapping[str, Any], *, default: Choice | None = None, actor: Actor, at: datetime) -> User:
    """`changes`: some of change_user's CHANGEABLE. `default`: of their own; None leaves what was.

    Raises UserDeleted, ContactFixed, EmailUnavailable, NotTheCustomers, CardDetached, NotAllowed.
    """
    with unit_of_work():
        row = lock_user(customer)
        check_not_deleted(row)
        besides: list[str] = []
        if default is not None:
            _choose(row, default.source, actor, at)
            besides = [DEFAULT]
        change_user(row, changes, besides=besides, actor=actor, at=at)
        return _fresh(row)


def delete_customer(customer: User, *, actor: Actor, at: datetime) -> User:
    """Nobody signs in, pays or is debited as this person any more; what they did stands. Again it is the same.

    Raises NotAllowed, CustomerHasPayments, and what rooms above keep somebody by.
    """
    with unit_of_work():
        row = lock_user(customer)
        if row.deleted_at is not None:
            return row
        if not actor.may_see_all and (row.created_by_id is None or row.created_by_id != actor.user_id):
            raise NotAllowed("Only who made a customer, or the platform, deletes it.")
        check_nothing_is_open(row, actor, at)
        DefaultMethod.objects.filter(user=row).update(card=None, bank_account=None, changed_at=at)
        detach_cards(row, actor=actor, at=at)
        end_mandates(row, actor=actor, at=at)
        detach_bank_accounts(row, actor=actor, at=at)
        return close_user(row, actor=actor, at=at)


def _give(user: User, name: str, actor: Actor, at: datetime) -> Card:
    """Step: a card of nobody's becomes this customer's."""
    if not may_add(actor, user):
        raise NotAllowed("Nobody but the platform gives cards to others: let its owner attach it.")
    if name in BY_NAME:
        return create_card(name, user=user, actor=actor, at=at)
    if not name.startswith("pm_"):
        raise InvalidInput("Bank accounts are added at /v1/bank-accounts, with their owner.", param="payment_method")
    return attach_card(card_named(name, actor), user, actor=actor, at=at)


def _choose(row: User, source: Kept | None, actor: Actor, at: datetime) -> None:
    """Step: keep it as the default."""
    if not may_add(actor, row):
        raise NotAllowed("What a customer pays with is theirs to choose.")
    if source is not None:
        if source.user_id != row.id:
            raise NotTheCustomers("This payment method is not attached to this customer.", param=f"invoice_settings[{DEFAULT}]")
        check_usable(source, at)
    chosen = {
        "card": source if isinstance(source, Card) else None,
        "bank_account": None if isinstance(source, Card) else source,
        "changed_at": at,
    }
    DefaultMethod.objects.update_or_create(user=row, defaults=chosen)


def _fresh(user: User) -> User:
    return with_defaults(User.objects.prefetch_related("payees")).get(id=user.id)
