from datetime import datetime

from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import Seconds, Times, demo_times


class Instant(SimulatedRail):
    """Instant payment (as RTP and FedNow): final on the rail's word, day and night; settled in the same hour."""

    name = "instant"
    title = "Instant"
    seconds = Seconds(lands=3, clears=(1, 2.5), ready=1)
    can_be_returned = False
    refuses_at_once = True
    runs_by_calendar = False

    def calendar(self, at: datetime) -> Times:
        return demo_times(Seconds(lands=30, clears=(20, 20), ready=600), at, 0, 1)
