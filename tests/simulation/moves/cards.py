"""Paying by card: at once, or promised and taken later, in part, too much, too late, never; proven by its holder, or not."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from payments.methods.cards.models import Card
from payments.payins.actions.cancel import cancel_payment
from payments.payins.actions.capture import capture_payment
from payments.payins.actions.prove import answer_challenge
from payments.payins.models import Payment
from payments.rails.cards.simulated import CardRail
from tests.simulation.auditor import cards
from tests.simulation.auditor.errors import same
from tests.simulation.moves.move import Move
from tests.simulation.moves.paying import attempt, free, limit

if TYPE_CHECKING:
    from tests.simulation.history import History


def add(h: "History") -> None:
    h.cast.add_card(h.rng.choice(h.cast.renters))


def _choose(h: "History") -> tuple[Any, Card] | None:
    """A lease, and a card of somebody on it: mostly where something is owed and not on its way."""
    able = [(one, renter) for one in h.cast.leases for renter in h.cast.people_on[one.public_id] if renter.cards]
    owing = [(one, renter) for one, renter in able if free(h, one, renter) > 1000]
    if not able:
        return None
    lease, renter = h.rng.choice(owing if owing and h.rng.random() < 0.85 else able)
    return lease, h.rng.choice(renter.cards)


def _pay(h: "History", *, later: bool) -> None:
    if (chosen := _choose(h)) is None:
        return
    lease, card = chosen
    most = limit(h, lease, card)
    amount = h.rng.choice([None, most, most // 2, most // 3, most // 5, 1, most + 1])
    attempt(
        h, lease, card, CardRail.name, amount=None if amount is None else max(1, amount), later=later, allow_duplicate=h.rng.random() < 0.3
    )


def pay(h: "History") -> None:
    _pay(h, later=False)


def promise(h: "History") -> None:
    _pay(h, later=True)


def _in(h: "History", *states: str) -> list[Payment]:
    return [p for p in h.cast.payments if h.auditor.payments[p.public_id].state in states and h.auditor.payments[p.public_id].by_card]


def capture(h: "History") -> None:
    """All of it, a part, or more than there is."""
    _capture_some(h, h.rng.choice(_in(h, "authorized")))


def capture_anyhow(h: "History") -> None:
    """One that is promised no more, or not yet."""
    _capture_some(h, h.rng.choice(_in(h, *STATES)))


def _capture_some(h: "History", payment: Payment) -> None:
    amount = h.auditor.payments[payment.public_id].amount
    _capture(h, payment, h.rng.choice([None, None, amount, amount // 2 or 1, amount // 3 or 1, 1, amount + 1]))


def _capture(h: "History", payment: Payment, wanted: int | None) -> None:
    predicted = cards.judge_capture(h.auditor, payment.public_id, wanted, h.now)
    done = h.attempt(
        f"capture {wanted} of {payment.public_id}", predicted, lambda: capture_payment(payment, wanted, actor=SYSTEM, at=h.now)
    )
    if done is not None:
        cards.captured(h.auditor, payment.public_id, wanted, h.now)


def capture_at_the_end(h: "History") -> None:
    """In the last minute, or when it is over and nobody has noticed."""
    payment = h.rng.choice(_in(h, "authorized"))
    end = h.auditor.payments[payment.public_id].capture_before
    assert end is not None
    h.jump(max(timedelta(), end - h.now - timedelta(minutes=1)))
    if h.rng.random() < 0.5:
        h.now = max(h.now, end)
        h.auditor.resumed_at = h.now
    _capture(h, payment, None)


def let_go(h: "History") -> None:
    payment = h.rng.choice(_in(h, "authorized", "requires_action"))
    predicted = h.auditor.may_cancel(payment.public_id)
    if not predicted:
        h.auditor.canceled(payment.public_id)
    h.attempt(f"let go of {payment.public_id}", predicted, lambda: cancel_payment(payment, actor=SYSTEM, at=h.now))


def prove(h: "History") -> None:
    """At the page of the card's own bank; twice, sometimes."""
    _prove(h, h.rng.choice(_in(h, "requires_action")))


def prove_anyhow(h: "History") -> None:
    """When nobody waits for it any more."""
    _prove(h, h.rng.choice(_in(h, *STATES)))


def _prove(h: "History", payment: Payment) -> None:
    for _ in range(h.rng.choice([1, 1, 2])):
        waits, yes = h.auditor.payments[payment.public_id].state == "requires_action", h.rng.random() < 0.75
        h.say(f"  {payment.public_id} is {'' if yes else 'not '}proven")
        if waits:
            cards.proven(h.auditor, payment.public_id, yes, h.now)
        same(f"{payment.public_id} waited for its payer", waits, answer_challenge(payment.public_id, proven=yes, at=h.now))
        h.check()


STATES = ("initiated", "processing", "requires_action", "authorized", "unknown", "completed", "settled", "failed", "canceled")


def _has_cards(h: "History") -> bool:
    return any(renter.cards for renter in h.cast.renters) and bool(h.cast.leases)


def _paid(h: "History") -> bool:
    return bool(_in(h, *STATES))


MOVES = (
    Move("add_card", 1, add, lambda h: bool(h.cast.renters)),
    Move("pay_by_card", 5, pay, _has_cards),
    Move("promise_by_card", 5, promise, _has_cards),
    Move("capture_card", 6, capture, lambda h: bool(_in(h, "authorized"))),
    Move("capture_card_anyhow", 0.5, capture_anyhow, _paid),
    Move("capture_card_at_the_end", 1, capture_at_the_end, lambda h: bool(_in(h, "authorized"))),
    Move("let_go_of_card", 2, let_go, lambda h: bool(_in(h, "authorized", "requires_action"))),
    Move("prove_card", 6, prove, lambda h: bool(_in(h, "requires_action"))),
    Move("prove_card_anyhow", 0.5, prove_anyhow, _paid),
)
