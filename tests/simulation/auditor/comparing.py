"""After every step: everything new in the database was predicted, everything predicted is there, every balance agrees."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from tests.simulation.auditor import (
    arrears,
    bank_charges,
    by_hand,
    by_itself,
    cards,
    changes,
    deposits,
    late_fees,
    move_out,
    overpayments,
    periods,
    policies,
    postings,
    refunds,
    taken_back,
    transfers,
)
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.deadlines import check_deadlines
from tests.simulation.auditor.errors import AuditError, demand, same
from tests.simulation.auditor.payments import CLEARED, EDGES, Payment, after
from tests.simulation.auditor.postings import Expected
from tests.simulation.auditor.rent import Charge
from tests.simulation.auditor.requests import cleared_claims

Seen = dict[str, Any]


def compare(books: Auditor, seen: Seen, now: datetime, *, rested: bool) -> None:
    """`seen`: what the database says, rows new since the last call and all balances. `rested`: nothing due was left undone."""
    before = {p.id: p.state for p in books.payments.values() if p.fresh}
    _name_accounts(books, seen)
    move_out.begin(books, seen["trust"], now)
    transfers.check_rows(books, seen["moves"], seen["transfers"])
    _charges(books, seen, now)
    by_hand.check_credits(
        books, [row for row in seen["credits"] if not (changes.take_credit(books, *row) or move_out.take_credit(books, *row))]
    )
    for name, *_ in seen["credits"]:
        books.late.known_at[name] = now
    late_fees.note_gone(books, seen["events"])
    late_fees.check_fees(books, seen["fees"], seen["events"])
    for settlement, payment, net in seen["lines"]:
        books.lines_of[settlement].append((payment, net))
    _transactions(books, seen)
    changes.check_brought(books)
    by_hand.check_facts(books, seen["events"])
    _payments(books, seen, before)
    move_out.check(books, seen["trust"])
    refunds.check_rows(books, seen["trust"]["refunds"])
    _bank_accounts(books, seen, now)
    demand(not books.expected, f"never posted: {sorted(books.expected)}")
    by_hand.check_receipts(books, seen["receipts"])
    arrears.check_plans(books, seen["plans"])
    bank_charges.check_rows(books, seen["bank_charges"])
    policies.check_rows(books, seen["policies"])
    periods.check_rows(books, seen["periods"])
    _balances(books, seen)
    _allocations(books, seen)
    _holds(books, seen, now, rested=rested)
    if rested:
        check_deadlines(books, now)
        transfers.check_carried(books, now)
        late_fees.check_all_charged(books, now)
        arrears.check_cases(books, seen["cases"], seen["steps_told"], now)
    books.crashed = False


def _name_accounts(books: Auditor, seen: Seen) -> None:
    for identity, number, subject, payee, *_ in seen["accounts"]:
        if identity not in books.account_codes:
            books.account_codes[identity] = f"{number}/{subject}".removesuffix("/") + (f"@{payee}" if payee else "")


def _charges(books: Auditor, seen: Seen, now: datetime) -> None:
    for identity, lease_id, due_on, period_start, amount, scheduled, category, label, posted_for in seen["charges"]:
        if books.changes.in_turn:
            books.late.known_at[identity] = now  # months that a change brings may be late when they are recorded
        if posted_for:
            taken_back.take_charge(books, identity, posted_for, [lease_id, due_on, amount, category, label], seen["events"])
            continue
        if not scheduled and changes.take_charge(books, identity, lease_id, date.fromisoformat(due_on), amount):
            continue
        if not scheduled:
            move_out.take_charge(books, identity, lease_id, [date.fromisoformat(due_on), amount, category, label], seen["events"])
        if transfers.take_charge(books, identity, [lease_id, due_on, amount, category, label]):
            continue
        if category == "fee":
            late_fees.charge_came(books, identity, books.leases[lease_id], [due_on, period_start, amount, label])
            continue
        if not scheduled:
            by_hand.check_added(books, identity, [lease_id, due_on, amount, category, label])
            continue
        lease = books.leases.get(lease_id)
        demand(lease, f"charge {identity} belongs to no lease that we know")
        assert lease is not None
        period = date.fromisoformat(period_start)
        found = (date.fromisoformat(due_on), amount)
        same(f"charge {identity} for {period}", lease.expected(now).get(period), found)
        same(f"charge {identity} is", ("rent", None), (category, label))
        demand(period not in lease.scheduled(), f"{period} is charged twice on {lease_id}")
        lease.charges[identity] = Charge(identity, found[0], period, amount)
        books.lease_of_charge[identity] = lease


def _transactions(books: Auditor, seen: Seen) -> None:
    groups: dict[int, list[dict]] = defaultdict(list)
    for transaction in seen["transactions"]:
        groups[transaction["xid"]].append(transaction)
    for xid, group in groups.items():  # what one database transaction posted was allocated together
        move_out.prepare(books, xid, [t["reference"] for t in group])
        for part in _in_turn(books, group):
            for transaction in part:
                changes.check_aim(books, transaction["reference"])
                _transaction(books, transaction, part)
            _allocate(books, [t["reference"] for t in part])


def _in_turn(books: Auditor, group: list[dict]) -> list[list[dict]]:
    """A change of a lease pairs after each thing that it does: the months that fell due together, then each charge and credit."""
    if not books.changes.in_turn:
        return [group]
    months = [t for t in group if t["kind"] == "charge.due" and _scheduled(books, t)]
    return [part for part in (months, *([t] for t in group if t not in months)) if part]


def _scheduled(books: Auditor, transaction: dict) -> bool:
    subject = transaction["reference"].partition(":")[2]
    return books.lease_of_charge[subject].charges[subject].scheduled


def _transaction(books: Auditor, transaction: dict, group: list[dict]) -> None:
    """`group`: what was posted with it."""
    reference, kind = transaction["reference"], transaction["kind"]
    at, on = datetime.fromisoformat(transaction["at"]), date.fromisoformat(transaction["on"])
    found = [(books.account_codes[account], amount, item) for _, account, amount, _, item, _ in transaction["legs"]]
    demand(reference not in books.posted, f"{reference} is posted twice")
    covered = kind == "client.covered"
    day, legs = postings.legs_of_cover(books, group, at) if covered else _predicted(books, reference, kind, found, at)
    same(f"legs of {reference}", sorted(legs, key=repr), sorted(found, key=repr))
    same(f"effective date of {reference}", day, on)
    books.posted.add(reference)
    books.kinds[kind] += 1
    for entry, account, amount, balance_after, item, seq in transaction["legs"]:
        code = books.account_codes[account]
        books.books.post(reference, code, amount, item, balance_after, seq)
        books.references[entry] = reference
        if code[:5] in ("L1500", "L1510"):
            books.receivables[code].post(reference, amount, on)
    periods.note(books, [(account, amount) for account, amount, _ in found], on)
    _note(books, reference, kind, at, found)


def _predicted(books: Auditor, reference: str, kind: str, found: list[Leg], at: datetime) -> Expected:
    if reference in books.expected:
        expected_kind, predicted = books.expected.pop(reference)
        same(f"kind of {reference}", expected_kind, kind)
        return predicted
    named, _, subject = reference.partition(":")
    same(f"kind of {reference}", named, kind)
    sent = (
        refunds.predicted(books, kind, subject, at)
        or overpayments.predicted(books, kind, subject, at)
        or deposits.predicted(books, kind, subject, at)
    )
    if sent:
        return sent
    if kind == "charge.due":
        return postings.legs_of_charge(books, subject, at)
    if kind == "bank.line":
        return postings.legs_of_bank_line(books, found, at)
    if kind == "payment.settled":
        return postings.legs_of_settlement(books, subject, at)
    if kind == transfers.KIND:
        return transfers.legs_of_carrying(books, reference, at)
    if kind == "processor.fee":
        return cards.legs_of_cost(books, subject)
    payment = books.payments.get(subject)
    if payment is None or kind not in ("payment.completed", "payment.returned", "return.fee"):
        raise AuditError(f"{reference} was posted, and nothing asked for it: {found}")
    return _of_payment(payment, kind), {
        "payment.completed": postings.legs_of_completion,
        "payment.returned": lambda p: postings.legs_of_return(p, refunds.out_of_pending(books, p)),
        "return.fee": postings.legs_of_return_fee,
    }[kind](payment)


def _of_payment(p: Payment, kind: str) -> date:
    """Its effective date: the bank's day. Raises when the bank never said so."""
    state = "completed" if kind == "payment.completed" else "returned"
    days = p.days_told(state)
    demand(days, f"{kind} of {p.id}, and the bank never said {state}")
    if kind == "payment.completed":
        demand(p.completed_at is None, f"{p.id} is completed twice")
    else:
        demand(p.completed_at is not None, f"{p.id} is returned, and was never completed")
        demand(kind == "return.fee" or not p.returned, f"{p.id} is returned twice")
    return next(d for d in [t.on for t in p.told if t.state == state] if d is not None)


def _note(books: Auditor, reference: str, kind: str, at: datetime, legs: list[Leg]) -> None:
    """What the posting means for what it is about."""
    subject = reference.partition(":")[2]
    if deposits.note(books, kind, subject, at):
        if kind in ("payment.completed", "payment.returned"):
            _cash(books, books.payments[subject], at)
        return
    if kind == "charge.due":
        charge = books.lease_of_charge[subject].charges[subject]
        charge.posted = True
        books.hand.facts.append(("charge.due", subject, 1 if charge.scheduled else 2))
    elif kind == "payment.completed":
        p = books.payments[subject]
        p.completed_at = at
        p.ready_at = max(p.promise.ready_at, at) if p.promise.by_bank_days else at + p.promise.waits
        _cash(books, p, at)
    elif kind == "payment.returned":
        books.payments[subject].returned, books.payments[subject].returned_at = True, at
    elif kind == "return.fee":
        books.payments[subject].return_fee = True
    elif kind == "payment.settled":
        for payment, net in books.lines_of[subject]:
            books.payments[payment].settled = True
            p = books.payments[payment]
            same(f"line of {payment} in {subject}", p.net - refunds.out_of_pending(books, p), net)
    elif kind in ("bank.line", "processor.fee"):
        for _, _, item in legs:
            if item in books.payments:
                _cash(books, books.payments[item], at)


def _cash(books: Auditor, p: Payment, at: datetime) -> None:
    even = books.books.items[f"P1210/{p.rail}", p.id] == 0
    p.cash_at = (p.cash_at or at) if even and p.completed_at else None


def _allocate(books: Auditor, references: list[str]) -> None:
    references, owing = deposits.allocate(books, references)
    completed = [r.partition(":")[2] for r in references if r.startswith("payment.completed:")]
    returned = [r.partition(":")[2] for r in references if r.startswith("payment.returned:")]
    charges = [r for r in references if r.startswith("charge.due:")]
    accounts, claims = by_hand.allocate(books, references)
    of_fees, of_waivers = late_fees.allocate(books, references)
    accounts, claims = accounts | owing | of_fees | transfers.allocate(books, references), claims | of_waivers
    of_refunds, given_back = overpayments.allocate(books, references)
    accounts |= of_refunds | refunds.allocate(books, references) | {books.payments[p].account for p in completed + returned}
    claims |= given_back
    claims |= {f"payment.completed:{p}": books.payments[p].claims for p in completed}
    for p in returned:
        account = books.receivables[books.payments[p].account]
        account.take_back(f"payment.completed:{p}", f"payment.returned:{p}")
    for charge in charges:
        lease = books.lease_of_charge[charge.partition(":")[2]]
        for label in lease.weights:
            accounts.add(lease.account(label))
            claims |= cleared_claims(books, lease.account(label), set(charges))
    for code in accounts:
        books.receivables[code].pair(claims)


def _payments(books: Auditor, seen: Seen, before: dict[str, str]) -> None:
    for _, identity, version, left, state, at, _ in seen["events"]:
        if identity in books.payments:
            _step(books, books.payments[identity], version, left, state, datetime.fromisoformat(at))
    claims: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for payment, reference, amount in seen["claims"]:
        claims[payment].append((reference, amount))
    for payment, found in claims.items():
        same(f"claims of {payment}", books.payments[payment].claims, found)
    for identity, state, version, *terms in seen["payments"]:
        p = books.payments.get(identity)
        demand(p, f"{identity} is a payment that nobody asked for")
        assert p is not None
        same(f"terms of {identity}", [p.account, p.amount, p.charged, p.net, p.rail], [books.account_codes[terms[0]], *terms[1:]])
        same(f"state of {identity}", (p.state, p.version), (state, version))
        same(f"{identity} is {state}, posted as completed", state in CLEARED or state == "returned", p.completed_at is not None)
        same(f"{identity} is {state}, posted as returned", state == "returned", p.returned)
        same(f"{identity} is {state}, charged a return fee", state == "returned", p.return_fee)
        if state == "completed" or state == "settled":
            same(f"{identity} is {state}, posted as settled", state == "settled", p.settled)
    same("number of payments", len(books.payments), len(seen["payments"]))
    for identity, state in before.items():
        p = books.payments[identity]
        must = after(state, p.fresh)
        gone_on = (must == "completed" and p.state in ("settled", "returned")) or (must == "authorized" and p.state == "canceled")
        gone_on = gone_on or (must == "initiated" and p.state == "failed")  # judged as an edge
        gone_on = gone_on or (must == "returned" and (taken_back.is_moved(books, p, by_now=True) or taken_back.is_second(books, p, before)))
        if not books.crashed and must != p.state and not gone_on:
            raise AuditError(
                f"the bank's answers about {identity} ({state}) were {[t.state for t in p.fresh]}: must be {must}, is {p.state}"
            )
        p.fresh = []
    for p in books.payments.values():
        demand(not p.canceled or p.state == "canceled", f"{p.id} was called off and is {p.state}")


def _step(books: Auditor, p: Payment, version: int, left: str | None, state: str, at: datetime) -> None:
    if left is None:
        books.edges["payment: ∅ → initiated"] += 1
        return
    edge = f"payment: {left} → {state}"
    same(f"the state that {p.id} leaves", p.state, left)
    same(f"version of {p.id}", p.version + 1, version)
    demand(state in EDGES.get(left, ()), f"{p.id}: no edge {edge}")
    cards.note_expiry(p, state, at)
    spared = left == "initiated" and state == "failed" and by_itself.stands_on_nothing(books, p, at)
    demand(spared or p.allows(state), f"{p.id}: {edge}, and nothing happened that leads there (told: {[t.state for t in p.told]})")
    if left == "initiated" and state == "processing":
        demand(at >= p.leaves_at, f"{p.id} was handed over at {at}, before {p.leaves_at}")
        demand(not p.revoked, f"{p.id} was handed over at {at}, and its mandate had been taken back")
    if state == "settled" and not p.settled:
        postings.settled_without_posting(books, p, at)
    p.state, p.version = state, version
    books.edges[edge] += 1
    cards.follow(books, p, left, at)


def _bank_accounts(books: Auditor, seen: Seen, now: datetime) -> None:
    same("number of bank accounts", len(books.bank_accounts), len(seen["bank_accounts"]))
    for identity, state in seen["bank_accounts"]:
        account = books.bank_accounts[identity]
        if state != account.state:
            expired = account.state == "new" and state == "verification_failed" and now >= account.expires_at
            demand(state in account.fresh or expired, f"{identity} became {state}, and nothing leads there")
            books.edges[f"bank_account: {account.state} → {state}"] += 1
            account.state = state
        demand(not account.fresh or books.crashed or state in account.fresh, f"{identity} is {state}, must be {account.fresh}")
        account.fresh = []


def _balances(books: Auditor, seen: Seen) -> None:
    for identity, _, _, _, balance, legs in seen["accounts"]:
        code = books.account_codes[identity]
        if books.books.balances[code] != balance or books.books.legs[code] != legs:
            raise AuditError(f"balance of {code}: predicted {books.books.balances[code]}, found {balance} ({legs} entries)")


def _allocations(books: Auditor, seen: Seen) -> None:
    for account, credit, debit, amount in seen["allocations"]:
        code = books.account_codes[account]
        books.allocated[code, books.references[credit], books.references[debit]] += amount
    predicted = {(code, *pair): amount for code, r in books.receivables.items() for pair, amount in r.paid.items() if amount}
    found = {key: amount for key, amount in books.allocated.items() if amount}
    if predicted != found:
        wrong = {k: (predicted.get(k, 0), found.get(k, 0)) for k in predicted.keys() | found.keys() if predicted.get(k) != found.get(k)}
        raise AuditError(f"allocations (account, credit, debit): (predicted, found): {wrong}")


def _holds(books: Auditor, seen: Seen, now: datetime, *, rested: bool) -> None:
    """One whose time has come may have expired at any moment since, and must have when nothing due was left undone."""
    found = {
        reference: (books.account_codes[account], amount, state, posted) for reference, account, amount, posted, state in seen["holds"]
    }
    for reference, hold in books.books.holds.items():
        due = hold.state == "pending" and hold.expires_at is not None and hold.expires_at <= now
        if due and not reference.startswith(cards.PROMISE) and (rested or (reference in found and found[reference][2] == "expired")):
            books.hold_resolved(reference, "expired")
    cards.resolve(books, found, now, rested=rested)
    predicted = {reference: (h.account, h.amount, h.state, h.posted) for reference, h in books.books.holds.items()}
    same("holds", predicted, found)
