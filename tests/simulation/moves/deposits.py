"""Deposits: a trust bank is named, they are paid and come back, earn, are taken out; and owners are paid out what is theirs."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from directpay.people.models import Payee
from leases.deposits.actions.move import record_cheque, record_interest, withdraw_earned
from leases.deposits.actions.name_trust_bank import name_trust_bank, replace_account
from leases.deposits.actions.pay import pay_deposit
from leases.deposits.models import Deposit, TrustBank
from leases.deposits.queries import with_lease
from leases.rent.actions.pay_rent import PayRequest
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.actions.send import work_on_payouts
from payments.payouts.models import Payout
from payments.payouts.purposes import GoneOn
from payments.rails.registry import rail
from tests.simulation.auditor import deposits, payouts, trust_banks
from tests.simulation.auditor.requests import Request, Verdict, flying
from tests.simulation.bank import MINDS, promise_of
from tests.simulation.cast import PAYS, Home, comes_back
from tests.simulation.crashes import crash_at
from tests.simulation.moves.move import Move
from tests.simulation.moves.paying import RAIL_WEIGHTS

if TYPE_CHECKING:
    from tests.simulation.history import History

SOON_BACK = "009910040000"  # R10 on the fourth bank day: right after it cleared


# --- where they lie ---


def name_bank(h: "History") -> None:
    """The first of a state; the next is refused."""
    home = h.rng.choice([home for home in h.cast.homes if not _named(h, home)] or h.cast.homes)
    account = h.cast.add_source(h.cast.owners[_payee(home)], PAYS, verified=True)
    _name(h, home, account, h.auditor.trust.states[home.property.public_id])


def name_wrongly(h: "History") -> None:
    """Of somebody else, not proven, of no state, of one that has its bank, an account that is one already, of another state."""
    home = h.rng.choice(h.cast.homes)
    owned, state = h.cast.owners[_payee(home)].sources, h.auditor.trust.states[home.property.public_id]
    strangers = [source for renter in h.cast.renters for source in renter.sources]
    account = h.rng.choice(owned if owned and h.rng.random() < 0.5 else strangers)
    _name(h, home, account, h.rng.choice([state, state, "O1", "OHI", "CA", state.lower()]))


def _name(h: "History", home: Home, account: BankAccount, state: str) -> None:
    payee = home.property.payee
    made = h.attempt(
        f"trust bank {account.public_id} of {payee.public_id} in {state}",
        trust_banks.judge_naming(h.auditor, payee.public_id, payee.owner.public_id, account.public_id, state),
        lambda: name_trust_bank(payee, account, state=state, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        trust_banks.named(h.auditor, made.public_id, payee.public_id, account.public_id, state)
    h.check()


def replace_trust_account(h: "History") -> None:
    """By a new account, the same one, one that keeps deposits already, a stranger's; mostly where the old one refuses."""
    bank = h.rng.choice(list(h.auditor.trust.banks.values()))
    owner, row = h.cast.owners[bank.payee], TrustBank.objects.get(public_id=bank.id)
    if h.rng.random() < 0.7 and sum(len(one.sources) for one in h.cast.owners.values()) < 30:
        account = h.cast.add_source(owner, PAYS, verified=h.rng.random() < 0.9)
    else:
        strangers = [source for renter in h.cast.renters for source in renter.sources]
        account = h.rng.choice([*owner.sources, *strangers[:2]])
    made = h.attempt(
        f"deposits of {bank.id} go to {account.public_id}",
        trust_banks.judge_replacing(h.auditor, bank, owner.user.public_id, account.public_id),
        lambda: replace_account(row, BankAccount.objects.get(id=account.id), actor=SYSTEM, at=h.now),
    )
    if made is not None:
        trust_banks.replaced(h.auditor, bank, account.public_id)
    h.check()


def _payee(home: Home) -> str:
    return home.property.payee.public_id


def _named(h: "History", home: Home) -> bool:
    wanted = (_payee(home), h.auditor.trust.states[home.property.public_id])
    return any((bank.payee, bank.state) == wanted for bank in h.auditor.trust.banks.values())


# --- paying ---


def pay_all(h: "History") -> None:
    """What is open, where it can be: mostly of one that is not on its way."""
    lease, source = _choose(h)
    _pay(h, lease, source)


def pay_part(h: "History") -> None:
    """A half, a third, one cent more than is open; the same twice."""
    lease, source = _choose(h)
    left = max(0, _open(h, lease, source))
    amount = max(1, h.rng.choice([left // 2, left // 3, left - 1, left + 1, h.rng.randrange(1, left + 2)]))
    for _ in range(h.rng.choice([1, 1, 2])):
        _pay(h, lease, source, amount, again=h.rng.random() < 0.3)


def pay_wrongly(h: "History") -> None:
    """Of a lease that asks for none, without a trust bank, by a stranger, from an account that is not proven."""
    lease = h.rng.choice(h.cast.leases)
    people = h.cast.renters if h.rng.random() < 0.4 else h.cast.people_on[lease.public_id]
    source = h.rng.choice([source for renter in people for source in renter.sources])
    _pay(h, lease, source, h.rng.choice([None, 1, 100_000_001]))


def pay_what_comes_back(h: "History") -> None:
    """Soon after it cleared: when it has gone to the trust bank, or when that refused it or its cash is not here yet."""
    lease, source = h.rng.choice(open_ones(h))
    made = pay_from(h, lease, source, SOON_BACK)
    if made is not None and h.rng.random() < 0.7:
        h.bank.minds_about[made.public_id, "deposit_forwarding"] = [h.rng.choice(["refuses", "sends_back"])]
    elif h.rng.random() < 0.7:
        h.bank.faults += ["no_lines"] * 6


def open_ones(h: "History") -> list[tuple[Any, BankAccount]]:
    """Leases of whose deposit something is open and not on its way, with an account of somebody on each."""
    return [pair for pair in _payers(h) if _open(h, *pair) > 0]


def pay_from(h: "History", lease: Any, source: BankAccount, number: str) -> Payment | None:
    """By ACH, by the owner of `source`, from an account of this number."""
    renter = next(renter for renter in h.cast.people_on[lease.public_id] if source in renter.sources)
    known = [s for s in _sources(h, lease) if h.auditor.bank_accounts[s.public_id].number == number and s in renter.sources]
    return _pay(h, lease, known[0] if known else h.cast.add_source(renter, number, verified=True), way="ach")


def pay_and_die(h: "History") -> None:
    """Before the commit nothing happened, not even that it was asked for; after it the payment stands."""
    lease, source = _choose(h)
    request = Request(source.user.public_id, lease.public_id, "instant", source.public_id)
    verdict, before = deposits.judge_payment(h.auditor, request, h.now), h.rng.random() < 0.5
    with crash_at(0, before=before) as died:
        h.attempt("pay the deposit, and die", verdict.code, lambda: _send(h, lease, source, request))
    if died and not before:
        _stands(h, Payment.objects.latest("id"), request, verdict)
    h.check()


def _pay(h: "History", lease: Any, source: BankAccount, amount: int | None = None, *, again: bool = False, way: str = "") -> Payment | None:
    way = way or h.rng.choices(list(RAIL_WEIGHTS), list(RAIL_WEIGHTS.values()))[0]
    request = Request(source.user.public_id, lease.public_id, way, source.public_id, amount, allow_duplicate=again)
    verdict = deposits.judge_payment(h.auditor, request, h.now)
    made: Payment | None = h.attempt(
        f"deposit of {lease.public_id} by {way}: {amount}", verdict.code, lambda: _send(h, lease, source, request)
    )
    if made is not None:
        _stands(h, made, request, verdict)
    h.check()
    return made


def _send(h: "History", lease: Any, source: BankAccount, request: Request) -> Payment:
    wish = PayRequest(request.rail, source, request.amount, allow_duplicate=request.allow_duplicate)
    return pay_deposit(lease, wish, actor=SYSTEM, at=h.now)


def _stands(h: "History", made: Payment, request: Request, verdict: Verdict) -> None:
    """Its deposit may have been asked for with it: its name is the product's."""
    claims = ((f"charge.due:{made.origin}", verdict.amount),)
    known = Verdict("", verdict.account, verdict.amount, verdict.fee, verdict.fee_payer, claims)
    h.auditor.payment_accepted(made.public_id, request, known, h.now, promise_of(rail(request.rail), h.now))
    h.cast.payments.append(made)
    h.say(f"  {made.public_id}: {verdict.amount} of {made.origin}, fee {verdict.fee} by {verdict.fee_payer}")
    h.check()


def _choose(h: "History") -> tuple[Any, BankAccount]:
    """A lease with a deposit and a proven account of somebody on it: mostly one of which something is open and not on its way."""
    fit = _payers(h)
    free = open_ones(h)
    lasting = [(lease, source) for lease, source in free if not _comes_back(h, source)]
    return h.rng.choice(lasting if lasting and h.rng.random() < 0.7 else free if free and h.rng.random() < 0.9 else fit)


def _payers(h: "History") -> list[tuple[Any, BankAccount]]:
    return [(lease, source) for lease in _asking(h) for source in _sources(h, lease)]


def _comes_back(h: "History", source: BankAccount) -> bool:
    return comes_back(h.auditor.bank_accounts[source.public_id].number)


def _sources(h: "History", lease: Any) -> list[BankAccount]:
    mine = [source for renter in h.cast.people_on[lease.public_id] for source in renter.sources]
    return [source for source in mine if h.auditor.bank_accounts[source.public_id].state == "verified"]


def _open(h: "History", lease: Any, source: BankAccount) -> int:
    told = h.auditor.leases[lease.public_id]
    label = told.party_of[source.user.public_id]
    account = f"L1510/{told.id}:{label}@{told.payee}"
    if not h.auditor.trust.of(told) and h.auditor.trust.bank_of(told):
        return h.auditor.trust.wanted[told.id]
    return h.auditor.books.balances[account] - flying(h.auditor, account)


# --- in the trust bank ---


def cheque(h: "History") -> None:
    """What is open, a part of it, more than that; today, some days ago, tomorrow."""
    deposit, row = _some(h, lambda d: _is_free(h, d))
    on_its_way = flying(h.auditor, deposit.account("L1510"))
    left = h.auditor.books.balances[deposit.account("L1510")] - h.rng.choice([0, on_its_way, on_its_way])
    amount = max(1, h.rng.choice([left, left // 2, left // 3, left + 1]))
    on = _some_day(h, deposit)
    made = h.attempt(
        f"deposit cheque of {amount} for {deposit.id}, received {on}",
        deposits.judge_cheque(h.auditor, deposit, amount, on, h.now),
        lambda: record_cheque(row, amount, received_on=on, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        deposits.moved(h.auditor, made.public_id, deposits.Movement(deposit, "cheque", amount, on))
    h.check()


def earn(h: "History") -> None:
    """The renter's part, the owner's, both; of nothing that is held, and nothing at all."""
    deposit, row = _some(h, lambda d: deposits.held(h.auditor, d) > 0)
    renters, owners = h.rng.choice([(120, 0), (0, 30), (h.rng.randrange(1, 900), h.rng.randrange(1, 90)), (0, 0)])
    on = _some_day(h, deposit)
    made = h.attempt(
        f"interest of {renters} and {owners} on {deposit.id}, paid {on}",
        deposits.judge_interest(h.auditor, deposit, renters, owners, on, h.now),
        lambda: record_interest(row, renters, owners_minor=owners, paid_on=on, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        deposits.moved(h.auditor, made.public_id, deposits.Movement(deposit, "interest", renters, on, owners))
    h.check()


def take_out(h: "History") -> None:
    """What is the owner's of a trust bank, a part of it, more, nothing."""
    deposit, row = _some(h, lambda d: h.auditor.books.shown(d.account("L2230")) > 0)
    earned = h.auditor.books.shown(deposit.account("L2230"))
    amount = h.rng.choice([earned, earned, earned // 2, earned + 1, 0])
    made = h.attempt(
        f"take {amount} out of {deposit.bank}",
        deposits.judge_withdrawal(h.auditor, deposit, amount),
        lambda: withdraw_earned(row, amount, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        deposits.moved(h.auditor, made.public_id, deposits.Movement(deposit, "withdrawal", amount, deposit.lease.today(h.now)))
    h.check()


def _some(h: "History", wanted: Any) -> tuple[deposits.Deposit, Deposit]:
    known = list(h.auditor.trust.asked.values())
    fit = [d for d in known if wanted(d)]
    deposit = h.rng.choice(fit if fit and h.rng.random() < 0.9 else known)
    return deposit, with_lease().get(public_id=deposit.id)


def _some_day(h: "History", deposit: deposits.Deposit) -> date:
    return deposit.lease.today(h.now) - timedelta(days=h.rng.choice([0, 0, 0, h.rng.randrange(1, 20), -1]))


# --- what owners are sent, and what becomes of it ---


def pay_out(h: "History") -> None:
    """A part of what is available, all of it, a cent more; to a bank account of the owner, or one that it may not be."""
    home = h.rng.choice(h.cast.homes)
    payee, owner = home.property.payee, h.cast.owners[_payee(home)]
    if len(owner.sources) < 3:
        h.cast.add_source(owner, verified=h.rng.random() < 0.9)
    others = [source for renter in h.cast.renters for source in renter.sources]
    _pay_out(h, payee, h.rng.choice(owner.sources if h.rng.random() < 0.9 else others))


def _pay_out(h: "History", payee: Payee, account: BankAccount) -> None:
    name = payee.public_id
    available = h.auditor.books.available(f"P2120/{name}")
    amount = h.rng.choice([available // 2, available // 3, available // 10, available, available + 1])
    wish = NewPayout(Payout.Purpose.PAYOUT, payee, BankAccount.objects.get(id=account.id), amount, "usd")
    made: Payout | None = h.attempt(
        f"pay out {amount} of {available} to {account.public_id}",
        payouts.judge_payout(h.auditor, name, payee.owner.public_id, account.public_id, amount),
        lambda: create_payout(wish, actor=SYSTEM, at=h.now),
    )
    if made is not None:
        payouts.payout_made(h.auditor, made.public_id, name, amount, h.now)
        if h.rng.random() < 0.6:
            h.bank.minds_about[made.public_id, "payout"] = h.rng.choices(list(MINDS), [3, 3, 1, 1])
    h.check()


def change_minds(h: "History") -> None:
    """Banks that will refuse the next of what we send, send it back, or answer late."""
    h.bank.changes_of_mind += h.rng.choices(list(MINDS), [3, 3, 2, 1], k=h.rng.choice([1, 1, 2]))
    h.say(f"  {h.bank.changes_of_mind}")


def same_payout_twice(h: "History") -> None:
    """Two workers ask about the same orders, those that have ended with them."""
    for _ in range(2):
        try:
            work_on_payouts(list(h.auditor.sent.known)[-8:], h.now)
        except GoneOn:  # what a person has to see to stops the set, and what was heard of the others with it: the queue asks again
            h.auditor.crashed = True
        h.check()


def _asking(h: "History") -> list[Any]:
    return [lease for lease in h.cast.leases if lease.public_id in h.auditor.trust.wanted]


def _wanted(h: "History") -> bool:
    return bool(_payers(h))


def _is_open(h: "History") -> bool:
    return bool(open_ones(h))


def _may_come_back(h: "History") -> bool:
    return _is_open(h) and len(h.bank.faults) < 3


def _is_free(h: "History", deposit: deposits.Deposit) -> bool:
    account = deposit.account("L1510")
    return h.auditor.books.balances[account] > flying(h.auditor, account)


def _is_owed(h: "History") -> bool:
    return any(_is_free(h, d) for d in h.auditor.trust.asked.values())


def _is_held(h: "History") -> bool:
    return any(deposits.held(h.auditor, d) > 0 for d in h.auditor.trust.asked.values())


def _is_asked(h: "History") -> bool:
    return bool(h.auditor.trust.asked)


def _is_earned(h: "History") -> bool:
    return any(h.auditor.books.shown(d.account("L2230")) > 0 for d in h.auditor.trust.asked.values())


def _nameless(h: "History") -> bool:
    return any(not _named(h, home) for home in h.cast.homes)


MOVES = (
    Move("name_trust_bank", 9, name_bank, _nameless),
    Move("name_trust_bank_wrongly", 0.7, name_wrongly),
    Move("replace_trust_account", 1.5, replace_trust_account, lambda h: bool(h.auditor.trust.banks)),
    Move("pay_deposit", 12, pay_all, _is_open),
    Move("pay_deposit_in_part", 3, pay_part, _is_open),
    Move("pay_deposit_that_comes_back", 3, pay_what_comes_back, _may_come_back),
    Move("pay_deposit_anyhow", 1, pay_part, _wanted),
    Move("pay_deposit_wrongly", 1, pay_wrongly, lambda h: bool(h.cast.leases)),
    Move("pay_deposit_and_die", 0.7, pay_and_die, _wanted),
    Move("deposit_cheque", 12, cheque, _is_owed),
    Move("deposit_cheque_of_nothing", 0.3, cheque, _is_asked),
    Move("deposit_interest", 6, earn, _is_held),
    Move("deposit_interest_anyhow", 0.3, earn, _is_asked),
    Move("take_out_of_trust", 8, take_out, _is_earned),
    Move("take_out_of_trust_anyhow", 0.3, take_out, _is_asked),
    Move("pay_out", 6, pay_out, lambda h: any(c[:5] == "P2120" for c in h.auditor.books.balances)),
    Move("change_minds", 5, change_minds, lambda h: len(h.bank.changes_of_mind) < 2 and bool(h.auditor.sent.known)),
    Move("same_payout_twice", 1.5, same_payout_twice, lambda h: bool(h.auditor.sent.known)),
)
