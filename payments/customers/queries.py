"""Customers that an actor may see, what they pay with, and what keeps one from being deleted."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet

from directpay.kernel.errors import Conflict, InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import Role, User
from directpay.people.queries import visible_users, ways_to_users
from directpay.people.ways import Way
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Kept
from payments.methods.cards.queries import visible_cards
from payments.methods.models import BankAccount
from payments.methods.queries import visible_bank_accounts
from payments.methods.rendering import CARD, US_BANK_ACCOUNT
from payments.payins.models import LIVE, Payment
from payments.payouts.models import Payout

DEFAULTS = ("default_method__card", "default_method__bank_account")


class CustomerHasPayments(Conflict):
    """Money of theirs is on its way (409)."""

    code = "customer_has_payments"


# Rooms above say what else must end first, e.g. leases: asked with the customer, who wants it gone and the moment, they raise it.
KEPT_BY: list[Callable[[User, Actor, datetime], None]] = []


def with_defaults(users: QuerySet[User]) -> QuerySet[User]:
    return users.select_related(*DEFAULTS)


def visible_customers(actor: Actor) -> QuerySet[User]:
    """Renters that the actor may know of, those who were deleted among them."""
    return with_defaults(visible_users(actor)).filter(role=Role.RENTER)


def ways_to_customers(actor: Actor) -> list[Way] | None:
    return ways_to_users(actor)


def check_nothing_is_open(user: User, actor: Actor, at: datetime) -> None:
    """Raises CustomerHasPayments, and whatever the rooms above keep somebody by."""
    for rule in KEPT_BY:
        rule(user, actor, at)
    paying = Payment.objects.filter(payer=user, status__in=LIVE).order_by("id").first()
    if paying is not None:
        raise CustomerHasPayments("A payment of this customer's is on its way: wait for it, or cancel it.", payment=paying.public_id)
    sent = Payout.objects.filter(bank_account__user=user, status__in=Payout.UNDER_WAY).order_by("id").first()
    if sent is not None:
        raise CustomerHasPayments("Money is on its way to this customer: wait for it.", payout=sent.public_id)


def methods_of(user: User, actor: Actor, kind: str | None, after: str | None, count: int) -> list[Kept]:
    """The first so many of what a customer pays with, newest first, as far as the actor may see them; past the one named `after`."""
    rows: dict[str, QuerySet[Card] | QuerySet[BankAccount]] = {
        CARD: visible_cards(actor).filter(user=user, detached_at=None),
        US_BANK_ACCOUNT: visible_bank_accounts(actor).filter(user=user, detached_at=None),
    }
    wanted = [rows[kind]] if kind else list(rows.values())
    if after is not None:
        wanted = _past(wanted, after)
    found = [source for some in wanted for source in some.order_by("-created_at", "-public_id")[:count]]
    return sorted(found, key=lambda source: (source.created_at, source.public_id), reverse=True)[:count]


def _past(wanted: list[QuerySet[Card] | QuerySet[BankAccount]], after: str) -> list[QuerySet[Card] | QuerySet[BankAccount]]:
    """Of these, what comes after one of them. Raises InvalidInput."""
    found = next((row for rows in wanted if (row := rows.filter(public_id=after).first()) is not None), None)
    if found is None:
        raise InvalidInput("There is no such object to start from.", param="starting_after", code="resource_missing")
    older = Q(created_at__lt=found.created_at) | Q(created_at=found.created_at, public_id__lt=found.public_id)
    return [rows.filter(older) for rows in wanted]
