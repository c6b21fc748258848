"""Working again on what came in: one event, a selection, or a range; first as a dry run that says what it would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from directpay.database.rows import update_rows
from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.row_scope import every_row
from webhooks.inbound.actions.keep import WORK_QUEUE
from webhooks.inbound.hints import Hint, hints_of
from webhooks.inbound.models import ProviderEvent, State
from webhooks.inbound.providers import PROVIDERS

MOST_AT_ONCE: Final = 1_000
COLUMNS: Final = ("flag", "state", "reason", "effects", "attempts", "last_error", "replays", "changed_at", "next_at", "finished_at")
# What can be replayed: an event that waits is worked on anyhow.
DONE: Final = (State.PARKED, State.PROCESSED, State.IGNORED)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What replaying an event would do as things stand."""

    event: ProviderEvent
    hint: Hint

    @property
    def said(self) -> str:
        return f"ask about {', '.join(self.hint.payments)}" if self.hint.payments else f"nothing: {self.hint.reason}"


def in_range(
    *, provider: str = "", kind: str = "", state: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[ProviderEvent]:
    """What can be replayed of it, oldest first; `kind` may end with a star."""
    found = ProviderEvent.objects.filter(state__in=[state] if state else DONE).defer("body").order_by("received_at", "id")
    if state and state not in DONE:
        raise InvalidInput(f"Only events that are {', '.join(DONE)} are replayed.", param="state")
    if provider:
        found = found.filter(provider=provider)
    if kind:
        found = found.filter(kind__startswith=kind[:-1]) if kind.endswith("*") else found.filter(kind=kind)
    if since:
        found = found.filter(received_at__gte=since)
    return found.filter(received_at__lt=until) if until else found


def foresee(events: Sequence[ProviderEvent]) -> list[Foreseen]:
    """The dry run: nothing is changed."""
    with every_row():
        _judge_anew(events)
        hints = hints_of(events)
    return [Foreseen(event, hints[event.id]) for event in events]


def _judge_anew(events: Sequence[ProviderEvent]) -> None:
    """Whether it is for us, by today's settings: an account that was not named then may be by now. A body that was dropped stays judged."""
    flagged = [event.id for event in events if event.flag]
    bodies = dict(ProviderEvent.objects.filter(id__in=flagged, forgotten_at=None).values_list("id", "body")) if flagged else {}
    for event in events:
        if event.id in bodies:
            event.flag = PROVIDERS[event.provider].read(bytes(bodies[event.id]), sandbox=settings.SANDBOX).flag


def replay(events: Sequence[ProviderEvent], *, at: datetime) -> int:
    """Have these worked on anew, from the first attempt. Returns how many: those that wait anyhow are left alone.

    An event has its effect again only as far as that changes nothing twice: it makes us ask, and what we are told is applied once.
    """
    if len(events) > MOST_AT_ONCE:
        raise InvalidInput(f"At most {MOST_AT_ONCE} events are replayed at once.", param="events")
    with unit_of_work():
        rows = ProviderEvent.objects.select_for_update().filter(id__in=[event.id for event in events], state__in=DONE)
        again = list(rows.defer("body").order_by("id"))
        _judge_anew(again)
        for event in again:
            event.state, event.reason, event.effects, event.attempts, event.last_error = State.RECEIVED, "", [], 0, ""
            event.replays += 1
            event.changed_at = event.next_at = at
            event.finished_at = None
        update_rows(ProviderEvent, again, COLUMNS)
        schedule(WORK_QUEUE, [(event.public_id, at) for event in again])
    return len(again)
