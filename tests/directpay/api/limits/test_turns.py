"""Nobody keeps all threads while others wait."""

from contextlib import ExitStack

import pytest

from directpay.api.limits.rates import RateLimited
from directpay.api.limits.turns import Turns


def test_alone_an_account_has_every_place():
    turns = Turns(4)
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(turns.turn("alice"))
        assert turns.taken["alice"] == 4
    assert not turns.taken


def test_with_others_there_it_keeps_its_part():
    turns = Turns(4)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(turns.turn("alice"))
        held.enter_context(turns.turn("bob"))
        with pytest.raises(RateLimited) as refused, turns.turn("alice"):
            pass
        assert (refused.value.retry_after_seconds, refused.value.details) == (1, {"limit": "turns"})
        assert dict(turns.taken) == {"alice": 3, "bob": 1}
        held.enter_context(turns.turn("bob"))  # who has less than its part may come in


def test_while_places_are_free_nobody_is_refused():
    turns = Turns(8)
    with ExitStack() as held:
        for _ in range(6):
            held.enter_context(turns.turn("alice"))
        held.enter_context(turns.turn("bob"))


def test_a_place_is_given_back_whatever_happens():
    turns = Turns(2)
    with pytest.raises(ZeroDivisionError), turns.turn("alice"):
        raise ZeroDivisionError
    assert not turns.taken
