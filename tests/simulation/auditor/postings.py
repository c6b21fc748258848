"""What each kind of transaction must say, written from BOOKS.md section 3."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor.bankdays import bank_day_of
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import AuditError, demand
from tests.simulation.auditor.payments import Payment
from tests.simulation.auditor.refunds import out_of_pending

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

RETURN_FEE = 400
DEPOSITS = 77
Expected = tuple[date, list[Leg]]


def legs_of_charge(books: "Auditor", charge_id: str, at: datetime) -> Expected:
    """A1, B1, E1, E5."""
    lease = books.lease_of_charge.get(charge_id)
    if lease is None:
        raise AuditError(f"charge {charge_id} was never agreed")
    charge = lease.charges[charge_id]
    demand(not charge.posted, f"charge {charge_id} is posted twice")
    demand(charge.due_on <= lease.today(at), f"charge {charge_id} is posted before {charge.due_on}")
    return charge.due_on, lease.legs(charge)


def legs_of_completion(p: Payment) -> list[Leg]:
    """B4, C2, C4, C8, E2, E4, E6."""
    legs: list[Leg] = [
        (f"P1210/{p.rail}", p.charged, p.id),
        (f"P2110/{p.payee}", -p.net, None),
        (f"L1100/{p.payee}@{p.payee}", p.net, None),
        (p.account, -p.amount, None),
    ]
    if p.fee:
        legs.append((f"P4110/{p.rail}", -p.fee, None))
        if p.fee_payer == "payee":
            legs.append((f"L6100/{p.home}@{p.payee}", p.fee, None))
    return legs


def legs_of_return(p: Payment, went: int) -> list[Leg]:
    """C3, F2, F8, G11, N5: from where the payment is; available bears what `went` of it out of pending."""
    pending = 0 if p.settled else p.net - went
    moved = [(account, -amount, item) for account, amount, item in legs_of_completion(p) if account[:5] != "P2110"]
    buckets: list[Leg] = [(f"P2110/{p.payee}", pending, None), (f"P2120/{p.payee}", p.net - pending, None)]
    return [*moved, *(leg for leg in buckets if leg[1])]


def legs_of_return_fee(p: Payment) -> list[Leg]:
    """F3: always from available."""
    return [
        (f"P2120/{p.payee}", RETURN_FEE, None),
        ("P4120", -RETURN_FEE, None),
        (f"L6110/{p.home}@{p.payee}", RETURN_FEE, None),
        (f"L1100/{p.payee}@{p.payee}", -RETURN_FEE, None),
    ]


def legs_of_settlement(books: "Auditor", settlement: str, at: datetime) -> Expected:
    """B5, C5: the sum of its lines; each payment once, its day reached, its cash in the bank."""
    members = [books.payments[payment] for payment, _ in books.lines_of.get(settlement, [])]
    demand(members, f"settlement {settlement} has no lines")
    payees = {p.payee for p in members}
    demand(len(payees) == 1, f"settlement {settlement} mixes payees")
    for p in members:
        may_settle(books, p, at)
    net, payee = sum(p.net - out_of_pending(books, p) for p in members), payees.pop()
    return bank_day_of(at), [(f"P2110/{payee}", net, None), (f"P2120/{payee}", -net, None)]


def may_settle(books: "Auditor", p: Payment, at: datetime) -> None:
    demand(p.completed_at is not None and not p.settled, f"{p.id} is settled, and is not waiting for it")
    demand(p.ready_at is not None and p.ready_at <= at, f"{p.id} is settled before its day {p.ready_at}")
    if p.returned_at is not None and at < p.returned_at:
        return  # a settlement of nothing is seen with what was posted after it: its cash has gone on
    demand(not p.returned, f"{p.id} is settled after it was returned")
    demand(books.books.items[f"P1210/{p.rail}", p.id] == 0 and p.cash_at, f"{p.id} is settled before its cash is there")


def settled_without_posting(books: "Auditor", p: Payment, at: datetime) -> None:
    """All of it went back before: a settlement of nothing posts nothing."""
    settlement = next((name for name, lines in books.lines_of.items() if p.id in {payment for payment, _ in lines}), "")
    members = [books.payments[payment] for payment, _ in books.lines_of.get(settlement, [])]
    left = [one.net - out_of_pending(books, one) for one in members]
    demand(members and not any(left), f"{p.id} is settled, and {settlement or 'no settlement'} of {left} is not posted")
    may_settle(books, p, at)
    p.settled = True


def legs_of_cover(books: "Auditor", group: Sequence[dict[str, Any]], at: datetime) -> Expected:
    """F11: what the client bank lacks when the lines of this transaction are posted in their turn, from the company's own."""
    missing, standing = 0, books.books.balances["P1110/main"]
    for one in group:
        if one["kind"] == "bank.line":
            standing += sum(amount for _, account, amount, *_ in one["legs"] if books.account_codes[account] == "P1110/main")
            missing = max(missing, -standing)
    demand(missing, f"the client bank was covered, and had {books.books.balances['P1110/main']}")
    books.edges["client bank: covered"] += 1
    return bank_day_of(at), [("P1110/main", missing, None), ("P1130/main", -missing, None)]


def legs_of_bank_line(books: "Auditor", found: list[Leg], at: datetime) -> Expected:
    """B3, F1, F4, J8, C8: the bank against the clearing of the rail; matched by what it belongs to and how much it is."""
    banks = [leg for leg in found if leg[0] in ("P1110/main", "P1130/main")]
    items = [leg for leg in found if leg[0].startswith("P1210/")]
    demand(len(banks) == len(items) == 1 and len(found) == 2, f"a bank line of {found}")
    (bank, amount, _), (_, _, item) = banks[0], items[0]
    if bank == "P1130/main":
        account = books.bank_accounts.get(item or "")
        demand(account and account.deposits_due and amount == -DEPOSITS, f"our bank never paid {amount} for {item}")
        assert account is not None
        account.deposits_due, account.deposits_shown = False, True
        return bank_day_of(at), [(bank, -DEPOSITS, None), ("P1210/own_ach", DEPOSITS, item)]
    key = (item or "", amount)
    demand(books.lines_told.get(key), f"the bank never told a line of {amount} for {item}, or it is posted twice")
    rail, on = books.lines_told[key].pop()
    return on, [(bank, amount, None), (f"P1210/{rail}", -amount, item)]
