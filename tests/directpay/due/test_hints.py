"""A nudge through the real broker; losing it loses nothing."""

import time

import pytest
from django.db import transaction

from directpay.due.hints import APART_SECONDS, hint_after_commit
from directpay.ops.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet() -> None:
    """The last hint of the tests before is long ago."""
    passed = time.monotonic() + APART_SECONDS
    assert wait_until(lambda: time.monotonic() > passed, 1)


def waiting(valkey) -> int:
    return valkey.llen("celery")


def test_nudges_the_worker_once_the_promise_is_kept(valkey, settings):
    settings.SEND_HINTS = True
    with transaction.atomic():
        hint_after_commit()
        assert waiting(valkey) == 0, "not before the commit: the worker would find nothing"
    assert waiting(valkey) == 1
    assert b"directpay.ops.tasks.run_due" in valkey.lindex("celery", 0)


def test_nudges_nobody_for_what_was_rolled_back(valkey, settings):
    settings.SEND_HINTS = True
    with transaction.atomic():
        hint_after_commit()
        transaction.set_rollback(True)
    assert waiting(valkey) == 0


def test_nudges_nobody_where_hints_are_off(valkey, settings):
    settings.SEND_HINTS = False
    with transaction.atomic():
        hint_after_commit()
    assert waiting(valkey) == 0


def test_many_at_once_make_few_nudges(valkey, settings):
    settings.SEND_HINTS = True
    for _ in range(200):
        with transaction.atomic():
            hint_after_commit()
    assert waiting(valkey) < 100
    assert wait_until(lambda: waiting(valkey) >= 2, 2), "whoever came right after the first is not left to the beat"
