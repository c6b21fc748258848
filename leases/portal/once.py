"""A form is sent once, however often its button is pressed: its page carries the key of one attempt."""

import json
from collections.abc import Callable

from django.http import HttpRequest

from directpay.api.idempotency import Answer, answer_once, keyed
from directpay.kernel.ids import public_id
from leases.portal.visit import Visit


def pressed_once(request: HttpRequest, visit: Visit, act: Callable[[], str]) -> None:
    """Run `act`, which returns the id of what it made. Raises KeyInUse while the first press is at work, and what `act` refuses with."""
    key = request.POST.get("attempt", "")[:80] or public_id("at")
    once = keyed(account=visit.actor.account, method="POST", path=request.path, key=key, parameters={}, moves_money=False)
    answer = answer_once(request=once, at=visit.at, execute=lambda: Answer(200, json.dumps({"id": act()}).encode()))
    if answer.status != 200:
        raise RuntimeError(f"{request.path} could not be done")
