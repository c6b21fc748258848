"""One key, one payment; one charge, one live payment: against real web processes, from several client processes."""

import json
import os
import signal
import subprocess
import sys
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
from tests.chaos.middleware import HEADER as HOLD
from tests.chaos.test_nothing_is_lost import LONG, TABLE

pytestmark = pytest.mark.xdist_group("stack")  # whole installations, one after the other on one worker
ROOT = Path(__file__).resolve().parents[2]
REPLAYS = 10_000 if LONG else 1_000
KILLS = 5 if LONG else 1


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    home = tmp_path_factory.mktemp("once") / "home"
    with temporary_stack(home, {"DIRECTPAY_EXTRA_APPS": "tests.chaos.apps.ChaosConfig"}) as running:
        with psycopg.connect(running.owner_url) as connection:
            connection.execute(TABLE)
        yield running


@pytest.fixture(scope="module")
def api(stack) -> Client:
    return Client(stack.base_url, stack.demo["secret_key"])


@pytest.fixture
def owed(api) -> dict[str, Any]:
    """A lease of its own with rent owed, and the body of a payment for its first charge."""
    mark = uuid.uuid4().hex[:8]
    alice = api.post("/api/v1/users", {"email": f"a{mark}@example.com", "name": "A", "role": "landlord"})
    bob = api.post("/api/v1/users", {"email": f"b{mark}@example.com", "name": "B", "role": "renter"})
    details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
    source = api.post("/api/v1/bank-accounts", {"user": bob["id"], **details})
    api.post(f"/api/v1/bank-accounts/{source['id']}/verify", {"amounts": [45, 32]})
    address = {"line1": "1 A St", "city": "Columbus", "state": "OH", "postal_code": "43215"}
    where = {"name": mark, "timezone": "America/New_York", "currency": "usd", "address": address, "units": [{"name": "1"}]}
    home = api.post("/api/v1/properties", {"landlord": alice["id"], **where})
    year = int(api.get("/api/v1/sandbox/clock")["now"][:4])
    terms = {"unit": home["units"][0]["id"], "renters": [{"user": bob["id"]}], "rent_amount": 150_000, "due_day": 1}
    lease = api.post("/api/v1/leases", {**terms, "start_date": f"{year - 1}-01-01", "end_date": f"{year - 1}-12-31"})
    charge = lease["schedule"][0]["id"]
    return {"lease": lease["id"], "charges": [{"charge": charge}], "rail": "ach", "bank_account": source["id"]}


def post_from(processes: int, stack: Stack, bodies: list[dict[str, Any]], **more: Any) -> list[list[Any]]:
    """All `bodies`, shared out over processes of 100 threads at most, at the same moment."""
    running = []
    for n in range(processes):
        mine = bodies[n::processes]
        orders = {"base_url": stack.base_url, "secret_key": stack.demo["secret_key"], "path": "/api/v1/payments", "bodies": mine}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.poster"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        process.stdin.write(json.dumps({**orders, "threads": min(100, len(mine)), **more}))
        process.stdin.close()
        running.append(process)
    return [json.loads(line) for process in running for line in process.stdout.read().splitlines() if process.wait() == 0]


def payments_on(api: Client, lease: str) -> list[dict[str, Any]]:
    return api.get(f"/api/v1/payments?lease={lease}&limit=100")["data"]


def test_two_hundred_posts_with_one_key_make_one_payment(stack, api, owed):
    answers = post_from(2, stack, [{"body": owed, "key": "the-one"}] * 200)
    assert len(answers) == 200
    statuses = Counter(status for status, *_ in answers)
    assert set(statuses) <= {201, 409}, statuses
    assert {told for status, told, *_ in answers if status == 201} == {payments_on(api, owed["lease"])[0]["id"]}
    assert len({digest for status, _, digest, _ in answers if status == 201}) == 1
    assert all(told[0] == "idempotency_key_in_use" for status, told, *_ in answers if status == 409)
    assert len(payments_on(api, owed["lease"])) == 1
    print("one key:", dict(statuses))


def test_two_hundred_keys_for_one_charge_make_one_live_payment(stack, api, owed):
    answers = post_from(2, stack, [{"body": owed, "key": f"key-{n}-{uuid.uuid4()}"} for n in range(200)])
    statuses = Counter(status for status, *_ in answers)
    assert statuses == {201: 1, 409: 199}, statuses
    (winner,) = [told for status, told, *_ in answers if status == 201]
    refused = Counter(tuple(told) for status, told, *_ in answers if status == 409)
    assert refused == {("obligation_in_progress", winner): 199}, refused
    assert [p["id"] for p in payments_on(api, owed["lease"])] == [winner]


def test_two_hundred_keys_for_whatever_is_owed_never_pay_more_than_that(stack, api, owed):
    body = {name: value for name, value in owed.items() if name != "charges"} | {"amount": 150_000}
    answers = post_from(2, stack, [{"body": body, "key": f"any-{n}-{uuid.uuid4()}"} for n in range(200)])
    assert set(Counter(status for status, *_ in answers)) == {201, 409}
    assert len(payments_on(api, owed["lease"])) == 1


def test_thousands_of_replays_change_nothing(stack, api, owed):
    first = api.call("POST", "/api/v1/payments", owed, key="replayed")
    assert first.status == 201
    began = time.monotonic()
    answers = post_from(2, stack, [{"body": owed, "key": "replayed"}] * 16, repeat=REPLAYS // 16)
    rate = len(answers) / (time.monotonic() - began)
    assert {status for status, *_ in answers} <= {201, 409}
    assert {told for status, told, *_ in answers if status == 201} == {first.body["id"]}
    assert len(payments_on(api, owed["lease"])) == 1
    print(f"{len(answers)} replays, {rate:.0f} a second, {Counter(s for s, *_ in answers)}")


def test_a_web_server_killed_between_effect_and_answer(stack, api, owed):
    url = stack.runtime_url
    for n in range(KILLS):
        charge = api.get(f"/api/v1/leases/{owed['lease']}/schedule")["data"][n]["id"]
        body = {**owed, "charges": [{"charge": charge}], "allow_duplicate": True}
        one = {"body": body, "key": f"killed-{n}-{uuid.uuid4()}"}
        lost: list[Any] = []
        caller = threading.Thread(target=lambda one=one, lost=lost: lost.extend(post_from(1, stack, [{**one, "headers": {HOLD: "20"}}])))
        caller.start()
        wait_for_payment(url, charge)
        kill_web(stack)
        caller.join()
        assert lost[0][1] == "lost", "the answer came through after all"
        (answer,) = post_from(1, stack, [one], insist=True)
        status, told, _, replayed = answer
        assert (status, replayed) == (201, True)
        made = [p["id"] for p in payments_on(api, owed["lease"]) if p["charges"][0]["charge"] == charge]
        assert made == [told]


def wait_for_payment(url: str, charge: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(3_000):
            if connection.execute("SELECT 1 FROM payments_claim WHERE item = %s", [charge]).fetchone():
                return
            time.sleep(0.01)
    pytest.fail("the payment never came")


def kill_web(stack: Stack) -> None:
    """Server and worker processes, all at once."""
    parent = stack.pid_of("web")
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False).stdout.split()
    for pid in [parent, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)


def test_the_day_after_a_key_that_moved_money_is_expired_and_never_paid_again(stack, api, owed):
    first = api.call("POST", "/api/v1/payments", owed, key="yesterday")
    assert first.status == 201
    api.post("/api/v1/sandbox/clock/advance", {"seconds": 86_340})
    within = api.call("POST", "/api/v1/payments", owed, key="yesterday")
    assert (within.status, within.replayed, within.body) == (201, True, first.body)
    api.post("/api/v1/sandbox/clock/advance", {"seconds": 120})
    answers = post_from(2, stack, [{"body": owed, "key": "yesterday"}] * 50)
    assert Counter((status, told[0]) for status, told, *_ in answers).keys() <= {
        (409, "idempotency_key_expired"),
        (409, "idempotency_key_in_use"),
    }
    assert len(payments_on(api, owed["lease"])) == 1
    assert stack.manage("check_books").returncode == 0
