"""Where a saga stands."""

from django.db.models import Prefetch, QuerySet

from directpay.sagas.models import Saga, Step


def with_steps() -> QuerySet[Saga]:
    return Saga.objects.prefetch_related(Prefetch("steps", Step.objects.order_by("position")))


def saga_about(kind: str, about: str) -> Saga | None:
    """The saga of this kind about this thing, with its steps."""
    return with_steps().filter(kind=kind, about=about).first()
