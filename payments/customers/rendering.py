"""Customers in the shape of https://docs.stripe.com/api/customers/object."""

from collections.abc import Sequence
from typing import Any, Final

from directpay.api.objects import rendered
from directpay.api.views import Context
from directpay.people.models import User
from directpay.people.queries import visible_users
from payments.customers.models import DefaultMethod
from payments.customers.queries import with_defaults

# What Stripe has and we do not: said, so that a client that reads it finds nothing rather than an error.
NOTHING: Final = dict.fromkeys(("address", "currency", "default_source", "discount", "shipping", "test_clock"))


def render_customer(user: User, context: Context) -> dict[str, Any]:
    """A renter as a customer. What they pay with is theirs and staff's to know."""
    if user.deleted_at is not None:
        return {"id": user.public_id, "object": "customer", "deleted": True}
    mine = context.actor.may_see_all or context.actor.user_id == user.id
    chosen: DefaultMethod | None = getattr(user, "default_method", None) if mine else None
    source = chosen.source if chosen else None
    return rendered(
        "customer",
        user,
        **NOTHING,
        balance=0,
        delinquent=False,
        description=user.description or None,
        email=user.email,
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": source.public_id if source else None,
            "footer": None,
            "rendering_options": None,
        },
        name=user.name,
        phone=user.phone or None,
        preferred_locales=[user.locale],
        tax_exempt="none",
    )


def render_customers(users: Sequence[User | None], context: Context) -> list[dict[str, Any] | None]:
    """The customers of a page of something else; of whom the actor may not know it learns no more than the id."""
    wanted = {user.id for user in users if user is not None}
    known = {user.id: user for user in with_defaults(visible_users(context.actor)).filter(id__in=wanted)} if wanted else {}
    return [None if user is None else render_customer(known[user.id], context) if user.id in known else _veiled(user) for user in users]


def _veiled(user: User) -> dict[str, Any]:
    nobody: dict[str, Any] = {
        "email": None,
        "name": None,
        "phone": None,
        "description": None,
        "preferred_locales": [],
        "invoice_settings": {},
    }
    return {**rendered("customer", user, **NOTHING, balance=0, delinquent=False, **nobody, tax_exempt="none"), "metadata": {}}
