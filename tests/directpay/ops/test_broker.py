"""A broker that is down never holds up a request."""

import time

import pytest
from kombu.exceptions import OperationalError

from directpay.celery import app

LIMIT_SECONDS = 1.0


def test_publishing_to_a_dead_broker_fails_at_once(settings) -> None:
    with app.connection_for_write("redis://127.0.0.1:1/0") as connection:
        began = time.monotonic()
        with pytest.raises(OperationalError):
            app.send_task("directpay.ops.tasks.run_due", retry=False, connection=connection)
        assert time.monotonic() - began < LIMIT_SECONDS
