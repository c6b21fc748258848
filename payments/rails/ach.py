from datetime import datetime, time, timedelta

from payments.rails.base import BankLine, Order
from payments.rails.sandbox import Behaviour, behaviour_of_credits
from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import Seconds, Times, ach_times


class Ach(SimulatedRail):
    """Standard ACH debit: with the last file of the bank day, safe after the return deadline."""

    name = "ach"
    title = "Bank transfer"
    seconds = Seconds(lands=10, clears=(30, 60), ready=5)

    def calendar(self, at: datetime) -> Times:
        return ach_times(at, time(16, 45), settles_same_day=False)


class PayoutCredit(SimulatedRail):
    """ACH credit that we send: with the last file of the bank day, there on the next; the receiving bank may send it back later.

    Source: Nacha Operating Rules: a credit is final for the sender when it settles, and a bank that cannot post it returns it.
    """

    name = "payout"
    title = "Payout"
    seconds = Seconds(lands=4, clears=(4, 4), ready=0)

    def calendar(self, at: datetime) -> Times:
        times = ach_times(at, time(16, 45), settles_same_day=False)
        landed = times.lands_at
        return Times(times.leaves_at, landed, times.leaves_at, landed, landed, times.day)

    def _acts(self, order: Order) -> Behaviour:
        return behaviour_of_credits(order.account_number)

    def _return(self, order: Order, times: Times) -> tuple[datetime | None, str]:
        """Never before it is there: until then it is refused, not returned."""
        returned_at, code = super()._return(order, times)
        return (max(returned_at, times.clears_at + timedelta(seconds=1)), code) if returned_at else (None, "")

    def _line(self, order: Order, part: str, amount_minor: int, at: datetime) -> BankLine:
        """Out of our bank, and back into it."""
        return super()._line(order, part, -amount_minor, at)
