"""The life of an API key: created, rolled with an overlap, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.kernel.ids import public_id, random_base62
from directpay.people import events
from directpay.people.actor import Actor
from directpay.people.models import ApiKey, User
from directpay.people.queries import UsableKey, hash_of

SCOPES = ("read", "write")
SECRET_LENGTH = 36  # base62 characters: 214 bits
OVERLAP_LIMIT = timedelta(days=7)
USED_EVERY = timedelta(minutes=1)
PREFIXES = {ApiKey.Kind.SECRET: "sk", ApiKey.Kind.PUBLISHABLE: "pk"}


@dataclass(frozen=True, slots=True)
class NewKey:
    """The only time that a secret is seen: hand it on, never store or log it."""

    key: ApiKey
    secret: str = field(repr=False)


def create_api_key(
    *,
    actor: Actor,
    at: datetime,
    owner: User | None,
    mode: str,
    kind: str = ApiKey.Kind.SECRET,
    scopes: Sequence[str] = SCOPES,
    name: str = "",
    expires_at: datetime | None = None,
) -> NewKey:
    """A key for `owner`, or for the platform itself when None. Errors: NotAllowed, InvalidInput."""
    _check_may_manage(actor, owner.id if owner else None)
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise InvalidInput(f"Unknown scope: {unknown[0]}.", param="scopes")
    with unit_of_work():
        made = _insert(owner=owner, mode=mode, kind=kind, scopes=scopes, name=name, expires_at=expires_at, at=at)
        record([events.api_key_event(events.API_KEY_CREATED, made.key, actor=actor, at=at)])
        return made


def roll_api_key(*, actor: Actor, at: datetime, key: ApiKey, overlap: timedelta = timedelta(0)) -> NewKey:
    """A successor with the same rights; the old key works for `overlap` (at most 7 days) and then no more.

    Errors: NotAllowed, InvalidInput for the overlap, Conflict when the key is revoked or expired.
    """
    _check_may_manage(actor, key.owner_id)
    if not timedelta(0) <= overlap <= OVERLAP_LIMIT:
        raise InvalidInput(f"The overlap is at most {OVERLAP_LIMIT.days} days.", param="overlap")
    with unit_of_work():
        old = _locked(key)
        if old.revoked_at or (old.expires_at and old.expires_at <= at):
            raise Conflict("This key no longer works, so it cannot be rolled: create a new one.", code="api_key_inactive")
        made = _insert(
            owner=old.owner,
            mode=old.mode,
            kind=old.kind,
            scopes=old.scopes,
            name=old.name,
            expires_at=old.expires_at,
            at=at,
            api_version=old.api_version,
        )
        old.expires_at = min(at + overlap, old.expires_at or at + overlap)
        old.version += 1
        old.save(update_fields=["expires_at", "version"])
        record(
            [
                events.api_key_event(events.API_KEY_CREATED, made.key, actor=actor, at=at),
                events.api_key_event(events.API_KEY_ROLLED, old, actor=actor, at=at),
            ]
        )
        return made


def revoke_api_key(*, actor: Actor, at: datetime, key: ApiKey) -> ApiKey:
    """End a key at once; revoking it again changes nothing. Errors: NotAllowed."""
    _check_may_manage(actor, key.owner_id)
    with unit_of_work():
        locked = _locked(key)
        if locked.revoked_at is None:
            locked.revoked_at = at
            locked.version += 1
            locked.save(update_fields=["revoked_at", "version"])
            record([events.api_key_event(events.API_KEY_REVOKED, locked, actor=actor, at=at)])
        return locked


TOUCH = """
UPDATE directpay_apikey SET last_used_at = %s, api_version = CASE WHEN api_version = '' THEN %s ELSE api_version END WHERE id = (
    SELECT id FROM directpay_apikey WHERE id = %s AND (last_used_at IS NULL OR last_used_at <= %s) FOR NO KEY UPDATE SKIP LOCKED
)
"""


def mark_used(*, key: UsableKey, at: datetime, version: str) -> None:
    """Note that a key is in use, at most once a minute; of many requests at once one writes and none waits.

    The first time it is pinned to `version`, the newest of the API: what its owner's program was written for.

    No event and no transaction of its own: it is a hint for people, not a fact, and must not hold up money.
    """
    if key.last_used_at is not None and at - key.last_used_at < USED_EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, [at, version, key.id, at - USED_EVERY])


def _check_may_manage(actor: Actor, owner_id: int | None) -> None:
    if not (actor.may_see_all or (owner_id is not None and actor.user_id == owner_id)):
        raise NotAllowed("You may manage only your own API keys.")


def _locked(key: ApiKey) -> ApiKey:
    return ApiKey.objects.select_for_update(of=("self",)).select_related("owner").get(id=key.id)


def _insert(
    *,
    owner: User | None,
    mode: str,
    kind: str,
    scopes: Sequence[str],
    name: str,
    expires_at: datetime | None,
    at: datetime,
    api_version: str = "",
) -> NewKey:
    start = f"{PREFIXES[ApiKey.Kind(kind)]}_{ApiKey.Mode(mode).value}_"
    secret = start + random_base62(SECRET_LENGTH)
    key = ApiKey.objects.create(
        public_id=public_id("ak"),
        owner=owner,
        name=name,
        kind=kind,
        mode=mode,
        secret_hash=hash_of(secret),
        shown=f"{secret[: len(start) + 4]}…{secret[-4:]}",
        scopes=list(scopes),
        created_at=at,
        expires_at=expires_at,
        api_version=api_version,
    )
    return NewKey(key, secret)
