"""Holds, placed and resolved by the ledger's own steps: on own money, on what a landlord has available, on what is pending."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from directpay.events.unit import unit_of_work
from ledger.journal.actions import credit, debit, place_hold, resolve_hold
from ledger.journal.models import Hold
from payments.rails.timetable import bank_day_of
from tests.simulation.auditor.cards import PROMISE
from tests.simulation.moves.move import Move
from tests.simulation.moves.posting import KEPT_MINOR, Wanted, account_of, send_posting

if TYPE_CHECKING:
    from tests.simulation.history import History

NUMBERS = ("P1130", "P2120", "P2110", "P1110", "L1100")


def _accounts(h: "History") -> list[str]:
    return [code for code in h.auditor.books.balances if code[:5] in NUMBERS]


def _place(h: "History", reference: str, code: str, amount: int, expires_at: datetime | None = None) -> None:
    """`amount` is signed as the entry that it promises."""
    predicted = h.auditor.judge_hold(reference, code, amount)
    account = account_of(h, code)

    def place() -> Hold:
        with unit_of_work():
            leg = debit(account, amount) if amount > 0 else credit(account, -amount)
            return place_hold(account, leg, reference=reference, at=h.now, expires_at=expires_at)

    if h.attempt(f"hold {reference} on {code}: {amount}", predicted, place) is not None:
        h.auditor.hold_placed(reference, code, amount, expires_at)


def place(h: "History") -> None:
    """Within what is available, exactly that, a little more, or one that raises it."""
    code = h.rng.choice(_accounts(h))
    available = max(1, h.auditor.books.available(code))
    amount = h.rng.choice([h.rng.randrange(1, available + 1), available, available + 1, available // 2 or 1])
    lowering = -1 if code[:2] in ("P1", "L1") else 1
    expires_at = h.now + timedelta(seconds=h.rng.choice([1, 60, 3600, 86_400, 604_800])) if h.rng.random() < 0.4 else None
    _place(h, f"hold:{h.seed}:{h.steps}", code, amount * (lowering if h.rng.random() < 0.85 else -lowering), expires_at)


def place_again(h: "History") -> None:
    """The same reference: the same hold, or refused with other content."""
    reference, hold = h.rng.choice(list(h.auditor.books.holds.items()))
    _place(h, reference, hold.account, hold.amount + h.rng.choice([0, 0, 1]) or 1)


def _pending(h: "History") -> list[str]:
    """But for those of payouts and of cards, which end with them."""
    own = ("payout:", PROMISE)
    return [r for r, hold in h.auditor.books.holds.items() if hold.state == "pending" and not r.startswith(own)]


def release(h: "History") -> None:
    reference = h.rng.choice(_pending(h))
    with unit_of_work():
        resolve_hold(Hold.objects.get(reference=reference), "released", at=h.now)
    h.auditor.hold_resolved(reference, "released")


def capture(h: "History") -> None:
    """All or a part, with the posting that it promised, in one unit; what the floor refuses undoes both."""
    names = [r for r in _pending(h) if _purpose(h, r)]
    if not names:
        return
    reference = h.rng.choice(names)
    hold = h.auditor.books.holds[reference]
    amount = h.rng.choice([abs(hold.amount), abs(hold.amount), h.rng.randrange(1, abs(hold.amount) + 1)])
    if hold.account == "P1130/main" and amount > h.auditor.books.shown(hold.account) - KEPT_MINOR:
        return
    wanted = Wanted(f"sim.captured:{reference}", "sim.captured", bank_day_of(h.now), _legs(hold.account, amount))
    predicted = h.auditor.judge_capture(reference, h.now) or h.auditor.judge_posting(
        wanted.reference, wanted.kind, wanted.on, wanted.legs, capturing=reference
    )

    def capture_it() -> Any:
        with unit_of_work():
            resolved = resolve_hold(Hold.objects.get(reference=reference), "posted", at=h.now, posted_minor=amount)
            send_posting(h, wanted)
            return resolved

    if h.attempt(f"capture {amount} of {reference}", predicted, capture_it) is not None:
        h.auditor.hold_resolved(reference, "posted", amount)
        h.auditor.posted_directly(wanted.reference, wanted.kind, wanted.on, wanted.legs)


def capture_late(h: "History") -> None:
    """Its time comes while nobody works: it is worth nothing all the same."""
    reference, expires_at = h.rng.choice(_timed(h))
    h.now = max(h.now, expires_at)
    h.auditor.resumed_at = h.now

    def late() -> None:
        with unit_of_work():
            resolve_hold(Hold.objects.get(reference=reference), "posted", at=h.now, posted_minor=1)

    h.attempt(f"capture {reference} late", h.auditor.judge_capture(reference, h.now), late)


def _timed(h: "History") -> list[tuple[str, datetime]]:
    soon = h.now + timedelta(days=1)
    holds = [(r, hold) for r, hold in h.auditor.books.holds.items() if not r.startswith(PROMISE)]
    return [(r, hold.expires_at) for r, hold in holds if hold.state == "pending" and hold.expires_at and hold.expires_at <= soon]


def _purpose(h: "History", reference: str) -> bool:
    """Holds that stand for money that we let go: own money, or what a landlord pays us."""
    hold = h.auditor.books.holds[reference]
    return (hold.account == "P1130/main" and hold.amount < 0) or (hold.account[:5] == "P2120" and hold.amount > 0)


def _legs(code: str, amount: int) -> list[tuple[str, int, str | None]]:
    if code == "P1130/main":
        return [("P3100", amount, None), (code, -amount, None)]
    payee = code.partition("/")[2]
    mirror = [(f"L6110/none@{payee}", amount, None), (f"L1100/{payee}@{payee}", -amount, None)]
    return [(code, amount, None), ("P4120", -amount, None), *mirror]


def resolve_again(h: "History") -> None:
    """What is resolved stays so."""
    done = [r for r, hold in h.auditor.books.holds.items() if hold.state != "pending"]

    reference = h.rng.choice(done)

    def again() -> None:
        with unit_of_work():
            resolve_hold(Hold.objects.get(reference=reference), "released", at=h.now)

    h.attempt("resolve again", f"hold_{h.auditor.books.holds[reference].state}", again)


def _known(h: "History") -> bool:
    return bool(_accounts(h))


def _resolved(h: "History") -> bool:
    return any(hold.state != "pending" for hold in h.auditor.books.holds.values())


MOVES = (
    Move("place_hold", 28, place, _known),
    Move("place_hold_again", 6, place_again, lambda h: bool(h.auditor.books.holds)),
    Move("release_hold", 14, release, lambda h: bool(_pending(h))),
    Move("capture_hold", 10, capture, lambda h: bool(_pending(h))),
    Move("capture_hold_late", 3, capture_late, lambda h: bool(_timed(h))),
    Move("resolve_hold_again", 6, resolve_again, _resolved),
)
