"""What beat asks for."""

import psycopg
import pytest
from django.db import connection

from directpay.celery import app
from directpay.ops import tasks

pytestmark = pytest.mark.django_db


def test_takes_a_lane_and_gives_it_back(superuser: psycopg.Connection) -> None:
    with tasks.lane(tasks.DUE_LANES) as free:
        assert free
        assert superuser.execute("SELECT pg_try_advisory_lock(%s)", [tasks.DUE_LANES]).fetchone() == (False,)
    assert superuser.execute("SELECT pg_try_advisory_lock(%s)", [tasks.DUE_LANES]).fetchone() == (True,)


def test_does_nothing_while_the_lane_is_taken(superuser: psycopg.Connection, settings) -> None:
    superuser.execute("SELECT pg_advisory_lock(%s)", [tasks.RELAY_LANES])
    with tasks.lane(tasks.RELAY_LANES) as free:
        assert not free
    settings.WORK_LANES = 2
    with tasks.lane(tasks.RELAY_LANES) as free:
        assert free


def test_a_broken_connection_takes_its_lane_with_it(superuser: psycopg.Connection) -> None:
    with tasks.lane(tasks.DUE_LANES):
        pid = connection.connection.info.backend_pid
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert superuser.execute("SELECT pg_try_advisory_lock(%s)", [tasks.DUE_LANES]).fetchone() == (True,)


def test_every_beat_expires_before_it_can_pile_up() -> None:
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["expires"] <= 5


@pytest.mark.django_db(transaction=True)
def test_runs_with_nothing_to_do() -> None:
    tasks.run_due()
    tasks.relay()
