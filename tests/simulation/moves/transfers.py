"""What goes from one who owes to another: credit to a roommate, renters to another unit; too much, twice, to another owner, in the past."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from directpay.people.actor import SYSTEM
from leases.contracts.models import Lease as LeaseRow
from leases.properties.models import Unit
from leases.transfers.actions import NewHome, give_credit, move_to_unit
from leases.transfers.models import Move as MoveRow
from leases.transfers.models import Transfer
from tests.simulation.auditor import changes, lateness, policies, transfers
from tests.simulation.auditor.rent import Lease
from tests.simulation.auditor.transfers import Gift, Moved, There
from tests.simulation.crashes import NEVER, crash_at
from tests.simulation.moves import by_hand
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

MOST_LEASES = 9
A_DAY = timedelta(days=1)


# --- to a roommate ---


def pay_ahead(h: "History") -> None:
    """One of several roommates gives more than is owed, so that there is something to give away: mostly where another owes."""
    shared = _shared(h)
    owing = [(lease, giver) for lease, giver, taker in _pairs(h) if _balance(h, lease, taker) > 0]
    lease = h.rng.choice(shared)
    label = h.rng.choice(list(h.auditor.leases[lease.public_id].weights))
    if owing and h.rng.random() < 0.85:
        lease, label = h.rng.choice(owing)
    told = h.auditor.leases[lease.public_id]
    owed = max(0, h.auditor.books.balances[told.account(label)])
    by_hand.record(h, lease, label, owed + h.rng.choice([told.rent // 3, h.rng.randrange(1, 90_000)]))


def give(h: "History") -> None:
    """Mostly what both allow; now and then a cent more, to oneself, or again."""
    lease, giver, taker = _roommates(h)
    told = h.auditor.leases[lease.public_id]
    ahead, owed = max(0, -h.auditor.books.balances[told.account(giver)]), max(0, h.auditor.books.balances[told.account(taker)])
    most = min(ahead, owed)
    amount = max(1, h.rng.choice([most, most, most // 2, most // 3, most + 1, ahead, owed]))
    if h.rng.random() < 0.05:
        taker = giver
    for _ in range(2 if h.rng.random() < 0.2 else 1):
        _give(h, lease, giver, taker, amount)


def give_and_die(h: "History") -> None:
    lease, giver, taker = _roommates(h)
    told = h.auditor.leases[lease.public_id]
    most = min(-h.auditor.books.balances[told.account(giver)], h.auditor.books.balances[told.account(taker)])
    _give(h, lease, giver, taker, max(1, most), dies=True)


def _give(h: "History", lease: LeaseRow, giver: str, taker: str, amount: int, *, dies: bool = False) -> None:
    told, before = h.auditor.leases[lease.public_id], h.rng.random() < 0.5
    predicted = transfers.judge_gift(h.auditor, told, giver, taker, amount)
    parties = [lease.parties.get(label=label) for label in (giver, taker)]

    def send() -> Transfer:
        return give_credit(parties[0], parties[1], amount, reason="because", actor=SYSTEM, at=h.now)

    what = f"{amount} from {giver} to {taker} of {lease.public_id}"
    made = None
    with crash_at(0 if dies else NEVER, before=before) as died:
        made = h.attempt(what, predicted, send)
    if died and not before:
        made = Transfer.objects.latest("id")
    if made is not None:
        transfers.gave(h.auditor, Gift(made.public_id, told, giver, taker, amount, told.today(h.now), h.now))
    h.check()


def _shared(h: "History") -> list[LeaseRow]:
    return [lease for lease in h.cast.leases if len(h.auditor.leases[lease.public_id].weights) > 1]


def _roommates(h: "History") -> tuple[LeaseRow, str, str]:
    """Mostly one who has paid ahead and one who owes."""
    fit = _fit(h)
    return h.rng.choice(fit if fit and h.rng.random() < 0.9 else _pairs(h))


def _pairs(h: "History") -> list[tuple[LeaseRow, str, str]]:
    """(lease, giver, taker)"""
    shared = [(lease, list(h.auditor.leases[lease.public_id].weights)) for lease in _shared(h)]
    return [(lease, giver, taker) for lease, labels in shared for giver in labels for taker in labels if giver != taker]


def _fit(h: "History") -> list[tuple[LeaseRow, str, str]]:
    return [(lease, giver, taker) for lease, giver, taker in _pairs(h) if _balance(h, lease, giver) < 0 < _balance(h, lease, taker)]


def _balance(h: "History", lease: LeaseRow, label: str) -> int:
    return h.auditor.books.balances[h.auditor.leases[lease.public_id].account(label)]


# --- to another unit ---


def move(h: "History") -> None:
    """Mostly from a day around today, for the same rent or another."""
    lease, told = _choose(h)
    unit = _free_unit(h, lease)
    if unit is None:
        return move_wrongly(h)
    today = told.today(h.now)
    from_on = today + timedelta(days=h.rng.choice([0, 0, 1, h.rng.randrange(1, 40), -h.rng.randrange(1, 25)]))
    if told.end_on is not None:
        from_on = min(from_on, told.end_on + A_DAY)
    from_on = max(from_on, told.start_on + A_DAY)
    end_on = h.rng.choice([None, from_on + timedelta(days=h.rng.randrange(30, 400))])
    if told.end_on is not None and told.end_on < from_on:
        end_on = end_on or from_on + timedelta(days=200)
    _move(h, lease, unit, from_on, end_on, dies=h.rng.random() < 0.15)


def move_wrongly(h: "History") -> None:
    """Again, to the unit they live in, to one that is let, to another owner's; before the beginning, long after the end."""
    lease = h.rng.choice(h.cast.leases)
    told = h.auditor.leases[lease.public_id]
    gone = [one for one in h.cast.leases if h.auditor.transfers.of(h.auditor.leases[one.public_id])]
    if gone and h.rng.random() < 0.3:
        lease, told = (one := h.rng.choice(gone)), h.auditor.leases[one.public_id]
    unit = h.rng.choice([unit for home in h.cast.homes for unit in home.units])
    ended = told.end_on or told.today(h.now)
    from_on = h.rng.choice([told.start_on, told.start_on - A_DAY, told.today(h.now), ended + timedelta(days=h.rng.choice([1, 2, 40]))])
    predicted = transfers.judge_move(h.auditor, told, _there(h, lease, unit, from_on, None))
    if predicted:
        _move(h, lease, unit, from_on, None)


def _choose(h: "History") -> tuple[LeaseRow, Lease]:
    """Mostly one that nobody has left yet, and where something is owed or ahead."""
    stay = [lease for lease in h.cast.leases if not h.auditor.transfers.of(h.auditor.leases[lease.public_id])]
    running = [lease for lease in stay if _runs(h.auditor.leases[lease.public_id], h)]
    lease = h.rng.choice(running or stay or h.cast.leases)
    return lease, h.auditor.leases[lease.public_id]


def _runs(told: Lease, h: "History") -> bool:
    return told.start_on < told.today(h.now) and (told.end_on is None or told.end_on >= told.today(h.now) - timedelta(days=20))


def _free_unit(h: "History", lease: LeaseRow) -> Unit | None:
    home = next(home for home in h.cast.homes if lease.unit_id in {unit.id for unit in home.units})
    free = [unit for unit in home.units if unit.id not in home.free_from]
    return free[0] if free else None


def _there(h: "History", lease: LeaseRow, unit: Unit, from_on: date, end_on: date | None) -> There:
    home = next(home for home in h.cast.homes if unit in home.units)
    told = [h.auditor.leases[one.public_id] for one in h.cast.leases if one.unit_id == unit.id]
    let = [(one.start_on, one.end_on) for one in told]
    return There(unit.id == lease.unit_id, home.property.payee.public_id, let, from_on, end_on)


def _move(h: "History", lease: LeaseRow, unit: Unit, from_on: date, end_on: date | None, *, dies: bool = False) -> None:
    told, before = h.auditor.leases[lease.public_id], h.rng.random() < 0.5
    predicted = transfers.judge_move(h.auditor, told, _there(h, lease, unit, from_on, end_on))
    rent, due_day = h.rng.choice([None, None, h.rng.randrange(20_000, 900_000)]), h.rng.choice([None, None, 1, 31])
    wish = NewHome(unit, from_on, rent, due_day, end_on)
    made = None
    with crash_at(0 if dies else NEVER, before=before) as died:
        made = h.attempt(
            f"{lease.public_id} moves to {unit.name} on {from_on}, until {end_on}",
            predicted,
            lambda: move_to_unit(lease, wish, actor=SYSTEM, at=h.now),
        )
    if died and not before:
        made = LeaseRow.objects.select_related("unit__property").latest("id")
    if made is not None:
        _moved(h, lease, told, made, wish)
    h.check()
    if made is not None:
        transfers.check_carried(h.auditor, h.now, made.public_id)


def _moved(h: "History", lease: LeaseRow, told: Lease, made: LeaseRow, wish: NewHome) -> None:
    """Of the terms that were asked for and those of the old lease, as they were on that day."""
    end_on, due_day, rent = wish.end_on or told.end_on, wish.due_day or told.due_day, wish.rent_minor or told.rent_on(wish.from_on)
    weights = {label: weight for label, weight in told.weights_on(wish.from_on).items() if weight}
    if told.end_on is None or told.end_on >= wish.from_on:
        changes.terms_changed(h.auditor, told, "lease.ended", h.now, wish.from_on - A_DAY, None)
        waiting = lease.charges.filter(scheduled=True, posted_at=None)
        changes.same_schedule(told, list(waiting.values_list("public_id", "due_on", "amount_minor")))
    h.auditor.lease_opened(
        made.public_id,
        payee=told.payee,
        home=told.home,
        zone=told.zone.key,
        rent=rent,
        start_on=wish.from_on,
        end_on=end_on,
        due_day=due_day,
        weights=weights,
        party_of={renter: label for renter, label in told.party_of.items() if label in weights},
        at=h.now,
    )
    if not wish.rent_minor:  # what was agreed for later days goes along
        there = h.auditor.leases[made.public_id]
        there.steps = [(day, minor) for day, minor in told.steps if day > wish.from_on and (end_on is None or day <= end_on)]
    lateness.goes_along(h.auditor, told, h.auditor.leases[made.public_id], h.now)
    policies.goes_along(h.auditor, told.id, made.public_id)
    row = MoveRow.objects.get(new=made)
    transfers.moved(h.auditor, Moved(row.public_id, told, h.auditor.leases[made.public_id], wish.from_on))
    home = next(home for home in h.cast.homes if wish.unit in home.units)
    home.free_from[wish.unit.id] = wish.from_on
    h.cast.leases.append(made)
    people = h.cast.people_on[lease.public_id]
    h.cast.people_on[made.public_id] = [renter for renter in people if told.party_of[renter.user.public_id] in weights]
    h.say(f"  {made.public_id} {wish.from_on}–{end_on} on {due_day}, {rent} in {weights}")


def _any(h: "History") -> bool:
    return bool(h.cast.leases)


def _may_move(h: "History") -> bool:
    return _any(h) and len(h.cast.leases) < MOST_LEASES


def _have_shared(h: "History") -> bool:
    return bool(_shared(h))


MOVES: tuple[Move, ...] = (
    Move("pay_ahead_of_roommates", 1.5, pay_ahead, _have_shared),
    Move("give_credit", 6, give, lambda h: bool(_fit(h))),
    Move("give_credit_wrongly", 0.3, give, _have_shared),
    Move("give_credit_and_die", 0.5, give_and_die, lambda h: bool(_fit(h))),
    Move("move_to_unit", 2, move, _may_move),
    Move("move_wrongly", 0.7, move_wrongly, _any),
)
