"""Whatever is paid, named, returned or falls due: the schedule shows every cent that cleared once, and the books hold."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.ops.clock import set_clock
from leases.rent.queries import balances, schedules, total
from payments.payins.models import CLEARED, Payment
from tests.world import PAYS, START, World

RENT = 100_000
RETURNS_SOON, RETURNS_LATE = "009901050000", "009901200000"  # 2 and 17 seconds after it cleared
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "name", "wait"]),
        st.integers(300, 2 * RENT),
        st.sampled_from([PAYS, PAYS, RETURNS_SOON, RETURNS_LATE]),
        st.sampled_from([1, 5, 20, 86_400, 31 * 86_400]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def w(db: None) -> World:
    made = World()
    made.carol = made.person("carol", "renter")
    made.sources = {
        (who, number): made.account(who, number) for who in (made.bob, made.carol) for number in (PAYS, RETURNS_SOON, RETURNS_LATE)
    }
    made.home_lease = made.lease((made.bob, {"percent": "66.67"}), (made.carol, {"percent": "33.33"}), rent=RENT)
    return made


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.randoms(use_true_random=False))
def test_to_the_cent(w, steps, rng):
    with unit_of_work():
        set_clock(START, frozen=True)
        for what, amount, number, seconds in steps:
            follow(w, what, amount, rng.choice([w.bob, w.carol]), number, rng.choice([0, 1]))
            w.later(seconds=seconds)
            judge(w)
        transaction.set_rollback(True)  # the next example begins anew


def follow(w: World, what: str, amount: int, who: object, number: str, which: int) -> None:
    charges = list(w.home_lease.charges.order_by("due_on"))
    ahead = next((n for n, charge in enumerate(charges) if charge.posted_at is None), 0)
    try:
        if what == "pay":
            w.pay(w.home_lease, "same_day_ach", amount=amount, source=w.sources[who, number], allow_duplicate=True)
        elif what == "name":
            chosen = charges[max(0, ahead - which)].public_id
            w.pay(w.home_lease, "instant", charges=[(chosen, None)], source=w.sources[who, number], allow_duplicate=True)
    except DirectPayError:
        pass  # refused: nothing happened


def judge(w: World) -> None:
    lease = w.reload(w.home_lease)
    rows = schedules([lease], w.now)[lease.id]
    cleared = sum(Payment.objects.filter(origin=lease.public_id, status__in=CLEARED).values_list("amount_minor", flat=True))
    posted = sum(row.charge.amount_minor for row in rows if row.charge.posted_at)
    assert sum(row.paid_minor for row in rows) == cleared
    assert all(0 <= row.paid_minor <= row.charge.amount_minor for row in rows)
    assert total(list(balances(lease).values())).owed_minor == posted - cleared
    w.check()
