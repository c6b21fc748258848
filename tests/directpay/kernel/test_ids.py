import time
from collections import Counter

import pytest

from directpay.kernel.ids import ALPHABET, PUBLIC_LENGTH, public_id, random_base62, uuid7


class TestUuid7:
    def test_carries_its_version_and_variant(self):
        made = [uuid7() for _ in range(200)]
        assert {u.version for u in made} == {7}
        assert {u.variant for u in made} == {"specified in RFC 4122"}

    def test_sorts_by_the_millisecond_of_its_making(self):
        before = time.time_ns() // 1_000_000
        made = [uuid7() for _ in range(200)]
        after = time.time_ns() // 1_000_000
        stamps = [u.int >> 80 for u in made]
        assert stamps == sorted(stamps)
        assert before <= stamps[0] <= stamps[-1] <= after

    def test_differs_within_one_millisecond(self):
        assert len({uuid7() for _ in range(5000)}) == 5000

    def test_keeps_every_random_bit(self):
        """62 + 12 bits are random: each is set about half of the time, none is stuck."""
        made = [uuid7().int for _ in range(400)]
        free = [bit for bit in range(76) if bit not in (62, 63)]
        assert all(100 < sum(value >> bit & 1 for value in made) < 300 for bit in free)


class TestPublicId:
    def test_is_a_prefix_and_24_characters(self):
        made = public_id("pay")
        prefix, _, rest = made.partition("_")
        assert prefix == "pay"
        assert len(rest) == PUBLIC_LENGTH == 24
        assert set(rest) <= set(ALPHABET)

    def test_is_never_the_same_twice(self):
        assert len({public_id("x") for _ in range(2000)}) == 2000

    def test_uses_the_whole_alphabet_evenly(self):
        counts = Counter(random_base62(62 * 500))
        assert set(counts) == set(ALPHABET)
        assert 350 < min(counts.values()) <= max(counts.values()) < 650

    @pytest.mark.parametrize("length", [0, 1, 30])
    def test_is_as_long_as_asked(self, length):
        assert len(random_base62(length)) == length
