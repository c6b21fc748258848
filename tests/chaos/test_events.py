"""Thousands of signed events about payments at Stripe, a third of them twice, in no order, while the workers that take them in are killed.

Each event is kept once and worked on to its end; what becomes of a payment is what Stripe says when it is asked, once, and never goes back.
`make chaos` is the long form (10,000 events); `make test` runs a short one.
"""

import json
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from directpay.ops.http_story import Client
from directpay.ops.temporary import Stack, temporary_stack
from tests.chaos.load import prepare
from tests.chaos.test_nothing_is_lost import GAPS, LONG
from tests.stripe_stand_in import StandIn
from tests.webhooks.inbound.sending import send

pytestmark = pytest.mark.xdist_group("stack")  # whole installations, one after the other on one worker
SEED = int(os.environ.get("SEED", "1"))
EVENTS, PAYMENTS, WORKERS = (10_000, 240, 8) if LONG else (600, 20, 8)
AGAIN = 0.3  # of all requests: an event that was sent already
SECRET, KEY = "whsec_chaos", "sk_test_" + "standin0" * 3
PAYS, NO_FUNDS = "000123456789", "000222222227"
# As Stripe tells them, in the order in which they happen; here they come in any.
KINDS = (
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "charge.updated",
)
OTHERS = ("product.created", "customer.updated", "charge.dispute.created")
BANK_SECONDS, END_WITHIN_SECONDS, SENDERS = 6, 240, 8


@pytest.fixture
def stripe() -> Iterator[StandIn]:
    with StandIn(bank_seconds=BANK_SECONDS, search_lag_seconds=1, keys=frozenset({KEY})) as started:
        yield started


@pytest.fixture
def stack(tmp_path: Path, stripe: StandIn) -> Iterator[Stack]:
    env = {"STRIPE_SECRET_KEY": KEY, "STRIPE_API_BASE": stripe.url, "STRIPE_WEBHOOK_SECRET": SECRET}
    env |= {"WORKER_CONCURRENCY": str(WORKERS), "DIRECTPAY_WORK_LANES": str(WORKERS)}
    with temporary_stack(tmp_path / "home", env) as running:
        yield running


class Reaper:
    """kill -9 of a worker that is at work, again and again, until it is told that it is enough."""

    def __init__(self, stack: Stack, rng: random.Random) -> None:
        self.stack, self.rng = stack, rng
        self.kills = 0
        self.enough = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self.enough.wait(self.rng.uniform(0.02, 0.3)):
            try:
                children = _children(self.stack.pid_of("worker"))
                os.kill(self.rng.choice(children), signal.SIGKILL)
                self.kills += 1
            except (OSError, ValueError, IndexError):
                continue  # it is being restarted


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_events_have_one_effect_each_whatever_dies(stack: Stack, stripe: StandIn) -> None:
    rng = random.Random(SEED)
    api = Client(stack.base_url, stack.demo["secret_key"])
    payments = pay(api, stripe, rng)
    told = events(payments, rng)
    reaper = Reaper(stack, rng)
    reaper.thread.start()
    began = time.monotonic()
    statuses = tell(stack.base_url, told)
    took = time.monotonic() - began
    reaper.enough.set()
    reaper.thread.join()
    waited = wait_for_the_end(stack.runtime_url)
    print(f"\n{len(told)} events in {took:.0f} s, {reaper.kills} workers killed, all done {waited:.1f} s later; answers {dict(statuses)}")
    assert set(statuses) == {200}
    assert reaper.kills > 0
    judge(stack.runtime_url, told, payments, stripe)
    books = stack.manage("check_books")
    assert books.returncode == 0, books.stdout + books.stderr


def pay(api: Client, stripe: StandIn, rng: random.Random) -> dict[str, str]:
    """Payment → its intent at Stripe; one in five from an account without money."""
    jobs = prepare(api, PAYMENTS, rng)
    wanted = {}
    for job in jobs:
        user = api.get(f"/api/v1/bank-accounts/{job.body['bank_account']}")["user"]
        owned = api.get(f"/api/v1/bank-accounts?user={user}&limit=100")["data"]
        last4 = (NO_FUNDS if rng.random() < 0.2 else PAYS)[-4:]
        source = next(account["id"] for account in owned if account["last4"] == last4)
        made = api.post("/api/v1/payments", {**job.body, "rail": "stripe_ach", "bank_account": source}, key=uuid.uuid4().hex)
        wanted[made["id"]] = ""
    ends = time.monotonic() + END_WITHIN_SECONDS
    while not all(wanted.values()) and time.monotonic() < ends:
        wanted |= {intent["metadata"]["payment"]: intent["id"] for intent in stripe.all("payment_intent")}
        time.sleep(0.2)
    assert all(wanted.values()), "not every payment came to Stripe"
    return wanted


def events(payments: dict[str, str], rng: random.Random) -> list[bytes]:
    """Bodies, in the order in which they are sent."""
    unique = []
    pairs = list(payments.items())
    for n in range(int(EVENTS * (1 - AGAIN))):
        payment, intent = pairs[n % len(pairs)]
        kind = (KINDS + OTHERS)[n // len(pairs) % (len(KINDS) + len(OTHERS))]
        about: dict[str, Any] = {"id": intent, "object": "payment_intent", "metadata": {"payment": payment}, "status": "succeeded"}
        if kind.startswith("charge."):
            about = {"id": f"ch_{n}", "object": "charge", "payment_intent": intent}
        said = {"id": f"evt_chaos_{n}", "object": "event", "type": kind, "livemode": False, "created": int(time.time())}
        unique.append({**said, "data": {"object": about}})
    all_of_them = unique + rng.choices(unique, k=EVENTS - len(unique))
    rng.shuffle(all_of_them)
    return [json.dumps({**said, "pending_webhooks": rng.randrange(3)}).encode() for said in all_of_them]


def tell(base_url: str, told: list[bytes]) -> Counter[int]:
    """Several at a time, each again until it is answered."""
    waiting, statuses, lock = list(reversed(told)), Counter[int](), threading.Lock()

    def one() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                body = waiting.pop()
            status = send(base_url, "stripe", body, SECRET)
            while status in (0, 502, 503):
                time.sleep(0.2)
                status = send(base_url, "stripe", body, SECRET)
            with lock:
                statuses[status] += 1

    threads = [threading.Thread(target=one, daemon=True) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


OPEN = """SELECT (SELECT count(*) FROM webhooks_providerevent WHERE finished_at IS NULL)
    + (SELECT count(*) FROM payments_payment WHERE rail = 'stripe_ach' AND status NOT IN ('completed', 'settled', 'failed'))"""
NOT_ONCE = """SELECT event_id, count(*) FROM webhooks_providerevent GROUP BY provider, event_id HAVING count(*) <> 1"""
BOOKED = """SELECT p.public_id, count(t.id) FROM payments_payment p
LEFT JOIN ledger_transaction t ON t.reference = 'payment.completed:' || p.public_id WHERE p.rail = 'stripe_ach' GROUP BY 1"""


def wait_for_the_end(url: str) -> float:
    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(OPEN).fetchone() != (0,) and time.monotonic() - began < END_WITHIN_SECONDS:
            time.sleep(0.3)
    return time.monotonic() - began


def judge(url: str, told: list[bytes], payments: dict[str, str], stripe: StandIn) -> None:
    sent = {json.loads(body)["id"] for body in told}
    truth = {intent["metadata"]["payment"]: intent["status"] for intent in stripe.all("payment_intent")}
    assert len(stripe.all("payment_intent")) == len(payments), "an order was placed twice"
    with psycopg.connect(url) as connection:
        kept = dict(connection.execute("SELECT event_id, state FROM webhooks_providerevent").fetchall())
        assert set(kept) == sent, "an event is lost, or was never sent"
        assert set(kept.values()) <= {"processed", "ignored"}, Counter(kept.values())
        assert not connection.execute(NOT_ONCE).fetchall()
        assert not connection.execute("SELECT 1 FROM webhooks_collision").fetchall()
        assert not connection.execute(GAPS).fetchall(), "a history has a gap"
        found = dict(connection.execute("SELECT public_id, status FROM payments_payment WHERE rail = 'stripe_ach'").fetchall())
        booked = dict(connection.execute(BOOKED).fetchall())
    # Canceled: it had failed, an event said that it was taken, and Stripe was told to let go of it.
    fits = {"succeeded": ("completed", "settled"), "requires_payment_method": ("failed",), "canceled": ("failed",)}
    wrong = {name: (status, truth[name]) for name, status in found.items() if status not in fits[truth[name]]}
    assert not wrong
    assert Counter(booked.values())[1] == sum(status != "failed" for status in found.values())
    assert set(booked.values()) <= {0, 1}
