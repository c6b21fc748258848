"""What waits in the background, as gauges: events on their way to listeners, due work, parked work, the worker's sign of life."""

from collections.abc import Iterator

from django.db import connection

from directpay.due.registry import QUEUES
from directpay.due.run import SWEEP_SECONDS
from directpay.events.registry import LISTENERS
from directpay.kernel import clock
from directpay.kernel.arrays import texts
from directpay.ops.heartbeat import age_seconds
from directpay.ops.metrics import Gauge

LIMIT = 50_000  # rows looked at for one listener or queue: a scrape stays cheap whatever waits
# In the order of the index: the longest waiting come first.
RELAY = """
SELECT name, waits.number, greatest(0, extract(epoch FROM %s - waits.first))::bigint FROM unnest(%s::text[]) AS name, LATERAL (
    SELECT count(*) AS number, min(event_at) AS first FROM (
        SELECT event_at FROM directpay_delivery WHERE listener = name AND done_at IS NULL ORDER BY due_at, id LIMIT %s
    ) AS d
) AS waits
"""
# What is parked is tried again within the time of a sweep: it is among what is due until then.
DUE = """
SELECT name, waits.number, greatest(0, extract(epoch FROM %s - waits.first))::bigint, waits.parked
FROM unnest(%s::text[]) AS name, LATERAL (
    SELECT count(*) FILTER (WHERE due_at <= %s) AS number, min(due_at) AS first, count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked
    FROM (
        SELECT due_at, parked_at FROM directpay_due WHERE queue = name AND due_at <= %s + make_interval(secs => %s)
        ORDER BY due_at, id LIMIT %s
    ) AS d
) AS waits
"""


def collect() -> Iterator[Gauge]:
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(RELAY, [at, texts(LISTENERS), LIMIT])
        relay = cursor.fetchall()
        cursor.execute(DUE, [at, texts(QUEUES), at, at, SWEEP_SECONDS, LIMIT])
        due = cursor.fetchall()
    yield Gauge(
        "directpay_relay_waiting",
        "Events that a listener has not taken yet.",
        [({"listener": name}, number) for name, number, _ in relay],
    )
    yield Gauge(
        "directpay_relay_oldest_seconds",
        "How long ago the oldest of them happened; 0 if none waits.",
        [({"listener": name}, age or 0) for name, _, age in relay],
    )
    yield Gauge("directpay_due_waiting", "Work whose time has come.", [({"queue": name}, number) for name, number, _, _ in due])
    yield Gauge(
        "directpay_due_oldest_seconds",
        "How long ago the time of the oldest came; 0 if none waits.",
        [({"queue": name}, age or 0) for name, _, age, _ in due],
    )
    yield Gauge(
        "directpay_due_parked",
        "Work that has failed so often that a person should look.",
        [({"queue": name}, parked) for name, _, _, parked in due],
    )


def collect_heartbeat() -> Iterator[Gauge]:
    yield Gauge(
        "directpay_worker_heartbeat_age_seconds",
        "Since beat had a worker finish a task; +Inf after half a minute.",
        [({}, age_seconds())],
    )
