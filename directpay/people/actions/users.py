"""Making people and their payees, and setting passwords."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.kernel.ids import public_id
from directpay.people import events
from directpay.people.actor import Actor
from directpay.people.models import Locale, Payee, Role, User
from directpay.people.queries import visible_users

MAY_CREATE: dict[str, set[str]] = {Role.STAFF: set(Role.values), Role.LANDLORD: {Role.RENTER}, Role.RENTER: set()}


class EmailUnavailable(InvalidInput):
    """The address cannot be used for a new user; only those who may see its owner are told whose it is."""

    code = "email_unavailable"


def create_user(
    *,
    actor: Actor,
    at: datetime,
    email: str,
    name: str,
    role: str,
    phone: str = "",
    locale: str = Locale.EN,
    metadata: Mapping[str, str] | None = None,
    description: str = "",
    password: str | None = None,
    superuser: bool = False,
) -> User:
    """Create a person, and with a landlord the first payee. Without a password they set one by mail before signing in.

    Errors: NotAllowed when the actor may not create this role, EmailUnavailable, InvalidInput for a weak password.
    """
    if role not in MAY_CREATE[actor.role]:
        raise NotAllowed(f"This key may not create a {role}.")
    with unit_of_work():
        user = User(
            public_id=public_id("usr"),
            email=email.strip().lower(),
            name=name,
            role=role,
            phone=phone,
            locale=locale,
            metadata=dict(metadata or {}),
            description=description,
            is_superuser=superuser,
            created_by_id=actor.user_id,
            created_at=at,
        )
        _put_password(user, password)
        _insert(user, actor)
        facts = [events.user_event(events.USER_CREATED, user, actor=actor, at=at)]
        if role == Role.LANDLORD:
            facts.append(events.payee_event(_open_payee(user, name, at), actor=actor, at=at))
        record(facts)
        return user


def create_payee(*, actor: Actor, at: datetime, owner: User, name: str, metadata: Mapping[str, str] | None = None) -> Payee:
    """Give a landlord another legal payee, and so another book. Errors: NotAllowed."""
    if owner.role != Role.LANDLORD or not (actor.may_see_all or actor.user_id == owner.id):
        raise NotAllowed("Only landlords have payees, and only they and staff may add one.")
    with unit_of_work():
        payee = _open_payee(owner, name, at, metadata)
        record([events.payee_event(payee, actor=actor, at=at)])
        return payee


def set_password(*, actor: Actor, at: datetime, user: User, password: str) -> None:
    """Replace a password; every session of that person ends. Errors: NotAllowed, InvalidInput for a weak one."""
    if not (actor.may_see_all or actor.user_id == user.id):
        raise NotAllowed("You may set only your own password.")
    with unit_of_work():
        locked = User.objects.select_for_update(of=("self",)).select_related("created_by").get(id=user.id)
        _put_password(locked, password)
        locked.version += 1
        locked.save(update_fields=["password", "version"])
        record([events.user_event(events.USER_PASSWORD_SET, locked, actor=actor, at=at)])


def _open_payee(owner: User, name: str, at: datetime, metadata: Mapping[str, str] | None = None) -> Payee:
    return Payee.objects.create(public_id=public_id("pye"), owner=owner, name=name, metadata=dict(metadata or {}), created_at=at)


def _put_password(user: User, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise InvalidInput(" ".join(error.messages), param="password", code="password_too_weak") from error
    user.set_password(password)  # None makes it unusable


def _insert(user: User, actor: Actor) -> None:
    with one_of_an_address(user.email, actor):
        user.save(force_insert=True)


@contextmanager
def one_of_an_address(email: str, actor: Actor) -> Iterator[None]:
    """The unique index decides, so two doors at once cannot both win. Raises EmailUnavailable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "user_email_once" not in str(error):
            raise
        known = visible_users(actor).filter(email__iexact=email).first()
        details = {"user": known.public_id} if known else {}
        raise EmailUnavailable("A user with this email address cannot be created.", param="email", **details) from error
