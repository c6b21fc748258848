from hypothesis import given
from hypothesis import strategies as st

from leases.autopay.amounts import Position, amount_of, over_cap

MINOR = st.integers(0, 10**9)
MODES = st.sampled_from([("full_balance", None), ("up_to", 1), ("fixed", 1)])


@st.composite
def positions(draw: st.DrawFn) -> Position:
    soon, later_ahead = draw(MINOR), draw(MINOR)
    later = draw(st.integers(0, later_ahead))
    in_flight = draw(st.integers(later, 10**10))
    return Position(draw(st.integers(-(10**9), 10**9)), soon, soon + later_ahead, in_flight, later)


@given(place=positions(), mode=MODES, wish=st.integers(1, 10**10))
def test_never_more_than_can_be_paid_now(place, mode, wish):
    amount = amount_of(mode[0], wish if mode[1] else None, place)
    assert 0 <= amount <= max(0, place.owed_minor + place.ahead_minor - place.in_flight_minor)
    if mode[1]:
        assert amount <= wish


@given(place=positions())
def test_the_full_balance_is_never_more_than_this_day_has_to_pay(place):
    assert amount_of("full_balance", None, place) <= max(0, place.owed_minor + place.soon_minor)


@given(amount=st.integers(1, 10**9), before=st.integers(1, 10**9), percent=st.integers(0, 1000))
def test_a_cap_in_percent_is_exact(amount, before, percent):
    assert over_cap(amount, cap_minor=None, cap_percent=percent, before_minor=before) == (amount * 100 > before * (100 + percent))
    assert not over_cap(amount, cap_minor=None, cap_percent=percent, before_minor=None)
    assert over_cap(amount, cap_minor=amount - 1, cap_percent=None, before_minor=None)
    assert not over_cap(amount, cap_minor=amount, cap_percent=None, before_minor=None)
