"""Money given by hand: received, brought to the bank, not honoured; each of them twice, too early, of the wrong kind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from directpay.people.actor import SYSTEM
from leases.contracts.models import Lease
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.receipts.models import Receipt
from tests.simulation.auditor import by_hand
from tests.simulation.crashes import crash_at
from tests.simulation.moves.move import Move
from tests.simulation.moves.owing import choose_debtor

if TYPE_CHECKING:
    from tests.simulation.history import History

METHODS = {"check": 5, "cash": 3, "money_order": 1, "other": 1}
RECENT = 12  # of which one is chosen: what is older has mostly come to its end


def receive(h: "History") -> None:
    """What is owed, a part of it, or more; today or some days ago."""
    lease, label, owed = choose_debtor(h)
    amount = h.rng.choice([owed, owed, owed // 2, owed // 3, owed // 7, owed + 1, owed + h.rng.randrange(1, 50_000)])
    record(h, lease, label, amount)


def receive_given_up(h: "History") -> None:
    """Of somebody whose debt was written off: as much of it is owed again as is paid of it."""
    given_up = h.auditor.hand.given_up
    lease, label, owed = choose_debtor(h, lambda account: given_up[account])
    lost = given_up[h.auditor.leases[lease.public_id].account(label)]
    record(h, lease, label, owed + h.rng.choice([lost, lost // 2, lost // 3, lost + 1_000, -(owed // 2)]))


def receive_and_die(h: "History") -> None:
    """Before the commit nothing happened; after it all of it stands, though nobody heard of it."""
    lease, label, owed = choose_debtor(h)
    wished, before = _wished(h, lease, label, owed + h.rng.randrange(1, 1_000)), h.rng.random() < 0.5
    with crash_at(0, before=before) as died:
        _ask(h, lease, wished)
    if died and not before:
        _stands(h, Receipt.objects.latest("id"), wished)
    h.check()


def record(h: "History", lease: Lease, label: str, amount: int) -> None:
    wished = _wished(h, lease, label, amount)
    made = _ask(h, lease, wished)
    if made is not None:
        _stands(h, made, wished)
    h.check()


def _wished(h: "History", lease: Lease, label: str, amount: int) -> by_hand.Receipt:
    told = h.auditor.leases[lease.public_id]
    days_ago = h.rng.choice([0, 0, 0, h.rng.randrange(1, 5), h.rng.randrange(1, 30), -1 if h.rng.random() < 0.2 else 0])
    method = h.rng.choices(list(METHODS), list(METHODS.values()))[0]
    return by_hand.Receipt("", told, label, method, max(1, amount), told.today(h.now) - timedelta(days=days_ago))


def _ask(h: "History", lease: Lease, wished: by_hand.Receipt) -> Receipt | None:
    wish = NewReceipt(lease.parties.get(label=wished.label), wished.method, wished.amount, wished.received_on)
    made: Receipt | None = h.attempt(
        f"{wished.method} of {wished.amount} from {wished.label} of {lease.public_id}, received {wished.received_on}",
        by_hand.judge_receipt(h.auditor, wished.lease, wished.received_on, h.now),
        lambda: record_receipt(lease, wish, actor=SYSTEM, at=h.now),
    )
    return made


def _stands(h: "History", made: Receipt, wished: by_hand.Receipt) -> None:
    h.cast.receipts[made.public_id] = made
    by_hand.receipt_given(h.auditor, replace(wished, id=made.public_id))


def bank(h: "History") -> None:
    """One slip with one or several of one owner's receipts; now and then one of them does not belong there."""
    receipts = h.auditor.hand.receipts
    waiting = [r for r in receipts.values() if r.state == "recorded"]
    if not waiting:
        return bank_wrongly(h)
    payee = h.rng.choice(waiting).lease.payee
    of_one = [r for r in waiting if r.lease.payee == payee]
    chosen = h.rng.sample(of_one, min(len(of_one), h.rng.choice([1, 1, 2, 4])))
    today = chosen[0].lease.today(h.now)
    since = max(r.received_on for r in chosen)
    day = h.rng.choice([today, today, since + timedelta(days=(today - since).days // 2)])
    names = [r.id for r in chosen]
    _bank(h, names, day)
    if h.rng.random() < 0.25:
        _bank(h, names, day)  # the same slip again


def bank_wrongly(h: "History") -> None:
    """What is banked or came back, before its day, after today, named twice, of two owners."""
    names = list(h.auditor.hand.receipts)[-RECENT:]
    chosen = h.rng.sample(names, min(len(names), h.rng.choice([1, 2, 3])))
    chosen += h.rng.choice([[], chosen[:1]])
    today = h.auditor.hand.receipts[chosen[0]].lease.today(h.now)
    _bank(h, chosen, today + timedelta(days=h.rng.choice([0, 0, 1, -1, -30])))


def _bank(h: "History", names: Sequence[str], day: date) -> None:
    rows = h.attempt(
        f"bank {list(names)} on {day}",
        by_hand.judge_slip(h.auditor, names, day, h.now),
        lambda: bank_receipts([h.cast.receipts[name] for name in names], banked_on=day, actor=SYSTEM, at=h.now),
    )
    if rows is not None:
        (slip,) = {row.slip for row in rows}
        by_hand.receipts_banked(h.auditor, names, slip, day)
    h.check()


def bounce(h: "History") -> None:
    """One that may, in the bank or still in the hand; a quarter of them twice."""
    fit = [r for r in list(h.auditor.hand.receipts.values())[-RECENT:] if r.state != "bounced" and r.method != "cash"]
    if not fit:
        return bounce_wrongly(h)
    receipt = h.rng.choice(fit)
    today, since = receipt.lease.today(h.now), receipt.banked_on or receipt.received_on
    day = h.rng.choice([today, today, since, since + timedelta(days=(today - since).days // 2)])
    _bounce(h, receipt, day)
    if h.rng.random() < 0.25:
        _bounce(h, receipt, day)


def bounce_wrongly(h: "History") -> None:
    """Cash, what came back already, before the bank had it, tomorrow."""
    receipt = h.rng.choice(list(h.auditor.hand.receipts.values())[-RECENT:])
    since = receipt.banked_on or receipt.received_on
    _bounce(
        h, receipt, h.rng.choice([receipt.lease.today(h.now), since - timedelta(days=1), receipt.lease.today(h.now) + timedelta(days=1)])
    )


def _bounce(h: "History", receipt: by_hand.Receipt, day: date) -> None:
    done = h.attempt(
        f"bounce {receipt.id} ({receipt.method}, {receipt.state}) on {day}",
        by_hand.judge_bounce(h.auditor, receipt, day, h.now),
        lambda: bounce_receipt(h.cast.receipts[receipt.id], bounced_on=day, actor=SYSTEM, at=h.now),
    )
    if done is not None:
        by_hand.receipt_bounced(h.auditor, receipt.id, day)
    h.check()


def _given(h: "History") -> bool:
    return bool(h.auditor.hand.receipts)


MOVES = (
    Move("receive", 4, receive, lambda h: bool(h.cast.leases)),
    Move("receive_given_up", 1.5, receive_given_up, lambda h: any(h.auditor.hand.given_up.values())),
    Move("receive_and_die", 0.7, receive_and_die, lambda h: bool(h.cast.leases)),
    Move("bank", 3, bank, _given),
    Move("bank_wrongly", 0.7, bank_wrongly, _given),
    Move("bounce", 2.5, bounce, _given),
    Move("bounce_wrongly", 0.7, bounce_wrongly, _given),
)
