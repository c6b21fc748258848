from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directpay.kernel.money import EXPONENTS, Money, divide_half_even, plain, split_by_weight, words

AMOUNTS = st.integers(-(10**12), 10**12)
WEIGHTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=8).filter(any)


class TestMoney:
    def test_adds_and_subtracts_one_currency(self):
        assert Money(150, "usd") + Money(-50, "usd") == Money(100, "usd")
        assert Money(150, "usd") - Money(200, "usd") == -Money(50, "usd")

    @pytest.mark.parametrize("minor", [1.0, "1", True, None])
    def test_refuses_what_is_not_a_whole_number(self, minor):
        with pytest.raises(TypeError):
            Money(minor, "usd")

    @pytest.mark.parametrize("currency", ["USD", "xxx", "", None])
    def test_refuses_an_unknown_currency(self, currency):
        with pytest.raises(ValueError, match="unknown currency"):
            Money(1, currency)

    def test_refuses_to_mix_currencies(self):
        with pytest.raises(ValueError, match="do not add"):
            Money(1, "usd") + Money(1, "eur")
        with pytest.raises(ValueError, match="do not add"):
            Money(1, "usd") - Money(1, "eur")

    def test_is_a_value(self):
        assert {Money(1, "usd"), Money(1, "usd")} == {Money(1, "usd")}
        with pytest.raises(AttributeError):
            Money(1, "usd").minor = 2


class TestPlain:
    @pytest.mark.parametrize(
        ("minor", "currency", "expected"),
        [
            (150000, "usd", "1500.00"),
            (5, "usd", "0.05"),
            (0, "usd", "0.00"),
            (-5, "usd", "-0.05"),
            (-150000, "usd", "-1500.00"),
            (1500, "jpy", "1500"),
            (0, "jpy", "0"),
            (-7, "jpy", "-7"),
            (1500, "kwd", "1.500"),
            (7, "kwd", "0.007"),
        ],
    )
    def test_writes_digits_alone(self, minor, currency, expected):
        assert plain(minor, currency) == expected

    @given(AMOUNTS, st.sampled_from(sorted(EXPONENTS)))
    def test_loses_nothing(self, minor, currency):
        assert Fraction(plain(minor, currency)) * 10 ** EXPONENTS[currency] == minor


class TestWords:
    @pytest.mark.parametrize(
        ("minor", "currency", "expected"),
        [
            (150000, "usd", "$1,500.00"),
            (123456789, "usd", "$1,234,567.89"),
            (0, "usd", "$0.00"),
            (-5, "usd", "\u2212$0.05"),
            (150000, "cad", "$1,500.00 CAD"),
            (-150000, "eur", "\u2212€1,500.00 EUR"),
            (1500, "jpy", "¥1,500 JPY"),
            (1234567, "kwd", "1,234.567 KWD"),
        ],
    )
    def test_reads_as_a_person_writes(self, minor, currency, expected):
        assert words(minor, currency) == expected


class TestSplitByWeight:
    @pytest.mark.parametrize(
        ("amount", "weights", "parts"),
        [
            (100000, [1, 1, 1], [33334, 33333, 33333]),  # E5
            (150000, [60, 40], [90000, 60000]),  # E1
            (2, [1, 1, 1], [1, 1, 0]),
            (0, [1, 2], [0, 0]),
            (5, [0, 1], [0, 5]),
            (-100, [1, 1, 1], [-33, -33, -34]),
            (7, [3], [7]),
        ],
    )
    def test_gives_the_odd_cents_to_the_largest_remainder_then_to_the_first(self, amount, weights, parts):
        assert split_by_weight(amount, weights) == parts

    @given(AMOUNTS, WEIGHTS)
    def test_adds_up_and_is_never_a_cent_off(self, amount, weights):
        parts = split_by_weight(amount, weights)
        assert sum(parts) == amount
        assert all(abs(part - Fraction(amount * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True))

    @given(AMOUNTS, WEIGHTS, st.integers(1, 1000))
    def test_depends_on_proportions_alone(self, amount, weights, factor):
        assert split_by_weight(amount, [weight * factor for weight in weights]) == split_by_weight(amount, weights)

    @given(st.integers(0, 10**9), st.integers(1, 9), st.integers(2, 8))
    def test_serves_equals_within_a_cent_the_first_first(self, amount, weight, count):
        parts = split_by_weight(amount, [weight] * count)
        assert parts == sorted(parts, reverse=True)
        assert parts[0] - parts[-1] <= 1

    @pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2], [5, -5]])
    def test_refuses_weights_that_say_nothing(self, weights):
        with pytest.raises(ValueError, match="weights"):
            split_by_weight(100, weights)


class TestDivideHalfEven:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "expected"),
        [(5, 2, 2), (15, 10, 2), (25, 10, 2), (35, 10, 4), (-5, 2, -2), (-15, 10, -2), (-25, 10, -2), (26, 10, 3), (24, 10, 2), (0, 3, 0)],
    )
    def test_rounds_a_tie_to_the_even_one(self, numerator, denominator, expected):
        assert divide_half_even(numerator, denominator) == expected

    @given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
    def test_is_what_fractions_round_to(self, numerator, denominator):
        assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))

    @settings(max_examples=50)
    @given(st.integers(-(10**6), 10**6), st.integers(1, 10**4))
    def test_is_what_fractions_round_to_at_every_tie(self, whole, half):
        assert divide_half_even((2 * whole + 1) * half, 2 * half) == round(Fraction(2 * whole + 1, 2))

    def test_refuses_to_divide_by_nothing(self):
        with pytest.raises(ZeroDivisionError):
            divide_half_even(1, 0)
