"""A return takes back its own payment's pairings and no others; whatever happens, pairings and balance agree."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directpay.events.unit import unit_of_work
from ledger.allocation.models import Allocation
from tests.ledger.allocation.conftest import Tab

pytestmark = pytest.mark.django_db


def test_opens_what_the_payment_had_paid(tab):
    tab.charge("nov", 100)
    tab.charge("dec", 100, days=30)
    tab.pay("p1", 150)
    tab.pair()
    tab.take_back("p1", "r1")
    assert tab.paid == {("p1", "r1"): 150}
    assert (tab.open, tab.balance) == ({"nov": 100, "dec": 100}, 200)


def test_leaves_what_others_paid(tab):
    tab.charge("nov", 100)
    tab.pay("p1", 40)
    tab.pay("p2", 60)
    tab.pair()
    tab.take_back("p1", "r1")
    assert tab.paid == {("p2", "nov"): 60, ("p1", "r1"): 40}
    assert tab.open == {"nov": 40}


def test_pairs_a_payment_that_had_paid_nothing_with_its_return(tab):
    tab.pay("p1", 100)
    tab.take_back("p1", "r1")
    assert (tab.paid, tab.open, tab.balance) == ({("p1", "r1"): 100}, {}, 0)


def test_keeps_every_row_that_was_ever_written(tab):
    tab.charge("nov", 100)
    tab.pay("p1", 100)
    tab.pair()
    tab.take_back("p1", "r1")
    assert [(row.amount_minor, row.rule) for row in Allocation.objects.order_by("id")] == [
        (100, "oldest_first"),
        (-100, "return"),
        (100, "return"),
    ]


def test_lets_a_credit_that_stood_unused_pay_what_is_open_again(tab):
    tab.charge("nov", 100)
    tab.pay("p1", 100)
    tab.pair()
    tab.pay("p2", 70)
    tab.pair()
    tab.take_back("p1", "r1")
    tab.pair()
    assert tab.paid == {("p2", "nov"): 70, ("p1", "r1"): 100}
    assert tab.open == {"nov": 30}


def test_pays_by_a_second_attempt_what_the_first_one_lost(tab):
    tab.charge("nov", 100)
    for n in range(3):
        tab.pay(f"p{n}", 100)
        tab.pair(**{f"p{n}": [("nov", 100)]})
        tab.take_back(f"p{n}", f"r{n}")
    tab.pay("p3", 100)
    tab.pair(p3=[("nov", 100)])
    assert tab.open == {}
    assert tab.paid == {("p3", "nov"): 100, **{(f"p{n}", f"r{n}"): 100 for n in range(3)}}


STEPS = st.lists(st.tuples(st.sampled_from("cccpppr"), st.integers(1, 500), st.integers(0, 9)), min_size=1, max_size=12)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_never_contradicts_the_balance(tab, steps):
    """BOOKS.md section 5: open debits less unused credits are the balance, and never both are open."""
    with unit_of_work():
        follow(tab, steps)
        transaction.set_rollback(True)  # the next example begins anew


def follow(tab: Tab, steps: list[tuple[str, int, int]]) -> None:
    payments: list[str] = []
    for n, (what, amount, which) in enumerate(steps):
        if what == "c":
            tab.charge(f"charge {n}", amount, days=which)
            tab.pair()
        elif what == "p":
            tab.pay(f"pay {n}", amount)
            charges = [name for name, rest in tab.open.items() if rest > 0]
            tab.pair(**({f"pay {n}": [(charges[which % len(charges)], amount)]} if charges else {}))
            payments.append(f"pay {n}")
        elif payments:
            tab.take_back(payments.pop(which % len(payments)), f"return {n}")
            tab.pair()
        left = tab.open
        debits = sum(rest for rest in left.values() if rest > 0)
        credits = -sum(rest for rest in left.values() if rest < 0)
        assert tab.balance == debits - credits
        assert min(debits, credits) == 0
        assert all(amount > 0 for amount in tab.paid.values())
