"""What waits, as gauges."""

from datetime import timedelta

import pytest
from django.test import Client

from directpay.due.models import Due
from directpay.due.run import PARK_AFTER, run_all
from directpay.events.relay import relay_all
from directpay.ops import backlog, heartbeat, metrics
from directpay.ops.build import revision
from directpay.ops.clock import set_clock
from directpay.ops.metrics import Gauge
from tests.directpay.cast import platform
from tests.directpay.due.conftest import desk, promise  # noqa: F401  a fixture
from tests.directpay.events.conftest import AT, ear, happened, new, still  # noqa: F401  fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]


def shown(name: str, label: str) -> dict[str, float]:
    (gauge,) = [gauge for gauge in backlog.collect() if gauge.name == name]
    return {labels[label]: value for labels, value in gauge.samples}


def test_tells_how_far_each_listener_is_behind(ear):  # noqa: F811
    quick, slow = ear("quick"), ear("slow", refuses={"obj_1"})
    happened(new("obj_1"), new("obj_2", at=AT + timedelta(seconds=5)))
    waiting = shown("directpay_relay_waiting", "listener")
    assert (waiting["quick"], waiting["slow"]) == (2, 2)
    set_clock(AT + timedelta(seconds=30), frozen=True)
    assert shown("directpay_relay_oldest_seconds", "listener")["quick"] == 30
    relay_all()
    waiting = shown("directpay_relay_waiting", "listener")
    assert (waiting["quick"], waiting["slow"]) == (0, 1)
    set_clock(AT + timedelta(seconds=31), frozen=True)
    oldest = shown("directpay_relay_oldest_seconds", "listener")
    assert (oldest["quick"], oldest["slow"]) == (0, 31), "the age of the event, however late it is tried again"
    assert quick.heard
    assert "obj_1" in slow.heard


def test_tells_what_is_due_and_since_when_and_what_is_not_yet(desk):  # noqa: F811
    desk("q")
    promise("q", "a", "b")
    promise("q", "later", seconds=3600)
    set_clock(AT + timedelta(seconds=90), frozen=True)
    assert shown("directpay_due_waiting", "queue")["q"] == 2
    assert shown("directpay_due_oldest_seconds", "queue")["q"] == 90
    run_all()
    assert shown("directpay_due_waiting", "queue")["q"] == 0
    assert shown("directpay_due_oldest_seconds", "queue")["q"] == 0


def test_tells_what_is_parked_though_it_is_not_due_for_hours(desk):  # noqa: F811
    desk("q", bad={"a"})
    promise("q", "a")
    for _ in range(PARK_AFTER):
        set_clock(Due.objects.get(queue="q").due_at, frozen=True)
        run_all()
    assert shown("directpay_due_parked", "queue")["q"] == 1
    assert shown("directpay_due_waiting", "queue")["q"] == 0


def test_tells_how_old_the_workers_sign_of_life_is(valkey):
    def age() -> float:
        ((_, value),) = next(iter(backlog.collect_heartbeat())).samples
        return value

    assert age() == float("inf")
    heartbeat.beat()
    assert 0 <= age() < 5
    valkey.pexpire(heartbeat.KEY, 10_000)
    assert 20 <= age() < 25


def test_infinity_is_written_as_prometheus_reads_it():
    assert list(Gauge("x_seconds", "x", [({}, float("inf"))]).lines())[-1] == "x_seconds +Inf"


def test_one_part_that_is_away_does_not_hide_the_others():
    def broken():
        raise RuntimeError("away")
        yield

    metrics.COLLECTORS.append(broken)
    try:
        told = platform().get("/metrics").content.decode()
    finally:
        metrics.COLLECTORS.remove(broken)
    assert f'directpay_collector_failed{{of="{__name__}"}} 1' in told
    assert 'directpay_collector_failed{of="directpay.ops.backlog"} 0' in told
    assert "directpay_due_waiting" in told
    assert Client().get("/metrics").status_code == 401


def test_says_what_runs(settings):
    revision.cache_clear()
    settings.REVISION = "abc123"
    told = platform().get("/metrics").content.decode()
    revision.cache_clear()
    assert 'directpay_build_info{version="2026-11-01",revision="abc123",python="3.' in told
