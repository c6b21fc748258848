from decimal import Decimal

import pytest

from directpay.kernel.errors import InvalidInput
from leases.contracts.shares import plain_number, weights_of

RENT = 150_000


@pytest.mark.parametrize(
    ("shares", "weights"),
    [
        ([None], None),
        ([None, None, {}], None),
        ([{"amount": 90_000}, {"amount": 60_000}], [90_000, 60_000]),
        ([{"amount": RENT}], [RENT]),
        ([{"percent": 60}, {"percent": 40}], [6000, 4000]),
        ([{"percent": "33.33"}, {"percent": Decimal("33.33")}, {"percent": 33.34}], [3333, 3333, 3334]),
        ([{"percent": "100.0"}], [10_000]),
        ([{"weight": 1}, {"weight": 1}, {"weight": 1}], [1, 1, 1]),
        ([{"weight": 1_000_000}, {"weight": 1}], [1_000_000, 1]),
    ],
)
def test_weighs_shares_given_in_one_way(shares, weights):
    assert weights_of(shares, RENT) == weights


@pytest.mark.parametrize(
    "shares",
    [
        [{"percent": 50}, None],
        [None, {"weight": 1}],
        [{"percent": 50}, {"weight": 1}],
        [{"percent": 60, "weight": 1}, {"percent": 40, "weight": 1}],
        [{"amount": 90_000}, {"percent": 40}],
    ],
    ids=["one has none", "the first has none", "two ways", "both at once", "amount and percent"],
)
def test_refuses_shares_given_in_several_ways(shares):
    with pytest.raises(InvalidInput, match="in the same way") as refusal:
        weights_of(shares, RENT)
    assert refusal.value.param == "renters"


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([{"amount": 90_000}, {"amount": 59_999}], "the rent"),
        ([{"amount": 90_000}, {"amount": 60_001}], "the rent"),
        ([{"percent": 60}, {"percent": 39.99}], "100 percent"),
        ([{"percent": 60}, {"percent": "40.01"}], "100 percent"),
    ],
)
def test_refuses_shares_that_do_not_add_up(shares, said):
    with pytest.raises(InvalidInput, match=said):
        weights_of(shares, RENT)


@pytest.mark.parametrize("way", ["amount", "percent", "weight"])
@pytest.mark.parametrize("value", [0, -1, "many", "", None, [], {}, True, float("nan"), "Infinity", "NaN", "sNaN", "1e400", 10**20])
def test_refuses_a_share_that_is_no_number_or_out_of_range(way, value):
    with pytest.raises(InvalidInput) as refusal:
        weights_of([{way: 1}, {way: value}], RENT)
    assert refusal.value.param == f"renters[1][share][{way}]"


@pytest.mark.parametrize(("way", "value"), [("amount", 0.5), ("amount", "1.5"), ("weight", 1.5), ("percent", "33.333"), ("percent", 1e-3)])
def test_refuses_a_share_that_is_too_fine(way, value):
    with pytest.raises(InvalidInput, match=r"whole number|two decimals"):
        weights_of([{way: value}], RENT)


@pytest.mark.parametrize("way", ["", "part", "percents"])
def test_refuses_a_way_that_nobody_knows(way):
    with pytest.raises(InvalidInput, match="in the same way"):
        weights_of([{way: 1}], RENT)


@pytest.mark.parametrize(("value", "kept"), [(60, 60), (Decimal("33.33"), "33.33"), ("33.33", "33.33"), (33.34, "33.34")])
def test_keeps_no_float(value, kept):
    assert plain_number(value) == kept
