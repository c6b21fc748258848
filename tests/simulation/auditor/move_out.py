"""Moving out: the steps of each move-out in the order in which they were told, what each must have done, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import by_hand, deposits, overpayments, payouts, refunds
from tests.simulation.auditor.by_hand import Credit, open_of
from tests.simulation.auditor.deposits import Deposit, Movement
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.payouts import CAME_TO_NOTHING, DRAW, FORWARDING, UNDER_WAY, Payout
from tests.simulation.auditor.rent import Charge, Lease
from tests.simulation.auditor.waiting import arriving, rest, to_draw, waits_for

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor

STEPS = ("wait_for_deposits", "charge_damages", "deduct", "withdraw", "draw", "refund", "close")
# Calendar days in which a deposit is to be accounted for, as the statutes are commonly cited; elsewhere a short time of the house.
DAYS, ELSEWHERE = {"OH": 30, "NY": 14, "MD": 45, "FL": 15, "CA": 21}, 14
BEGUN, NOT_BEGUN, BEYOND_RETURN, WRONG, NOT_VERIFIED = (
    "move_out_begun",
    "move_out_not_begun",
    "saga_beyond_return",
    "parameter_invalid",
    "bank_account_not_verified",
)
A_DAY = timedelta(days=1)


@dataclass
class MoveOut:
    """`damages`: (party or all, amount). `to`: deposit → the account to which its rest goes, and when that was named."""

    id: str
    lease: Lease
    moved_out_on: date
    damages: list[tuple[str | None, int]]
    to: dict[str, tuple[str | None, datetime | None]]
    deadline_on: date
    steps: dict[str, str] = field(default_factory=lambda: dict.fromkeys(STEPS, "pending"))
    state: str = "running"
    version: int = 1
    closed: bool = False
    charges: list[str] = field(default_factory=list)  # of the damages, in order
    free_since: datetime | None = None  # since when it waits for nothing

    def row(self) -> list[Any]:
        listed = [[label, amount, self.charges[n] if n < len(self.charges) else None] for n, (label, amount) in enumerate(self.damages)]
        steps, to = [list(pair) for pair in self.steps.items()], [[name, account] for name, (account, _) in self.to.items()]
        days = [self.moved_out_on.isoformat(), self.deadline_on.isoformat()]
        return [self.lease.id, *days, self.closed, self.state, self.version, steps, listed or None, to or None]

    @property
    def next_step(self) -> str:
        return next((name for name in STEPS if self.steps[name] == "pending"), "")


@dataclass
class MoveOuts:
    known: dict[str, MoveOut] = field(default_factory=dict)
    stream: list[Sequence[Any]] = field(default_factory=list)  # what was told and not looked at yet
    last: int = 0  # the event up to which it was taken
    states: dict[str, str] = field(default_factory=dict)  # of payments, as they were told in this look
    prepared: set[tuple[str, int]] = field(default_factory=set)  # steps whose postings are judged: move-out, version
    credits: set[str] = field(default_factory=set)  # credits of this look that nobody asked for

    def of(self, lease: Lease) -> MoveOut | None:
        """The last one."""
        return next((one for one in reversed(self.known.values()) if one.lease is lease), None)

    def may_begin(self, lease: Lease) -> bool:
        """None has begun, or all were called off, to the end."""
        one = self.of(lease)
        return one is None or one.state == "compensated"


def account_of(books: "Auditor", deposit: Deposit) -> str | None:
    """The newest proven one of those who left it."""
    people = {payer for payer, label in deposit.lease.party_of.items() if label == deposit.label}
    trusted = books.trust.bank_accounts()
    fit = [name for name, a in books.bank_accounts.items() if a.owner in people and a.state == "verified" and name not in trusted]
    return fit[-1] if fit else None


# --- what must be answered, and what was done ---


def judge_begin(books: "Auditor", lease: Lease, moved_out_on: date, at: datetime) -> str:
    if not books.leaving.may_begin(lease):
        return BEGUN
    return "" if lease.start_on <= moved_out_on <= lease.today(at) else WRONG


def begun(books: "Auditor", name: str, lease: Lease, moved_out_on: date, damages: list[tuple[str | None, int]], at: datetime) -> None:
    before = books.leaving.of(lease)
    to = {d.id: (account := account_of(books, d), at if account else None) for d in books.trust.of(lease)}
    if before is not None:  # what was named stays named
        to |= before.to
        before.to = {}
        books.edges["move_out: called off → begun anew"] += 1
    until = moved_out_on + timedelta(days=DAYS.get(books.trust.states[lease.home], ELSEWHERE))
    books.leaving.known[name] = MoveOut(name, lease, moved_out_on, damages, to, until)
    books.edges["move_out: ∅ → running"] += 1


def judge_calling_off(one: MoveOut) -> str:
    return "" if one.state == "running" and one.steps["deduct"] == "pending" else BEYOND_RETURN


def judge_destination(books: "Auditor", deposit: Deposit, bank_account: str) -> str:
    one, account = books.leaving.of(deposit.lease), books.bank_accounts[bank_account]
    if one is None or deposit.id not in one.to:
        return NOT_BEGUN
    if deposit.lease.party_of.get(account.owner) != deposit.label:
        return WRONG
    trusted = bank_account in books.trust.bank_accounts()
    return NOT_VERIFIED if account.state != "verified" or trusted else ""


def destination_named(books: "Auditor", deposit: Deposit, bank_account: str, at: datetime) -> None:
    one = books.leaving.of(deposit.lease)
    assert one is not None
    one.to[deposit.id] = (bank_account, at)


# --- what the database says, in its order ---


def begin(books: "Auditor", seen: dict[str, Any], now: datetime) -> None:
    payouts.take_rows(books, seen["payouts"])
    refunds.take_rows(books)
    deposits.take_rows(books, seen, now)
    books.leaving.states.clear()
    books.leaving.stream += [row for row in seen["stream"] if row[0] > books.leaving.last]
    books.leaving.last = max([books.leaving.last, *(row[0] for row in seen["stream"])])


def take_charge(books: "Auditor", identity: str, lease_id: str, found: Sequence[Any], events: Sequence[Sequence[Any]]) -> bool:
    """The next of the damages of a move-out: (due day, amount, category, party)."""
    one = books.leaving.of(books.leases[lease_id])
    due_on, amount, category, label = found
    if identity in books.lease_of_charge or one is None or len(one.charges) == len(one.damages):
        return False
    if one.state != "running" or one.damages[len(one.charges)] != (label, amount) or category != "damages":
        return False
    at = next(datetime.fromisoformat(row[5]) for row in events if row[1] == identity and row[-1] == "charge.added")
    same(f"day of the damage {identity}", one.lease.today(at), due_on)
    one.charges.append(identity)
    by_hand.charge_added(books, Charge(identity, due_on, due_on, amount, category=category, label=label, scheduled=False), one.lease, at)
    return False  # it is compared as any that was added


def take_credit(books: "Auditor", name: str, lease_id: str, label: str, kind: str, charge: str | None, amount: int, on: str) -> bool:
    """Damages of a move-out that was called off; of how much is judged when it is posted."""
    one = books.leaving.of(books.leases[lease_id])
    if name in books.hand.credits or one is None or charge not in one.charges or kind != "credit":
        return False
    credit = Credit(one.lease, label, kind, amount, date.fromisoformat(on), charge)
    books.hand.credits[name] = credit
    books.hand.facts.append((credit.posted_as, name, 1))
    books.must_post(f"{credit.posted_as}:{name}", credit.posted_as, credit.on, credit.legs())
    books.leaving.credits.add(name)
    return True


def tell_before(books: "Auditor", xid: int | None = None) -> None:
    """All that was told by transactions before this one, or all that is left."""
    waiting = books.leaving.stream
    while waiting and (xid is None or waiting[0][1] < xid):
        _tell(books, waiting.pop(0))


def prepare(books: "Auditor", xid: int, references: Sequence[str]) -> None:
    """What this transaction posts for a step is all that the step must do, no more and no less."""
    tell_before(books, xid)
    for _, told_in, kind, _, version, _, _, step, about, at in books.leaving.stream:
        if told_in == xid and kind in ("saga.step_done", "saga.step_compensated"):
            one = books.leaving.known[about]
            wanted = _wanted(books, one, step, kind, datetime.fromisoformat(at))
            same(f"what {step} of {about} does", sorted(wanted, key=repr), sorted(_found(books, one, references), key=repr))
            books.leaving.prepared.add((about, version))


def _wanted(books: "Auditor", one: MoveOut, step: str, kind: str, at: datetime) -> list[Any]:
    today = one.lease.today(at)
    if kind == "saga.step_compensated":
        return _credits(books, one) if step == "charge_damages" else []
    if step == "charge_damages":
        return [("charge", charge) for charge in one.charges] + ["a damage that is not charged"] * (len(one.damages) - len(one.charges))
    if step == "deduct":
        return [movement.row() for d in books.trust.of(one.lease) for movement in _deductions(books, d, today)]
    if step == "withdraw":
        return _withdrawals(books, one, today)
    return []


def _withdrawals(books: "Auditor", one: MoveOut, today: date) -> list[Any]:
    """K10: what was deducted, as far as the owner has not taken it already."""
    found, mine = [], books.trust.of(one.lease)
    earned = payouts.earned(books, mine[0]) if mine else 0
    for d in mine:
        part = min(_sum(books, d, "deduction"), earned)
        earned -= part
        if part:
            found.append(Movement(d, "withdrawal", part, today).row())
    return found


def _found(books: "Auditor", one: MoveOut, references: Sequence[str]) -> list[Any]:
    """Of this one: several go on in one transaction."""
    found: list[Any] = []
    for reference in references:
        name = reference.partition(":")[2]
        if name in one.charges:
            found.append(("charge", name))
        if name in books.trust.by_itself and books.trust.movements[name].deposit.lease is one.lease:
            books.trust.by_itself.remove(name)
            found.append(books.trust.movements[name].row())
        if name in books.leaving.credits and books.hand.credits[name].lease is one.lease:
            books.leaving.credits.remove(name)
            found.append(("credit", books.hand.credits[name].label, books.hand.credits[name].charge, books.hand.credits[name].amount))
    return found


def _credits(books: "Auditor", one: MoveOut) -> list[Any]:
    """Of each of the damages what is open of it."""
    open_now = [(label, c, open_of(books, one.lease.account(label), c)) for label in one.lease.weights for c in one.charges]
    return [("credit", label, charge, minor) for label, charge, minor in open_now if minor]


def _deductions(books: "Auditor", d: Deposit, today: date) -> list[Movement]:
    """K9: the oldest first, as far as what is held reaches and as much is owed; then rent that is to come of a lease that is over."""
    account, mine = d.lease.account(d.label), d.lease.of(d.label)
    over = d.lease.end_on is not None and d.lease.end_on <= today
    coming = {c.id: d.lease.share(c, d.label) for c in mine if over and c.scheduled and not c.posted}
    left = min(deposits.held(books, d), max(0, books.books.balances[account] + sum(coming.values())))
    found = []
    for charge in sorted(mine, key=lambda c: c.id in coming):
        part = min(left, coming.get(charge.id) or open_of(books, account, charge.id))
        left -= part
        if part:
            found.append(Movement(d, "deduction", part, today, 0, charge.id))
    return found


def _sum(books: "Auditor", d: Deposit, kind: str) -> int:
    return sum(m.amount for m in books.trust.movements.values() if m.deposit is d and m.kind == kind)


def _tell(books: "Auditor", row: Sequence[Any]) -> None:
    _, _, kind, name, version, left, state, step, about, at = row
    if kind.startswith("payment."):
        books.leaving.states[name] = state
    elif kind.startswith("refund."):
        refunds.moved(books, name, version, left, state)
    elif kind.startswith("saga."):
        _saga(books, books.leaving.known[about], kind.partition(".")[2], version, step, datetime.fromisoformat(at))
    elif kind.endswith(".created"):
        payout = books.sent.known[name]
        payouts.created(books, payout, _judge_created(books, payout, datetime.fromisoformat(at)))
    elif kind != "deposit.asked":
        payouts.moved(books, books.sent.known[name], version, left, state, datetime.fromisoformat(at))


def _saga(books: "Auditor", one: MoveOut, kind: str, version: int, step: str | None, at: datetime) -> None:
    if kind == "begun":
        return
    same(f"version of {one.id}", one.version + 1, version)
    one.version, one.free_since = version, None
    if kind == "step_done":
        assert step is not None
        same(f"the next step of {one.id}", (one.next_step, "running"), (step, one.state))
        if (one.id, version) not in books.leaving.prepared:
            same(f"what {step} of {one.id} does", _wanted(books, one, step, "saga.step_done", at), [])
        waits = waits_for(books, one)
        demand(not waits, f"{one.id} went past {step}, and had to wait {waits}")
        one.steps[step], one.closed = "done", step == "close"
        books.edges[f"move_out: {step}"] += 1
    elif kind == "step_compensated":
        assert step is not None
        done = [name for name in STEPS if one.steps[name] == "done"]
        same(f"what of {one.id} is taken back", (done[-1], "compensating"), (step, one.state))
        if (one.id, version) not in books.leaving.prepared:
            same(f"what {step} of {one.id} does", _wanted(books, one, step, "saga.step_compensated", at), [])
        one.steps[step] = "compensated"
        books.edges[f"move_out: {step} taken back"] += 1
    else:
        _changed(books, one, kind)


def _changed(books: "Auditor", one: MoveOut, kind: str) -> None:
    state = {"turned_back": "compensating", "compensated": "compensated", "done": "done"}[kind]
    if kind == "turned_back":
        same(f"{one.id} may be called off", "", judge_calling_off(one))
    left = "done" if kind == "compensated" else "pending"
    demand(kind == "turned_back" or left not in one.steps.values(), f"{one.id} is {state}: {one.steps}")
    books.edges[f"move_out: {one.state} → {state}"] += 1
    one.state = state


def _judge_created(books: "Auditor", payout: Payout, at: datetime) -> int:
    """What its sum must be, if it may be made at all."""
    if payout.purpose == payouts.PAYOUT:
        demand(payout.id in books.sent.by_hand, f"{payout.id} is a payout, and nobody asked for it")
        return payout.amount
    if payout.purpose == FORWARDING:
        return deposits.judge_forwarding(books, payout)
    if payout.purpose == payouts.OVERPAYMENT:
        return overpayments.judge_created(books, payout)
    d = books.trust.asked[payout.origin]
    one = books.leaving.of(d.lease)
    demand(one, f"{payout.id} is a {payout.purpose}, and nobody moves out of {d.lease.id}")
    assert one is not None
    before = books.sent.about(d.id, payout.purpose)
    demand(all(p.state not in UNDER_WAY for p in before), f"{payout.id} is the second {payout.purpose} on its way for {d.id}")
    account = books.trust.banks[d.bank].bank_account if payout.purpose == DRAW else one.to[d.id][0]
    back = min(rest(books, d), payouts.drawn(books, d))
    rail, part = ("ach", 0) if payout.purpose == DRAW else ("payout", min(deposits.interest(books, d), back))
    found = [payout.bank_account, payout.trust_bank, payout.party, payout.rail, payout.interest]
    same(f"terms of {payout.id}", [account, d.bank, d.party, rail, part], found)
    if payout.purpose == DRAW:
        demand(one.next_step in ("draw", "refund"), f"{payout.id} is drawn while {one.id} is at {one.next_step}")
        refused = before and before[-1].state in CAME_TO_NOTHING and before[-1].bank_account == account and before[-1].changed_at
        demand(not refused or at >= refused + A_DAY, f"{payout.id} is drawn too soon")
        demand(not arriving(books, [d], landed=True), f"{payout.id} is drawn while some of {d.id} is on the way to the trust bank")
        return to_draw(books, d)
    _judge_refund(one, d, before)
    return back


def _judge_refund(one: MoveOut, d: Deposit, before: Sequence[Payout]) -> None:
    """While the move-out refunds, or when it came back after that; never to an account that refused, until somebody names one anew."""
    demand(one.next_step == "refund" or one.closed, f"{d.id} is refunded while {one.id} is at {one.next_step}")
    named_at, last = one.to[d.id][1], before[-1] if before else None
    again = last and last.state == "failed" and (named_at is None or named_at <= last.created_at)
    demand(not again, f"{d.id} is sent once more to where it was refused")
    demand(one.closed or last is None or last.state != "returned", f"{d.id} is sent again, and nobody named another account")


def check(books: "Auditor", seen: dict[str, Any]) -> None:
    """At the end of a look: everything told was judged, and every row is as it was told."""
    tell_before(books)
    demand(not books.trust.by_itself, f"moved by itself, and no move-out did it: {sorted(books.trust.by_itself)}")
    demand(not books.leaving.credits, f"credited by itself, and no move-out did it: {sorted(books.leaving.credits)}")
    books.leaving.prepared.clear()
    payouts.check_rows(books, seen["payouts"])
    same("move-outs", set(books.leaving.known), {name for name, *_ in seen["move_outs"]})
    for name, *found in seen["move_outs"]:
        same(f"move-out {name}", books.leaving.known[name].row(), found)
