"""What went wrong with events of providers, summed up for whoever mends it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from webhooks.inbound.models import ProviderEvent, State

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Failure:
    provider: str
    kind: str
    error: str
    waiting: bool
    count: int
    first_at: datetime
    last_at: datetime


def failures() -> list[Failure]:
    """By provider, kind and error; the most frequent first."""
    rows = ProviderEvent.objects.filter(state__in=(State.WAITING, State.PARKED)).values("provider", "kind", "last_error", "state")
    found = rows.annotate(count=Count("id"), first_at=Min("received_at"), last_at=Max("received_at")).order_by("-count", "kind")
    return [
        Failure(r["provider"], r["kind"], r["last_error"], r["state"] == State.WAITING, r["count"], r["first_at"], r["last_at"])
        for r in found[:MOST_ROWS]
    ]


def dead_letters() -> QuerySet[ProviderEvent]:
    return ProviderEvent.objects.filter(state=State.PARKED).defer("body").order_by("received_at", "id")
