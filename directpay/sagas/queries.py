"""Where a saga stands."""

from django.db.models import Prefetch, QuerySet

from directpay.sagas.models import Saga, Step
from directpay.sagas.registry import KINDS


def with_steps() -> QuerySet[Saga]:
    return Saga.objects.prefetch_related(Prefetch("steps", Step.objects.order_by("position")))


def saga_about(kind: str, about: str) -> Saga | None:
    """The saga of this kind about this thing, with its steps."""
    return with_steps().filter(kind=kind, about=about).first()


def beyond_return(saga: Saga) -> bool:
    """Whether a step is done that cannot be taken back."""
    done = {step.name for step in saga.steps.all() if step.status == Step.Status.DONE}
    return any(kind.point_of_no_return and kind.name in done for kind in KINDS[saga.kind].steps)


def may_be_called_off(saga: Saga) -> bool:
    return saga.status == Saga.Status.RUNNING and not beyond_return(saga)
