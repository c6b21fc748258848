"""What the simulated bank answers: for every sandbox number, on every rail, in both profiles."""

import random
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.rails.base import NoAnswer, Order
from payments.rails.registry import FROM_BANK_ACCOUNTS, RAILS
from payments.rails.sandbox import NUMBERS
from payments.rails.simulated import SimulatedRail

SENT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
PULLED = ("ach", "same_day_ach")
FINAL = ("instant", "wire")
# What becomes of a debit by each number: on rails that may take back, and on rails that are final.
PATHS = {
    "000123456789": ("processing completed", "processing completed"),
    "424242424242": ("processing completed", "processing completed"),  # not listed: pays
    "000111111113": ("processing failed:R02", "failed:R02"),
    "000111111116": ("processing failed:R03", "failed:R03"),
    "000222222227": ("processing failed:R01", "failed:R01"),
    "000333333335": ("processing failed:R29", "failed:R29"),
    "000555555559": ("processing completed returned:R10", "processing completed"),
    "000000000009": ("processing", "processing"),
    "000770000001": ("silence processing completed", "silence processing completed"),
    "000770000002": ("silence processing failed:R01", "silence failed:R01"),
    "000660000002": ("processing completed", "processing completed"),  # what is given back to it is refused
    "000660000003": ("processing completed", "processing completed"),  # or comes back
    "000880000059": ("processing completed returned:R10", "processing completed"),
    "009901000000": ("processing failed:R01", "processing completed"),  # day 0: the day it lands
    "009903020000": ("processing failed:R03", "processing completed"),
    "009901030000": ("processing failed:R01", "processing completed"),  # the last day before it counts as cleared
    "009901040000": ("processing completed returned:R01", "processing completed"),
    "009907600000": ("processing completed returned:R07", "processing completed"),
    "00990160000": ("processing completed", "processing completed"),  # one digit short of a chosen day
}


def order(number: str, order_id: str = "pay_1", sent: datetime = SENT) -> Order:
    return Order(order_id, 150_000, "usd", "110000000", number, sent)


@cache
def moments(profile: str) -> tuple[datetime, ...]:
    """Close enough together to meet every change."""
    step, count = (timedelta(seconds=0.1), 1500) if profile == "demo" else (timedelta(hours=3), 8 * 110)
    first = [SENT + timedelta(seconds=n) for n in range(0, 60, 5)] if profile == "calendar" else []
    return tuple(sorted([*first, *(SENT + step * n for n in range(count))]))


def said(rail: SimulatedRail, asked: Order, at: datetime) -> str:
    try:
        answer = rail.look_up(asked, at)
    except NoAnswer:
        return "silence"
    return f"{answer.state}:{answer.code}" if answer.code else answer.state


@pytest.mark.parametrize("profile", ["demo", "calendar"])
@pytest.mark.parametrize("name", FROM_BANK_ACCOUNTS)
@pytest.mark.parametrize("number", PATHS)
def test_walks_its_path_and_never_back(profile, name, number):
    rail = RAILS[name](profile, 1.0, "seed")
    path: list[str] = []
    for at in moments(profile):
        now = said(rail, order(number), at)
        if not path or path[-1] != now:
            path.append(now)
    wanted = PATHS[number][0 if name in PULLED else 1].split()
    straight = [step for step in wanted if step != "processing"]  # a bank that was silent may have the end at once
    assert path == wanted or ("silence" in wanted and path == straight)


def test_every_listed_number_has_its_path():
    assert set(NUMBERS) <= set(PATHS)


CASES = st.tuples(st.sampled_from(FROM_BANK_ACCOUNTS), st.sampled_from(["demo", "calendar"]), st.sampled_from(sorted(PATHS)))


@settings(max_examples=60, deadline=None)
@given(CASES, st.lists(st.integers(0, 10**7), min_size=2, max_size=12), st.randoms())
def test_answers_the_same_whatever_was_asked_before(case, seconds, rng: random.Random):
    name, profile, number = case
    asked = [SENT + timedelta(seconds=n if profile == "calendar" else n % 200) for n in seconds]
    first = {at: said(RAILS[name](profile, 1.0, "seed"), order(number), at) for at in asked}
    rail = RAILS[name](profile, 1.0, "seed")
    rng.shuffle(asked)
    assert {at: said(rail, order(number), at) for at in asked} == first


@settings(max_examples=60, deadline=None)
@given(CASES, st.integers(0, 10**7))
def test_knows_more_when_it_says_so_and_not_before(case, seconds):
    name, profile, number = case
    rail, asked = RAILS[name](profile, 1.0, "seed"), order(number)
    at = SENT + timedelta(seconds=seconds if profile == "calendar" else seconds % 100)
    try:
        answer = rail.look_up(asked, at)
    except NoAnswer:
        return
    if answer.state in ("failed", "returned"):
        assert answer.ask_again_at is None
    elif answer.ask_again_at and number != "000000000009":
        assert answer.ask_again_at > at
        assert said(rail, asked, answer.ask_again_at - timedelta(microseconds=1)).partition(":")[0] == answer.state
        assert said(rail, asked, answer.ask_again_at).partition(":")[0] != answer.state
    assert answer.at <= at, "it never tells of what is to come"
    assert answer.at >= SENT, "nor of what was before the order"


@pytest.mark.parametrize("name", FROM_BANK_ACCOUNTS)
def test_takes_a_second_order_with_the_same_id_as_the_first(name):
    rail = RAILS[name]("demo", 1.0, "seed")
    asked = order("000123456789")
    assert rail.submit(asked, SENT) == rail.submit(asked, SENT) == rail.look_up(asked, SENT)
    assert rail.submit(asked, SENT).reference == f"{name}-pay_1"


@pytest.mark.parametrize(
    ("number", "months_later", "state"),
    [("000880000059", 1, "completed"), ("000880000059", 4, "returned"), ("000000000009", 24, "processing")],
)
def test_remembers_for_as_long_as_the_rules_allow(number, months_later, state):
    rail = RAILS["ach"]("calendar", 1.0, "seed")
    assert rail.look_up(order(number), SENT + timedelta(days=30 * months_later)).state == state


def test_a_return_carries_the_bank_day_of_the_return():
    """Sent Tue 24 Nov, settled Wed 25 Nov; the fourth bank day after it is Wed 2 Dec."""
    answer = RAILS["ach"]("calendar", 1.0, "seed").look_up(order("009901040000"), SENT + timedelta(days=60))
    assert (answer.state, answer.code, answer.effective_on.isoformat()) == ("returned", "R01", "2026-12-02")
