"""The process dies before or after a commit, and somebody starts it again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.events.unit import unit_of_work
from tests.simulation.auditor.requests import Request
from tests.simulation.crashes import crash_at
from tests.simulation.moves import paying
from tests.simulation.moves.move import Move
from tests.simulation.work import work_until

if TYPE_CHECKING:
    from tests.simulation.history import History


def at_work(h: "History") -> None:
    die_at_work(h, 12, [0, 40, 86_400])


def die_at_work(h: "History", commits: int, seconds: Sequence[int]) -> None:
    """While the worker works, at one of so many commits, if it comes to that one in so much time: what was claimed comes back."""
    before, commit = h.rng.random() < 0.5, h.rng.randrange(commits)
    with crash_at(commit, before=before) as died:
        work_until(h, h.now + timedelta(seconds=h.rng.choice(seconds)))
    h.say(f"  commit {commit}, {'before' if before else 'after'}: {'died' if died else 'lived'}")
    h.auditor.crashed = bool(died)
    if died:
        h.auditor.resumed_at = h.now
    h.check()
    if h.rng.random() < 0.6:
        h.jump(timedelta(seconds=h.rng.choice([0, 16, 31])))


def while_paying(h: "History") -> None:
    """Before the commit nothing happened; after it the payment stands, though nobody heard of it."""
    lease, source, way = paying.choose(h)
    request = Request(source.user.public_id, lease.public_id, way, source.public_id)
    verdict = h.auditor.judge(request, h.now)
    before = h.rng.random() < 0.5
    kept: list[Any] = []
    with crash_at(0, before=before):
        h.attempt("pay, and die", verdict.code, lambda: kept.append(paying.send(h, lease, source, request)))
    if verdict.code or before:
        return
    found = lease.parties.model.objects.get(lease=lease, account__subject=verdict.account[6:].partition("@")[0]).account.payments.latest(
        "id"
    )
    paying.accept(h, found, request, verdict)


def roll_back(h: "History") -> None:
    """A unit of work that fails at its end leaves nothing; the same again then works."""
    lease, source, way = paying.choose(h)
    request = Request(source.user.public_id, lease.public_id, way, source.public_id)
    if h.auditor.judge(request, h.now).code:
        return

    class Undo(Exception):
        pass

    try:
        with unit_of_work():
            paying.send(h, lease, source, request)
            raise Undo
    except Undo:
        h.check()
    if h.rng.random() < 0.5:
        paying.attempt(h, lease, source, way)


def _can_pay(h: "History") -> bool:
    return bool(h.cast.leases)


MOVES = (
    Move("crash_at_work", 4, at_work),
    Move("crash_while_paying", 2, while_paying, _can_pay),
    Move("roll_back", 2, roll_back, _can_pay),
)
