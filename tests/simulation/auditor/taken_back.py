"""A deposit whose payment the bank takes back, by where its money is then: K14, K15, K19 to K23."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.auditor import deposits, payouts
from tests.simulation.auditor.books import Leg
from tests.simulation.auditor.errors import demand, same
from tests.simulation.auditor.payments import Payment
from tests.simulation.auditor.rent import Charge

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor
    from tests.simulation.auditor.deposits import Deposit


def take_charge(books: "Auditor", identity: str, payment: str, found: list[Any], events: Sequence[Sequence[Any]]) -> None:
    """What a deposit's payment, taken back when its money had gone on, leaves as a debt; of how much is judged when it is posted."""
    p = books.payments.get(payment)
    demand(p and deposits.into_trust(p) and not p.returned and payment not in books.trust.reclaimed, f"{identity} is owed for {payment}")
    assert p is not None
    d = books.trust.paid_by(p.account)
    lease_id, due_on, amount, category, label = found
    same(f"charge {identity}", [d.lease.id, "other", d.label], [lease_id, category, label])
    on = date.fromisoformat(due_on)
    charge = Charge(identity, on, on, amount, True, "other", d.label, False, "payment.returned", payment)
    books.trust.reclaimed[payment] = d.lease.charges[identity] = charge
    books.lease_of_charge[identity] = d.lease
    told = next(row[5] for row in events if row[1] == payment and row[-1] == "payment.returned")
    books.late.known_at[identity] = datetime.fromisoformat(told)
    books.edges["deposit: returned after it had gone on"] += 1


def is_moved(books: "Auditor", p: Payment, *, by_now: bool = False) -> bool:
    """Whether the money of its deposit is drawn or given back just now, or is on its way to the trust bank and no longer all held: what
    the bank says of it waits until that is answered. `by_now`: orders count of which nothing was told yet."""
    if not deposits.into_trust(p):
        return False
    d = books.trust.paid_by(p.account)
    on_its_way = any(o.state in payouts.UNDER_WAY for o in books.sent.about(p.id, payouts.FORWARDING))
    if on_its_way and _held_of(books, p, d) < p.amount:
        return True
    orders = [o for o in books.sent.known.values() if o.origin == d.id and o.purpose in (payouts.DRAW, payouts.REFUND)]
    return any(o.state in payouts.UNDER_WAY and (o.judged or by_now) for o in orders)


def is_second(books: "Auditor", p: Payment, before: Mapping[str, str]) -> bool:
    """Whether another payment of the same deposit was just taken back: one at a time, and the bank is asked again about this one."""
    others = [q for q in books.payments.values() if q.account == p.account and q.id != p.id]
    return deposits.into_trust(p) and any(q.state == "returned" and before.get(q.id, q.state) != "returned" for q in others)


@dataclass(frozen=True)
class _Where:
    """A deposit's payment when it is taken back, by where its money is: it adds up to the payment."""

    here: int = 0
    there: int = 0
    deducted: int = 0
    gone: int = 0


def _held_of(books: "Auditor", p: Payment, d: "Deposit") -> int:
    """What is held of a deposit and is not with us by another payment."""
    return max(0, deposits.held(books, d) - payouts.not_forwarded(books, p.account, but=p))


def _where(books: "Auditor", p: Payment, d: "Deposit") -> _Where:
    """What is held of it lies in the trust bank, but for what was drawn; what is not held any more was given to somebody."""
    left = deposits.held(books, d)
    if not books.sent.forwarded(p.id):
        return _Where(here=min(p.amount, left), deducted=p.amount - min(p.amount, left))
    mine = _held_of(books, p, d)
    there = min(p.amount, mine, max(0, mine + deposits.interest(books, d) - payouts.drawn(books, d)))
    here = min(p.amount - there, mine - there)
    return _Where(here, there, 0, p.amount - there - here)


def given_back(books: "Auditor", p: Payment, on: date) -> list[Leg]:
    """What is here goes back; what lies in the trust bank, or is on the way there, operating money bears; what has gone on is owed."""
    d = books.trust.paid_by(p.account)
    demand(not is_moved(books, p), f"{p.id} is returned while {d.id} is drawn or given back")
    where, bank = _where(books, p, d), books.sent.forwarded(p.id)
    books.edges[f"deposit: returned {'after' if bank else 'before'} it was forwarded"] += 1
    charge, debt = books.trust.reclaimed.get(p.id), where.deducted + where.gone
    same(f"what {p.id} leaves as a debt", (debt, on if debt else None), (charge.amount, charge.due_on) if charge else (0, None))
    if where.there:
        books.trust.kept[p.id] = where.there
    if bank and where.here:
        books.edges["deposit: returned after it was drawn"] += 1
        books.trust.back_from_here[d.id] += where.here
    if where.deducted:
        books.edges["deposit: returned after it was deducted, before it was forwarded anew"] += 1
    ours, owners, again = where.here + where.deducted, where.there + where.gone, where.here + where.there
    back: list[Leg] = [(f"P1210/{p.rail}", -p.charged, p.id)]
    if p.charged != p.amount:
        back.append((f"P4110/{p.rail}", p.charged - p.amount, None))
    sides = {f"P2210/{p.payee}": ours, f"P2120/{p.payee}": owners, f"L1100/{p.payee}@{p.payee}": -owners, d.account("L1320"): -ours}
    sides |= {d.account("L2200"): again, d.account("L1510"): again, d.account("L2250"): -again, d.lease.account(d.label): debt}
    sides |= {d.account("L2230"): where.deducted - where.there, d.account("L1330"): where.there - where.deducted}
    return back + [(account, minor, None) for account, minor in sides.items() if minor]
