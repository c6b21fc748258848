"""A saga of four steps: does each once, waits, goes on after a crash, takes back in reverse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from directpay.sagas.actions import SAGA_QUEUE, SagaBeyondReturn, begin_saga, cancel_saga, resume_saga, wake, work_on_sagas
from directpay.sagas.models import Saga
from directpay.sagas.queries import saga_about
from directpay.sagas.registry import KINDS, CannotGoOn, SagaKind, StepKind, Wait, register_saga
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


class Journey:
    """What its steps do: a row each, in the transaction of the step. `trouble`: step → what happens in it instead of going well."""

    def __init__(self) -> None:
        self.trouble: dict[str, Any] = {}

    def does(self, name: str) -> Any:
        def go(saga: Saga, at: datetime) -> Wait | None:
            Due.objects.create(queue="did", key=f"{name}:{saga.about}:{Due.objects.filter(queue='did').count()}", due_at=at)
            found = self.trouble.get(name)
            if isinstance(found, BaseException):
                raise found
            return found

        return go


def did() -> list[str]:
    return [key.partition(":")[0] for key in Due.objects.filter(queue="did").order_by("id").values_list("key", flat=True)]


@pytest.fixture
def journey(db: None) -> Iterator[Journey]:
    set_clock(AT, frozen=True)
    made = Journey()
    steps = [StepKind(n, made.does(n), made.does(f"un{n}")) for n in ("one", "two")]
    steps += [StepKind("three", made.does("three"), point_of_no_return=True), StepKind("four", made.does("four"))]
    register_saga(SagaKind("journey", steps))
    yield made
    del KINDS["journey"]


def begun() -> Saga:
    with unit_of_work():
        return begin_saga("journey", "thing_1", account_ids=[], actor=SYSTEM, at=AT)


def standing() -> tuple[str, list[str]]:
    saga = saga_about("journey", "thing_1")
    return saga.status, [step.status for step in saga.steps.all()]


def test_does_each_step_once_in_order(journey):
    saga = begun()
    run_all()
    assert standing() == ("done", ["done"] * 4)
    assert did() == ["one", "two", "three", "four"]
    kinds = Event.objects.filter(object_id=saga.public_id).order_by("version").values_list("type", flat=True)
    assert list(kinds) == ["saga.begun", *["saga.step_done"] * 4, "saga.done"]


def test_waits_and_keeps_what_the_step_has_done(journey):
    journey.trouble["two"] = Wait("for the bank", AT + timedelta(days=1))
    saga = begun()
    run_all()
    assert standing() == ("running", ["done", "pending", "pending", "pending"])
    assert saga_about("journey", "thing_1").waits_for == "for the bank"
    assert Due.objects.get(queue=SAGA_QUEUE).due_at == AT + timedelta(days=1)
    assert did() == ["one", "two"]
    journey.trouble.clear()
    with unit_of_work():
        wake(["thing_1"], AT)
    run_all()
    assert standing()[0] == "done"
    resume_saga(saga, actor=SYSTEM, at=AT)
    run_all()
    assert did() == ["one", "two", "two", "three", "four"]


@pytest.mark.parametrize("step", ["one", "two", "three", "four"])
def test_goes_on_after_a_crash_in_any_step_as_if_nothing_had_been(journey, step):
    died = type("Died", (BaseException,), {})
    journey.trouble[step] = died()
    begun()
    with pytest.raises(died):
        run_all()
    assert did() == ["one", "two", "three", "four"][: ["one", "two", "three", "four"].index(step)]
    journey.trouble.clear()
    run_all()
    assert standing() == ("done", ["done"] * 4)
    assert did() == ["one", "two", "three", "four"]


def test_takes_back_in_reverse_what_was_done(journey):
    journey.trouble["three"] = CannotGoOn("the house is gone")
    begun()
    run_all()
    assert standing() == ("compensated", ["compensated", "compensated", "pending", "pending"])
    assert did() == ["one", "two", "untwo", "unone"]
    assert saga_about("journey", "thing_1").last_error == "the house is gone"


@pytest.mark.parametrize("step", ["unone", "untwo"])
def test_goes_on_taking_back_after_a_crash(journey, step):
    died = type("Died", (BaseException,), {})
    journey.trouble = {"three": CannotGoOn("no"), step: died()}
    begun()
    with pytest.raises(died):
        run_all()
    journey.trouble.pop(step)
    run_all()
    assert standing()[0] == "compensated"
    assert did() == ["one", "two", "untwo", "unone"]


def test_is_called_off_before_the_point_of_no_return(journey):
    journey.trouble["three"] = Wait("for a person", AT + timedelta(days=1))
    saga = begun()
    run_all()
    cancel_saga(saga, actor=SYSTEM, at=AT)
    run_all()
    assert standing() == ("compensated", ["compensated", "compensated", "pending", "pending"])
    with pytest.raises(SagaBeyondReturn):
        cancel_saga(saga, actor=SYSTEM, at=AT)


def test_is_not_called_off_behind_it(journey):
    journey.trouble["four"] = Wait("for the bank", AT + timedelta(days=1))
    saga = begun()
    run_all()
    with pytest.raises(SagaBeyondReturn):
        cancel_saga(saga, actor=SYSTEM, at=AT)


def test_behind_it_a_step_that_cannot_go_on_waits_for_a_person(journey):
    journey.trouble["four"] = CannotGoOn("nobody knows how")
    begun()
    run_all()
    assert standing() == ("running", ["done", "done", "done", "pending"])
    assert "nobody knows how" in Due.objects.get(queue=SAGA_QUEUE).last_error


def test_two_workers_do_each_step_once(journey):
    saga = begun()
    for _ in range(5):
        at_once(*[lambda: work_on_sagas([saga.public_id], AT)] * 3)
    run_all()
    assert standing() == ("done", ["done"] * 4)
    assert did() == ["one", "two", "three", "four"]


def test_there_is_one_of_a_kind_about_one_thing(journey):
    begun()
    with pytest.raises(Exception, match="saga_once"):
        begun()
