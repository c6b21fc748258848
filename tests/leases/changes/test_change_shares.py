"""From a day on, roommates owe other parts; what is owed already stays where it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from leases.changes.actions import change_shares
from leases.contracts.models import weight_on
from leases.rent.queries import payable_charges
from tests.world import World

pytestmark = pytest.mark.django_db
NEXT = date(2026, 12, 1)


@pytest.fixture
def w() -> World:
    world = World()
    world.carol = world.person("carol", "renter")
    return world


@pytest.fixture
def lease(w):
    return w.lease((w.bob, {"percent": 60}), (w.carol, {"percent": 40}))


def change(w, lease, shares, day=NEXT):
    given = [(user.public_id, share) for user, share in shares]
    return change_shares(w.reload(lease), day, given, actor=SYSTEM, at=w.now)


def owed(w, lease) -> list[int]:
    return [w.balance("L1500", lease=lease, label=user.public_id) for user in (w.bob, w.carol)]


def test_holds_for_what_falls_due_from_its_day(w, lease):
    assert owed(w, lease) == [90_000, 60_000]
    change(w, lease, [(w.bob, {"percent": 50}), (w.carol, {"percent": 50})])
    assert owed(w, lease) == [90_000, 60_000]
    w.later(days=30)
    assert owed(w, lease) == [165_000, 135_000]
    w.check()


def test_what_may_be_paid_ahead_is_the_new_share(w, lease):
    change(w, lease, [(w.bob, {"percent": 10}), (w.carol, {"percent": 90})])
    parties = list(w.reload(lease).parties.all())
    assert [payable_charges(lease, party, parties).ahead_minor for party in parties] == [15_000, 135_000]
    payment = w.pay(lease, amount=90_000 + 15_000)
    assert payment.amount_minor == 105_000


def test_one_may_owe_nothing_more(w, lease):
    change(w, lease, [(w.bob, {"weight": 0}), (w.carol, {"weight": 1})])
    w.later(days=30)
    assert owed(w, lease) == [90_000, 60_000 + 150_000]
    w.check()


def test_the_later_word_for_a_day_holds_and_undoes_those_after_it(w, lease):
    half = [(w.bob, {"percent": 50}), (w.carol, {"percent": 50})]
    change(w, lease, half, date(2027, 2, 1))
    change(w, lease, [(w.bob, {"amount": 100_000}), (w.carol, {"amount": 50_000})])
    bob, _ = w.reload(lease).parties.all()
    assert bob.changes == [["2026-12-01", 100_000]]
    assert Event.objects.filter(type="lease.shares_changed", version=3).exists()


@pytest.mark.parametrize(
    ("shares", "said", "param"),
    [
        ([("bob", {"percent": 50}), ("carol", {"percent": 40})], "add up to 100", "renters"),
        ([("bob", {"amount": 1}), ("carol", {"amount": 2})], "add up to the rent", "renters"),
        ([("bob", {"percent": 100})], "every renter", "renters"),
        ([("bob", {"percent": 50}), ("bob", {"percent": 50})], "every renter", "renters"),
        ([("bob", {"percent": 50}), ("alice", {"percent": 50})], "every renter", "renters"),
        ([("bob", {"weight": 0}), ("carol", {"weight": 0})], "Somebody owes", "renters"),
        ([("bob", {"weight": -1}), ("carol", {"weight": 1})], "too small", "renters[0][share][weight]"),
        ([("bob", {"weight": 1}), ("carol", {"percent": 1})], "same way", "renters"),
    ],
)
def test_refuses_what_does_not_add_up(w, lease, shares, said, param):
    with pytest.raises(InvalidInput, match=said) as refused:
        change(w, lease, [(getattr(w, name), share) for name, share in shares])
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("day", "said"), [(date(2026, 11, 1), "shared already"), (date(2026, 10, 1), "not started"), (date(2028, 1, 1), "ended")]
)
def test_refuses_days_on_which_nothing_can_change(w, lease, day, said):
    with pytest.raises(InvalidInput, match=said) as refused:
        change(w, lease, [(w.bob, {"weight": 1}), (w.carol, {"weight": 1})], day)
    assert refused.value.param == "from_date"


def test_refuses_a_lease_on_which_all_owe_together(w):
    with pytest.raises(InvalidInput, match="together"):
        change(w, w.lease(), [(w.bob, {"weight": 1})])


DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(st.integers(0, 100), st.dictionaries(DAYS, st.integers(0, 100), max_size=6), DAYS)
def test_the_weight_of_a_day_is_that_of_the_last_change_before(first, changes, day):
    told = [(start.isoformat(), weight) for start, weight in sorted(changes.items())]
    expected = first
    cursor = date(2026, 1, 1)
    while cursor <= day:  # day by day, as somebody with a calendar would
        expected = changes.get(cursor, expected)
        cursor += timedelta(days=1)
    assert weight_on(first, told, day) == expected
