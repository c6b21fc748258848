"""Autopay: turned on, skipped, paused and resumed, turned off, its mandate taken back; now and then twice, or where it cannot be."""

from typing import TYPE_CHECKING, Any

from directpay.people.actor import SYSTEM
from leases.autopay.actions.stopping import pause_autopay, resume_autopay, skip_run, turn_off
from leases.autopay.actions.turn_on import Order, turn_on
from leases.autopay.models import Autopay, AutopayAttempt
from payments.methods.mandates.actions import Agreement, agree_to_mandate, revoke_mandate
from tests.simulation.auditor import by_itself
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


def enrol(h: "History") -> None:
    lease = h.rng.choice(h.cast.leases)
    renter = h.rng.choice(h.cast.people_on[lease.public_id])
    verified = [s for s in renter.sources if h.auditor.bank_accounts[s.public_id].state == "verified"]
    if not verified:
        return
    source, told = h.rng.choice(verified), h.auditor.leases[lease.public_id]
    mode = h.rng.choice(["full_balance", "full_balance", "up_to", "fixed"])
    amount = None if mode == "full_balance" else h.rng.choice([told.rent // 2, told.rent, told.rent * 2])
    day = h.rng.choice([None, None, 31, 28, h.rng.randrange(1, 32)])
    cap = h.rng.choice([None, None, None, told.rent * 3 // 2])
    payer, today = renter.user.public_id, told.today(h.now)
    first = by_itself.next_day(told, day, today, h.now)
    standing = [o for o in h.auditor.orders.values() if (o.lease.id, o.payer) == (told.id, payer) and _stands(o)]
    ended = told.end_on is not None and told.end_on < today
    predicted = "lease_ended" if ended else "autopay_exists" if standing else "" if first else "lease_ended"

    def send() -> Autopay:
        agree_to_mandate(source, Agreement(), actor=SYSTEM, at=h.now)
        wish = Order(source, mode=mode, amount_minor=amount, day_of_month=day, cap_minor=cap)
        return turn_on(lease, wish, actor=SYSTEM, at=h.now)

    made: Autopay | None = h.attempt(f"autopay {mode} {amount} on {day} of {told.id}", predicted, send)
    if made is not None:
        order = by_itself.Order(made.public_id, told, payer, source.public_id, mode, amount, day, cap, first)
        h.auditor.orders[order.id] = order
        h.watch.check_next(order, today)
    h.check()


def _stands(order: by_itself.Order) -> bool:
    return Autopay.objects.get(public_id=order.id).status != "canceled"


def _choose(h: "History") -> tuple[by_itself.Order, Autopay, dict[str, Any]]:
    order = h.rng.choice(list(h.auditor.orders.values()))
    row = Autopay.objects.select_related("lease", "mandate").get(public_id=order.id)
    h.watch.check_order(row)
    return order, row, {"actor": SYSTEM, "at": h.now}


def skip(h: "History") -> None:
    """The next run, and the same once more."""
    order, row, how = _choose(h)
    on = order.next_on
    if on is None or row.status == "canceled":
        return
    for _ in range(h.rng.choice([1, 2])):
        h.attempt(f"skip {on} of {order.id}", "", lambda: skip_run(row, on, **how))
    h.watch.check_next(order, on)
    h.check()


def pause(h: "History") -> None:
    order, row, how = _choose(h)
    h.attempt(f"pause {order.id}", "autopay_canceled" if row.status == "canceled" else "", lambda: pause_autopay(row, **how))
    if row.status == "active":
        order.paused = "requested"
    h.check()


def resume(h: "History") -> None:
    order, row, how = _choose(h)
    h.attempt(f"resume {order.id}", "autopay_canceled" if row.status == "canceled" else "", lambda: resume_autopay(row, **how))
    if row.status == "paused":
        order.paused = ""
    h.check()


def off(h: "History") -> None:
    order, row, how = _choose(h)
    h.attempt(f"turn off {order.id}", "", lambda: turn_off(row, **how))
    order.off = order.off or row.status != "canceled"
    h.check()


def revoke(h: "History") -> None:
    """And everything that rests on it ends, whoever works next."""
    order, row, how = _choose(h)
    h.attempt(f"revoke the mandate of {order.id}", "", lambda: revoke_mandate(row.mandate, **how))
    order.revoked = True
    for name in AutopayAttempt.objects.filter(run__autopay=row).values_list("payment__public_id", flat=True):
        payment = h.auditor.payments[name]
        payment.revoked = payment.revoked or payment.state == "initiated"
    h.check()


def _any(h: "History") -> bool:
    return bool(h.auditor.orders)


MOVES = (
    Move("enrol", 3, enrol, lambda h: bool(h.cast.leases)),
    Move("skip_run", 1, skip, _any),
    Move("pause_autopay", 0.7, pause, _any),
    Move("resume_autopay", 1.5, resume, _any),
    Move("turn_off", 0.4, off, _any),
    Move("revoke_mandate", 0.4, revoke, _any),
)
