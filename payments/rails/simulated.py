"""The simulated bank: a pure function of the order, the seed and the time. It keeps nothing, so nothing of it can be lost."""

from datetime import datetime, timedelta

from directpay.kernel.clock import EASTERN
from payments.rails.base import Answer, BankLine, NoAnswer, Order, Promise
from payments.rails.sandbox import Behaviour, behaviour
from payments.rails.timetable import Seconds, Times, bank_day_of, bank_days_between, demo_times, fraction, holidays_between

SILENCE_SHARE = 0.5  # of the time to clear, during which a silent bank does not answer
STATEMENT_AFTER = timedelta(hours=9)  # a return is told in the morning and stands on the statement of the evening


class SimulatedRail:
    """One rail of the simulated bank. A subclass gives its demo delays and its calendar."""

    name: str
    title: str
    seconds: Seconds
    can_be_returned = True
    refuses_at_once = False
    runs_by_calendar = True

    def __init__(self, profile: str, speed: float, seed: str) -> None:
        self.profile, self.speed, self.seed = profile, speed, seed

    def calendar(self, at: datetime) -> Times:
        raise NotImplementedError

    def times(self, at: datetime, order_id: str | None = None) -> Times:
        """Of an order placed at `at`. A promise (no order yet) takes the slowest."""
        if self.profile == "calendar":
            return self.calendar(at)
        share = 1.0 if order_id is None else fraction(self.seed, order_id)
        return demo_times(self.seconds, at, share, self.speed)

    def promise(self, at: datetime) -> Promise:
        times = self.times(at)
        first, last = (moment.astimezone(EASTERN).date() for moment in (times.leaves_at, times.clears_at))
        by_bank_days = self.profile == "calendar" and self.runs_by_calendar
        return Promise(
            leaves_at=times.leaves_at,
            clears_at=times.clears_at,
            ready_at=times.ready_at,
            clears_on=last,
            bank_days=bank_days_between(first, last) if by_bank_days else 0,
            closed_on=holidays_between(first, last) if by_bank_days else (),
        )

    def _acts(self, order: Order) -> Behaviour:
        return behaviour(order.account_number)

    def submit(self, order: Order, at: datetime) -> Answer:
        return self.look_up(order, at)

    def look_up(self, order: Order, at: datetime) -> Answer:
        acts, times = self._acts(order), self.times(order.placed_at, order.id)
        silent_until = order.placed_at + (times.clears_at - order.placed_at) * SILENCE_SHARE
        if acts.silent and at < silent_until:
            raise NoAnswer(f"{self.name} did not answer about {order.id}")
        if acts.stuck:
            return self._answer(order, "processing", order.placed_at, ask_again_at=at + timedelta(days=1))
        if acts.fails:
            refused_at = order.placed_at if self.refuses_at_once else times.refused_at
            if at >= max(refused_at, silent_until if acts.silent else refused_at):
                return self._answer(order, "failed", refused_at, code=acts.fails)
            return self._answer(order, "processing", order.placed_at, ask_again_at=refused_at)
        return self._unrefused(order, at, times)

    def _unrefused(self, order: Order, at: datetime, times: Times) -> Answer:
        returned_at, code = self._return(order, times)
        if returned_at and at >= returned_at:
            early = returned_at <= times.clears_at
            return self._answer(order, "failed" if early else "returned", returned_at, code=code)
        if at >= times.clears_at:
            return self._answer(order, "completed", times.clears_at, ask_again_at=returned_at)
        next_at = min(returned_at, times.clears_at) if returned_at else times.clears_at
        return self._answer(order, "processing", order.placed_at, ask_again_at=next_at)

    def _return(self, order: Order, times: Times) -> tuple[datetime | None, str]:
        acts = self._acts(order)
        if not (acts.returns and self.can_be_returned):
            return None, ""
        return max(times.day(acts.return_day), times.lands_at), acts.returns  # nobody gives back what has not come

    def _answer(self, order: Order, state: str, at: datetime, *, ask_again_at: datetime | None = None, code: str = "") -> Answer:
        return Answer(
            state=state,  # type: ignore[arg-type]
            reference=f"{self.name}-{order.id}",
            at=at,
            effective_on=bank_day_of(at),
            ask_again_at=ask_again_at,
            code=code,
        )

    def _lines(self, order: Order) -> list[BankLine]:
        acts, times = self._acts(order), self.times(order.placed_at, order.id)
        if acts.stuck or (acts.fails and (self.refuses_at_once or times.refused_at <= times.lands_at)):
            return []
        lines = [self._line(order, "credit", order.amount_minor, times.lands_at)]
        taken_back_at = times.refused_at if acts.fails else self._return(order, times)[0]
        if taken_back_at:
            gap = STATEMENT_AFTER if self.profile == "calendar" else timedelta(seconds=1 / self.speed)
            lines.append(self._line(order, "return", -order.amount_minor, max(taken_back_at, times.lands_at) + gap))
        return lines

    def _line(self, order: Order, part: str, amount_minor: int, at: datetime) -> BankLine:
        return BankLine(reference=f"{self.name}-{order.id}-{part}", amount_minor=amount_minor, at=at, on=bank_day_of(at))

    def bank_lines(self, order: Order, until: datetime) -> list[BankLine]:
        return [line for line in self._lines(order) if line.at <= until]

    def next_bank_line_at(self, order: Order, after: datetime) -> datetime | None:
        return next((line.at for line in self._lines(order) if line.at > after), None)
