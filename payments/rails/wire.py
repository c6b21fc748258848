from datetime import datetime, time, timedelta

from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import Seconds, Times, leaving


class Wire(SimulatedRail):
    """A wire that names our reference: what arrives is final, and arrives on our statement first."""

    name = "wire"
    title = "Wire"
    seconds = Seconds(lands=4, clears=(5, 8), ready=1)
    can_be_returned = False
    refuses_at_once = True

    def calendar(self, at: datetime) -> Times:
        leaves_at = leaving(at, time(16, 0))
        return Times(
            leaves_at=leaves_at,
            lands_at=leaves_at + timedelta(minutes=30),
            refused_at=leaves_at,
            clears_at=leaves_at + timedelta(minutes=31),
            ready_at=leaves_at + timedelta(minutes=45),
            day=lambda n: leaves_at,
        )
