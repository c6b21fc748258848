"""Questions about people: who is it, and whom may they see."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Prefetch, QuerySet

from directpay.kernel.errors import InvalidInput
from directpay.people.actor import STAFF, Actor
from directpay.people.models import Payee, Role, User
from directpay.people.ways import Way, seen_by

# Rooms above add what they know, e.g. leases: "the renters of my leases".
VISIBLE_TO: list[Callable[[Actor], Way]] = []


def ways_to_users(actor: Actor) -> list[Way] | None:
    """Oneself, those one created, and what rooms above add; None for staff, who see all."""
    if actor.may_see_all:
        return None
    return [Way("id", actor.user_id), Way("created_by", actor.user_id), *(rule(actor) for rule in VISIBLE_TO)]


def visible_users(actor: Actor) -> QuerySet[User]:
    """The people that `actor` may know of, with their payees: itself, those it created, and what rooms above add."""
    users = User.objects.prefetch_related(Prefetch("payees", Payee.objects.order_by("id")))
    return seen_by(users, ways_to_users(actor))


def living_users(actor: Actor) -> QuerySet[User]:
    """Those of them that can still be named for something: whoever was deleted stands in what has been, and in nothing new."""
    return visible_users(actor).filter(deleted_at=None)


def visible_payees(actor: Actor) -> QuerySet[Payee]:
    """The payees that `actor` may act for: its own, or all of them for staff."""
    payees = Payee.objects.select_related("owner")
    return payees if actor.may_see_all else payees.filter(owner=actor.user_id)


def payee_named(actor: Actor, public_id: str | None, *, unnamed: str) -> Payee:
    """The payee that a caller names, or its own first. Raises InvalidInput; with the words `unnamed` where one must be named and is not."""
    if public_id is None and actor.may_see_all:
        raise InvalidInput(unnamed, param="payee", code="parameter_missing")
    payees = visible_payees(actor).order_by("id")
    found = (payees.filter(public_id=public_id) if public_id else payees).first()
    if found is None:
        raise InvalidInput(f"No such payee: {public_id}.", param="payee", code="resource_missing")
    return found


def first_payee(user: User) -> Payee | None:
    """The payee a landlord began with; None for everybody else."""
    return next(iter(sorted(user.payees.all(), key=lambda p: p.id)), None) if user.role == Role.LANDLORD else None


def actor_for_user(user: User) -> Actor:
    """A person at a page."""
    return Actor("user", f"user:{user.public_id}", user.id, user.public_id, user.role, user.role == STAFF)


def mode() -> str:
    """Of every key here, as its prefix says it: test or live."""
    return "test" if settings.SANDBOX else "live"


def hash_of(secret: str) -> bytes:
    """SHA-256: a secret of 190 random bits needs no slow hash, and one lookup per request must stay cheap."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class UsableKey:
    """What a request needs to know of its key, and who acts with it."""

    id: int
    kind: str
    scopes: Sequence[str]
    last_used_at: datetime | None
    actor: Actor
    version: str  # of the API that it speaks, "" until its first use is noted


# Written out, because every request asks it and the ORM takes longer than Postgres.
USABLE = """
SELECT k.expires_at, k.id, k.kind, k.scopes, k.last_used_at, k.public_id, k.api_version, u.id, u.public_id, u.role
FROM directpay_apikey k LEFT JOIN directpay_user u ON u.id = k.owner_id
WHERE k.secret_hash = %s AND k.revoked_at IS NULL AND (k.owner_id IS NULL OR u.is_active)
"""


def usable_key(secret: str, now: Callable[[], datetime]) -> UsableKey | None:
    """The key of this secret, acting for its owner, or for the whole platform when it has none.

    None when it is unknown, revoked, expired (`now` is asked after the database), or its owner may not act.
    """
    with connection.cursor() as cursor:
        cursor.execute(USABLE, [hash_of(secret)])
        row = cursor.fetchone()
    if row is None or (row[0] is not None and row[0] <= now()):
        return None
    _, key_id, kind, scopes, last_used_at, public_id, version, user_id, user_public_id, role = row
    actor = Actor("key", f"key:{public_id}", user_id, user_public_id, role or STAFF, role in (None, STAFF))
    return UsableKey(key_id, kind, scopes, last_used_at, actor, version)
