"""The rent roll: every unit on a day, and totals that are the balances of the book."""

from datetime import date, timedelta

import pytest

from directpay.people.actor import SYSTEM
from leases.properties.actions import add_unit
from leases.receipts.actions import NewReceipt, record_receipt
from leases.reports.queries.rent_roll import Totals, rent_roll
from leases.reports.queries.scope import Known, Wish, known, scope_of
from ledger.journal.models import Account
from tests.world import DISPUTED, World

pytestmark = pytest.mark.django_db(transaction=True)  # what is known is what is committed


def roll(w: World, day: date | None = None, at: Known | None = None):
    scope = scope_of(w.actor(w.alice), Wish())
    return list(rent_roll(scope, day or w.now.date(), at or known(None, now=w.now)))


def total(rows):
    totals = Totals()
    for row in rows:
        totals.add(row)
    return totals


def book_sum(w: World, number: str) -> int:
    return sum(Account.objects.filter(number=number, book__subject=w.payee.public_id).values_list("balance_minor", flat=True))


def test_it_works():
    w = World()
    mia = w.person("mia", "renter")
    bobs = w.lease()
    w.lease((mia, {"percent": "60"}), (w.bob, {"percent": "40"}), rent=240_000)
    w.unit()
    w.until(w.pay(bobs, "instant", 50_000), "settled")
    w.pay(bobs, "ach", 30_000)
    rows = roll(w)
    assert [(r.unit_name, r.status, r.tenancy and r.tenancy.renters) for r in rows] == [
        ("Unit 1", "active", "Bob"),
        ("Unit 2", "active", "Mia, Bob"),
        ("Unit 3", "vacant", None),
    ]
    first = rows[0].tenancy
    assert (first.sums.owed_minor, first.sums.in_flight_minor, first.sums.ahead_minor) == (100_000, 30_000, 0)
    assert (first.last_paid_on, first.last_paid_minor, first.rent_minor, first.due_day) == (date(2026, 11, 2), 50_000, 150_000, 1)
    sums = total(rows).sums["usd"]
    assert sums.owed_minor - sums.ahead_minor == book_sum(w, "L1500")
    assert (total(rows).units, total(rows).vacant) == ({"usd": 3}, {"usd": 1})


def test_a_day_before_tells_what_was_true_then_and_a_moment_before_what_was_known():
    w = World()
    lease = w.lease(start=date(2026, 9, 1))
    before = known(None, now=w.now)
    w.later(days=1)
    record_receipt(lease, NewReceipt(lease.parties.get(), "cash", 100_000, received_on=date(2026, 11, 1)), actor=SYSTEM, at=w.now)
    assert roll(w, date(2026, 10, 31))[0].tenancy.sums.owed_minor == 300_000
    assert roll(w, date(2026, 11, 1))[0].tenancy.sums.owed_minor == 350_000
    assert roll(w, date(2026, 11, 1), before)[0].tenancy.sums.owed_minor == 450_000
    assert roll(w, date(2026, 8, 31))[0].status == "vacant"


def test_a_lease_that_has_ended_stays_while_something_is_owed_on_it():
    w = World()
    lease = w.lease(start=date(2026, 10, 1), end_on=date(2026, 10, 31))
    w.lease(unit=lease.unit, start=date(2026, 11, 1))
    assert [(r.status, r.tenancy.sums.owed_minor) for r in roll(w)] == [("ended", 150_000), ("active", 150_000)]
    assert total(roll(w)).units == {"usd": 1}
    assert sum(r.tenancy.sums.owed_minor for r in roll(w)) == book_sum(w, "L1500")


def test_a_payment_that_came_back_is_not_the_last_one():
    w = World()
    lease = w.lease()
    w.until(w.pay(lease, "instant", 20_000), "settled")
    w.until(w.pay(lease, "same_day_ach", source=w.account(w.bob, DISPUTED)), "returned")
    assert roll(w, w.now.date() + timedelta(days=1))[0].tenancy.last_paid_minor == 20_000


def test_many_units_are_asked_in_batches_and_none_is_told_twice(monkeypatch, django_assert_num_queries):
    w = World()
    for n in range(7):
        add_unit(w.home, {"name": f"B{n}"}, actor=SYSTEM, at=w.now)
    scope, at, today = scope_of(w.actor(w.alice), Wish()), known(None, now=w.now), w.now.date()
    monkeypatch.setattr("leases.reports.queries.rent_roll.BATCH", 3)
    with django_assert_num_queries(6):
        assert [row.unit_name for row in rent_roll(scope, today, at)] == [f"B{n}" for n in range(7)]
