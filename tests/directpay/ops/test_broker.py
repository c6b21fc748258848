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
ASKED = "from directpay import settings as s; print(s.CELERY_BROKER_URL, 'visibility_timeout' in s.CELERY_BROKER_TRANSPORT_OPTIONS)"


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"])
def test_publishing_to_a_dead_broker_fails_at_once(broker) -> None:
    with app.connection_for_write(broker) as connection:
        began = time.monotonic()
        with pytest.raises(OperationalError):
            app.send_task("directpay.ops.tasks.run_due", retry=False, connection=connection)
        assert time.monotonic() - began < LIMIT_SECONDS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "redis://one:6379/0 True"),
        ({"DIRECTPAY_BROKER_URL": ""}, "redis://one:6379/0 True"),
        ({"DIRECTPAY_BROKER_URL": "redis://two:6379/1"}, "redis://two:6379/1 True"),
        ({"DIRECTPAY_BROKER_URL": "amqp://user@three//"}, "amqp://user@three// False"),
    ],
)
def test_the_broker_is_redis_unless_another_is_named(given, said) -> None:
    own = {"DIRECTPAY_ENV_FILE": os.devnull, "REDIS_URL": "redis://one:6379/0", "PATH": os.environ["PATH"], **given}
    told = subprocess.run([sys.executable, "-c", ASKED], env=own, cwd=services.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == said
