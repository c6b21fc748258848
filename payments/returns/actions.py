"""The bank takes a cleared payment back: what was owed is owed again, on its own date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from ledger.allocation.actions import reopen
from ledger.journal.actions import post_many
from payments.payins.actions.change import change, lock_payments
from payments.payins.actions.submit import call
from payments.payins.models import CLEARED
from payments.payins.moving import Moving, moving
from payments.payins.queries import completed_reference
from payments.rails.base import Answer
from payments.rails.codes import explain, return_code
from payments.rails.registry import BY_WALLET
from payments.returns.postings import Found, returned_reference, returns

WATCH_QUEUE = "returns.watch"
ASK_AGAIN_AFTER = timedelta(minutes=1)
TAKEN_BACK = ("returned", "failed")  # what had cleared is no more, whatever the rail calls it
SILENT = ("unknown", "waiting")
LOOK_AGAIN_AFTER = timedelta(hours=1)  # what stands in the way of a deposit's return wakes it besides
COLUMNS = ["returned_at", "return_code", "failure_code", "failure_message"]


class Keeper(Protocol):
    """A room above that knows where deposits are."""

    def lock(self, public_ids: Sequence[str]) -> None:
        """Step: what comes before the locks on these payments."""

    def find(self, payments: Sequence[Moving], at: datetime) -> Mapping[str, Found]:
        """Step: of these payments of deposits, locked. One that is missing waits: an order that moves its money is under way."""

    def owed(self, found: Mapping[str, Found], days: Mapping[str, date], at: datetime) -> None:
        """Step: they have been returned, and what is a debt of the renter's by it stands in the books."""


KEEPERS: list[Keeper] = []


def watch_for_returns(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: ask the rail whether a cleared payment still stands. A wallet is not asked: what it takes back is a dispute."""
    cleared = [payment for payment in moving(public_ids, states=CLEARED) if payment.rail not in BY_WALLET]
    answers = {payment.public_id: call(payment, at, first=False) for payment in cleared}
    returned = {key: answer for key, answer in answers.items() if answer is not None and answer.state in TAKEN_BACK}
    with unit_of_work():
        posted = {payment.public_id for payment in return_payments(returned, at=at)}
        later = {key: _again_at(answer, at) for key, answer in answers.items() if key not in returned}
        later |= {key: at + LOOK_AGAIN_AFTER for key in returned if key not in posted}
        schedule(WATCH_QUEUE, [(key, max(when, at + timedelta(seconds=1))) for key, when in later.items() if when])
        done(WATCH_QUEUE, [key for key in public_ids if not later.get(key)])


def _again_at(answer: Answer | None, at: datetime) -> datetime | None:
    """None: its rail knows all that it will ever know."""
    silent = answer is None or answer.state in SILENT
    return (answer.ask_again_at if answer else None) or (at + ASK_AGAIN_AFTER if silent else None)


def return_payments(answers: Mapping[str, Answer], *, at: datetime) -> list[Moving]:
    """completed or settled → returned. Post, reopen the debits that were paid, tell. A payment is returned at most once.

    That of a deposit whose money is being moved waits; it is not among those that are given back here.
    """
    if not answers:
        return []
    with unit_of_work():
        for keeper in KEEPERS:
            keeper.lock(list(answers))
        locked = [p for p in lock_payments(list(answers)) if p.status in CLEARED]
        found = _find([p for p in locked if p.applies_to.pays_into == "trust"], at)
        payments = [p for p in locked if p.public_id in found or p.applies_to.pays_into != "trust"]
        days = {p.public_id: answers[p.public_id].effective_on for p in payments}
        post_many(returns(payments, days, at, found), at=at)
        for payment in payments:
            code = answers[payment.public_id].code
            reason = explain(code)
            payment.returned_at, payment.return_code = at, return_code(code)
            payment.failure_code, payment.failure_message = reason.failure_code, reason.sentence
        change(payments, "take_back", "returned", actor=SYSTEM.label, at=at, columns=COLUMNS)
        _reopen([p for p in payments if p.public_id not in found or found[p.public_id].due_again_minor], at)
        for keeper in KEEPERS:
            keeper.owed(found, days, at)
        return payments


def _find(deposits: Sequence[Moving], at: datetime) -> dict[str, Found]:
    return {key: found for keeper in KEEPERS if deposits for key, found in keeper.find(deposits, at).items()}


def _reopen(payments: Sequence[Moving], at: datetime) -> None:
    """The debits that these payments paid are open again, where an account is paid by its items."""
    by_items = [p for p in payments if p.applies_to.payable_limit == "balance"]
    reopen([(p.applies_to_id, completed_reference(p), returned_reference(p)) for p in by_items], at=at)
