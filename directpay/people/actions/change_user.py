"""What is known of a person changes; and a person goes, while what they did stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from allauth.account.models import EmailAddress

from directpay.events.actions import record
from directpay.events.unit import require_transaction
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.people import events
from directpay.people.actions.users import one_of_an_address
from directpay.people.actor import Actor
from directpay.people.models import ApiKey, User

CHANGEABLE: Final = ("email", "name", "phone", "locale", "description", "metadata")


class ContactFixed(NotAllowed):
    """Whoever reads the mail of an address signs in with it: once somebody has, it is for staff alone to change."""

    code = "email_fixed"


class UserDeleted(InvalidInput):
    """Whoever was deleted does nothing new, and nothing new is done for them."""

    code = "customer_deleted"


def lock_user(user: User) -> User:
    """Step: the row as it stands, kept so until the transaction ends; before anything of theirs is locked."""
    require_transaction()
    return User.objects.select_for_update(of=("self",)).select_related("created_by").get(id=user.id)


def check_not_deleted(user: User, *, param: str | None = None) -> None:
    """Raises UserDeleted."""
    if user.deleted_at is not None:
        raise UserDeleted("This person was deleted.", param=param)


def keep_living(user: User, *, param: str | None = None) -> None:
    """Step: nobody deletes this person before the transaction has ended, which gives them something. Raises UserDeleted."""
    require_transaction()
    check_not_deleted(User.objects.select_for_update(of=("self",), no_key=True).only("id", "deleted_at").get(id=user.id), param=param)


def change_user(row: User, changes: Mapping[str, Any], *, besides: Sequence[str] = (), actor: Actor, at: datetime) -> User:
    """Step, with the row locked: `changes` are some of CHANGEABLE, metadata whole; `besides` names what a room above has changed.

    Raises ContactFixed, EmailUnavailable.
    """
    different = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if "email" in different:
        different["email"] = different["email"].strip().lower()
        _check_may_readdress(row, actor)
    for name, value in different.items():
        setattr(row, name, value)
    changed = [*different, *besides]
    if changed:
        row.version += 1
        with one_of_an_address(row.email, actor):
            row.save(update_fields=["version", *different])
        if "email" in different:
            EmailAddress.objects.filter(user=row).delete()  # nobody resets a password by the address that was
        record([events.user_event(events.USER_UPDATED, row, actor=actor, at=at, changed=changed)])
    return row


def close_user(row: User, *, actor: Actor, at: datetime) -> User:
    """Step, with the row locked: nobody acts as this person any more, by key, app or password. The row stays, and its address taken."""
    standing = ApiKey.objects.filter(owner=row, revoked_at=None).select_related("owner").order_by("id")
    keys = list(standing.select_for_update(of=("self",)))
    for key in keys:
        key.revoked_at, key.version = at, key.version + 1
        key.save(update_fields=["revoked_at", "version"])
    row.set_unusable_password()  # every session rests on it
    row.is_active, row.deleted_at, row.version = False, at, row.version + 1
    row.save(update_fields=["password", "is_active", "deleted_at", "version"])
    record(
        [
            *(events.api_key_event(events.API_KEY_REVOKED, key, actor=actor, at=at) for key in keys),
            events.user_event(events.USER_DELETED, row, actor=actor, at=at),
        ]
    )
    return row


def _check_may_readdress(row: User, actor: Actor) -> None:
    fresh = row.last_login is None and not row.has_usable_password()
    if not actor.may_see_all and not (fresh and row.created_by_id is not None and row.created_by_id == actor.user_id):
        raise ContactFixed("Only the platform changes the address of somebody who may have signed in with it.", param="email")
