"""The steps under every verb: the row is locked first, and saved with its event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from directpay.events.actions import record
from directpay.events.unit import require_transaction
from directpay.kernel.errors import UnexpectedState
from directpay.people.actor import Actor
from payments.setup_intents.events import fact
from payments.setup_intents.models import SetupIntent
from payments.setup_intents.queries import with_related

SETUP_QUEUE: Final = "setup_intents.rail"


class SetupUnexpectedState(UnexpectedState):
    """It is set up, given up, or being proven."""

    code = "setup_intent_unexpected_state"


def lock_setup(setup: SetupIntent) -> SetupIntent:
    """Step: the row, locked before its card or bank account."""
    return lock_setups([setup.public_id])[0]


def lock_setups(public_ids: Sequence[str]) -> list[SetupIntent]:
    """Step: these rows in order of id. Two statements: joined rows of a locking query may be older than the lock that it waited for."""
    require_transaction()
    rows = SetupIntent.objects.filter(public_id__in=list(public_ids)).order_by("id")
    ids = list(rows.select_for_update(of=("self",), no_key=True).values_list("id", flat=True))
    return list(with_related().filter(id__in=ids).order_by("id"))


def save(setup: SetupIntent, kind: str, *, was: str, actor: Actor, at: datetime) -> SetupIntent:
    """Step: write the row as a version of its own, with ``setup_intent.<kind>``."""
    setup.version += 1
    setup.changed_at = at
    setup.save(force_update=True)
    record([fact(kind, setup, actor=actor.label, at=at, was=was)])
    return setup
