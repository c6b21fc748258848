from datetime import timedelta

import pytest

from directpay.due.actions import done, schedule
from directpay.due.models import Due
from directpay.due.registry import QUEUES, Queue, register
from directpay.due.run import run_queue
from directpay.events.unit import unit_of_work
from directpay.kernel.request_context import cause_of, caused_by, request_id
from tests.directpay.due.conftest import AT, promise, waiting

pytestmark = pytest.mark.django_db


def test_promises_each_key_at_its_time():
    with unit_of_work():
        schedule("q", [("b", AT), ("a", AT + timedelta(seconds=5))])
    assert waiting("q") == {"b": 0, "a": 5}


def test_moves_a_key_that_is_there_already():
    promise("q", "a", "b", seconds=10)
    promise("q", "a", seconds=60)
    promise("q", "b", seconds=1)
    assert waiting("q") == {"b": 1, "a": 60}
    assert Due.objects.count() == 2


def test_takes_the_last_word_on_a_key_that_is_named_twice():
    """A set of events may speak of one payment twice."""
    with unit_of_work():
        schedule("q", [("a", AT), ("b", AT), ("a", AT + timedelta(seconds=7))])
    assert waiting("q") == {"b": 0, "a": 7}


def test_keeps_queues_apart():
    promise("q", "a", seconds=1)
    promise("other", "a", seconds=2)
    assert (waiting("q"), waiting("other")) == ({"a": 1}, {"a": 2})


def test_forgets_earlier_failures_and_parking():
    promise("q", "a")
    Due.objects.update(attempts=12, last_error="no", parked_at=AT)
    promise("q", "a", seconds=3)
    row = Due.objects.get()
    assert (row.attempts, row.last_error, row.parked_at) == (0, "", None)


def test_takes_nothing_as_nothing():
    promise("q")
    assert not Due.objects.exists()


def test_done_lets_go_of_these_keys_alone():
    promise("q", "a", "b")
    promise("other", "a")
    with unit_of_work():
        done("q", ["a", "never there"])
        done("q", [])
    assert (waiting("q"), waiting("other")) == ({"b": 0}, {"a": 0})


def test_is_undone_with_the_action_that_promised():
    def change() -> None:
        with unit_of_work():
            schedule("q", [("a", AT)])
            raise RuntimeError("after all not")

    with pytest.raises(RuntimeError, match="after all not"):
        change()
    assert not Due.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_needs_somebodys_transaction():
    with pytest.raises(RuntimeError, match="open transaction"):
        schedule("q", [("a", AT)])
    with pytest.raises(RuntimeError, match="open transaction"):
        done("q", ["a"])


def test_refuses_two_workers_under_one_name(desk):
    desk("test.once")
    with pytest.raises(ValueError, match="registered twice"):
        register(Queue("test.once", print))
    assert QUEUES["test.once"].work is not print


def test_keeps_the_request_that_caused_it_until_another_does():
    def promised_by(request: str) -> str:
        with caused_by({"a": request}), unit_of_work():
            schedule("q", [("a", AT)])
        return Due.objects.get(queue="q", key="a").request_id

    assert [promised_by(request) for request in ("", "req_1", "", "req_2")] == ["", "req_1", "req_1", "req_2"]


@pytest.mark.parametrize("how", [{}, {"local": False, "lease_seconds": 15}], ids=["local", "leased"])
def test_works_on_each_key_for_its_request(desk, how):
    seen = []
    desk("q", bad={"b"}, before_end=lambda keys, at: seen.append(({key: cause_of(key) for key in keys}, request_id.get())), **how)
    with caused_by({"a": "req_1", "b": "req_2"}), unit_of_work():
        schedule("q", [("a", AT), ("b", AT)])
    run_queue(QUEUES["q"], AT)
    assert seen == [({"a": "req_1", "b": "req_2"}, ""), ({"a": "req_1"}, "req_1"), ({"b": "req_2"}, "req_2")]
    assert cause_of("a") == ""
