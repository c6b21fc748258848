"""Everything is killed with -9 under load; afterwards every accepted payment has ended, once, and the books add up.

`make chaos` is the long form (1,000 payments, 20 kills of each process); `make test` runs a short one.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from directpay.ops.http_story import Client
from directpay.ops.places import place_for
from directpay.ops.temporary import Stack, temporary_stack
from tests.chaos.killer import COMPONENTS, PHASES, Killer
from tests.chaos.load import Clients, Job, prepare

pytestmark = pytest.mark.xdist_group("stack")  # whole installations, one after the other on one worker
LONG = os.environ.get("CHAOS") == "long"
PAYMENTS, ROUNDS, PAUSE = (1_000, 20, (0.3, 2.5)) if LONG else (60, 2, (0.1, 0.8))
SEED = int(os.environ.get("SEED", "1"))
END_WITHIN_SECONDS = 120
ENDED = ("settled", "failed", "canceled", "returned")
LISTENERS = ("chaos.steady", "chaos.flaky")
TABLE = """CREATE TABLE IF NOT EXISTS chaos_effect (listener text, event_id bigint);
GRANT SELECT, INSERT ON chaos_effect TO directpay_runtime"""


@pytest.fixture
def stack(tmp_path) -> Iterator[Stack]:
    env = {"DIRECTPAY_EXTRA_APPS": "tests.chaos.apps.ChaosConfig", "DIRECTPAY_RAIL_SPEED": "4"}
    with temporary_stack(tmp_path / "home", env) as running:
        yield running


def test_every_accepted_payment_ends_once_whatever_dies(stack):
    rng = random.Random(SEED)
    owner, runtime = stack.owner_url, stack.runtime_url
    with psycopg.connect(owner) as connection:
        connection.execute(TABLE)
    api = Client(stack.base_url, stack.demo["secret_key"])
    jobs = prepare(api, PAYMENTS, rng)
    killer = Killer(stack, runtime, place_for(stack.home).root / "valkey" / "appendonlydir", ROUNDS, rng, PAUSE)
    clients = Clients(api, jobs, killer.progress)
    began = time.monotonic()
    clients.start()
    killer.run()
    clients.join()
    stormed = time.monotonic() - began
    waited = wait_for_the_end(runtime)
    report(jobs, killer, stormed, waited)
    judge(jobs, runtime)
    assert all(killer.kills[name] == ROUNDS for name in COMPONENTS)
    if LONG:
        assert not [phase for phase in PHASES if not killer.hits[phase]], "a phase was never hit"
    books = stack.manage("check_books")
    assert books.returncode == 0, books.stdout + books.stderr


def wait_for_the_end(url: str) -> float:
    """Until no payment is open and no delivery waits, at most two minutes. Returns the seconds."""
    began = time.monotonic()
    open_payments = f"SELECT count(*) FROM payments_payment WHERE status NOT IN {ENDED}"
    while time.monotonic() - began < END_WITHIN_SECONDS:
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                left = connection.execute(open_payments).fetchone()[0]
                undelivered = connection.execute("SELECT count(*) FROM directpay_delivery WHERE done_at IS NULL").fetchone()[0]
        except psycopg.Error:
            left = undelivered = 1
        if left == undelivered == 0:
            break
        time.sleep(0.5)
    return time.monotonic() - began


TWICE_PAID = """SELECT item FROM payments_claim c JOIN payments_payment p ON p.id = c.payment_id
WHERE p.status = 'settled' GROUP BY item HAVING count(*) > 1"""
NOT_TOLD = """SELECT count(*) FROM directpay_event e
WHERE NOT EXISTS (SELECT 1 FROM chaos_effect f WHERE f.listener = %s AND f.event_id = e.id)"""
TOLD_TWICE = "SELECT count(*) FROM (SELECT event_id FROM chaos_effect WHERE listener = %s GROUP BY event_id HAVING count(*) > 1) t"
GAPS = """SELECT object_id FROM directpay_event WHERE object_id LIKE 'pay_%'
GROUP BY object_id HAVING count(*) <> max(version) OR min(version) <> 1"""


def judge(jobs: list[Job], url: str) -> None:
    unanswered = [job for job in jobs if not job.answers]
    assert not unanswered, f"{len(unanswered)} requests were never answered"
    refused = [job.answers[-1].body for job in jobs if job.payment is None]
    assert not refused, f"refused: {refused[:3]}"
    with psycopg.connect(url) as connection:
        made = dict(connection.execute("SELECT public_id, status FROM payments_payment WHERE metadata->>'storm' = 'yes'").fetchall())
        assert set(made) == {job.payment for job in jobs}, "a payment without its request, or a request without its payment"
        still = {k: s for k, s in made.items() if s not in ENDED}
        assert not still, f"not ended after {END_WITHIN_SECONDS} s: {still}"
        assert not connection.execute(TWICE_PAID).fetchall(), "a charge was paid twice"
        assert not connection.execute(GAPS).fetchall(), "a history has a gap"
        for listener in LISTENERS:
            missing = connection.execute(NOT_TOLD, [listener]).fetchone()[0]
            twice = connection.execute(TOLD_TWICE, [listener]).fetchone()[0]
            assert (missing, twice) == (0, 0), f"{listener}: {missing} events not told, {twice} told twice"


def report(jobs: list[Job], killer: Killer, stormed: float, waited: float) -> None:
    print(f"\n{len(jobs)} payments, {sum(killer.kills.values())} kills in {stormed:.0f} s, all ended {waited:.1f} s later")
    print("kills   ", dict(killer.kills))
    print("phases  ", {phase: killer.hits[phase] for phase in PHASES})
    lost = sum(job.lost for job in jobs)
    replayed = sum(1 for job in jobs for a in job.answers if a.replayed)
    print(f"answers  lost {lost}, database away {sum(j.unavailable for j in jobs)}, replayed after a lost answer {replayed}")
    print("statuses", dict(Counter(a.status for job in jobs for a in job.answers)))
