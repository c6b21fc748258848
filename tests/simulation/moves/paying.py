"""Paying: what is owed, a part, named charges, ahead, too much, twice; by whoever stands on the lease or not."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from directpay.api.idempotency import Answer, answer_once, keyed
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.payins.actions.cancel import cancel_payment, cancel_payments
from payments.payins.actions.pay import pay
from payments.payins.models import Payment
from payments.rails.registry import FROM_BANK_ACCOUNTS, rail
from tests.simulation.auditor.errors import same
from tests.simulation.auditor.requests import Request, flying, open_rows
from tests.simulation.bank import promise_of
from tests.simulation.cast import Renter
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History

RAIL_WEIGHTS = {"ach": 4, "same_day_ach": 2, "instant": 3, "wire": 1}
MOST = 100_000_001


def attempt(h: "History", lease: Any, source: BankAccount | Card, rail_name: str, **how: Any) -> Payment | None:
    """One request, judged by the auditor first."""
    assert source.user is not None
    request = Request(source.user.public_id, lease.public_id, rail_name, source.public_id, **how)
    verdict = h.auditor.judge(request, h.now)
    made: Payment | None = h.attempt(f"{rail_name} {how}", verdict.code, lambda: send(h, lease, source, request))
    if made is not None:
        accept(h, made, request, verdict)
    return made


def send(h: "History", lease: Any, source: BankAccount | Card, request: Request) -> Payment:
    if request.account:
        return pay(
            lease.parties.get(account__subject=request.account[6:].partition("@")[0]).account.public_id,
            source,
            amount_minor=request.amount or 0,
            currency="usd",
            rail=request.rail,
            allow_duplicate=request.allow_duplicate,
            metadata={},
            captures_later=request.later,
            actor=SYSTEM,
            at=h.now,
        )
    behalf = User.objects.get(public_id=request.behalf) if request.behalf else None
    asked = PayRequest.by(
        source,
        rail=request.rail,
        amount_minor=request.amount,
        charges=tuple(request.charges),
        allow_duplicate=request.allow_duplicate,
        on_behalf_of=behalf,
        captures_later=request.later,
    )
    return pay_rent(lease, asked, actor=SYSTEM, at=h.now)


def accept(h: "History", made: Payment, request: Request, verdict: Any) -> None:
    h.auditor.payment_accepted(made.public_id, request, verdict, h.now, promise_of(rail(request.rail), h.now))
    same(f"the day on which {made.public_id} was given", h.auditor.payments[made.public_id].tendered_on, made.tendered_on)
    h.cast.payments.append(made)
    h.say(f"  {made.public_id}: {verdict.amount}, fee {verdict.fee} by {verdict.fee_payer}, for {list(verdict.claims)}")
    h.check()


def choose(h: "History", *, verified: bool = True) -> tuple[Any, BankAccount, str]:
    """A lease, an account of somebody on it, a rail: mostly where something is owed and not on its way."""
    lease = h.rng.choice(h.cast.leases)
    people = h.cast.people_on[lease.public_id]
    owing = [(one, renter) for one in h.cast.leases for renter in h.cast.people_on[one.public_id] if free(h, one, renter) > 1000]
    if owing and h.rng.random() < 0.85:
        lease, renter = h.rng.choice(owing)
        people = [renter]
    sources = [s for renter in people for s in renter.sources if not verified or h.auditor.bank_accounts[s.public_id].state == "verified"]
    return lease, h.rng.choice(sources), h.rng.choices(list(RAIL_WEIGHTS), list(RAIL_WEIGHTS.values()))[0]


def free(h: "History", lease: Any, renter: Renter) -> int:
    told = h.auditor.leases[lease.public_id]
    account = told.account(told.party_of[renter.user.public_id])
    return h.auditor.books.balances[account] - flying(h.auditor, account)


def pay_all(h: "History") -> None:
    attempt(h, *choose(h))


def pay_part(h: "History") -> None:
    """A part of what is owed, or of what comes next; sometimes a little more than may be."""
    lease, source, way = choose(h)
    most = limit(h, lease, source)
    amount = h.rng.choice([most // 2, most // 3, most // 4, most // 5, most // 7, h.rng.randrange(1, most + 2), most + 1])
    attempt(h, lease, source, way, amount=max(1, amount), allow_duplicate=h.rng.random() < 0.3)


def limit(h: "History", lease: Any, source: BankAccount) -> int:
    told = h.auditor.leases[lease.public_id]
    label = told.party_of[source.user.public_id]
    ahead = sum(told.share(c, label) for c in told.ahead(label)) if h.rng.random() < 0.3 else 0
    return max(1, h.auditor.books.balances[told.account(label)] + ahead)


def pay_named(h: "History") -> None:
    lease, source, way = choose(h)
    told = h.auditor.leases[lease.public_id]
    rows = open_rows(h.auditor, lease.public_id, told.party_of[source.user.public_id])
    if not rows:
        return
    chosen = h.rng.sample(rows, min(len(rows), h.rng.choice([1, 1, 2])))
    charges: Sequence[tuple[str, int | None]] = [
        (row.charge, h.rng.choice([None, row.free, max(1, row.open // 2), row.open, row.open + 1])) for row in chosen
    ]
    attempt(h, lease, source, way, charges=charges)


def pay_wrongly(h: "History") -> None:
    """Too much, too little, from an account that is not verified, by a stranger, for a charge that is not open."""
    lease, source, way = choose(h, verified=False)
    strangers = [s for renter in h.cast.renters if renter not in h.cast.people_on[lease.public_id] for s in renter.sources]
    told = h.auditor.leases[lease.public_id]
    some = h.rng.choice(list(told.charges))
    wrong: list[dict[str, Any]] = [
        {"amount": MOST},
        {"amount": 1},
        {"charges": [("chg_none", None)]},
        {"charges": [(some, 1), (some, 1)]},
        {"charges": [(some, 0)]},
        {"charges": [(some, 10**9)]},
        {"charges": [(some, 1)], "amount": 2},
        {},
    ]
    if strangers and h.rng.random() < 0.3:
        source = h.rng.choice(strangers)
    attempt(h, lease, source, way, **h.rng.choice(wrong))


def pay_directly(h: "History") -> None:
    """To an account, any party's, past the lease."""
    lease, source, way = choose(h)
    told = h.auditor.leases[lease.public_id]
    account = told.account(h.rng.choice(list(told.weights)))
    owed = h.auditor.books.balances[account]
    attempt(h, lease, source, way, account=account, amount=max(1, h.rng.choice([owed, owed // 2, owed + 1])))


def pay_twice(h: "History") -> None:
    """The same request again at once: the second is a duplicate, or finds the debt in progress, or nothing to pay."""
    lease, source, way = choose(h)
    amount = max(1, limit(h, lease, source) // 3)
    for _ in range(2):
        attempt(h, lease, source, way, amount=amount)


def double_click(h: "History") -> None:
    """The same request under the same key, twice: done once, answered twice."""
    lease, source, way = choose(h)
    amount = max(1, limit(h, lease, source) // h.rng.choice([1, 2, 5]))
    request = Request(source.user.public_id, lease.public_id, way, source.public_id, amount)
    verdict = h.auditor.judge(request, h.now)
    key = hashlib.sha256(f"{h.seed}:{h.steps}".encode()).hexdigest()
    once = keyed(account="platform", method="POST", path="/v1/payments", key=key, parameters={"amount": amount}, moves_money=True)
    made: list[Payment] = []

    def execute() -> Answer:
        made.append(send(h, lease, source, request))
        return Answer(201, made[-1].public_id.encode())

    first = h.attempt("click", verdict.code, lambda: answer_once(request=once, at=h.now, execute=execute))
    if first is None:
        return
    accept(h, made[0], request, verdict)
    second = h.attempt("click again", "", lambda: answer_once(request=once, at=h.now, execute=execute))
    same("click again: replayed, and done once", (True, first.body, 1), (second.replayed, second.body, len(made)))


def cancel(h: "History") -> None:
    """Mostly one that can still be called off."""
    fresh = [p for p in h.cast.payments[-10:] if h.auditor.payments[p.public_id].state == "initiated"]
    payment = h.rng.choice(fresh if fresh and h.rng.random() < 0.8 else h.cast.payments)
    predicted = h.auditor.may_cancel(payment.public_id)
    if not predicted:
        h.auditor.canceled(payment.public_id)
    h.attempt(f"cancel {payment.public_id}", predicted, lambda: cancel_payment(payment, actor=SYSTEM, at=h.now))


def cancel_set(h: "History") -> None:
    """All or none."""
    chosen = h.rng.sample(h.cast.payments[-6:], min(2, len(h.cast.payments[-6:])))
    predicted = next((code for p in chosen if (code := h.auditor.may_cancel(p.public_id))), "")
    if not predicted:
        for payment in chosen:
            h.auditor.canceled(payment.public_id)
    h.attempt("cancel a set", predicted, lambda: cancel_payments(chosen, actor=SYSTEM, at=h.now))


def _can_pay(h: "History") -> bool:
    return bool(h.cast.leases)


def _has_paid(h: "History") -> bool:
    return bool(h.cast.payments)


assert set(RAIL_WEIGHTS) == set(FROM_BANK_ACCOUNTS), "a rail that nobody pays by"
MOVES = (
    Move("pay_all", 3, pay_all, _can_pay),
    Move("pay_part", 15, pay_part, _can_pay),
    Move("pay_named", 4, pay_named, _can_pay),
    Move("pay_wrongly", 3, pay_wrongly, _can_pay),
    Move("pay_directly", 3, pay_directly, _can_pay),
    Move("pay_twice", 2, pay_twice, _can_pay),
    Move("double_click", 2, double_click, _can_pay),
    Move("cancel", 5, cancel, _has_paid),
    Move("cancel_set", 1, cancel_set, _has_paid),
)
