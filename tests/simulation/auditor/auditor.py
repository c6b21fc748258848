"""The facts that the auditor is told, in plain values. `compare` (see `comparing`) then judges what the database says."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from tests.simulation.auditor import cards, policies
from tests.simulation.auditor.arrears import Arrears
from tests.simulation.auditor.bank_charges import BankCharge
from tests.simulation.auditor.books import FLOOR_KINDS, FLOOR_ZERO, Books, Hold, Leg, normal
from tests.simulation.auditor.by_hand import ByHand
from tests.simulation.auditor.by_itself import Order
from tests.simulation.auditor.changes import Changes
from tests.simulation.auditor.deposits import Trust
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.lateness import Lateness
from tests.simulation.auditor.move_out import MoveOuts
from tests.simulation.auditor.payments import CLEARED, Payment, Promise, Script, Told
from tests.simulation.auditor.payouts import Handed, Outgoing, Payouts, is_payout
from tests.simulation.auditor.periods import Periods
from tests.simulation.auditor.policies import Policies
from tests.simulation.auditor.postings import DEPOSITS, Expected
from tests.simulation.auditor.receivable import Receivable
from tests.simulation.auditor.refunds import Refunds, is_refund
from tests.simulation.auditor.rent import Lease
from tests.simulation.auditor.requests import Request, Verdict, judge
from tests.simulation.auditor.transfers import Transfers

CANCELABLE = ("initiated", "requires_action", "authorized", "canceled")


@dataclass
class BankAccount:
    owner: str
    number: str
    added_at: datetime
    expires_at: datetime
    state: str = "new"
    tries: int = 0
    deposits_due: bool = True
    deposits_shown: bool = False
    fresh: list[str] = field(default_factory=list)  # states that it may take, since the last audit


@dataclass
class Auditor:
    books: Books = field(default_factory=Books)
    leases: dict[str, Lease] = field(default_factory=dict)
    lease_of_charge: dict[str, Lease] = field(default_factory=dict)
    receivables: dict[str, Receivable] = field(default_factory=lambda: defaultdict(Receivable))
    payments: dict[str, Payment] = field(default_factory=dict)
    bank_accounts: dict[str, BankAccount] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)  # card → the processor's name of it
    fees: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)  # autopays
    hand: ByHand = field(default_factory=ByHand)
    changes: Changes = field(default_factory=Changes)
    changes_for: dict[str, str] = field(default_factory=dict)  # credit → charge of the month that it is for, until it is posted
    late: Lateness = field(default_factory=Lateness)
    arrears: Arrears = field(default_factory=Arrears)
    trust: Trust = field(default_factory=Trust)
    sent: Payouts = field(default_factory=Payouts)
    refunds: Refunds = field(default_factory=Refunds)
    leaving: MoveOuts = field(default_factory=MoveOuts)
    transfers: Transfers = field(default_factory=Transfers)
    bank_charges: dict[str, BankCharge] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    periods: Periods = field(default_factory=Periods)
    expected: dict[str, tuple[str, Expected]] = field(default_factory=dict)  # must be posted in this step: reference → kind, legs
    posted: set[str] = field(default_factory=set)
    lines_told: dict[tuple[str, int], list[tuple[str, date]]] = field(default_factory=lambda: defaultdict(list))
    unposted_since: dict[tuple[str, int], datetime] = field(default_factory=dict)
    costs_told: dict[str, tuple[int, date]] = field(default_factory=dict)  # of a card's processor, until they are posted
    costs_known: set[str] = field(default_factory=set)
    line_references: dict[str, tuple[str, int]] = field(default_factory=dict)
    lines_of: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    expected_again: dict[str, tuple[str, date, list[Leg]]] = field(default_factory=dict)  # direct postings, as they were first asked
    reversed: set[str] = field(default_factory=set)
    resumed_at: datetime | None = None  # when somebody went on after an outage or a crash: what is overdue since is worked on now
    crashed: bool = False  # in this step: what was told may not have been heard to the end
    edges: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    # what the database calls things
    account_codes: dict[int, str] = field(default_factory=dict)
    references: dict[int, str] = field(default_factory=dict)  # entry → reference of its transaction
    allocated: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))  # account, credit, debit

    # --- the company and its people ---

    def judge_capital(self, reference: str, amount: int, day: date) -> str:
        """The same again is the same fact; the day is part of it."""
        return self.judge_posting(f"capital:{reference}", "capital", day, _capital(amount))

    def capital_paid_in(self, reference: str, amount: int, day: date) -> None:
        self.posted_directly(f"capital:{reference}", "capital", day, _capital(amount))

    def must_post(self, reference: str, kind: str, day: date, legs: list[Leg]) -> None:
        """A posting that has to stand at the end of this step."""
        if reference not in self.posted:
            self.expected[reference] = (kind, (day, legs))

    def fee_set(self, payee: str, rail: str, fee: int, fee_payer: str) -> None:
        self.fees[payee, rail] = (fee, fee_payer)

    # --- bank accounts ---

    def bank_account_added(self, name: str, owner: str, number: str, day: date, at: datetime, expires_at: datetime, taken: bool) -> None:
        """`taken`: the bank accepts the two small deposits (J7)."""
        self.bank_accounts[name] = BankAccount(owner, number, at, expires_at, deposits_due=taken)
        self.edges["bank_account: ∅ → new"] += 1
        if taken:
            self.must_post(
                f"verification.sent:{name}", "verification.sent", day, [("P5600", DEPOSITS, None), ("P1210/own_ach", -DEPOSITS, name)]
            )
        else:
            self.bank_accounts[name].fresh = ["errored"]

    def verification_refused(self, name: str, at: datetime) -> str:
        account = self.bank_accounts[name]
        return "bank_account_not_verifiable" if account.state != "new" or at >= account.expires_at else ""

    def amounts_named(self, name: str, right: bool) -> None:
        account = self.bank_accounts[name]
        account.tries += 1
        account.fresh = ["verified"] if right else ["verification_failed"] if account.tries == 3 else []

    # --- leases ---

    def lease_opened(
        self,
        name: str,
        *,
        payee: str,
        home: str,
        zone: str,
        rent: int,
        start_on: date,
        end_on: date | None,
        due_day: int,
        weights: Mapping[str, int],
        party_of: Mapping[str, str],
        at: datetime,
    ) -> None:
        self.leases[name] = Lease(name, payee, home, ZoneInfo(zone), rent, start_on, end_on, due_day, dict(weights), dict(party_of), at)
        for label in weights:
            self.receivables[self.leases[name].account(label)].turn = partial(policies.turn, self, name)
        self.hand.facts.append(("lease.created", name, 1))

    # --- payments ---

    def judge(self, request: Request, at: datetime) -> Verdict:
        return judge(self, request, at)

    def payment_accepted(self, name: str, request: Request, verdict: Verdict, at: datetime, promise: Promise) -> None:
        demand(not verdict.code, f"{name} was accepted, and had to be refused: {verdict.code}")
        lease = self.leases[request.lease]
        self.payments[name] = Payment(
            id=name,
            payer=request.payer,
            origin="" if request.account else request.lease,
            account=verdict.account,
            payee=lease.payee,
            home=lease.home,
            rail=request.rail,
            number=self.cards.get(request.bank_account) or self.bank_accounts[request.bank_account].number,
            by_card=request.bank_account in self.cards,
            source=request.bank_account,
            later=request.later,
            amount=verdict.amount,
            fee=verdict.fee,
            fee_payer=verdict.fee_payer,
            claims=list(verdict.claims),
            created_at=at,
            tendered_on=lease.today(at),
            promise=promise,
            leaves_at=promise.leaves_at,
        )
        if request.behalf and request.behalf != request.payer:
            self.edges["payment: ∅ → for a roommate"] += 1

    def may_cancel(self, name: str) -> str:
        return "" if self.payments[name].state in CANCELABLE else "payment_not_cancelable"

    def canceled(self, name: str) -> None:
        self.payments[name].canceled = True

    # --- the bank ---

    def order_received(
        self, name: str, amount: int, number: str, placed_at: datetime, promise: Promise, script: Script, found_late: bool
    ) -> None:
        """The bank has an order: for the right sum, of the right account, once."""
        if outgoing := self._outgoing(name):
            outgoing.take(name, Handed(amount, number, placed_at, script, found_late))
            return
        payment = self.payments.get(name)
        demand(payment, f"the bank was handed {name}, which nobody asked for")
        assert payment is not None
        same(f"the sum that the bank was told for {name}", payment.charged, amount)
        same(f"the account that the bank was told for {name}", payment.number, number)
        demand(not payment.canceled, f"{name} was called off, and handed to the bank")
        demand(payment.script is None, f"the bank has {name} twice")
        demand(placed_at >= payment.created_at, f"{name} was placed before it was made")
        payment.placed_at, payment.script, payment.promise, payment.found_late = placed_at, script, promise, found_late

    def bank_said(self, name: str, told: Told, at: datetime) -> None:
        if outgoing := self._outgoing(name):
            outgoing.said(name, told, at)
            return
        payment = self.payments[name]
        payment.fresh.append(told)
        payment.told.append(told)
        payment.last_heard_at = at
        if told.state == "silence":
            payment.silent_at = at

    def bank_statement_silent(self, name: str, at: datetime) -> None:
        if outgoing := self._outgoing(name):
            outgoing.statement_silent_at[name] = at
            return
        self.payments[name].statement_silent_at = at

    def _outgoing(self, name: str) -> Outgoing | None:
        """Where an order is kept by which money leaves; of others nothing."""
        return self.sent if is_payout(name) else self.refunds if is_refund(name) else None

    def bank_told_lines(self, name: str, rail: str, lines: Sequence[tuple[str, int, date]]) -> None:
        """(reference, amount, day); the same reference again is the same line."""
        for reference, amount, on in lines:
            if reference not in self.line_references:
                self.line_references[reference] = (name, amount)
                self.lines_told[name, amount].append((rail, on))

    def processor_told_costs(self, name: str, costs: Sequence[tuple[int, date]]) -> None:
        """The same again is the same."""
        if costs and name not in self.costs_known:
            self.costs_known.add(name)
            (self.costs_told[name],) = costs

    def void_told(self, name: str, at: datetime) -> None:
        cards.void_told(self, name, at)

    # --- holds and direct postings ---

    def judge_hold(self, reference: str, account: str, amount: int) -> str:
        standing = self.books.holds.get(reference)
        if standing:
            return "" if (standing.account, standing.amount) == (account, amount) else "reference_reused"
        lowers = normal(account) * amount < 0
        floored = account[:5] in FLOOR_ZERO | FLOOR_KINDS
        return "balance_insufficient" if lowers and floored and self.books.available(account) < abs(amount) else ""

    def hold_placed(self, reference: str, account: str, amount: int, expires_at: datetime | None = None) -> None:
        if reference not in self.books.holds:
            self.books.holds[reference] = Hold(account, amount, expires_at=expires_at)
            self.edges["hold: ∅ → pending"] += 1

    def hold_resolved(self, reference: str, state: str, posted: int = 0) -> None:
        hold = self.books.holds[reference]
        same(f"hold {reference} is resolved while", "pending", hold.state)
        hold.state, hold.posted = state, posted
        self.edges[f"hold: pending → {state}"] += 1

    def judge_capture(self, reference: str, now: datetime) -> str:
        """What is late is not captured, whether or not anybody has looked."""
        hold = self.books.holds[reference]
        return "hold_expired" if hold.expires_at and hold.expires_at <= now else ""

    def judge_reversal(self, reference: str) -> str:
        """Of a direct posting: the opposite, once."""
        if reference in self.reversed:
            return "already_reversed"
        _, _, legs = self.expected_again[reference]
        return "balance_insufficient" if self.books.refuses("transaction.reversed", _opposite(legs)) else ""

    def reversed_directly(self, reference: str, by: str) -> None:
        _, day, legs = self.expected_again[reference]
        self.reversed.add(reference)
        self.must_post(by, "transaction.reversed", day, _opposite(legs))

    def judge_posting(self, reference: str, kind: str, day: date, legs: list[Leg], capturing: str = "") -> str:
        """The refusal that a direct posting must meet; `capturing` is the hold that ends with it."""
        if reference in self.posted:
            return "" if self.expected_again.get(reference) == (kind, day, legs) else "reference_reused"
        return "balance_insufficient" if self.books.refuses(kind, legs, capturing) else ""

    def posted_directly(self, reference: str, kind: str, day: date, legs: list[Leg]) -> None:
        self.must_post(reference, kind, day, legs)
        self.expected_again.setdefault(reference, (kind, day, list(legs)))

    # --- what is left ---

    def cleared(self) -> list[Payment]:
        return [p for p in self.payments.values() if p.state in CLEARED]


def _opposite(legs: list[Leg]) -> list[Leg]:
    return [(account, -amount, item) for account, amount, item in legs]


def _capital(amount: int) -> list[Leg]:
    return [("P1130/main", amount, None), ("P3100", -amount, None)]
