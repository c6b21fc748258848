"""What a program beside it may tell the stand-in: ``POST /_stand_in/clock``, ``/faults``, ``/webhooks``, ``/deliver``. JSON both ways."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.stripe_stand_in import charging

if TYPE_CHECKING:
    from tests.stripe_stand_in.server import StandIn


class MovedClock:
    """A clock and what was added to it."""

    def __init__(self, clock: Any) -> None:
        self.clock, self.ahead = clock, timedelta()

    def __call__(self) -> Any:
        return self.clock() + self.ahead

    def move(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


def control(stand_in: "StandIn", what: str, body: str) -> tuple[int, Any]:
    given = json.loads(body or "{}")
    if what == "clock":
        clock = stand_in.state.clock
        if not isinstance(clock, MovedClock):
            return 400, {"error": "this clock belongs to somebody else"}
        clock.move(given.get("seconds", 0))
        stand_in.tick()
        stand_in.webhooks.deliver_at_once()
        return 200, {"now": stand_in.state.now()}
    if what == "payout":
        made = charging.pay_out(stand_in.state)
        stand_in.webhooks.deliver_at_once()
        return 200, made or {"nothing": "is available"}
    if what == "faults":
        stand_in.faults.add(given["kind"], given.get("route", "*"), given.get("times", 1))
        return 200, {"added": given}
    if what == "webhooks":
        stand_in.webhooks.add(given["url"], given["secret"], *given.get("kinds", []), at_once=given.get("at_once", True))
        return 200, {"endpoints": len(stand_in.webhooks.endpoints)}
    if what == "deliver":
        sent = stand_in.webhooks.deliver(**given)
        return 200, {"sent": [[one.event, one.kind, one.status] for one in sent]}
    return 404, {"error": f"no such thing: {what}"}
