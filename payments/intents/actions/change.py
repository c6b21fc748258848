"""The steps under every verb: the row is locked first, and saved with its event."""

from datetime import datetime

from directpay.events.actions import record
from directpay.events.unit import require_transaction
from directpay.kernel.errors import UnexpectedState
from directpay.people.actor import Actor
from payments.intents.events import fact
from payments.intents.models import PaymentIntent
from payments.intents.queries import with_related


class IntentUnexpectedState(UnexpectedState):
    """The payment is beyond it, or not so far."""

    code = "payment_intent_unexpected_state"


def lock_intent(intent: PaymentIntent) -> PaymentIntent:
    """Step: the row, locked before any lease, payment or account.

    Two statements: joined rows of a locking query may be older than the lock that it waited for.
    """
    require_transaction()
    PaymentIntent.objects.select_for_update(of=("self",)).only("id").get(id=intent.id)
    return with_related().get(id=intent.id)


def save(intent: PaymentIntent, kind: str, *, was: str, actor: Actor, at: datetime) -> PaymentIntent:
    """Step: write the row as a version of its own, with ``payment_intent.<kind>``."""
    intent.version += 1
    intent.changed_at = at
    intent.save(force_update=True)
    record([fact(kind, intent, actor=actor.label, at=at, was=was)])
    return intent
