"""Every rail, by name. To add one: a file beside this one, and a line here."""

from django.conf import settings

from payments.rails.ach import Ach, PayoutCredit
from payments.rails.base import Rail
from payments.rails.instant import Instant
from payments.rails.same_day_ach import SameDayAch
from payments.rails.simulated import SimulatedRail
from payments.rails.wire import Wire

RAILS: dict[str, type[SimulatedRail]] = {rail.name: rail for rail in (Instant, SameDayAch, Ach, Wire)}
OUTGOING: dict[str, type[SimulatedRail]] = {PayoutCredit.name: PayoutCredit}  # nobody pays in by these


def rail(name: str) -> Rail:
    """The rail under the present profile, speed and seed."""
    found = RAILS.get(name) or OUTGOING[name]
    return found(settings.RAIL_PROFILE, settings.RAIL_SPEED, settings.RAIL_SEED)
