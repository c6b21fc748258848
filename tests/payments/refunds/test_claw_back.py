from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.refunds.postings import claw_back

REFUNDS = st.lists(st.integers(1, 10**7), min_size=1, max_size=12)


def clawed_by(fee: int, refunds: list[int]) -> list[int]:
    """What each refund claws back, where together they are the whole payment."""
    done, parts = 0, []
    for refund in refunds:
        done += refund
        parts.append(claw_back(fee_minor=fee, amount_minor=sum(refunds), refunded_minor=done, clawed_minor=sum(parts)))
    return parts


def test_gives_half_of_the_fee_for_half_of_the_payment():
    """G5: 145 of 290."""
    assert claw_back(fee_minor=290, amount_minor=10_000, refunded_minor=5_000, clawed_minor=0) == 145


@given(fee=st.integers(0, 10**6), refunds=REFUNDS)
def test_adds_up_to_the_fee_and_never_takes_it_back(fee, refunds):
    parts = clawed_by(fee, refunds)
    assert sum(parts) == fee
    assert all(part >= 0 for part in parts)


@given(fee=st.integers(0, 10**6), refunds=REFUNDS)
def test_is_never_more_than_half_a_unit_off(fee, refunds):
    done, clawed = 0, 0
    for refund, part in zip(refunds, clawed_by(fee, refunds), strict=True):
        done, clawed = done + refund, clawed + part
        assert abs(clawed - Fraction(fee * done, sum(refunds))) <= Fraction(1, 2)


@pytest.mark.parametrize(("refunded", "expected"), [(1, 0), (2, 1), (3, 2), (4, 2)])
def test_rounds_half_to_even(refunded, expected):
    assert claw_back(fee_minor=2, amount_minor=4, refunded_minor=refunded, clawed_minor=0) == expected


@pytest.mark.parametrize("refunded", [0, -1, 10_001])
def test_refuses_what_was_never_paid(refunded):
    with pytest.raises(ValueError, match="at most its amount"):
        claw_back(fee_minor=290, amount_minor=10_000, refunded_minor=refunded, clawed_minor=0)
