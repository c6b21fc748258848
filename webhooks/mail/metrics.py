"""Mails as gauges: what waits and for how long, and what did not arrive."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.db import connection

from directpay.kernel import clock
from directpay.ops.metrics import Gauge
from webhooks.mail.models import Message

# Those that were sent are the most and say the least: the index of the others answers.
COUNT: Final = """
SELECT state, count(*), coalesce(greatest(0, extract(epoch FROM %s - min(next_at))), 0)::bigint FROM webhooks_message
WHERE state <> 'sent' GROUP BY state
"""


def collect() -> Iterator[Gauge]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [clock.now()])
        found = {state: (number, late) for state, number, late in cursor.fetchall()}
    states = [str(state) for state in Message.State if state != Message.State.SENT]
    numbers: list[tuple[Mapping[str, str], int | float]] = [({"state": state}, found.get(state, (0, 0))[0]) for state in states]
    yield Gauge("directpay_mail_messages", "Mails that are queued, or were not sent.", numbers)
    yield Gauge(
        "directpay_mail_oldest_seconds",
        "For how long the oldest mail that is due waits; 0 if none.",
        [({}, found.get("queued", (0, 0))[1])],
    )
