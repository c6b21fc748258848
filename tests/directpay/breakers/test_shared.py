"""The life of a breaker, what processes share of it, and what each does alone. The clock is moved by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from directpay.breakers.shared import BREAKERS, Breaker, breaker_of
from directpay.kernel import clock
from directpay.kernel.breaker import Limits
from directpay.ops import dependencies
from directpay.ops.places import free_port

T = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LIMITS = Limits(failures=3, window=timedelta(seconds=60), rest=timedelta(seconds=30), longest_rest=timedelta(seconds=100))


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


@pytest.fixture
def one(valkey) -> Breaker:
    return Breaker("bank", LIMITS)


@pytest.fixture
def other(valkey) -> Breaker:
    """The same dependency, as another process sees it."""
    return Breaker("bank", LIMITS)


@pytest.fixture
def opened(one: Breaker) -> Breaker:
    """At T."""
    for _ in range(3):
        assert one.refused_until(T) is None
        one.failed(T)
    return one


class TestClosed:
    def test_lets_everybody_ask(self, one):
        assert [one.refused_until(T) for _ in range(5)] == [None] * 5
        assert one.state(T) == "closed"

    def test_opens_at_the_last_failure_that_it_bears(self, one, caplog):
        one.failed(T)
        one.failed(after(10))
        assert one.state(after(10)) == "closed"
        one.failed(after(20))
        assert (one.state(after(20)), one.refused_until(after(20))) == ("open", after(50))
        assert caplog.text.count("failed too often") == 1

    def test_forgets_failures_of_long_ago(self, one):
        for seconds in (0, 60, 120, 180):
            one.failed(after(seconds))
        assert one.state(after(180)) == "closed"
        one.failed(after(181))
        one.failed(after(182))
        assert one.state(after(182)) == "open"

    def test_weighs_each_failure_against_a_success(self, one):
        for _ in range(10):
            one.failed(T)
            one.succeeded()
        assert one.state(T) == "closed"
        for _ in range(2):
            one.failed(T)
        one.succeeded()
        one.failed(T)
        assert one.state(T) == "closed"
        one.failed(T)
        assert one.state(T) == "open"


class TestOpen:
    def test_lets_nobody_ask_until_it_has_rested(self, opened):
        assert opened.refused_until(after(29.9)) == after(30)
        assert opened.state(after(30)) == "half_open"

    def test_hears_nothing_of_those_who_were_under_way(self, opened):
        opened.failed(after(5))
        assert opened.refused_until(after(6)) == after(30), "not later"
        opened.succeeded()
        assert opened.state(after(6)) == "open", "not sooner"

    def test_is_not_kept_by_a_clock_that_was_set_back(self, opened):
        assert opened.refused_until(T - timedelta(days=1)) is None


class TestHalfOpen:
    def test_lets_one_ask(self, opened):
        assert opened.refused_until(after(30)) is None
        assert opened.refused_until(after(31)) == after(90)

    def test_closes_with_its_success(self, opened):
        opened.refused_until(after(30))
        opened.succeeded()
        assert [opened.refused_until(after(31)) for _ in range(3)] == [None] * 3
        opened.failed(after(32))
        assert opened.state(after(32)) == "closed", "what was before is forgotten"

    def test_opens_with_its_failure_for_longer_each_time_up_to_a_bound(self, opened):
        moment, rests = after(30), []
        for _ in range(4):
            assert opened.refused_until(moment) is None
            opened.failed(moment)
            again = opened.refused_until(moment)
            rests.append((again - moment).total_seconds())
            moment = again
        assert rests == [60, 100, 100, 100]

    def test_lets_another_ask_when_the_first_has_died_on_the_way(self, opened):
        assert opened.refused_until(after(30)) is None
        assert opened.refused_until(after(89)) == after(90)
        assert opened.refused_until(after(90)) is None


class TestTogether:
    def test_what_one_learns_the_other_knows(self, opened, other):
        assert other.refused_until(after(1)) == after(30)
        assert other.refused_until(after(30)) is None
        assert opened.refused_until(after(30)) is not None, "the other asks already"
        other.succeeded()
        assert opened.state(after(30)) == "closed"

    def test_count_together(self, one, other):
        for breaker in (one, other, one):
            breaker.failed(T)
        assert other.state(T) == "open"

    def test_of_many_at_once_one_is_the_probe(self, opened):
        many = [Breaker("bank", LIMITS) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(lambda breaker: breaker.refused_until(after(30)), many))
        assert said.count(None) == 1

    def test_no_failure_of_many_at_once_is_lost(self, valkey):
        patient = Limits(failures=65)
        many = [Breaker("bank", patient) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: many[n % 8].failed(T), range(64)))
        assert many[0].state(T) == "closed"
        many[0].failed(T)
        assert many[1].state(T) == "open"

    def test_dependencies_are_apart(self, opened):
        assert Breaker("another", LIMITS).refused_until(T) is None

    def test_a_record_that_nobody_can_read_is_none(self, one, valkey):
        for text in ("{", "{}", "[]", '{"failed_at": ["x"], "opened_at": null, "rests": 0, "probing_since": null}'):
            valkey.set("breaker:bank", text)
            assert one.refused_until(T) is None


class TestAlone:
    """Valkey is away."""

    @pytest.fixture(autouse=True)
    def _away(self, settings):
        settings.REDIS_URL = f"redis://127.0.0.1:{free_port(11_000)}/0"

    def test_each_process_learns_by_itself(self, one, other, caplog):
        for _ in range(3):
            one.failed(T)
        assert one.refused_until(after(1)) == after(30)
        assert other.refused_until(after(1)) is None
        assert caplog.text.count("learns by itself") == 2, "each says it once, and asks Valkey no more for a while"

    def test_and_goes_on_by_the_same_rules(self, one):
        for _ in range(3):
            one.failed(T)
        assert one.refused_until(after(30)) is None
        one.succeeded()
        assert one.state(after(30)) == "closed"


@pytest.mark.django_db
def test_the_gauge_shows_each_dependency(valkey):
    ill, well = (breaker_of(f"{name} of this test", Limits(failures=1)) for name in ("bank", "cards"))
    try:
        ill.failed(clock.now())
        (gauge,) = dependencies.collect()
        shown = {labels["dependency"]: value for labels, value in gauge.samples}
        assert (shown[ill.name], shown[well.name]) == (2, 0)
    finally:
        BREAKERS.pop(ill.name), BREAKERS.pop(well.name)
