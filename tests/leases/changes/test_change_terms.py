"""What a lease owes stays right when its terms change: an earlier end, a later one, another rent."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.changes.actions import LeaseEnded, Renewal, end_lease, renew_lease, step_rent
from leases.contracts.actions import LeaseOverlaps
from leases.contracts.queries import rent_on
from leases.credits.models import Credit
from leases.rent.models import Charge
from leases.rent.queries import schedules

pytestmark = pytest.mark.django_db
NEXT = date(2026, 12, 1)


def plan(lease) -> list[tuple[str, int]]:
    return [(c.due_on.isoformat(), c.amount_minor) for c in lease.charges.order_by("due_on", "id")]


def end(w, lease, day):
    return end_lease(w.reload(lease), day, actor=SYSTEM, at=w.now)


def renew(w, lease, day=None, rent=None):
    return renew_lease(w.reload(lease), Renewal(day, rent), actor=SYSTEM, at=w.now)


def step(w, lease, day, rent):
    return step_rent(w.reload(lease), day, rent, actor=SYSTEM, at=w.now)


class TestEnding:
    def test_drops_what_comes_after_and_prorates_its_last_month(self, w, lease):
        end(w, lease, date(2027, 1, 10))
        assert plan(lease) == [("2026-11-01", 150_000), ("2026-12-01", 150_000), ("2027-01-01", 48_387)]
        w.check()

    def test_credits_the_days_of_a_month_that_is_owed_already(self, w, lease):
        end(w, lease, date(2026, 11, 15))
        assert plan(lease) == [("2026-11-01", 150_000)]
        given = Credit.objects.get()
        assert (given.amount_minor, given.charge.due_on) == (75_000, date(2026, 11, 1))
        assert w.balance("L1500", lease=lease) == 75_000
        w.check()

    def test_leaves_a_month_that_was_paid_as_money_paid_ahead(self, w, lease):
        w.pay(lease, amount=150_000)
        w.later(days=10)
        end(w, lease, date(2026, 11, 15))
        assert w.balance("L1500", lease=lease) == -75_000
        assert Credit.objects.get().charge is None
        w.check()

    def test_gives_each_roommate_its_part_back(self, w):
        carol = w.person("carol", "renter")
        lease = w.lease((w.bob, {"weight": 2}), (carol, {"weight": 1}))
        end(w, lease, date(2026, 11, 15))
        assert list(Credit.objects.order_by("id").values_list("amount_minor", flat=True)) == [50_000, 25_000]
        assert [w.balance("L1500", lease=lease, label=user.public_id) for user in (w.bob, carol)] == [50_000, 25_000]
        w.check()

    def test_twice_credits_only_what_is_new(self, w, lease):
        end(w, lease, date(2026, 11, 20))
        end(w, lease, date(2026, 11, 10))
        assert sum(Credit.objects.values_list("amount_minor", flat=True)) == 100_000
        assert w.balance("L1500", lease=lease) == 50_000

    @pytest.mark.parametrize(
        ("day", "said"),
        [(date(2026, 10, 31), "end before it starts"), (date(2027, 3, 31), "ends by then already"), (date(2028, 1, 1), "renew it")],
    )
    def test_refuses(self, w, lease, day, said):
        with pytest.raises(InvalidInput, match=said) as refused:
            end(w, lease, day)
        assert refused.value.param == "end_date"
        assert len(plan(lease)) == 5

    def test_of_a_future_lease_leaves_nothing_owed(self, w):
        lease = w.lease(start=date(2027, 1, 1), end_on=date(2027, 6, 30))
        end(w, lease, date(2027, 1, 1))
        assert plan(lease) == [("2027-01-01", 4_839)]
        w.check()

    def test_of_one_that_shows_more_than_a_year_changes_none_of_its_months(self, w):
        """It had an end in two years, then none: what stands beyond the year ahead is what is owed there."""
        lease = w.lease(end_on=date(2028, 11, 30))
        renew(w, lease)
        end(w, lease, date(2028, 12, 31))
        assert {amount for _, amount in plan(lease)} == {150_000}
        assert plan(lease)[-1] == ("2028-12-01", 150_000)
        end(w, lease, date(2028, 2, 29))
        assert plan(lease)[-1] == ("2028-02-01", 150_000)
        w.check()


class TestRenewing:
    def test_goes_on_to_its_new_end(self, w, lease):
        renew(w, lease, date(2027, 5, 15))
        assert plan(lease)[-2:] == [("2027-04-01", 150_000), ("2027-05-01", 72_581)]
        w.check()

    def test_with_another_rent_from_the_day_after(self, w, lease):
        renew(w, lease, date(2027, 5, 31), 160_000)
        assert plan(lease)[-3:] == [("2027-03-01", 150_000), ("2027-04-01", 160_000), ("2027-05-01", 160_000)]
        assert [rent_on(w.reload(lease), day) for day in (date(2027, 3, 31), date(2027, 4, 1))] == [150_000, 160_000]

    def test_with_another_rent_overrules_what_was_agreed_for_days_after_an_early_end(self, w):
        lease = w.lease(end_on=date(2027, 10, 31))
        step(w, lease, date(2027, 4, 1), 160_000)
        step(w, lease, date(2027, 6, 1), 170_000)
        end(w, lease, date(2027, 3, 31))
        renew(w, lease, date(2027, 10, 31), 155_000)
        assert {amount for day, amount in plan(lease) if day > "2027-03-31"} == {155_000}
        assert [rent_on(w.reload(lease), day) for day in (date(2027, 3, 31), date(2027, 10, 31))] == [150_000, 155_000]
        w.check()

    def test_without_one_goes_on_as_it_was_agreed(self, w):
        lease = w.lease(end_on=date(2027, 10, 31))
        step(w, lease, date(2027, 6, 1), 170_000)
        end(w, lease, date(2027, 3, 31))
        renew(w, lease, date(2027, 6, 30))
        assert plan(lease)[-2:] == [("2027-05-01", 150_000), ("2027-06-01", 170_000)]

    def test_from_month_to_month_shows_the_year_ahead_and_grows(self, w, lease):
        renew(w, lease)
        assert plan(lease)[-1] == ("2027-11-01", 150_000)
        w.later(days=30)
        assert plan(lease)[-1] == ("2027-12-01", 150_000)
        w.check()

    def test_fills_up_a_last_month_that_is_owed_already(self, w):
        lease = w.lease(end_on=date(2026, 11, 15))
        renew(w, lease, date(2026, 11, 30))
        assert plan(lease) == [("2026-11-01", 75_000), ("2026-11-02", 75_000)]
        assert w.balance("L1500", lease=lease) == 150_000
        w.check()

    def test_after_an_early_end_asks_again_for_what_was_credited(self, w, lease):
        end(w, lease, date(2026, 11, 15))
        renew(w, lease, date(2026, 12, 31))
        assert w.balance("L1500", lease=lease) == 150_000
        assert plan(lease) == [("2026-11-01", 150_000), ("2026-11-02", 75_000), ("2026-12-01", 150_000)]
        w.check()

    def test_refuses_days_that_are_let_to_another(self, w, lease):
        other = w.lease(unit=lease.unit, start=date(2027, 4, 1), end_on=date(2027, 12, 31))
        with pytest.raises(LeaseOverlaps) as refused:
            renew(w, lease, date(2027, 4, 30))
        assert (refused.value.param, refused.value.details["lease"]) == ("end_date", other.public_id)
        assert len(plan(lease)) == 5

    def test_refuses_no_later_end(self, w, lease):
        with pytest.raises(InvalidInput, match="ends later"):
            renew(w, lease, date(2027, 3, 31))
        with pytest.raises(InvalidInput, match="no end"):
            renew(w, w.lease(end_on=None), None)

    def test_refuses_more_months_than_a_schedule_has(self, w, lease):
        with pytest.raises(InvalidInput, match="at most 40 years"):
            renew(w, lease, date(2099, 1, 1))


class TestAnotherRent:
    def test_holds_from_its_day_exact_to_the_cent(self, w, lease):
        step(w, lease, date(2027, 1, 11), 160_000)
        # 10 days at 1,500.00 and 21 at 1,600.00 of 31
        assert plan(lease)[2:4] == [("2027-01-01", 156_774), ("2027-02-01", 160_000)]
        w.later(days=70)
        assert w.balance("L1500", lease=lease) == 150_000 + 150_000 + 156_774
        w.check()

    def test_of_the_same_day_again_is_the_later_word(self, w, lease):
        step(w, lease, NEXT, 160_000)
        step(w, lease, NEXT, 155_000)
        assert plan(lease)[1:] == [(f"{day}-01", 155_000) for day in ("2026-12", "2027-01", "2027-02", "2027-03")]

    def test_may_stand_in_the_lease_from_the_first(self, w):
        lease = w.lease(end_on=date(2027, 2, 28), rent_steps=[(NEXT, 151_000), (date(2027, 2, 1), 152_000)])
        assert plan(lease) == [("2026-11-01", 150_000), ("2026-12-01", 151_000), ("2027-01-01", 151_000), ("2027-02-01", 152_000)]

    def test_refuses_a_day_that_is_charged_and_says_the_first_that_is_not(self, w, lease):
        with pytest.raises(InvalidInput, match="choose 2026-12-01 or later") as refused:
            step(w, lease, date(2026, 11, 20), 160_000)
        assert (refused.value.param, refused.value.details["first_open_on"]) == ("from_date", "2026-12-01")

    @pytest.mark.parametrize(("day", "said"), [(date(2026, 10, 1), "not started"), (date(2027, 4, 1), "ended by then")])
    def test_refuses_days_outside_of_the_lease(self, w, lease, day, said):
        with pytest.raises(InvalidInput, match=said) as refused:
            step(w, lease, day, 160_000)
        assert refused.value.param == "from_date"

    def test_refuses_a_lease_that_is_over(self, w):
        lease = w.lease(start=date(2026, 9, 1), end_on=date(2026, 10, 31))
        with pytest.raises(LeaseEnded):
            step(w, lease, NEXT, 160_000)

    @pytest.mark.parametrize(
        ("steps", "param"),
        [
            ([(date(2026, 11, 1), 1)], "rent_steps[0][from_date]"),
            ([(date(2026, 10, 1), 1)], "rent_steps[0][from_date]"),
            ([(date(2027, 1, 1), 1), (NEXT, 1)], "rent_steps[1][from_date]"),
            ([(date(2027, 4, 1), 1)], "rent_steps[0][from_date]"),
        ],
    )
    def test_refuses_steps_of_a_new_lease_out_of_their_order(self, w, steps, param):
        with pytest.raises(InvalidInput) as refused:
            w.lease(end_on=date(2027, 3, 31), rent_steps=steps)
        assert refused.value.param == param


def test_every_change_is_told_with_what_it_did(w, lease):
    end(w, lease, date(2026, 12, 10))
    told = Event.objects.get(type="lease.ended")
    assert (told.object_id, told.version) == (lease.public_id, 2)
    assert told.data["end_date"] == "2026-12-10"
    assert [row["amount"] for row in told.data["changed"]] == [48_387]
    assert len(told.data["dropped"]) == 3


def test_money_paid_ahead_for_a_month_that_is_dropped_stays_the_renters(w, lease):
    w.pay(lease, amount=150_000)
    w.later(days=10)
    december = lease.charges.get(due_on=NEXT)
    w.pay(lease, charges=[(december.public_id, None)])
    w.later(days=10)
    end(w, lease, date(2026, 11, 30))
    assert not Charge.objects.filter(id=december.id).exists()
    assert w.balance("L1500", lease=lease) == -150_000
    assert [row.status for row in schedules([w.reload(lease)], w.now)[lease.id]] == ["paid"]
    w.check()


def test_the_database_keeps_what_is_owed(w, lease):
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM leases_charge WHERE posted_at IS NOT NULL")
