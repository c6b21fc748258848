from datetime import datetime, time

from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import Seconds, Times, ach_times


class SameDayAch(SimulatedRail):
    """Same-day ACH debit: settles on the day it is sent, one bank day sooner safe."""

    name = "same_day_ach"
    title = "Same-day bank transfer"
    seconds = Seconds(lands=4, clears=(8, 14), ready=3)

    def calendar(self, at: datetime) -> Times:
        return ach_times(at, time(14, 45), settles_same_day=True)
