"""The inbox as gauges: what waits and for how long, and what is parked."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.db import connection

from directpay.kernel import clock
from directpay.ops.metrics import Gauge
from webhooks.inbound.models import OPEN
from webhooks.inbound.providers import PROVIDERS

# Those that are done are the most and say the least: the index of the others answers.
COUNT: Final = """
SELECT provider, state, count(*), coalesce(greatest(0, extract(epoch FROM %s - min(next_at))), 0)::bigint FROM webhooks_providerevent
WHERE state IN ('received', 'waiting', 'parked') AND state <> 'processed' GROUP BY provider, state
"""


def collect() -> Iterator[Gauge]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [clock.now()])
        found = {(provider, state): (number, late) for provider, state, number, late in cursor.fetchall()}
    numbers: list[tuple[Mapping[str, str], int | float]] = [
        ({"provider": provider, "state": state}, found.get((provider, state), (0, 0))[0]) for provider in PROVIDERS for state in OPEN
    ]
    yield Gauge("directpay_inbox_events", "Events of providers that are not done: received, waiting to be tried again, parked.", numbers)
    late = max((seconds for (_, state), (_, seconds) in found.items() if state == "received"), default=0)
    yield Gauge("directpay_inbox_oldest_seconds", "For how long the oldest event that nobody has looked at waits; 0 if none.", [({}, late)])
