"""Letting people try again before the cool-off ends."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from axes.models import AccessAttempt
from django.db.models.functions import Upper

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.people import events
from directpay.people.actor import Actor
from directpay.people.models import User


def lift_locks(*, actor: Actor, at: datetime, attempts: Sequence[AccessAttempt]) -> int:
    """Forget the wrong tries; of those that were made on an account that exists a fact is kept. Errors: NotAllowed."""
    if not actor.may_see_all:
        raise NotAllowed("Only staff may lift a lock.")
    logins = sorted({(attempt.username or "").upper() for attempt in attempts})
    with unit_of_work():
        AccessAttempt.objects.filter(id__in=[attempt.id for attempt in attempts]).delete()
        users = list(_with_logins(logins))
        for user in users:
            user.version += 1
            user.save(update_fields=["version"])
        record([events.user_event(events.USER_UNLOCKED, user, actor=actor, at=at) for user in users])
        return len(attempts)


def _with_logins(logins: Sequence[str]) -> Iterable[User]:
    """In the order of their rows, locked."""
    known = User.objects.select_for_update(of=("self",)).select_related("created_by").alias(login=Upper("email"))
    return known.filter(login__in=logins).order_by("id")
