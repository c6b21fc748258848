"""Two more listeners for a stack under test, one of which fails half the time, and rails that take a moment to answer."""

import random
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from directpay.events.models import Event
from directpay.events.registry import listen
from payments.rails.base import Answer, Order
from payments.rails.registry import RAILS
from payments.rails.simulated import SimulatedRail

ANSWER_SECONDS = 0.02  # there is time to be killed between intent and answer


def keep(listener: str, events: Sequence[Event]) -> None:
    """One row per event told, without a unique constraint: telling twice would show."""
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO chaos_effect (listener, event_id) VALUES (%s, %s)", [(listener, event.id) for event in events])


def steady(events: Sequence[Event]) -> None:
    keep("chaos.steady", events)


def flaky(events: Sequence[Event]) -> None:
    keep("chaos.flaky", events)
    if random.random() < 0.5:
        raise RuntimeError("half of the time I fail, after my work is done")


def slow_submit(self: SimulatedRail, order: Order, at: datetime) -> Answer:
    time.sleep(ANSWER_SECONDS)
    return self.look_up(order, at)


def register() -> None:
    listen("chaos.steady", "*", hear=steady)
    listen("chaos.flaky", "*", hear=flaky)
    for name, rail in list(RAILS.items()):
        RAILS[name] = type(rail.__name__, (rail,), {"submit": slow_submit})
