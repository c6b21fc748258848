"""What the rail is asked, and what happens to those who stand beside an order that breaks it."""

from datetime import timedelta

from directpay.due.run import run_all
from payments.payins.actions.submit import submit_payments
from payments.rails.base import NoSuchOrder
from tests.payments.conftest import answer


def careful_bank(bank, handed: set[str], broken: set[str]):
    """Knows only what was handed over; the orders in `broken` break it."""

    def submit(order, at):
        if order.id in broken:
            raise ConnectionResetError("a socket, or a bug")
        handed.add(order.id)
        return answer("processing", at, ask_again_at=at + timedelta(seconds=5))

    def look_up(order, at):
        if order.id not in handed:
            raise NoSuchOrder(order.id)
        return answer("completed", at)

    bank("ach", submit=submit, look_up=look_up)


def test_an_order_that_never_left_is_handed_over_when_the_rail_does_not_know_it(w, accept, bank):
    handed: set[str] = set()
    careful_bank(bank, handed, set())
    payment = accept()
    submit_payments([payment.public_id], at=w.now)  # … and the worker dies before it calls
    w.later(seconds=20)
    assert handed == {payment.public_id}
    assert w.until(payment, "completed", "settled").status in ("completed", "settled")


def test_an_order_that_breaks_the_rail_keeps_nobody_else_from_it(w, accept, bank):
    handed: set[str] = set()
    first, second = accept(amount=50_000), accept(amount=60_000)
    broken = {first.public_id}
    careful_bank(bank, handed, broken)
    run_all()
    assert handed == {second.public_id}
    assert w.fresh(first).status == "unknown"  # not a failure: nobody knows what became of it
    broken.clear()
    w.later(seconds=20)
    assert handed == {first.public_id, second.public_id}
    w.until(first, "completed", "settled")
    w.until(second, "completed", "settled")
    w.check()
