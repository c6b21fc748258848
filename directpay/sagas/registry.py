"""The kinds of sagas. A room registers its own (its app's `ready`): ordered, named steps, forward and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from directpay.kernel.errors import DirectPayError
from directpay.sagas.models import Saga


@dataclass(frozen=True, slots=True)
class Wait:
    """A step waits for something. What it did so far stands; it is called again at `at`, or when the saga is woken."""

    reason: str
    at: datetime


class CannotGoOn(DirectPayError):
    """A step will never succeed: what was done is taken back, as far as it can be."""

    code = "saga_cannot_go_on"


@dataclass(frozen=True, slots=True)
class StepKind:
    """`forward(saga, at)` is one transaction together with the row that says that it is done: it happens once.

    It calls nobody outside; what has to be asked of a rail, it orders as a row that has a discipline of its own, once, and waits for it. It
    may raise CannotGoOn. What it does is not taken back without `compensate`; behind a point of no return, nothing is.
    """

    name: str
    forward: Callable[[Saga, datetime], Wait | None]
    compensate: Callable[[Saga, datetime], None] | None = None
    point_of_no_return: bool = False


@dataclass(frozen=True, slots=True)
class SagaKind:
    name: str
    steps: Sequence[StepKind]


KINDS: dict[str, SagaKind] = {}


def register_saga(kind: SagaKind) -> None:
    """Once; the names of its steps are kept in rows, so a step that is renamed needs a migration."""
    if kind.name in KINDS and KINDS[kind.name] != kind:
        raise ValueError(f"saga {kind.name} is registered twice")
    KINDS[kind.name] = kind
