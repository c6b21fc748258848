"""A bank account is proven, or cannot be any more: what waited for it goes on."""

from collections.abc import Sequence

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.registry import Fact
from payments.setup_intents.actions.change import SETUP_QUEUE
from payments.setup_intents.queries import waiting_for


def go_on(events: Sequence[Fact]) -> None:
    """bank_account.verified, .verification_failed, .errored, .detached → a promise to look at the setup intents that wait for it."""
    when = events[-1].at
    schedule(SETUP_QUEUE, [(public_id, when) for public_id in waiting_for([event.object_id for event in events])])
    hint_after_commit()
