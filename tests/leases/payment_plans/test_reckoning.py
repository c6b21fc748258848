"""Splitting, and how parts stand: laws that hold for any figures."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leases.payment_plans.reckoning import INTERVALS, Dated, deferred_minor, equal_parts, is_missed, next_look, open_of, state_of

START = date(2026, 11, 20)
DAYS = st.integers(1, 900).map(lambda n: START + timedelta(days=n))
AMOUNTS = st.integers(1, 10_000_000)
PARTS = st.dictionaries(DAYS, AMOUNTS, min_size=1, max_size=12).map(lambda d: [Dated(*one) for one in sorted(d.items())])
OTHERS = st.lists(st.builds(Dated, DAYS, AMOUNTS), max_size=6)


@given(st.integers(1, 36), AMOUNTS, DAYS, st.sampled_from(INTERVALS))
def test_equal_parts_add_up_and_their_days_are_in_order(count, amount, first, interval):
    parts = equal_parts(amount, count, first, interval)
    assert sum(part.minor for part in parts) == amount
    assert max(part.minor for part in parts) - min(part.minor for part in parts) <= 1
    assert [part.minor for part in parts] == sorted((part.minor for part in parts), reverse=True)
    assert parts[0].due_on == first
    assert all(one.due_on < other.due_on for one, other in pairwise(parts))


def test_months_keep_the_first_day():
    assert [part.due_on for part in equal_parts(3, 3, date(2027, 1, 31), "month")] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
    ]


@given(PARTS, st.integers(-1_000_000, 40_000_000), OTHERS)
def test_what_is_open_is_within_the_part_and_within_what_is_owed(parts, owed, others):
    left = open_of(parts, owed, others)
    assert all(0 <= minor <= part.minor for minor, part in zip(left, parts, strict=True))
    assert sum(left) <= max(0, owed)
    # Either all that is owed is found somewhere, or everything that was dated is open.
    assert sum(left) + sum(other.minor for other in others) >= min(max(0, owed), sum(part.minor for part in parts))


@given(PARTS, AMOUNTS, AMOUNTS, OTHERS)
def test_more_money_never_opens_a_part(parts, owed, paid, others):
    before, after = open_of(parts, owed, others), open_of(parts, owed - paid, others)
    assert all(later <= sooner for later, sooner in zip(after, before, strict=True))


@given(PARTS, AMOUNTS)
def test_parts_are_paid_in_their_order(parts, owed):
    left = open_of(parts, min(owed, sum(part.minor for part in parts)), [])
    for (part, minor), (_, later) in pairwise(zip(parts, left, strict=True)):
        assert later == 0 or minor in (0, part.minor) or later > 0
    begun = next((n for n, minor in enumerate(left) if minor), len(left))
    assert all(minor == part.minor for part, minor in list(zip(parts, left, strict=True))[begun + 1 :])


@given(PARTS, AMOUNTS, DAYS)
def test_overdue_under_a_plan_is_never_more_than_without_it(parts, owed, day):
    assert max(0, owed - deferred_minor(parts, day)) <= owed


@given(PARTS, AMOUNTS, DAYS, st.integers(0, 30), OTHERS)
def test_whoever_owes_no_more_than_what_is_to_come_has_missed_nothing(parts, owed, day, grace, others):
    owed = min(owed, deferred_minor(parts, day))
    left = open_of(parts, owed, others)
    assert not any(is_missed(part, minor, grace, day) for part, minor in zip(parts, left, strict=True))
    assert {state_of(part, minor, grace, day) for part, minor in zip(parts, left, strict=True)} <= {"paid", "partially_paid", "upcoming"}


@given(PARTS, st.integers(0, 30), DAYS)
def test_a_part_is_looked_at_the_day_after_its_grace(parts, grace, day):
    found = next_look(parts, grace, day)
    waiting = [part for part in parts if part.due_on + timedelta(days=grace) >= day]
    assert (found is None) == (not waiting)
    assert found is None or found == waiting[0].due_on + timedelta(days=grace + 1)
