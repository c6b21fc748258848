from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.contracts.models import Lease
from leases.contracts.queries import owes_on, renters_of_landlord, visible_leases, with_people
from leases.rent.queries import Balance, balances, charges_ahead, payable_charges, payments_of, schedules, total
from ledger.journal.models import Account
from payments.payins.models import Payment
from tests.world import World

pytestmark = pytest.mark.django_db
RENT = 150_000


@pytest.fixture
def w() -> World:
    made = World()
    made.account(made.bob)
    return made


@pytest.fixture
def lease(w) -> Lease:
    return w.lease()


def paid(w: World, lease: Lease, **how) -> Payment:
    made = w.pay(lease, rail="instant", **how)
    w.later(seconds=300)
    return w.fresh(made)


def shown(w: World, lease: Lease, count: int = 3) -> list[tuple[str, int, int, int]]:
    rows = schedules([w.reload(lease)], w.now)[lease.id][:count]
    assert all(row.remaining_minor == row.charge.amount_minor - row.paid_minor for row in rows)
    return [(row.status, row.paid_minor, row.in_flight_minor, row.remaining_minor) for row in rows]


class TestSchedules:
    def test_show_what_is_late_due_and_to_come(self, w):
        lease = w.lease(start=date(2026, 10, 1), due_day=2)
        assert [status for status, *_ in shown(w, lease)] == ["late", "due", "scheduled"]

    def test_turn_late_at_midnight_of_the_property(self, w):
        lease = w.lease(start=date(2026, 11, 2), due_day=2)
        midnight = datetime(2026, 11, 3, 5, tzinfo=UTC)
        states = [schedules([w.reload(lease)], at)[lease.id][0].status for at in (midnight - timedelta(microseconds=1), midnight)]
        assert states == ["due", "late"]

    def test_show_what_is_on_its_way(self, w, lease):
        w.pay(lease, amount=RENT + 20_000)
        assert shown(w, lease, 2) == [("late", 0, RENT, RENT), ("scheduled", 0, 20_000, RENT)]

    def test_show_what_was_paid(self, w, lease):
        paid(w, lease, amount=RENT)
        assert shown(w, lease, 2) == [("paid", RENT, 0, 0), ("scheduled", 0, 0, RENT)]

    def test_show_what_was_paid_in_part(self, w):
        lease = w.lease(start=date(2026, 10, 1), due_day=2)
        paid(w, lease, amount=RENT + 50_000)
        assert shown(w, lease) == [("paid", RENT, 0, 0), ("partially_paid", 50_000, 0, 100_000), ("scheduled", 0, 0, RENT)]
        w.later(days=1)
        assert shown(w, lease)[1] == ("late", 50_000, 0, 100_000)

    def test_show_what_was_paid_ahead(self, w, lease):
        paid(w, lease, amount=2 * RENT - 50_000)
        assert shown(w, lease, 2) == [("paid", RENT, 0, 0), ("partially_paid", 100_000, 0, 50_000)]
        w.later(days=40)
        assert shown(w, lease, 2)[1] == ("late", 100_000, 0, 50_000)

    def test_show_no_money_twice_when_an_older_debt_used_what_was_meant_for_later(self, w, lease):
        december = lease.charges.order_by("due_on")[1].public_id
        paid(w, lease, charges=[(december, None)])
        assert shown(w, lease, 2) == [("paid", RENT, 0, 0), ("scheduled", 0, 0, RENT)]

    def test_show_what_waits_unclaimed_on_the_charge_that_it_will_pay(self, w, lease):
        """Sent for November, overtaken by another payment: it will pay December."""
        w.pay(lease, "ach")
        paid(w, lease, amount=RENT, allow_duplicate=True)
        assert shown(w, lease) == [("paid", RENT, 0, 0), ("paid", RENT, 0, 0), ("scheduled", 0, 0, RENT)]
        w.later(days=40)
        assert shown(w, lease)[1] == ("paid", RENT, 0, 0)

    def test_show_a_return_as_owed_again(self, w, lease):
        w.pay(lease, "same_day_ach", source=w.account(w.bob, "009901200000"))
        w.later(seconds=15)
        assert shown(w, lease, 1) == [("paid", RENT, 0, 0)]
        w.later(minutes=1)
        assert shown(w, lease, 1) == [("late", 0, 0, RENT)]

    def test_add_up_what_roommates_paid(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40}))
        paid(w, lease)
        assert shown(w, lease, 1) == [("late", 90_000, 0, 60_000)]
        w.pay(lease, "ach", source=w.account(carol))
        assert shown(w, lease, 1) == [("late", 90_000, 60_000, 60_000)]
        w.later(minutes=5)
        paid(w, lease, amount=30_000)  # of his part of December
        assert shown(w, lease, 2) == [("paid", RENT, 0, 0), ("partially_paid", 30_000, 0, 120_000)]

    @pytest.mark.parametrize("paying", [False, True])
    def test_take_as_many_queries_for_twenty_leases_as_for_one(self, w, paying):
        leases = [w.lease() for _ in range(20)]
        if paying:
            for lease in leases[:3]:
                w.pay(lease, "instant", amount=RENT + 1000)
            w.later(minutes=1)

        def count(some: list[int]) -> int:
            chosen = list(with_people().filter(id__in=some))
            with CaptureQueriesContext(connection) as asked:
                schedules(chosen, w.now)
            return len(asked)

        ids = [lease.id for lease in leases]
        assert count(ids[:1]) == count(ids) == (6 if paying else 5)

    def test_of_nothing_are_nothing(self, w):
        assert schedules([], w.now) == {}


class TestBalances:
    def of(self, w: World, lease: Lease) -> Balance:
        return total(list(balances(w.reload(lease)).values()))

    def test_tell_what_is_owed_on_its_way_and_payable(self, w, lease):
        assert self.of(w, lease) == Balance(RENT, RENT, 0)
        assert self.of(w, lease).payable_minor == 2 * RENT
        w.pay(lease, "ach", amount=100_000)
        assert (self.of(w, lease).in_flight_minor, self.of(w, lease).payable_minor) == (100_000, 200_000)

    def test_below_zero_are_paid_ahead(self, w, lease):
        paid(w, lease, amount=RENT + 40_000)
        found = self.of(w, lease)
        assert (found.owed_minor, found.ahead_minor, found.payable_minor) == (-40_000, RENT, 110_000)

    def test_are_never_payable_below_zero(self):
        assert Balance(-200_000, RENT, 0).payable_minor == 0
        assert Balance(RENT, 0, 200_000).payable_minor == 0

    def test_are_kept_apart_for_roommates(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"percent": 60}), (carol, {"percent": 40}))
        w.pay(lease, "ach", amount=30_000)
        found = list(balances(w.reload(lease)).values())
        assert found == [Balance(90_000, 90_000, 30_000), Balance(60_000, 60_000, 0)]
        assert total(found) == Balance(RENT, RENT, 30_000)

    def test_take_a_few_queries(self, w, lease, django_assert_max_num_queries):
        row = w.reload(lease)
        with django_assert_max_num_queries(2):
            balances(row)


class TestAhead:
    def test_is_the_next_due_one_alone(self, w, lease):
        assert [c.due_on for c in charges_ahead(lease, lease.parties.get())] == [date(2026, 12, 1)]

    def test_is_the_first_of_a_lease_that_has_not_begun(self, w):
        lease = w.lease(start=date(2027, 2, 1))
        assert [c.due_on for c in charges_ahead(lease, lease.parties.get())] == [date(2027, 2, 1)]
        assert w.pay(lease).amount_minor == RENT

    def test_is_nothing_at_the_end(self, w):
        lease = w.lease(end_on=date(2026, 11, 30))
        assert charges_ahead(lease, lease.parties.get()) == []

    def test_takes_all_that_fall_due_on_that_day(self, w, lease):
        first = lease.charges.get(due_on=date(2026, 12, 1))
        second = lease.charges.get(due_on=date(2027, 1, 1))
        lease.charges.filter(id=second.id).update(due_on=first.due_on)
        assert [c.id for c in charges_ahead(lease, lease.parties.get())] == [first.id, second.id]


class TestOpenCharges:
    def open(self, w: World, lease: Lease) -> list[tuple[str, int, int, int]]:
        (party,) = lease.parties.all()
        return [
            (f"{r.charge.due_on:%m-%d}", r.amount_minor, r.open_minor, r.free_minor) for r in payable_charges(lease, party, [party]).rows
        ]

    def test_are_what_is_owed_and_the_next_one_oldest_first(self, w, lease):
        assert self.open(w, lease) == [("11-01", RENT, RENT, RENT), ("12-01", RENT, RENT, RENT)]

    def test_are_free_but_for_what_is_on_its_way(self, w, lease):
        w.pay(lease, "ach", amount=RENT + 1000)
        assert self.open(w, lease) == [("11-01", RENT, RENT, 0), ("12-01", RENT, RENT, RENT - 1000)]

    def test_are_open_but_for_what_was_paid(self, w, lease):
        paid(w, lease, amount=RENT + 1000)
        assert self.open(w, lease) == [("12-01", RENT, RENT - 1000, RENT - 1000)]

    def test_take_a_few_queries(self, w, lease, django_assert_max_num_queries):
        paid(w, lease, amount=RENT + 1000)
        (party,) = lease.parties.all()
        with django_assert_max_num_queries(6):
            payable_charges(lease, party, [party])


def test_payments_of_a_lease_are_its_attempts_newest_first(w, lease):
    first, second = w.pay(lease, amount=1000), w.pay(lease, amount=2000)
    w.pay(w.lease(), amount=3000)
    assert payments_of(lease) == [second, first]


class TestWhoSees:
    def test_a_lease(self, w, lease):
        carol, zoe = w.person("carol", "renter"), w.person("zoe", "landlord")
        other = w.lease(carol)
        assert set(visible_leases(SYSTEM)) == set(visible_leases(w.actor(w.alice))) == {lease, other}
        assert list(visible_leases(w.actor(w.bob))) == [lease]
        assert not visible_leases(w.actor(zoe)).exists()

    def test_the_people_on_it(self, w):
        carol, dan = w.person("carol", "renter"), w.person("dan", "renter")
        w.lease(w.bob, carol)
        assert set(User.objects.filter(renters_of_landlord(w.actor(w.alice)).rule)) == {w.bob, carol}
        assert not User.objects.filter(renters_of_landlord(w.actor(w.bob)).rule).exists(), "roommates do not learn each other's addresses"
        assert not User.objects.filter(renters_of_landlord(w.actor(dan)).rule).exists()

    def test_who_may_pay_an_account_of_it(self, w):
        carol, dan = w.person("carol", "renter"), w.person("dan", "renter")
        lease = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}))
        for party in lease.parties.all():
            assert owes_on(w.bob, party.account)
            assert owes_on(carol, party.account)
            assert not owes_on(dan, party.account)
            assert not owes_on(w.alice, party.account)
        assert not owes_on(w.bob, Account.objects.get(number="L4100"))
