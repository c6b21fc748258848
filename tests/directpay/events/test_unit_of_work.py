import pytest
from django.db import transaction

from directpay.events.models import Event
from directpay.events.unit import require_transaction, unit_of_work
from tests.directpay.events.conftest import happened, new

pytestmark = pytest.mark.django_db(transaction=True)


def test_commits_at_its_end():
    with unit_of_work():
        happened(new("thg_1"))
    assert not transaction.get_connection().in_atomic_block
    assert Event.objects.count() == 1


def fail_after_two() -> None:
    with unit_of_work():
        with unit_of_work():
            happened(new("thg_1"))
        assert Event.objects.count() == 1
        raise RuntimeError("the outer one fails")


def test_joins_the_one_that_is_open_and_ends_with_it():
    with pytest.raises(RuntimeError, match="the outer one fails"):
        fail_after_two()
    assert not Event.objects.exists()


def test_refuses_to_hide_in_a_plain_transaction():
    """An action whose caller could still roll it back would not be one."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), unit_of_work():
        pass


def test_may_be_opened_again_after_one_that_failed():
    with pytest.raises(RuntimeError):
        fail_after_two()
    happened(new("thg_2"))
    assert Event.objects.get().object_id == "thg_2"


def test_a_step_needs_one():
    with pytest.raises(RuntimeError, match="call it from an action"):
        require_transaction()
    with unit_of_work():
        require_transaction()
