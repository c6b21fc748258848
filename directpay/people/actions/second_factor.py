"""Facts about a person's second factor. allauth keeps the factor itself; the door has it changed within the same transaction."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from directpay.events.actions import record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.people import events
from directpay.people.actor import Actor
from directpay.people.models import User


def note_second_factor(kind: str, *, actor: Actor, at: datetime, user: User, factor: str) -> None:
    """Step: record that a factor ("totp", "webauthn", "recovery_codes") was added, removed, or made anew."""
    require_transaction()
    locked = User.objects.select_for_update().get(id=user.id)
    locked.version += 1
    locked.save(update_fields=["version"])
    record([events.second_factor_event(kind, locked, factor, actor=actor, at=at)])


def remove_second_factors(*, actor: Actor, at: datetime, user: User) -> int:
    """Leave somebody who has lost telephone, keys and codes with the password alone. Errors: NotAllowed."""
    if not actor.may_see_all:
        raise NotAllowed("Only staff may remove what somebody else signs in with.")
    with unit_of_work():
        factors = list(Authenticator.objects.select_for_update().filter(user=user).order_by("id"))
        for factor in factors:
            note_second_factor(events.SECOND_FACTOR_REMOVED, actor=actor, at=at, user=user, factor=factor.type)
        Authenticator.objects.filter(id__in=[factor.id for factor in factors]).delete()
        return len(factors)
