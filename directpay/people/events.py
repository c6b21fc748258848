"""What people announce: ids and roles, never a name or an address."""

from collections.abc import Sequence
from datetime import datetime

from directpay.events.actions import NewEvent
from directpay.people.actor import Actor
from directpay.people.models import ApiKey, Payee, User

USER_CREATED = "user.created"
USER_UPDATED = "user.updated"
USER_DELETED = "user.deleted"
USER_PASSWORD_SET = "user.password_set"  # noqa: S105 (an event type)
USER_UNLOCKED = "user.unlocked"
SECOND_FACTOR_ADDED = "user.second_factor_added"
SECOND_FACTOR_REMOVED = "user.second_factor_removed"
RECOVERY_CODES_MADE = "user.recovery_codes_made"
PAYEE_CREATED = "payee.created"
API_KEY_CREATED = "api_key.created"
API_KEY_ROLLED = "api_key.rolled"
API_KEY_REVOKED = "api_key.revoked"


def user_event(kind: str, user: User, *, actor: Actor, at: datetime, changed: Sequence[str] = ()) -> NewEvent:
    """The user and whoever created it may see this. `changed`: names of what was, never what it was or is."""
    seen_by = [user.public_id] + ([user.created_by.public_id] if user.created_by else [])
    data = {"id": user.public_id, "object": "user", "role": user.role} | ({"changed": sorted(changed)} if changed else {})
    return NewEvent(kind, user.public_id, user.version, actor.label, at, data, account_ids=seen_by)


def second_factor_event(kind: str, user: User, factor: str, *, actor: Actor, at: datetime) -> NewEvent:
    """How somebody signs in is their own matter: whoever created them does not see it."""
    data = {"id": user.public_id, "object": "user", "role": user.role, "factor": factor}
    return NewEvent(kind, user.public_id, user.version, actor.label, at, data, account_ids=[user.public_id])


def payee_event(payee: Payee, *, actor: Actor, at: datetime) -> NewEvent:
    data = {"id": payee.public_id, "object": "payee", "owner": payee.owner.public_id}
    return NewEvent(PAYEE_CREATED, payee.public_id, 1, actor.label, at, data, account_ids=[payee.owner.public_id, payee.public_id])


def api_key_event(kind: str, key: ApiKey, *, actor: Actor, at: datetime) -> NewEvent:
    owner = key.owner.public_id if key.owner else None
    data = {
        "id": key.public_id,
        "object": "api_key",
        "owner": owner,
        "kind": key.kind,
        "mode": key.mode,
        "scopes": key.scopes,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
    return NewEvent(kind, key.public_id, key.version, actor.label, at, data, account_ids=[owner] if owner else [])
