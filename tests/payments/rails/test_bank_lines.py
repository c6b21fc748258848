"""What our own bank's statement shows of an order: the charge for one that was paid, nothing in the end for one that was not."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.rails.registry import FROM_BANK_ACCOUNTS, RAILS
from tests.payments.rails.test_look_up import CASES, PATHS, SENT, order, said

LONG_AFTER = SENT + timedelta(days=400)


@pytest.mark.parametrize("profile", ["demo", "calendar"])
@pytest.mark.parametrize("name", FROM_BANK_ACCOUNTS)
@pytest.mark.parametrize("number", PATHS)
def test_add_up_to_what_became_of_the_money(profile, name, number):
    rail = RAILS[name](profile, 1.0, "seed")
    ended = said(rail, order(number), LONG_AFTER).partition(":")[0]
    lines = rail.bank_lines(order(number), LONG_AFTER)
    expected = {"completed": [150_000], "returned": [150_000, -150_000], "processing": []}
    amounts = [line.amount_minor for line in lines]
    assert amounts == expected[ended] if ended in expected else amounts in ([], [150_000, -150_000])
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert len({line.reference for line in lines}) == len(lines)


@pytest.mark.parametrize("profile", ["demo", "calendar"])
@pytest.mark.parametrize("name", FROM_BANK_ACCOUNTS)
def test_show_nothing_before_the_order_has_left(profile, name):
    rail = RAILS[name](profile, 1.0, "seed")
    for number in PATHS:
        leaves_at = rail.promise(SENT).leaves_at
        assert all(line.at >= leaves_at for line in rail.bank_lines(order(number), LONG_AFTER)), number


@pytest.mark.parametrize("profile", ["demo", "calendar"])
@pytest.mark.parametrize("name", ["instant", "wire"])
def test_of_a_final_rail_show_nothing_of_a_refusal(profile, name):
    assert RAILS[name](profile, 1.0, "seed").bank_lines(order("000222222227"), LONG_AFTER) == []


@pytest.mark.parametrize("profile", ["demo", "calendar"])
def test_of_ach_show_the_money_before_it_is_safe(profile):
    """B3 before B4: the bank credits us on the settlement date, the return deadline is later."""
    for name in ("ach", "same_day_ach"):
        rail = RAILS[name](profile, 1.0, "seed")
        (line,) = rail.bank_lines(order("000123456789"), LONG_AFTER)
        assert line.at < rail.times(SENT, "pay_1").clears_at


@pytest.mark.parametrize("profile", ["demo", "calendar"])
def test_of_a_wire_show_the_money_before_it_is_confirmed(profile):
    """C8: only what arrived is credited."""
    rail = RAILS["wire"](profile, 1.0, "seed")
    (line,) = rail.bank_lines(order("000123456789"), LONG_AFTER)
    assert line.at <= rail.times(SENT, "pay_1").clears_at


@settings(max_examples=80, deadline=None)
@given(CASES, st.integers(0, 10**7))
def test_say_when_the_next_one_comes(case, seconds):
    name, profile, number = case
    rail, asked = RAILS[name](profile, 1.0, "seed"), order(number)
    at = SENT + timedelta(seconds=seconds if profile == "calendar" else seconds % 100)
    shown, following = rail.bank_lines(asked, at), rail.next_bank_line_at(asked, at)
    if following is None:
        assert shown == rail.bank_lines(asked, LONG_AFTER)
        return
    assert following > at
    assert rail.bank_lines(asked, following - timedelta(microseconds=1)) == shown
    assert len(rail.bank_lines(asked, following)) > len(shown)
