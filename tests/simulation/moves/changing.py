"""Leases that end sooner, go on, cost more or less, or are shared in another way: from the past, from today, from a day to come."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.changes.actions import Renewal, change_shares, end_lease, renew_lease, step_rent
from tests.simulation.auditor import changes
from tests.simulation.auditor.rent import Lease
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


def end(h: "History") -> None:
    """Mostly some weeks around today; sometimes where it cannot end."""
    lease, told = _choose(h)
    end_on = told.today(h.now) + timedelta(
        days=h.rng.choice([0, h.rng.randrange(-70, 0), h.rng.randrange(1, 90), h.rng.randrange(90, 900)])
    )
    end_on_day(h, lease, told, end_on)


def end_on_day(h: "History", lease: Any, told: Lease, end_on: date) -> None:
    refused = changes.judge_end(told, end_on)
    _change(h, lease, told, "lease.ended", refused, end_on, None, lambda: end_lease(lease, end_on, actor=SYSTEM, at=h.now))


def renew(h: "History") -> None:
    """To a later day, from month to month, with another rent or the same."""
    ending = [lease for lease in h.cast.leases if h.auditor.leases[lease.public_id].end_on is not None]
    lease, told = _choose(h, ending)
    last = told.end_on or told.today(h.now)
    end_on = h.rng.choice([None, last + timedelta(days=h.rng.randrange(1, 60)), last + timedelta(days=h.rng.randrange(1, 500)), last])
    rent = h.rng.choice([None, h.rng.randrange(20_000, 900_000)])
    step = None if rent is None else (last + timedelta(days=1), rent)
    refused = changes.judge_renewal(told, end_on, h.now)
    _change(
        h, lease, told, "lease.renewed", refused, end_on, step, lambda: renew_lease(lease, Renewal(end_on, rent), actor=SYSTEM, at=h.now)
    )


def step(h: "History") -> None:
    lease, told = _choose(h)
    from_on = told.today(h.now) + timedelta(
        days=h.rng.choice([h.rng.randrange(-40, 40), h.rng.randrange(20, 200), h.rng.randrange(20, 100)])
    )
    rent = h.rng.choice([1, 150_000, h.rng.randrange(20_000, 900_000)])
    refused = changes.judge_step(told, from_on, h.now)
    act = lambda: step_rent(lease, from_on, rent, actor=SYSTEM, at=h.now)  # noqa: E731
    _change(h, lease, told, "lease.rent_changed", refused, told.end_on, (from_on, rent), act)


def share(h: "History") -> None:
    """By weight; one may owe nothing any more."""
    apart = [lease for lease in h.cast.leases if "joint" not in h.auditor.leases[lease.public_id].weights]
    lease, told = _choose(h, apart)
    from_on = told.today(h.now) + timedelta(days=h.rng.choice([h.rng.randrange(-20, 40), h.rng.randrange(1, 100)]))
    names = list(told.party_of)
    weights = {name: h.rng.randrange(0, 4) for name in names} | {h.rng.choice(names): 1}
    made = h.attempt(
        f"shares of {lease.public_id} from {from_on}: {weights}",
        changes.judge_shares(told, from_on, h.now),
        lambda: change_shares(lease, from_on, [(name, {"weight": w}) for name, w in weights.items()], actor=SYSTEM, at=h.now),
    )
    if made is not None:
        changes.shares_changed(h.auditor, told, from_on, {label: weights[label] for label in told.weights})
    h.check()


def _choose(h: "History", wanted: list[Any] | None = None) -> tuple[Any, Lease]:
    """Mostly one of those that are wanted."""
    lease = h.rng.choice(wanted if wanted and h.rng.random() < 0.9 else h.cast.leases)
    return lease, h.auditor.leases[lease.public_id]


def _change(
    h: "History", lease: Any, told: Lease, kind: str, refused: str, end_on: date | None, step: tuple[date, int] | None, act: Any
) -> None:
    made = h.attempt(f"{kind} {lease.public_id}: to {end_on}, {step}", refused, act)
    if made is not None:
        changes.terms_changed(h.auditor, told, kind, h.now, end_on, step)
        waiting = made.charges.filter(scheduled=True, posted_at=None)
        changes.same_schedule(told, list(waiting.values_list("public_id", "due_on", "amount_minor")))
    h.check()


MOVES = (
    Move("end_lease", 0.6, end, lambda h: bool(h.cast.leases)),
    Move("renew_lease", 1, renew, lambda h: bool(h.cast.leases)),
    Move("step_rent", 0.8, step, lambda h: bool(h.cast.leases)),
    Move("change_shares", 0.8, share, lambda h: bool(h.cast.leases)),
)
