"""What happened, and what was true at a moment."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from directpay.events.models import Delivery, Event


def history_of(object_id: str) -> QuerySet[Event]:
    """All events of one object, oldest first."""
    return Event.objects.filter(object_id=object_id).order_by("version", "id")


def snapshot_at(object_id: str, at: datetime) -> Event | None:
    """The last event at or before `at`: its `data` is the object as it stood then."""
    return Event.objects.filter(object_id=object_id, at__lte=at).order_by("-version", "-id").first()


def undelivered(at: datetime) -> int:
    """Deliveries due and not done: the relay's backlog."""
    return Delivery.objects.filter(done_at=None, due_at__lte=at).count()


def visible_events(account_ids: Sequence[str] | None) -> QuerySet[Event]:
    """Events that concern any of these users and payees; all of them for None."""
    if account_ids is None:
        return Event.objects.all()
    concerned = Q(pk__in=[])
    for account_id in account_ids:
        concerned |= Q(account_ids__contains=[account_id])
    return Event.objects.filter(concerned)
