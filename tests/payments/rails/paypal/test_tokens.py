"""One token for everybody: fetched once, kept until shortly before its end, never more often than its limit."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from directpay.breakers.pause import Pause
from directpay.ops.places import free_port
from payments.rails.base import NeedsAPerson, NotSent
from payments.rails.paypal import tokens
from tests.architecture.tidiness import ROOT
from tests.payments.rails.paypal.conftest import CREATE, TOKEN


@pytest.fixture(autouse=True)
def fresh(configured):
    tokens._own.clear()
    tokens._own_calls.clear()
    tokens._pause = Pause()


def test_is_fetched_once_and_used_by_all(stand_in):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: tokens.bearer(), range(32)))
    assert (len(found), stand_in.asked(TOKEN)) == (1, 1)


def test_another_process_finds_it(stand_in, settings, valkey):
    found = tokens.bearer()
    names = ("REDIS_URL", "PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_API_BASE")
    ours = "; ".join(f"settings.{name} = {getattr(settings, name)!r}" for name in names)
    script = f"import django; django.setup(); from django.conf import settings; {ours}; "
    script += "from payments.rails.paypal.tokens import bearer; print(bearer())"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert told.stdout.strip() == found, told.stderr
    assert stand_in.asked(TOKEN) == 1


def test_stands_sealed_in_valkey_and_ends_before_paypal_lets_it_end(stand_in, valkey):
    found = tokens.bearer()
    (name,) = [key for key in valkey.keys("paypal:token:*") if key.count(b":") == 2]
    assert found.encode() not in valkey.get(name)
    assert 0 < valkey.ttl(name) <= 32_400 - 300


def test_that_paypal_forgot_is_fetched_anew_and_nothing_is_lost(rail, order, stand_in, at):
    rail.submit(order(), at)
    stand_in.tokens.clear()
    assert rail.submit(order(id="pay_2"), at).state == "requires_action"
    assert stand_in.asked(TOKEN) == 2
    assert len(stand_in.all("order")) == 2


def test_that_another_process_is_fetching_is_waited_for_by_a_due_row(rail, order, stand_in, valkey, at):
    valkey.set(f"{tokens._name(tokens._client_name())}:fetching", "1", ex=15)
    with pytest.raises(NotSent) as waiting:
        rail.submit(order(), at)
    assert waiting.value.ask_again_at == at + timedelta(seconds=1)
    assert stand_in.requests == []


def test_its_calls_have_a_limit_of_their_own(stand_in):
    for _ in range(tokens.MOST_CALLS):
        tokens.forget(tokens.bearer())
    with pytest.raises(tokens.NoToken) as enough:
        tokens.bearer()
    assert not enough.value.ill
    assert stand_in.asked(TOKEN) == tokens.MOST_CALLS


def test_a_wrong_secret_is_asked_with_ten_times_a_minute_at_most(rail, order, settings, stand_in, at):
    settings.PAYPAL_CLIENT_SECRET = "wrong"
    for _ in range(tokens.MOST_CALLS):
        with pytest.raises(NeedsAPerson):
            rail.submit(order(), at)
    with pytest.raises(NotSent):
        rail.submit(order(), at)
    assert (stand_in.asked(TOKEN), stand_in.asked(CREATE)) == (tokens.MOST_CALLS, 0)


@pytest.mark.parametrize("kind", ["timeout_before", "500_before", "503", "429"])
def test_without_one_nothing_is_sent(rail, order, stand_in, at, kind):
    stand_in.faults.add(kind, TOKEN)
    with pytest.raises(NotSent):
        rail.submit(order(), at)
    assert rail.submit(order(), at).state == "requires_action"


def test_without_valkey_each_process_has_its_own(stand_in, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port(13_000)}/0"
    with pytest.raises(redis.RedisError):
        redis.Redis.from_url(settings.REDIS_URL).ping()
    assert tokens.bearer() == tokens.bearer()
    assert stand_in.asked(TOKEN) == 1
    for _ in range(tokens.MOST_CALLS - 1):
        tokens.forget(tokens.bearer())
        tokens.bearer()
    tokens.forget(tokens.bearer())
    with pytest.raises(tokens.NoToken):
        tokens.bearer()
