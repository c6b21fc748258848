from datetime import datetime, time

from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import Seconds, Times, ach_times


class Ach(SimulatedRail):
    """Standard ACH debit: with the last file of the bank day, safe after the return deadline."""

    name = "ach"
    title = "Bank transfer"
    seconds = Seconds(lands=10, clears=(30, 60), ready=5)

    def calendar(self, at: datetime) -> Times:
        return ach_times(at, time(16, 45), settles_same_day=False)
