"""What happened, and what was true at a moment."""

from datetime import datetime

from django.db.models import QuerySet

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
