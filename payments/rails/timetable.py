"""When the simulated bank does what: a demo timetable in seconds, a calendar timetable in bank days. When any rail is asked again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from directpay.kernel import bankdays
from directpay.kernel.clock import EASTERN

MORNING = time(8, 30)  # banks hand over what came in over night

SOONEST, LATEST = timedelta(seconds=5), timedelta(hours=1)  # between two questions about the same order


def patience(since: datetime, at: datetime) -> timedelta:
    """How long to wait before asking again about what is silent, or on its way: a tenth of the time that it has taken since."""
    return min(max((at - since) / 10, SOONEST), LATEST)


@dataclass(frozen=True, slots=True)
class Times:
    """Of one order. `lands_at`: our bank shows the money; `clears_at`: the rail confirms, or the return deadline has passed."""

    leaves_at: datetime
    lands_at: datetime
    refused_at: datetime  # when a refusal would be known
    clears_at: datetime
    ready_at: datetime
    day: Callable[[int], datetime]  # the n-th bank day after settlement, in the morning


@dataclass(frozen=True, slots=True)
class Seconds:
    """Delays of the demo timetable; `clears` is drawn between its two figures from the seed and the order's id."""

    lands: float
    clears: tuple[float, float]
    ready: float


def fraction(seed: str, order_id: str) -> float:
    """A number in [0, 1) that depends on nothing but its arguments."""
    digest = hashlib.sha256(f"{seed}:{order_id}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


def demo_times(seconds: Seconds, at: datetime, share: float, speed: float) -> Times:
    """`at` is when the order is placed; `share` in [0, 1) chooses within the range. A debit is safe on the third bank day
    after settlement: those three fill the time to clear, each later one is a second."""

    def after(count: float) -> datetime:
        return at + timedelta(seconds=count / speed)

    low, high = seconds.clears
    # One of five moments: what is handed over together is answered in sets, as a bank's files are.
    clears = low + (high - low) * round(4 * share) / 4
    return Times(
        leaves_at=at,
        lands_at=after(seconds.lands),
        refused_at=after(clears * 0.6),
        clears_at=after(clears),
        ready_at=after(clears + seconds.ready),
        day=lambda n: after(seconds.lands + (clears - seconds.lands) * n / 3 if n <= 3 else clears + n - 3),
    )


def leaving(at: datetime, cut_off: time) -> datetime:
    """The next cut-off on a bank day."""
    local = at.astimezone(EASTERN)
    day = bankdays.on_or_after(local.date())
    if day == local.date() and local.time() >= cut_off:
        day = bankdays.add(day, 1)
    return bankdays.eastern(day, cut_off)


def ach_times(at: datetime, cut_off: time, *, settles_same_day: bool) -> Times:
    """Settlement on the day of the file or the next bank day; timely returns arrive by the morning of the second bank day
    after it, so the debit is safe on the third; the landlord has it two bank days later (S-181).
    Source: Nacha Operating Rules, return time frame of two banking days."""
    leaves_at = leaving(at, cut_off)
    sent_on = leaves_at.astimezone(EASTERN).date()
    settles_on = sent_on if settles_same_day else bankdays.add(sent_on, 1)
    clears_on = bankdays.add(settles_on, 3)
    return Times(
        leaves_at=leaves_at,
        lands_at=bankdays.eastern(settles_on, time(18, 0) if settles_same_day else MORNING),
        refused_at=bankdays.eastern(bankdays.add(settles_on, 2), MORNING),
        clears_at=bankdays.eastern(clears_on, MORNING),
        ready_at=bankdays.eastern(bankdays.add(clears_on, 2), MORNING),
        day=lambda n: bankdays.eastern(bankdays.add(settles_on, n), MORNING),
    )


def bank_day_of(at: datetime) -> date:
    """The bank day, Eastern, that an instant belongs to."""
    return bankdays.on_or_after(at.astimezone(EASTERN).date())


def holidays_between(first: date, last: date) -> tuple[date, ...]:
    """Weekdays on which the banks are closed."""
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in span if day.weekday() < 5 and not bankdays.is_bank_day(day))


def bank_days_between(first: date, last: date) -> int:
    return sum(bankdays.is_bank_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
