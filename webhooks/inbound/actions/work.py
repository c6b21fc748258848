"""Working on what came in: each event has its effect once. What fails is tried five times, then parked and swept slowly.

Several workers may hold events of one payment: whoever asks its rail locks it then, so that no order of arrival matters.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from directpay.database.rows import update_rows
from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.instruments import Counter
from directpay.kernel.request_context import caused_by
from webhooks.inbound.actions.keep import WORK_QUEUE
from webhooks.inbound.hints import hints_of, label_of
from webhooks.inbound.models import OPEN, ProviderEvent, State

QUICK_ATTEMPTS: Final = 5
CAP_SECONDS: Final = 3600  # of a pause, and between two looks of the slow sweep
HANDLED = Counter("webhook_events_handled_total", "Events of providers by what became of them.", ["provider", "kind", "status"])
COLUMNS = ("state", "reason", "effects", "attempts", "last_error", "changed_at", "next_at", "finished_at")
S = State


def pause(attempts: int) -> timedelta:
    """After the n-th attempt that failed: 2^n seconds, at most an hour; parked, an hour."""
    return timedelta(seconds=min(2**attempts, CAP_SECONDS) if attempts < QUICK_ATTEMPTS else CAP_SECONDS)


def work_on_inbox(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: what is open of these, in the order in which it came. One that fails spoils no other."""
    with unit_of_work():
        rows = ProviderEvent.objects.select_for_update().filter(public_id__in=list(public_ids), state__in=OPEN)
        events = list(rows.defer("body").order_by("id"))
        try:
            _handle(events, at)
        except Exception:  # alone, then, so that the one which failed is found
            for event in events:
                _handle_alone(event, at)
        update_rows(ProviderEvent, events, COLUMNS)
        schedule(WORK_QUEUE, [(event.public_id, event.next_at) for event in events if event.next_at])
    for event in events:
        HANDLED.add(event.provider, label_of(event.provider, event.kind), event.state)


def _handle(events: Sequence[ProviderEvent], at: datetime) -> None:
    """All of them or none."""
    with transaction.atomic():
        hints = hints_of(events)
        causes: dict[str, str] = {}
        queues: dict[str, list[str]] = defaultdict(list)
        for event in events:
            causes |= dict.fromkeys(hints[event.id].payments, event.request_id)
            for queue, payments in hints[event.id].queues.items():
                queues[queue] += payments
        with caused_by(causes):
            for queue, payments in queues.items():
                schedule(queue, [(key, at) for key in dict.fromkeys(payments)])
    for event in events:
        hint = hints[event.id]
        event.state, event.reason, event.effects = (S.IGNORED if hint.reason else S.PROCESSED), hint.reason, hint.payments
        event.changed_at, event.finished_at, event.next_at, event.last_error = at, at, None, ""


def _handle_alone(event: ProviderEvent, at: datetime) -> None:
    try:
        _handle([event], at)
    except Exception as error:
        event.attempts += 1
        event.state = S.PARKED if event.attempts >= QUICK_ATTEMPTS else S.WAITING
        event.last_error = f"{type(error).__name__}: {error}"[:300]
        event.reason, event.effects, event.finished_at = "", [], None
        event.changed_at, event.next_at = at, at + pause(event.attempts)
