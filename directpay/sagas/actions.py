"""Beginning a saga, working on it step by step, waking it, and taking it back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from directpay.due.actions import schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import Conflict
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM, Actor
from directpay.sagas.models import Saga, Step
from directpay.sagas.queries import beyond_return, may_be_called_off
from directpay.sagas.registry import KINDS, CannotGoOn, StepKind

SAGA_QUEUE = "sagas.run"


class SagaBeyondReturn(Conflict):
    """A step was done that cannot be taken back, or it has ended."""

    code = "saga_beyond_return"


def begin_saga(kind: str, about: str, *, account_ids: Sequence[str], actor: Actor, at: datetime) -> Saga:
    """Step: the saga with all its steps pending, promised to be worked on now. One of a kind about one thing."""
    require_transaction()
    saga = Saga.objects.create(
        public_id=public_id("saga"), kind=kind, about=about, account_ids=list(account_ids), created_at=at, changed_at=at
    )
    Step.objects.bulk_create(Step(saga=saga, position=n, name=step.name) for n, step in enumerate(KINDS[kind].steps, 1))
    record([_fact("begun", saga, None, actor, at)])
    schedule(SAGA_QUEUE, [(saga.public_id, at)])
    return saga


def work_on_sagas(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: of each saga the next step, forward or back. Each is a transaction of its own, of which a crash leaves nothing.

    Whoever comes second waits for the row of the saga, and finds the step done.
    """
    for key in public_ids:
        with unit_of_work():
            saga = lock_saga(key)
            if saga and saga.status == Saga.Status.RUNNING:
                _forward(saga, at)
            elif saga and saga.status == Saga.Status.COMPENSATING:
                _back(saga, at)


def lock_saga(key: str) -> Saga | None:
    """Step: its row locked; before leases, payments and accounts."""
    return Saga.objects.select_for_update(of=("self",)).filter(public_id=key).first()


def wake(about: Sequence[str], at: datetime) -> None:
    """Step: what these wait for may have come."""
    open_ = Saga.objects.filter(about__in=list(about), status__in=(Saga.Status.RUNNING, Saga.Status.COMPENSATING))
    schedule(SAGA_QUEUE, [(key, at) for key in open_.values_list("public_id", flat=True)])


def resume_saga(saga: Saga, *, actor: Actor, at: datetime) -> None:
    """Look at it now, whatever it waits for. Doing so twice does nothing twice."""
    with unit_of_work():
        wake([saga.about], at)


def cancel_saga(saga: Saga, *, actor: Actor, at: datetime) -> Saga:
    """Take back what was done, last step first. Raises SagaBeyondReturn."""
    with unit_of_work():
        row = lock_saga(saga.public_id)
        if row is None or not may_be_called_off(row):
            raise SagaBeyondReturn("This has gone too far to be taken back.", saga=saga.public_id)
        _turn_back(row, "called off", actor, at)
        return row


def _forward(saga: Saga, at: datetime) -> None:
    step = saga.steps.filter(status=Step.Status.PENDING).order_by("position").first()
    if step is None:
        _change(saga, "done", Saga.Status.DONE, None, SYSTEM, at)
        return
    try:
        with transaction.atomic():  # a step that cannot go on leaves nothing behind
            wait = _kind_of(saga, step).forward(saga, at)
    except CannotGoOn as error:
        if beyond_return(saga):
            raise  # parked by the queue: a person looks
        _turn_back(saga, error.message, SYSTEM, at)
        return
    if wait:
        _note(saga, wait.reason, at)
        schedule(SAGA_QUEUE, [(saga.public_id, max(wait.at, at))])
        return
    step.status, step.done_at = Step.Status.DONE, at
    step.save(update_fields=["status", "done_at"])
    _change(saga, "step_done", saga.status, step, SYSTEM, at)
    schedule(SAGA_QUEUE, [(saga.public_id, at)])


def _back(saga: Saga, at: datetime) -> None:
    step = saga.steps.filter(status=Step.Status.DONE).order_by("-position").first()
    if step is None:
        _change(saga, "compensated", Saga.Status.COMPENSATED, None, SYSTEM, at)
        return
    compensate = _kind_of(saga, step).compensate
    if compensate:
        compensate(saga, at)
    step.status, step.compensated_at = Step.Status.COMPENSATED, at
    step.save(update_fields=["status", "compensated_at"])
    _change(saga, "step_compensated", saga.status, step, SYSTEM, at)
    schedule(SAGA_QUEUE, [(saga.public_id, at)])


def _turn_back(saga: Saga, reason: str, actor: Actor, at: datetime) -> None:
    saga.last_error = reason[:300]
    _change(saga, "turned_back", Saga.Status.COMPENSATING, None, actor, at)
    schedule(SAGA_QUEUE, [(saga.public_id, at)])


def _kind_of(saga: Saga, step: Step) -> StepKind:
    return next(kind for kind in KINDS[saga.kind].steps if kind.name == step.name)


def _note(saga: Saga, reason: str, at: datetime) -> None:
    saga.waits_for, saga.changed_at = reason[:100], at
    saga.save(update_fields=["waits_for", "changed_at"])


def _change(saga: Saga, kind: str, status: str, step: Step | None, actor: Actor, at: datetime) -> None:
    saga.status, saga.version, saga.changed_at, saga.waits_for = status, saga.version + 1, at, ""
    saga.save(update_fields=["status", "version", "changed_at", "waits_for", "last_error"])
    record([_fact(kind, saga, step, actor, at)])


def _fact(kind: str, saga: Saga, step: Step | None, actor: Actor, at: datetime) -> NewEvent:
    """``saga.begun``, ``.step_done``, ``.done``, ``.turned_back``, ``.step_compensated``, ``.compensated``."""
    data = {"id": saga.public_id, "kind": saga.kind, "about": saga.about, "status": str(saga.status), "step": step.name if step else None}
    return NewEvent(f"saga.{kind}", saga.public_id, saga.version, actor.label, at, data, saga.account_ids)
