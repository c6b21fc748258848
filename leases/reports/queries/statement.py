"""The owner statement: what was earned (by cash or by due date), where the money is, what was paid out, what is held for renters.

Every sum is made of entries; two that are made in different ways are compared, and what is left between them is printed: nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from directpay.people.models import Payee
from leases.reports.queries.books import (
    BRIDGE,
    CASH,
    HELD,
    TAKEN_BACK,
    Ask,
    Move,
    Received,
    books_of,
    closing_of,
    moved,
    opening_of,
    received,
)
from leases.reports.queries.payouts import PaidOut, payouts_in
from leases.reports.queries.scope import Known, Scope, require_entries

Basis = Literal["cash", "accrual"]
INCOME, BACK, COST = "income", "taken_back", "expense"
# Account → section and line. Concessions and bad debt are of the accrual alone: no cash moves.
LINES: Final = {
    "L4100": (INCOME, "rent"),
    "L4110": (INCOME, "utilities"),
    "L4300": (INCOME, "late_fees"),
    "L4310": (INCOME, "returned_payment_fees"),
    "L4400": (INCOME, "damages"),
    "L4800": (INCOME, "other_income"),
    "advance": (INCOME, "advance_rent"),
    "carried": (INCOME, "carried_balances"),
    "L4900": (COST, "concessions"),
    "L6100": (COST, "payment_fees"),
    "L6110": (COST, "directpay_charges"),
    "L6200": (COST, "subscription"),
    "L2300": (COST, "subscription"),
    "L6300": (COST, "bank_charges"),
    "L6900": (COST, "bad_debt"),
}
PLACES: Final = {"L1100": "at_directpay", "L1200": "owner_bank", "L1210": "undeposited", "L1330": "due_from_trust"}
# How the balance with us moved, by the other side of its transactions.
FLOWS: Final = {
    "L1200": "payouts",
    "L1330": "deposit_returns",
    "L2300": "subscription",
    "L3100": "owner_equity",
    "L6100": "payment_fees",
    "L6110": "directpay_charges",
}
DEPOSIT_KINDS: Final = {
    "payment.completed": "received",
    "receipt.recorded": "received",
    "deposit.interest": "interest",
    "deposit.deducted": "deducted",
    "deposit.refunded": "given_back",
    "deposit.refund_returned": "given_back",
    "payment.returned": "returned",
}


@dataclass(frozen=True, slots=True)
class Line:
    """+ is good for the owner. `home`: a property's public id, or none. `count`: how many entries are behind it."""

    section: str
    name: str
    home: str
    minor: int
    count: int


@dataclass(frozen=True, slots=True)
class Flow:
    """An amount with its name."""

    name: str
    minor: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where money lies: ``opening + moved = closing``; `closing` is asked of the ledger, not added up."""

    number: str
    name: str
    opening_minor: int
    flows: Sequence[Flow]
    closing_minor: int

    @property
    def stands(self) -> bool:
        """Whether anything lay there, or moved."""
        return bool(self.opening_minor or self.closing_minor or self.flows)

    @property
    def unexplained_minor(self) -> int:
        return self.closing_minor - self.opening_minor - sum(flow.minor for flow in self.flows)


@dataclass(frozen=True, slots=True)
class Bridge:
    """Why cash and accrual differ (invariant I24): by what renters came to owe, less what the owner came to owe us."""

    accrual_minor: int
    cash_minor: int
    receivable_minor: int
    due_to_directpay_minor: int

    @property
    def unexplained_minor(self) -> int:
        return self.accrual_minor - self.cash_minor - self.receivable_minor + self.due_to_directpay_minor


@dataclass(frozen=True, slots=True)
class OwnerStatement:
    """Of one payee and currency. For one property the lines are its own; where the money is concerns the payee as a whole: then empty."""

    payee: Payee
    currency: str
    since: date
    through: date
    basis: Basis
    lines: Sequence[Line]
    places: Sequence[Place]
    payouts: Sequence[PaidOut]
    deposits: Place | None
    bridge: Bridge | None

    @property
    def result_minor(self) -> int:
        return sum(line.minor for line in self.lines)

    @property
    def unexplained_minor(self) -> int:
        """What no figure explains, over all places and the bridge."""
        bridge = abs(self.bridge.unexplained_minor) if self.bridge else 0
        return bridge + sum(abs(place.unexplained_minor) for place in self.all_places)

    @property
    def all_places(self) -> list[Place]:
        return [*self.places, *([self.deposits] if self.deposits else [])]

    @property
    def homes(self) -> list[str]:
        """Properties that any line is of."""
        return sorted({line.home for line in self.lines})

    def of_section(self, section: str) -> list[Line]:
        return [line for line in self.lines if line.section == section]

    def section_minor(self, section: str) -> int:
        return sum(line.minor for line in self.of_section(section))


def owner_statements(scope: Scope, since: date, through: date, basis: Basis, known: Known) -> list[OwnerStatement]:
    """One for each payee and currency in which anything was ever booked."""
    require_entries(scope.payees, since)
    asks = [(p, Ask(book, currency, since, through, known)) for p in scope.payees for book, currency in books_of(p)]
    only = scope.only.public_id if scope.only else ""
    return [_statement(payee, ask, basis, only) for payee, ask in asks if not (only and scope.only and scope.only.currency != ask.currency)]


def _statement(payee: Payee, ask: Ask, basis: Basis, only: str) -> OwnerStatement:
    moves, came = moved(ask), received(ask)
    cash, accrual = cash_lines(moves, came), accrual_lines(moves)
    lines = [line for line in (cash if basis == "cash" else accrual) if not only or line.home == only]
    named = (payee, ask.currency, ask.since, ask.through, basis, lines)
    if only:
        return OwnerStatement(*named, (), (), None, None)
    opening, closing = opening_of(ask, (*CASH, *HELD, *BRIDGE)), closing_of(ask, (*CASH, *HELD, *BRIDGE))
    bridge = Bridge(
        sum(line.minor for line in accrual),
        sum(line.minor for line in cash),
        closing["L1500"] - opening["L1500"],
        opening["L2300"] - closing["L2300"],
    )
    places = [Place(n, name, opening[n], _flows(n, moves), closing[n]) for n, name in PLACES.items()]
    return OwnerStatement(*named, places, payouts_in(payee, ask), _deposits(moves, opening, closing), bridge)


def cash_lines(moves: Iterable[Move], came: Iterable[Received]) -> list[Line]:
    """What came and went: money on receivables by what it was for, what was taken back on its own day, and what was paid."""
    found = [(*LINES[part.category], part.home, part.minor, part.count) for part in came]
    for move in moves:
        if move.cash and move.number == "L1500" and move.kind in TAKEN_BACK:
            found.append((BACK, TAKEN_BACK[move.kind], move.home, -move.minor, move.count))
        elif move.cash and move.number in LINES:
            found.append((*LINES[move.number], move.home, -move.minor, move.count))
    return _added(found)


def codes_of(name: str) -> tuple[str, ...]:
    """What `entries_behind` calls the entries of a line; empty for what is no line."""
    accounts = [code for code, (_section, line) in LINES.items() if line == name]
    return (*accounts, *(kind for kind, line in TAKEN_BACK.items() if line == name))


def accrual_lines(moves: Iterable[Move]) -> list[Line]:
    """What was earned and what it cost, whoever has paid."""
    return _added((*LINES[m.number], m.home, -m.minor, m.count) for m in moves if m.number >= "L4")


def _added(parts: Iterable[tuple[str, str, str, int, int]]) -> list[Line]:
    """Parts of one line of one property, added up; in the order of a statement."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for section, name, home, minor, count in parts:
        before = sums.get((section, name, home), (0, 0))
        sums[section, name, home] = (before[0] + minor, before[1] + count)
    order = [*LINES.values(), *((BACK, name) for name in TAKEN_BACK.values())]
    sections = (INCOME, BACK, COST)
    made = [Line(*key, *sum_and_count) for key, sum_and_count in sums.items()]
    return sorted(made, key=lambda line: (sections.index(line.section), order.index((line.section, line.name)), line.home))


def _flows(number: str, moves: Iterable[Move]) -> list[Flow]:
    """How one place moved. The balance with us is told by the other side of each transaction, the others by their kind."""
    sums: dict[str, int] = {}
    for move in moves:
        if number == "L1100" and move.at_directpay and move.number not in ("L1100", "L1510", "L2250", "L1210") and move.number < "L7":
            if move.number in HELD or move.number in ("L1310", "L1320", "L2230", "L2240"):
                continue  # trust sums to nothing by itself
            name = TAKEN_BACK.get(move.kind, "received") if move.number == "L1500" else FLOWS.get(move.number, "other")
            sums[name] = sums.get(name, 0) - move.minor
        elif number != "L1100" and move.number == number:
            sums[move.kind] = sums.get(move.kind, 0) + move.minor
    return [Flow(name, minor) for name, minor in sums.items() if minor]


def _deposits(moves: Iterable[Move], opening: dict[str, int], closing: dict[str, int]) -> Place:
    """Held for renters: never income. + is what is held."""
    sums: dict[str, int] = {}
    for move in moves:
        if move.number in HELD:
            name = DEPOSIT_KINDS.get(move.kind, "other")
            sums[name] = sums.get(name, 0) - move.minor
    flows = [Flow(name, minor) for name, minor in sums.items() if minor]
    return Place("L2200", "deposits_held", -sum(opening[n] for n in HELD), flows, -sum(closing[n] for n in HELD))
