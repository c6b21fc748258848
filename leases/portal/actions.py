"""What a page does that no room below does alone: paying rent once per page, however often it is sent."""

from datetime import datetime

from directpay.events.unit import unit_of_work
from directpay.people.actor import Actor
from directpay.people.models import User
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease
from leases.portal.queries.payments import paid_by_attempt
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.payins.models import Payment


def pay_once(lease: Lease, request: PayRequest, *, user: User, attempt: str, actor: Actor, at: datetime) -> tuple[Payment, bool]:
    """The payment of this attempt, and whether it is new. A second press waits for the first and gets its payment.

    Raises what `pay_rent` raises.
    """
    with unit_of_work():
        lock_lease(lease)  # two presses at once: the second sees what the first has done
        earlier = paid_by_attempt(user.id, lease, attempt)
        if earlier is not None:
            return earlier, False
        return pay_rent(lease, request, actor=actor, at=at), True
