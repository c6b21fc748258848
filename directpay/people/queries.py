"""Questions about people: who is it, and whom may they see."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from directpay.people.actor import STAFF, Actor
from directpay.people.models import ApiKey, Payee, Role, User

# Rooms above add what they know, e.g. leases: "the renters of my leases". Each returns a Q on User without joins
# that multiply rows (use `Q(id__in=<subquery>)`).
VISIBLE_TO: list[Callable[[Actor], Q]] = []


def visible_users(actor: Actor) -> QuerySet[User]:
    """The people that `actor` may know of, with their payees: itself, those it created, and what rooms above add."""
    users = User.objects.prefetch_related(Prefetch("payees", Payee.objects.order_by("id")))
    if actor.may_see_all:
        return users
    seen = Q(id=actor.user_id) | Q(created_by=actor.user_id)
    for rule in VISIBLE_TO:
        seen |= rule(actor)
    return users.filter(seen)


def visible_payees(actor: Actor) -> QuerySet[Payee]:
    """The payees that `actor` may act for: its own, or all of them for staff."""
    payees = Payee.objects.select_related("owner")
    return payees if actor.may_see_all else payees.filter(owner=actor.user_id)


def first_payee(user: User) -> Payee | None:
    """The payee a landlord began with; None for everybody else."""
    return next(iter(sorted(user.payees.all(), key=lambda p: p.id)), None) if user.role == Role.LANDLORD else None


def actor_for_user(user: User) -> Actor:
    """A person at a page."""
    return Actor("user", f"user:{user.public_id}", user.id, user.public_id, user.role, user.role == STAFF)


def actor_for_key(key: ApiKey) -> Actor:
    """A program: acts for its owner, or for the whole platform when it has none."""
    if key.owner is None:
        return Actor("key", f"key:{key.public_id}", None, None, STAFF, True)
    return Actor("key", f"key:{key.public_id}", key.owner.id, key.owner.public_id, key.owner.role, key.owner.role == STAFF)


def hash_of(secret: str) -> bytes:
    """SHA-256: a secret of 190 random bits needs no slow hash, and one lookup per request must stay cheap."""
    return hashlib.sha256(secret.encode()).digest()


def usable_key(secret: str, at: datetime) -> ApiKey | None:
    """The key of this secret, with its owner, unless it is unknown, revoked, expired, or its owner may not act."""
    key = ApiKey.objects.select_related("owner").filter(secret_hash=hash_of(secret)).first()
    if key is None or key.revoked_at or (key.expires_at and key.expires_at <= at):
        return None
    if key.owner and not key.owner.is_active:
        return None
    return key
