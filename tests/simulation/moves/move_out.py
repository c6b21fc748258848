"""Moving out: begun, called off, given another bank account, resumed twice, died in the middle of."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from directpay.sagas.actions import resume_saga, work_on_sagas
from directpay.sagas.models import Saga
from leases.contracts.models import Lease
from leases.deposits.queries import with_lease
from leases.move_out.actions import NewDamage, begin_move_out, call_off, name_destination
from leases.move_out.models import MoveOut
from payments.methods.models import BankAccount
from tests.simulation.auditor import deposits, move_out
from tests.simulation.auditor.rent import Lease as Told
from tests.simulation.bank import MINDS
from tests.simulation.crashes import crash_at
from tests.simulation.moves import changing, crashes
from tests.simulation.moves import deposits as paying
from tests.simulation.moves import paying as renting
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


def begin(h: "History") -> None:
    """Mostly of a lease with something held; some days ago, today, never yet, before it began."""
    lease, told = _choose(h)
    _begin(h, lease, told)


def begin_and_call_off(h: "History") -> None:
    """At once, or after its first steps."""
    lease, told = _choose(h)
    _begin(h, lease, told)
    one = h.auditor.leaving.of(told)
    if one is None:
        return
    for _ in range(h.rng.choice([0, 1, 2, 2, 2, 3])):
        work_on_sagas([Saga.objects.get(kind="move_out", about=one.id).public_id], h.now)
        h.check()
    _call_off(h, one)
    h.work()


def leave_on_what_comes_back(h: "History") -> None:
    """A deposit is paid, its renter moves out as soon as it lies in trust, and the bank takes it back on some later day."""
    lease, source = h.rng.choice(_unpaid(h))
    number = f"009910{h.rng.choice([6, 8, 10, 12, 15, 20, 30]):02}0000"
    if paying.pay_from(h, lease, source, number) is None:
        return
    h.jump(timedelta(days=h.rng.randrange(4, 9)) if h.profile == "calendar" else timedelta(seconds=h.rng.randrange(8, 40)))
    told = h.auditor.leases[lease.public_id]
    if any(deposits.held(h.auditor, d) for d in h.auditor.trust.of(told)):
        _begin(h, lease, told)


def leave_while_paying(h: "History") -> None:
    """Rent is on its way when its renter moves out, and some hours after hours go by: it is waited for, and no longer than it takes."""
    lease, source = h.rng.choice(_in_debt(h))
    if renting.attempt(h, lease, source, h.rng.choice(["ach", "ach", "same_day_ach", "instant"])) is None:
        return
    if h.rng.random() < 0.3:
        h.jump(timedelta(seconds=h.rng.randrange(1, 5)))
    _begin(h, lease, h.auditor.leases[lease.public_id])
    for _ in range(h.rng.randrange(2, 12)):
        h.jump(timedelta(hours=h.rng.randrange(2, 9)))


def leave_before_rent_is_due(h: "History") -> None:
    """The lease ends in the middle of a month whose rent has not fallen due yet; sometimes it has not ended quite when they leave."""
    lease, told = h.rng.choice(_before_rent(h))
    changing.end_on_day(h, lease, told, told.today(h.now) - timedelta(days=h.rng.choice([0, 0, 1, 3, -2])))
    _begin(h, lease, told)
    h.jump(timedelta(days=h.rng.randrange(1, 16)))


def begin_and_die(h: "History") -> None:
    """Before the commit nobody moves out; after it the saga stands and goes on."""
    lease, told = _choose(h)
    day, damages = _wish(h, told)
    before = h.rng.random() < 0.5
    with crash_at(0, before=before) as died:
        _ask(h, lease, told, day, damages)
    if died and not before:
        move_out.begun(h.auditor, MoveOut.objects.latest("id").public_id, told, day, damages, h.now)
    h.check()


def _begin(h: "History", lease: Lease, told: Told) -> None:
    day, damages = _wish(h, told)
    made = _ask(h, lease, told, day, damages)
    if made is not None:
        move_out.begun(h.auditor, made.public_id, told, day, damages, h.now)
        for deposit in h.auditor.trust.of(told):
            _change_minds(h, deposit)
    h.check()


def _change_minds(h: "History", deposit: deposits.Deposit) -> None:
    """Of the banks: the trust bank refuses the first draw or takes it back, the renter's refuses or sends back the first refunds."""
    if h.rng.random() < 0.4:
        h.bank.minds_about[deposit.id, "deposit_draw"] = h.rng.choices(["refuses", "is_silent", "is_silent_and_refuses", "sends_back"])
    if h.rng.random() < 0.7:
        h.bank.minds_about[deposit.id, "deposit_refund"] = h.rng.choices(list(MINDS), [4, 4, 1, 2], k=h.rng.choice([1, 1, 2]))


def _wish(h: "History", told: Told) -> tuple[Any, list[tuple[str | None, int]]]:
    today = told.today(h.now)
    day = h.rng.choice([today, today, today - timedelta(days=h.rng.randrange(1, 20)), today + timedelta(days=1)])
    held = sum(deposits.held(h.auditor, d) for d in h.auditor.trust.of(told))
    sums = [held // 5, held // 3, held // 2, held, held + 1, 2_500, h.rng.randrange(1, 90_000)]
    damages = [
        (h.rng.choice([None, None, h.rng.choice(list(told.weights))]), max(1, h.rng.choice(sums)))
        for _ in range(h.rng.choice([0, 1, 1, 2, 3]))
    ]
    return day, damages


def _ask(h: "History", lease: Lease, told: Told, day: Any, damages: list[tuple[str | None, int]]) -> MoveOut | None:
    lines = [NewDamage("a scratch", minor, lease.parties.get(label=label) if label else None) for label, minor in damages]
    made: MoveOut | None = h.attempt(
        f"move out of {told.id} on {day}, damages {damages}",
        move_out.judge_begin(h.auditor, told, day, h.now),
        lambda: begin_move_out(lease, day, lines, actor=SYSTEM, at=h.now),
    )
    return made


def take_back(h: "History") -> None:
    """One that may be called off, or has gone too far."""
    known = list(h.auditor.leaving.known.values())
    fit = [one for one in known if not move_out.judge_calling_off(one)]
    _call_off(h, h.rng.choice(fit if fit and h.rng.random() < 0.8 else known))


def _call_off(h: "History", one: move_out.MoveOut) -> None:
    row = MoveOut.objects.get(public_id=one.id)
    for _ in range(h.rng.choice([1, 1, 2])):
        h.attempt(f"call off {one.id}", move_out.judge_calling_off(one), lambda: call_off(row, actor=SYSTEM, at=h.now))
        h.check()


def send_elsewhere(h: "History") -> None:
    """Another account of theirs, a new one, one that is not proven, a stranger's; mostly where the last refused or none is named."""
    known = list(h.auditor.trust.asked.values())
    asked_for = [d for d in known if _needs_account(h, d)]
    deposit = h.rng.choice(asked_for if asked_for and h.rng.random() < 0.85 else known)
    people = [renter for renter in h.cast.people_on[deposit.lease.id] if deposit.lease.party_of[renter.user.public_id] == deposit.label]
    if h.rng.random() < 0.4 and sum(len(renter.sources) for renter in h.cast.renters) < 16:
        h.cast.add_source(h.rng.choice(people), verified=True)
    strangers = [source for renter in h.cast.renters for source in renter.sources]
    mine = [source for renter in people for source in renter.sources]
    source = h.rng.choice(mine if h.rng.random() < 0.9 else strangers)
    row, account = with_lease().get(public_id=deposit.id), BankAccount.objects.get(id=source.id)
    made = h.attempt(
        f"the rest of {deposit.id} goes to {source.public_id}",
        move_out.judge_destination(h.auditor, deposit, source.public_id),
        lambda: name_destination(row, account, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        move_out.destination_named(h.auditor, deposit, source.public_id, h.now)
    h.check()


def _needs_account(h: "History", deposit: deposits.Deposit) -> bool:
    one = h.auditor.leaving.of(deposit.lease)
    if one is None or deposit.id not in one.to or not deposits.held(h.auditor, deposit):
        return False
    last = h.auditor.sent.about(deposit.id, "deposit_refund")
    return one.to[deposit.id][0] is None or bool(last and last[-1].state in ("failed", "returned"))


def resume(h: "History") -> None:
    """Whatever it waits for; twice is as once."""
    one = h.rng.choice(list(h.auditor.leaving.known.values()))
    for _ in range(2):
        resume_saga(Saga.objects.get(kind="move_out", about=one.id), actor=SYSTEM, at=h.now)
        h.check()
    h.work()


def die(h: "History") -> None:
    """In the middle of a step, or between two."""
    crashes.die_at_work(h, 9, [0, 0, 5])


def _choose(h: "History") -> tuple[Lease, Told]:
    """Mostly one that nobody has moved out of yet, with a deposit held, of which something will be left."""
    free = [lease for lease in h.cast.leases if h.auditor.leaving.may_begin(h.auditor.leases[lease.public_id])]
    begun = [lease for lease in h.cast.leases if not h.auditor.leaving.may_begin(h.auditor.leases[lease.public_id])]
    fit = [lease for lease in free if any(deposits.held(h.auditor, d) for d in h.auditor.trust.of(h.auditor.leases[lease.public_id]))]
    fit = [lease for lease in fit if _leaves_something(h, h.auditor.leases[lease.public_id])] if h.rng.random() < 0.8 else fit
    lease = h.rng.choice(fit if fit and (h.rng.random() < 0.85 or not begun) else free if free and h.rng.random() < 0.5 else begun or free)
    return lease, h.auditor.leases[lease.public_id]


def _leaves_something(h: "History", told: Told) -> bool:
    return any(deposits.held(h.auditor, d) > h.auditor.books.balances[told.account(d.label)] for d in h.auditor.trust.of(told))


def _unpaid(h: "History") -> list[tuple[Lease, BankAccount]]:
    return [pair for pair in paying.open_ones(h) if h.auditor.leaving.may_begin(h.auditor.leases[pair[0].public_id])]


def _before_rent(h: "History") -> list[tuple[Lease, Told]]:
    """With a deposit held, in a month that is lived in and not owed yet."""
    found = [(lease, h.auditor.leases[lease.public_id]) for lease in h.cast.leases]
    return [(lease, told) for lease, told in found if h.auditor.leaving.may_begin(told) and _has_more_to_come(h, told)]


def _has_more_to_come(h: "History", told: Told) -> bool:
    today = told.today(h.now)
    waiting = [c for c in told.charges.values() if c.scheduled and not c.posted and c.period_start <= today]
    return bool(waiting) and any(deposits.held(h.auditor, d) for d in h.auditor.trust.of(told))


def _in_debt(h: "History") -> list[tuple[Lease, BankAccount]]:
    """Who owes what is not on its way, and has left a deposit."""
    found = []
    for lease in h.cast.leases:
        told = h.auditor.leases[lease.public_id]
        if h.auditor.leaving.may_begin(told) and any(deposits.held(h.auditor, d) for d in h.auditor.trust.of(told)):
            renters = [renter for renter in h.cast.people_on[told.id] if renting.free(h, lease, renter) > 1000]
            sources = [source for renter in renters for source in renter.sources]
            found += [(lease, s) for s in sources if h.auditor.bank_accounts[s.public_id].state == "verified"]
    return found


def _ready(h: "History") -> bool:
    """Mostly when there is something to give back: a life has few leases."""
    waiting = [d for d in h.auditor.trust.asked.values() if h.auditor.leaving.may_begin(d.lease)]
    return any(deposits.held(h.auditor, d) for d in waiting)


def _well(h: "History") -> bool:
    return _ready(h) and any(_leaves_something(h, told) for told in h.auditor.leases.values() if h.auditor.leaving.may_begin(told))


def _somewhere(h: "History") -> bool:
    return bool(h.auditor.leases)


def _any(h: "History") -> bool:
    return bool(h.auditor.leaving.known)


def _running(h: "History") -> bool:
    return any(one.state in ("running", "compensating") for one in h.auditor.leaving.known.values())


def _to_send(h: "History") -> bool:
    return any(_needs_account(h, d) for d in h.auditor.trust.asked.values())


MOVES = (
    Move("begin_move_out", 25, begin, _well),
    Move("begin_move_out_in_debt", 2, begin, _ready),
    Move("begin_move_out_anywhere", 0.3, begin, _somewhere),
    Move("begin_and_call_off", 6, begin_and_call_off, _ready),
    Move("leave_on_what_comes_back", 4, leave_on_what_comes_back, lambda h: bool(_unpaid(h))),
    Move("leave_while_paying", 4, leave_while_paying, lambda h: bool(_in_debt(h))),
    Move("leave_before_rent_is_due", 3, leave_before_rent_is_due, lambda h: bool(_before_rent(h))),
    Move("begin_move_out_and_die", 1.5, begin_and_die, _ready),
    Move("call_off_move_out", 1.5, take_back, _any),
    Move("send_elsewhere", 14, send_elsewhere, _to_send),
    Move("send_elsewhere_anyhow", 0.5, send_elsewhere, lambda h: bool(h.auditor.trust.asked)),
    Move("resume_move_out", 1, resume, _any),
    Move("die_in_move_out", 4, die, _running),
)
