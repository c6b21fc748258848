"""What is charged besides the rent, by all or one; what is forgiven, and what is given up."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.credits.actions import NewCredit, grant_credit
from leases.rent.actions.add_charge import CATEGORIES, NewCharge, add_charge
from leases.rent.models import Charge
from tests.simulation.auditor import by_hand, rent, requests
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


def charge_all(h: "History") -> None:
    """Of some day in the past, of today, or of one to come."""
    days = h.rng.choice([0, 0, -h.rng.randrange(1, 40), h.rng.randrange(1, 40), h.rng.randrange(1, 200)])
    _charge(h, h.rng.choice(h.cast.leases), None, days)


def charge_one(h: "History") -> None:
    """One roommate alone, where there are several who owe apart."""
    apart = [lease for lease in h.cast.leases if len(h.auditor.leases[lease.public_id].weights) > 1]
    lease = h.rng.choice(apart or h.cast.leases)
    days = h.rng.choice([0, -h.rng.randrange(1, 20), h.rng.randrange(1, 30), h.rng.randrange(1, 30)])
    _charge(h, lease, h.rng.choice(list(h.auditor.leases[lease.public_id].weights)), days)


def charge_too_far(h: "History") -> None:
    """Within a year of today, either way."""
    _charge(h, h.rng.choice(h.cast.leases), None, h.rng.choice([-367, -366, 366, 367]))


def _charge(h: "History", lease: Any, label: str | None, days: int) -> None:
    told = h.auditor.leases[lease.public_id]
    due_on = told.today(h.now) + timedelta(days=days)
    category, amount = h.rng.choice(CATEGORIES), h.rng.choice([1, 4_200, 99_999, h.rng.randrange(2, 60_000)])
    party = lease.parties.get(label=label) if label else None
    wish = NewCharge(category, amount, due_on, party)
    made: Charge | None = h.attempt(
        f"charge {label or 'all'} of {lease.public_id} {amount} for {category}, due {due_on}",
        by_hand.judge_charge(h.auditor, told, due_on, h.now),
        lambda: add_charge(lease, wish, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        known = rent.Charge(made.public_id, due_on, due_on, amount, category=category, label=label, scheduled=False)
        by_hand.charge_added(h.auditor, known, told, h.now)
    h.check()


def credit(h: "History") -> None:
    """A part of what is owed, all of it, or more, which then stands as paid ahead."""
    lease, label, owed = choose_debtor(h)
    amount = h.rng.choice([owed // 2, owed // 5, owed, owed + h.rng.randrange(1, 5_000), h.rng.randrange(1, 20_000)])
    _grant(h, lease, label, "credit", amount)


def credit_charge(h: "History") -> None:
    """For a charge: mostly one that this party owes and has not paid; it is served before what is older."""
    lease, label, _ = choose_debtor(h)
    _grant(h, lease, label, "credit", *_some_charge(h, lease, label))


def write_off(h: "History") -> None:
    """All that is owed and not on its way, or a part, or (refused) more."""
    lease, label, owed = choose_debtor(h)
    left = by_hand.may_give_up(h.auditor, h.auditor.leases[lease.public_id].account(label))
    _grant(h, lease, label, "write_off", h.rng.choice([left, left // 2, left // 3, left + 1, owed, owed + 1]))


def write_off_charge(h: "History") -> None:
    """Mostly one of which a part is on its way: what is not, or (refused) more."""
    coming = _coming(h)
    if coming and h.rng.random() < 0.7:
        lease, label, charge = h.rng.choice(coming)
        account = h.auditor.leases[lease.public_id].account(label)
        left = by_hand.open_of(h.auditor, account, charge.id)
        free = left - requests.claimed(h.auditor, account, charge.reference)
        return _grant(h, lease, label, "write_off", h.rng.choice([free, free + 1, free // 2, left]), charge.id)
    lease, label, _ = choose_debtor(h)
    _grant(h, lease, label, "write_off", *_some_charge(h, lease, label))


def choose_debtor(h: "History", wanted: Callable[[str], int] | None = None) -> tuple[Any, str, int]:
    """(lease, party, what it owes): mostly one who owes something, or of whom `wanted` (by account) is above zero."""
    parties = [(lease, label) for lease in h.cast.leases for label in h.auditor.leases[lease.public_id].weights]
    measure = wanted or (lambda account: h.auditor.books.balances[account])
    chosen = [(lease, label) for lease, label in parties if measure(h.auditor.leases[lease.public_id].account(label)) > 0]
    lease, label = h.rng.choice(chosen if chosen and h.rng.random() < 0.85 else parties)
    return lease, label, max(0, h.auditor.books.balances[h.auditor.leases[lease.public_id].account(label)])


def _some_charge(h: "History", lease: Any, label: str) -> tuple[int, str]:
    """(amount, charge): the newest open ones rather than the oldest, so that it matters which is served; sometimes any charge at all."""
    told = h.auditor.leases[lease.public_id]
    left = {c.id: by_hand.open_of(h.auditor, told.account(label), c.id) for c in told.charges.values()}
    standing = [c.id for c in told.of(label) if left[c.id]]
    name = h.rng.choice(standing[-3:] if standing and h.rng.random() < 0.85 else list(told.charges))
    return h.rng.choice([left[name], left[name] // 2, left[name] // 3, left[name] + 1]), name


def _coming(h: "History") -> list[tuple[Any, str, rent.Charge]]:
    """(lease, party, charge) of which something is being paid."""
    found = []
    for lease in h.cast.leases:
        told = h.auditor.leases[lease.public_id]
        posted = [(label, c) for label in told.weights for c in told.of(label) if c.posted]
        found += [(lease, label, c) for label, c in posted if requests.claimed(h.auditor, told.account(label), c.reference)]
    return found


def _grant(h: "History", lease: Any, label: str, kind: str, amount: int, charge: str | None = None) -> None:
    told, amount = h.auditor.leases[lease.public_id], max(1, amount)
    wished = by_hand.Credit(told, label, kind, amount, told.today(h.now), charge)
    of = Charge.objects.get(public_id=charge) if charge else None
    wish = NewCredit(lease.parties.get(label=label), kind, amount, "because", of)
    made = h.attempt(
        f"{kind} of {amount} to {label} of {lease.public_id} for {charge}",
        by_hand.judge_credit(h.auditor, wished),
        lambda: grant_credit(lease, wish, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        by_hand.credit_granted(h.auditor, made.public_id, wished)
    h.check()


def _let(h: "History") -> bool:
    return bool(h.cast.leases)


MOVES = (
    Move("charge_all", 2.5, charge_all, _let),
    Move("charge_one", 2, charge_one, _let),
    Move("charge_too_far", 0.3, charge_too_far, _let),
    Move("credit", 1.5, credit, _let),
    Move("credit_charge", 1.5, credit_charge, _let),
    Move("write_off", 1.5, write_off, _let),
    Move("write_off_charge", 0.7, write_off_charge, _let),
)
