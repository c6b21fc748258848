"""What a page does that no room below does alone: doing a thing once per page, however often its button is pressed."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from django.http import HttpRequest

from directpay.api.idempotency import Answer, answer_once, fingerprint, keyed
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import User
from leases.contracts.actions import lock_lease_rows
from leases.contracts.models import Lease
from leases.portal.queries.payments import paid_by_attempt
from leases.portal.visit import Visit
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.payins.models import Payment


class NotAsShown(Conflict):
    """It would pay other charges than the page has said, or other parts of them: something happened since."""


def pay_once(
    lease: Lease, request: PayRequest, *, user: User, attempt: str, shown: Sequence[tuple[str, int]], actor: Actor, at: datetime
) -> tuple[Payment, bool]:
    """The payment of this attempt, and whether it is new. A second press waits for the first and gets its payment.

    `shown`: the charges that the page has named, by public id, and how much of each in minor units. The payment is judged by it when it
    has been made, for only then nothing can come between. Raises NotAsShown, and what `pay_rent` raises.
    """
    with unit_of_work():
        lock_lease_rows([lease.id])  # two presses at once: the second sees what the first has done
        earlier = paid_by_attempt(user.id, lease, attempt)
        if earlier is not None:
            return earlier, False
        payment = pay_rent(lease, request, actor=actor, at=at)
        if sorted(payment.claims.values_list("item", "amount_minor")) != sorted(shown):
            raise NotAsShown("What can be paid has changed since the page was opened.")
        return payment, True


def pressed_once(request: HttpRequest, visit: Visit, act: Callable[[], str]) -> None:
    """Run `act`, which returns the id of what it made. Raises KeyInUse while the first press is at work, and what `act` refuses with.

    What was typed belongs to the attempt: a page that was gone back to, and changed, is another one.
    """
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in ("attempt", "csrfmiddlewaretoken")}
    key = f"{request.POST.get('attempt', '')[:80] or public_id('at')}:{fingerprint(typed)}"
    once = keyed(account=visit.actor.account, method="POST", path=request.path, key=key, parameters={}, moves_money=False)
    answer = answer_once(request=once, at=visit.at, execute=lambda: Answer(200, json.dumps({"id": act()}).encode()))
    if answer.status != 200:
        raise RuntimeError(f"{request.path} could not be done")
