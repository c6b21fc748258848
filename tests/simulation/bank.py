"""The bank of one history: the simulated rails of the product, with a memory, with faults, and with the auditor listening.

What it answers is what the product's own simulated bank would; it adds lost orders, lost answers, breakdowns and repeated lines.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from payments.payouts.models import Payout
from payments.rails import registry
from payments.rails.base import Answer, BankLine, Cost, NoAnswer, NoSuchOrder, Order
from payments.rails.cards.challenges import PROVEN, REFUSED
from payments.rails.cards.sandbox import card_of
from payments.rails.sandbox import behaviour
from payments.rails.simulated import SimulatedRail
from tests.simulation.auditor.cards import LASTS, PROVEN_WITHIN
from tests.simulation.auditor.errors import AuditError
from tests.simulation.auditor.payments import Promise, Script, Told

if TYPE_CHECKING:
    from tests.simulation.history import History

STOPPED = "08"  # R08: no mandate is voided by it
FAULTS = ("order_lost", "answer_lost", "breaks", "lines_twice", "no_lines")
# Of what we send: accounts as which the bank treats that of an order, whatever it was before.
MINDS = {"refuses": "000111111113", "sends_back": "009902050000", "is_silent": "000770000001", "is_silent_and_refuses": "000770000002"}


class Bank:
    def __init__(self, history: "History") -> None:
        self.history = history
        self.orders: dict[str, Order] = {}
        self.faults: list[str] = []  # that the next calls will meet
        self.asked_early: set[str] = set()
        self.changes_of_mind: list[str] = []  # of MINDS: what the next order that we send will meet
        self.minds_about: dict[tuple[str, str], list[str]] = {}  # the same by what is sent: (payout, or what asked for it; purpose)
        self.treated: dict[str, Order] = {}  # orders as the bank treats them, where their account is not what it was

    @property
    def auditor(self):
        return self.history.auditor

    def submit(self, rail: Any, base: type[SimulatedRail], order: Order, at: datetime) -> Answer:
        fault = self._fault("order_lost", "answer_lost", "breaks")
        if fault == "order_lost":
            self._silent(order, at, fault)
        if order.id not in self.orders:
            self.orders[order.id] = as_first_placed(order)
            late = order.id in self.asked_early
            self._change_mind(order)
            script = script_of(rail, base, self._as_treated(order))
            promise = promise_of(rail, order.placed_at)
            number = order.account_number or order.token
            try:
                self.auditor.order_received(order.id, order.amount_minor, number, order.placed_at, promise, script, late)
            except AuditError as error:
                self._alarm(error)
        self._same(rail, base, order)
        return self._answer(rail, base, order, at, fault)

    def look_up(self, rail: Any, base: type[SimulatedRail], order: Order, at: datetime) -> Answer:
        if order.id not in self.orders:
            raise NoSuchOrder(order.id)
        self._same(rail, base, order)
        return self._answer(rail, base, order, at, self._fault("answer_lost", "breaks"))

    def void(self, rail: Any, base: Any, order: Order, at: datetime) -> Answer:
        if order.id in self.orders:  # what never arrived is let go of all the same
            self._same(rail, base, order)
            if fault := self._fault("answer_lost", "breaks"):
                self._silent(order, at, fault)
        try:
            self.auditor.void_told(order.id, at)
        except AuditError as error:
            self._alarm(error)
        answer: Answer = base.void(rail, order, at)
        return answer

    def costs(self, rail: Any, base: Any, order: Order, until: datetime) -> list[Cost]:
        if order.id not in self.orders:
            return []
        found: list[Cost] = base.costs(rail, order, until)
        self.auditor.processor_told_costs(order.id, [(cost.amount_minor, cost.on) for cost in found])
        return found

    def _same(self, rail: Any, base: type[SimulatedRail], order: Order) -> None:
        """As it was placed first; of a card it is what was captured once that is decided, and counts from when its payer had proven it."""
        wanted, now = self.orders[order.id], as_first_placed(order)
        if order.token:
            p = self.auditor.payments[order.id]
            capture = not p.later or p.captured_at is not None
            wanted = replace(wanted, amount_minor=p.charged, capture=capture, placed_at=p.placed_at or wanted.placed_at)
            self.orders[order.id] = wanted
            p.script, p.promise = script_of_card(rail, base, order, p.proven), promise_of(rail, order.placed_at)
            said = next((yes for end, yes in ((PROVEN, True), (REFUSED, False)) if order.reference.endswith(end)), None)
            if said is not p.proven:
                self._alarm(AuditError(f"of {order.id} the card's bank is said to have told {said}, its holder said {p.proven}"))
        if wanted != now:
            self._alarm(AuditError(f"the order {order.id} was changed"))

    def bank_lines(self, rail: Any, base: type[SimulatedRail], order: Order, until: datetime) -> list[BankLine]:
        if order.id not in self.orders:
            self.asked_early.add(order.id)
            return []
        fault = self._fault("lines_twice", "no_lines")
        if fault == "no_lines":
            self.auditor.bank_statement_silent(order.id, until)
            raise NoAnswer("the statement cannot be had")
        lines = base.bank_lines(rail, self._as_treated(order), until)
        self.auditor.bank_told_lines(order.id, base.name, [(line.reference, line.amount_minor, line.on) for line in lines])
        return lines * 2 if fault == "lines_twice" else lines

    def next_bank_line_at(self, rail: Any, base: type[SimulatedRail], order: Order, after: datetime) -> datetime | None:
        return base.next_bank_line_at(rail, self._as_treated(order), after) if order.id in self.orders else None

    def may_take_back(self, name: str) -> bool:
        """What it has had for less than its sixty days."""
        return name in self.orders and name not in self.treated and bool(self._days_of_return(name))

    def takes_back(self, name: str) -> tuple[datetime, Script]:
        """It changes its mind of a payment: when it will say so, and what will have become of it."""
        at, day = self._days_of_return(name)[0]
        order = self.treated[name] = replace(self.orders[name], account_number=f"0099{STOPPED}{day:02}0000")
        rail = self._rail(name)
        return at, script_of(rail, type(rail).__mro__[1], order)

    def _days_of_return(self, name: str) -> list[tuple[datetime, int]]:
        times = self._rail(name).times(self.orders[name].placed_at, name)
        return [(at, day) for day in range(1, 60) if (at := times.day(day)) > self.history.now and at > times.clears_at]

    def _rail(self, name: str) -> Any:
        return registry.rail(self.auditor.payments[name].rail)

    def _as_treated(self, order: Order) -> Order:
        return self.treated.get(order.id, order)

    def _change_mind(self, order: Order) -> None:
        """An account is closed meanwhile: refused, or, of what a renter or an owner gets, sent back days later; or it answers late."""
        if not self.changes_of_mind and not self.minds_about:
            return
        sent = Payout.objects.filter(public_id=order.id).first()
        refund = self.auditor.refunds.known.get(order.id)
        if sent is not None:
            about = (sent.origin or sent.public_id, sent.purpose)
        elif refund is not None:
            about = (refund.payment, "refund")
        else:
            return
        known = self.minds_about.get(about) or self.changes_of_mind
        if not known:
            return
        wish = known.pop(0)
        self.treated[order.id] = replace(order, account_number=MINDS[wish])

    def _alarm(self, error: AuditError) -> None:
        self.history.alarms.append(error)
        raise error

    def _fault(self, *possible: str) -> str:
        fault = next((f for f in self.faults if f in possible), "")
        if fault:
            self.faults.remove(fault)
            self.history.counters["fault"][fault] += 1
        return fault

    def _silent(self, order: Order, at: datetime, why: str) -> None:
        self.auditor.bank_said(order.id, Told("silence"), at)
        if why == "breaks":
            raise RuntimeError("the rail broke")
        raise NoAnswer(why)

    def _answer(self, rail: Any, base: type[SimulatedRail], order: Order, at: datetime, fault: str) -> Answer:
        if fault:
            self._silent(order, at, fault)
        try:
            answer = base.look_up(rail, self._as_treated(order), at)
        except NoAnswer:
            self.auditor.bank_said(order.id, Told("silence"), at)
            raise
        self.auditor.bank_said(order.id, Told(answer.state, answer.effective_on), at)
        return answer


def as_first_placed(order: Order) -> Order:
    """What the rail answered goes with it from then on; nothing else of it may change."""
    return replace(order, reference="")


def promise_of(rail: Any, at: datetime) -> Promise:
    made = rail.promise(at)
    return Promise(made.leaves_at, made.ready_at, made.ready_at - made.clears_at, bool(made.bank_days))


def script_of(rail: Any, base: type[SimulatedRail], order: Order) -> Script:
    """All that will become of an order, from the timetable and the account's number."""
    if order.token:
        return script_of_card(rail, base, order, None)
    acts, times = behaviour(order.account_number), rail.times(order.placed_at, order.id)
    far = order.placed_at + timedelta(days=365)
    lines = tuple((line.at, line.amount_minor) for line in base.bank_lines(rail, order, far))
    if acts.stuck:
        return Script((), lines)
    if acts.fails:
        return Script(((order.placed_at if rail.refuses_at_once else times.refused_at, "failed"),), lines)
    returned_at, _ = rail._return(order, times)
    if returned_at and returned_at <= times.clears_at:
        return Script(((returned_at, "failed"),), lines)
    events = [(times.clears_at, "completed")] + ([(returned_at, "returned")] if returned_at else [])
    return Script(tuple(events), lines)


def script_of_card(rail: Any, base: type[SimulatedRail], order: Order, proven: bool | None) -> Script:
    """As far as nobody decides otherwise: what its payer must prove fails in an hour, what is only promised stands for seven days."""
    card, at = card_of(order.token), order.placed_at
    lines = tuple((line.at, line.amount_minor) for line in base.bank_lines(rail, order, at + timedelta(days=365)))
    if card.proves and proven is None:
        return Script(((at + PROVEN_WITHIN, "failed"),), ())
    if card.declines or proven is False:
        return Script(((at, "failed"),), ())
    return Script(((at, "completed"),), lines) if order.capture else Script(((at, "authorized"), (at + LASTS, "canceled")), ())


_open: list[Bank] = []


def watched(base: type[SimulatedRail]) -> type[SimulatedRail]:
    """The same rail, reached through the bank of the present history."""

    class Watched(base):  # type: ignore[valid-type]
        def submit(self, order: Order, at: datetime) -> Answer:
            return _open[-1].submit(self, base, order, at)

        def look_up(self, order: Order, at: datetime) -> Answer:
            return _open[-1].look_up(self, base, order, at)

        def bank_lines(self, order: Order, until: datetime) -> list[BankLine]:
            return _open[-1].bank_lines(self, base, order, until)

        def next_bank_line_at(self, order: Order, after: datetime) -> datetime | None:
            return _open[-1].next_bank_line_at(self, base, order, after)

    def void(self: Any, order: Order, at: datetime) -> Answer:
        return _open[-1].void(self, base, order, at)

    def costs(self: Any, order: Order, until: datetime) -> list[Cost]:
        return _open[-1].costs(self, base, order, until)

    for method in (void, costs):
        if hasattr(base, method.__name__):  # only what can hold or reports
            setattr(Watched, method.__name__, method)
    return Watched


def open_bank(bank: Bank) -> None:
    """Put it behind every rail, until `close_bank`."""
    _open.append(bank)
    for rails in (registry.RAILS, registry.OUTGOING):
        for name, base in list(rails.items()):
            rails[name] = watched(base)
            _bases[name] = base


def close_bank() -> None:
    _open.pop()
    for rails in (registry.RAILS, registry.OUTGOING):
        rails.update({name: _bases[name] for name in rails})


_bases: dict[str, type[SimulatedRail]] = {}
