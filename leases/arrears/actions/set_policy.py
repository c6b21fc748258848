"""A landlord says what renters hear, and when, from a day on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from directpay.due.actions import schedule_found
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.clock import today as day_of
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import Payee
from leases.arrears.actions.look import ARREARS_QUEUE
from leases.arrears.events import policy_fact
from leases.arrears.ladder import Step, first_days, written
from leases.arrears.models import ArrearsPolicy

FARTHEST = timedelta(days=366)
# What waits for its first look may have to be looked at sooner; what comes too early looks again.
SOONER: Final = """
SELECT c.public_id, (greatest(c.due_on + %s, %s))::timestamp AT TIME ZONE h.timezone
FROM leases_property h JOIN leases_unit u ON u.property_id = h.id JOIN leases_lease l ON l.unit_id = u.id
JOIN leases_charge c ON c.lease_id = l.id JOIN directpay_due d ON d.queue = %s AND d.key = c.public_id
WHERE h.payee_id = %s AND (greatest(c.due_on + %s, %s))::timestamp AT TIME ZONE h.timezone < d.due_at
"""


def set_arrears_policy(payee: Payee, steps: Sequence[Step], *, from_on: date | None = None, actor: Actor, at: datetime) -> ArrearsPolicy:
    """For cases that are opened from that day on (today without it); running cases keep theirs. Raises InvalidInput."""
    with unit_of_work():
        payee = Payee.objects.select_related("owner").select_for_update(of=("self",), no_key=True).get(id=payee.id)
        today = day_of(ZoneInfo(settings.TIME_ZONE), at)  # a payee has no home of its own
        day = from_on or today
        if day < today:
            raise InvalidInput("What was opened keeps what held then: choose today or later.", param="from_date")
        if day - today > FARTHEST:
            raise InvalidInput("A ladder is set at most a year ahead.", param="from_date")
        policy = ArrearsPolicy.objects.create(
            public_id=public_id("arp"), payee=payee, from_on=day, steps=written(steps), first_days=first_days(steps), created_at=at
        )
        since = [policy.first_days, day]
        schedule_found(ARREARS_QUEUE, SOONER, [*since, ARREARS_QUEUE, payee.id, *since])
        record([policy_fact(policy, actor.label, at)])
        return policy
