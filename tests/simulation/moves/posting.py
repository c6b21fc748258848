"""Posting directly, as no room does: what must be refused leaves nothing behind, what stands is answered and not added to."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection

from directpay.events.unit import unit_of_work
from ledger.journal.actions import Leg, Posting, PostingRefused, credit, debit, open_account, open_book, post_many, reverse
from ledger.journal.models import Account, Transaction
from payments.rails.timetable import bank_day_of
from payments.reconciliation.actions import pay_in_capital
from tests.simulation.auditor.errors import AuditError, same
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


KEPT_MINOR = 100_000  # of our own money, so that the small deposits of bank accounts can leave


@dataclass(frozen=True)
class Wanted:
    reference: str
    kind: str
    on: date
    legs: list[tuple[str, int, str | None]]


def account_of(h: "History", code: str) -> Account:
    """By the auditor's name for it; opened if nobody has used it yet. Inside a unit of work where it may not exist."""
    if code in h.accounts:
        return h.accounts[code]
    rest, _, payee = code.partition("@")
    number, _, subject = rest.partition("/")
    found = Account.objects.filter(number=number, subject=subject, currency="usd", book__subject=payee).first()
    if found is None:
        with unit_of_work():
            found = open_account(open_book(number[0], payee, at=h.now), number, subject=subject, currency="usd", at=h.now)
    if not connection.in_atomic_block:  # else it may be rolled back
        h.accounts[code] = found
    return found


def send_posting(h: "History", wanted: Wanted) -> bool:
    """Inside a unit of work. Returns whether it is new."""
    legs = []
    for code, amount, item in wanted.legs:
        account = account_of(h, code)
        legs.append(debit(account, amount, item) if amount > 0 else credit(account, -amount, item))
    return post_many([Posting(wanted.reference, wanted.kind, wanted.on, legs)], at=h.now)[0].new


def post(h: "History", wanted: Wanted) -> None:
    predicted = h.auditor.judge_posting(wanted.reference, wanted.kind, wanted.on, wanted.legs)
    new = wanted.reference not in h.auditor.posted
    for code, _, _ in wanted.legs:
        account_of(h, code)

    def send() -> bool:
        with unit_of_work():
            return send_posting(h, wanted)

    answered = h.attempt(f"post {wanted.reference} {wanted.legs}", predicted, send)
    if answered is not None:
        if answered != new:
            raise AuditError(f"{wanted.reference} was answered as {'new' if answered else 'standing'}")
        h.auditor.posted_directly(wanted.reference, wanted.kind, wanted.on, wanted.legs)


def capital(h: "History") -> None:
    """More of it, or the same again."""
    reference = h.rng.choice(["opening", f"more{h.steps}"])
    amount = 1_000_000 if reference == "opening" else h.rng.randrange(1, 100_000)
    on = bank_day_of(h.now)
    predicted = h.auditor.judge_capital(reference, amount, on)
    h.attempt(f"capital {reference}", predicted, lambda: pay_in_capital(amount, currency="usd", reference=reference, at=h.now))
    if not predicted:
        h.auditor.capital_paid_in(reference, amount, on)


def take_out(h: "History") -> None:
    """Own money leaves: refused below the floor. In one set with another, the other goes down with it."""
    stands = max(1, h.auditor.books.shown("P1130/main"))
    amount = h.rng.choice([stands + 1, h.rng.randrange(1, stands // 50 + 2), stands + 5])
    post(h, Wanted(f"sim.taken:{h.steps}", "sim.taken", bank_day_of(h.now), [("P3100", amount, None), ("P1130/main", -amount, None)]))


def from_available(h: "History") -> None:
    """A charge of ours on what a landlord has available: never below zero by such a kind, nor of what is held."""
    code = h.rng.choice([c for c in h.auditor.books.balances if c[:5] == "P2120"])
    payee, stands = code.partition("/")[2], max(0, h.auditor.books.shown(code))
    free = max(0, h.auditor.books.available(code))
    amount = h.rng.choice([stands + 1, free + 1, h.rng.randrange(1, stands // 10 + 2)])
    mirror = [(f"L6110/none@{payee}", amount, None), (f"L1100/{payee}@{payee}", -amount, None)]
    post(h, Wanted(f"sim.charged:{h.steps}", "sim.charged", bank_day_of(h.now), [(code, amount, None), ("P4120", -amount, None), *mirror]))


def again(h: "History") -> None:
    """A reference that stands: the same content is answered, other content refused."""
    reference = h.rng.choice(list(h.auditor.expected_again))
    kind, on, legs = h.auditor.expected_again[reference]
    if h.rng.random() < 0.5:
        legs = [(code, amount * 2, item) for code, amount, item in legs]
    post(h, Wanted(reference, kind, on, legs))


def unbalanced(h: "History") -> None:
    """One cent short, one leg alone, one book or mirror alone, an account that is not there: none of it is written."""
    payee = h.cast.homes[0].property.payee.public_id
    own, capital_, pending, theirs = (account_of(h, c) for c in ("P1130/main", "P3100", f"P2120/{payee}", f"L1100/{payee}@{payee}"))
    legs: list[list[Leg]] = [
        [debit(own, 100), credit(capital_, 99)],
        [debit(own, 100)],
        [debit(own, 100), credit(theirs, 100)],
        [debit(own, 100), credit(pending, 100)],
        [debit(own, 100), Leg(999_999_999, -100)],
        [],
    ]
    codes = ["unbalanced", "too_few_legs", "unbalanced", "mirror_missing", "account_unknown", "too_few_legs"]
    chosen = h.rng.randrange(len(legs))
    h.say(f"  {chosen}")
    try:
        with unit_of_work():
            post_many([Posting(f"sim.bad:{h.steps}", "sim.bad", bank_day_of(h.now), legs[chosen])], at=h.now)
    except PostingRefused as refused:
        h.counters["refusal"][refused.code] += 1
        same(f"why {legs[chosen]} is refused", codes[chosen], refused.code)
        return
    raise AuditError(f"an impossible posting was accepted: {legs[chosen]}")


def set_of_two(h: "History") -> None:
    """A set is recorded whole or not at all."""
    day, stands = bank_day_of(h.now), h.auditor.books.shown("P1130/main")
    own, capital_ = account_of(h, "P1130/main"), account_of(h, "P3100")
    good = Posting(f"sim.first:{h.steps}", "sim.taken", day, [debit(capital_, 1), credit(own, 1)])
    bad = Posting(f"sim.second:{h.steps}", "sim.taken", day, [debit(capital_, stands), credit(own, stands)])

    def send() -> Any:
        with unit_of_work():
            return post_many([good, bad], at=h.now)

    h.attempt("a set of two", "balance_insufficient", send)


def undo(h: "History") -> None:
    """A direct posting is reversed, once, where what it brought is still there."""
    reference = h.rng.choice([r for r in h.auditor.expected_again if not r.startswith("sim.captured")])
    brought = sum(amount for code, amount, _ in h.auditor.expected_again[reference][2] if code == "P1130/main")
    if 0 <= h.auditor.books.shown("P1130/main") - brought < KEPT_MINOR:
        return
    original = Transaction.objects.get(reference=reference)
    predicted = h.auditor.judge_reversal(reference)

    def send() -> bool:
        with unit_of_work():
            return reverse(original, at=h.now).new

    if h.attempt(f"reverse {reference}", predicted, send) is not None:
        h.auditor.reversed_directly(reference, f"transaction.reversed:{original.public_id}")


MOVES = (
    Move("capital", 3, capital),
    Move("take_out", 5, take_out),
    Move("from_available", 5, from_available, lambda h: any(c[:5] == "P2120" for c in h.auditor.books.balances)),
    Move("post_again", 6, again, lambda h: bool(h.auditor.expected_again)),
    Move("reverse", 3, undo, lambda h: any(not r.startswith("sim.captured") for r in h.auditor.expected_again)),
    Move("unbalanced", 6, unbalanced),
    Move("set_of_two", 3, set_of_two, lambda h: h.auditor.books.shown("P1130/main") > 0),
)
