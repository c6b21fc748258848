"""A broker that is down never holds up a request, and which one it is is a setting."""

import os
import subprocess
import sys
import time

import pytest
from kombu.exceptions import OperationalError

from directpay.celery import app
from tests import services

LIMIT_SECONDS = 1.5
ASKED = """
from directpay import settings as s
print(s.CELERY_BROKER_URL, 'visibility_timeout' in s.CELERY_BROKER_TRANSPORT_OPTIONS, s.CELERY_TASK_PUBLISH_RETRY)
"""


@pytest.mark.parametrize(("broker", "retry"), [("redis://127.0.0.1:1/0", False), ("amqp://guest:guest@127.0.0.1:1//", True)])
def test_publishing_to_a_dead_broker_fails_at_once(broker, retry) -> None:
    with app.connection_for_write(broker) as connection:
        began = time.monotonic()
        with pytest.raises(OperationalError):
            app.send_task("directpay.ops.tasks.run_due", retry=retry, connection=connection)
        assert time.monotonic() - began < LIMIT_SECONDS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "redis://one:6379/0 True False"),
        ({"DIRECTPAY_BROKER_URL": ""}, "redis://one:6379/0 True False"),
        ({"DIRECTPAY_BROKER_URL": "redis://two:6379/1"}, "redis://two:6379/1 True False"),
        ({"DIRECTPAY_BROKER_URL": "amqp://user@three//"}, "amqp://user@three// False True"),
    ],
)
def test_the_broker_is_redis_unless_another_is_named(given, said) -> None:
    """AMQP is published to a second time: a connection that RabbitMQ has closed would never be made anew otherwise."""
    own = {"DIRECTPAY_ENV_FILE": os.devnull, "REDIS_URL": "redis://one:6379/0", "PATH": os.environ["PATH"], **given}
    told = subprocess.run([sys.executable, "-c", ASKED], env=own, cwd=services.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == said
