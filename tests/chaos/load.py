"""The load of the crash test: a landlord, renters with months of rent owed, and clients that never give up on a key."""

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from directpay.ops.http_story import Client, Reply

RAILS = ("instant", "ach", "same_day_ach", "wire")
NUMBERS = {  # what becomes of the money, and how often
    "000123456789": 0.6,
    "000222222227": 0.12,
    "009901040000": 0.08,  # taken back after it cleared
    "000770000001": 0.1,
    "000770000002": 0.1,
}
GIVE_UP_SECONDS = 120.0
MONTHS = 20


@dataclass
class Job:
    """One payment to be made, under one key for ever."""

    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    answers: list[Reply] = field(default_factory=list)
    lost: int = 0  # requests whose answer never came
    unavailable: int = 0  # 503: the database was away

    @property
    def payment(self) -> str | None:
        return next((a.body["id"] for a in self.answers if a.status in (200, 201)), None)


def prepare(api: Client, count: int, rng: random.Random) -> list[Job]:
    """Enough leases for `count` charges that are owed already, and a job for each."""
    landlord = api.post("/api/v1/users", {"email": "owner@chaos.example.com", "name": "Owner", "role": "landlord"})
    address = {"line1": "1 Storm St", "city": "Columbus", "state": "OH", "postal_code": "43215"}
    leases = -(-count // MONTHS)
    details = {"landlord": landlord["id"], "name": "Storm", "timezone": "America/New_York", "currency": "usd", "address": address}
    home = api.post("/api/v1/properties", {**details, "units": [{"name": f"U{n}"} for n in range(leases)]})
    year = int(api.get("/api/v1/sandbox/clock")["now"][:4])
    jobs: list[Job] = []
    for n, unit in enumerate(home["units"]):
        jobs += _jobs_of(api, n, unit["id"], year, rng)
    rng.shuffle(jobs)
    return jobs[:count]


def _jobs_of(api: Client, n: int, unit: str, year: int, rng: random.Random) -> list[Job]:
    user = api.post("/api/v1/users", {"email": f"renter{n}@chaos.example.com", "name": f"Renter {n}", "role": "renter"})
    sources = []
    for number in NUMBERS:
        details = {"account_holder_name": "R", "routing_number": "110000000", "account_number": number, "account_type": "checking"}
        account = api.post("/api/v1/bank-accounts", {"user": user["id"], **details})
        sources.append(api.post(f"/api/v1/bank-accounts/{account['id']}/verify", {"amounts": [32, 45]})["id"])
    terms = {"unit": unit, "renters": [{"user": user["id"]}], "rent_amount": 100_000 + n, "due_day": 1}
    lease = api.post("/api/v1/leases", {**terms, "start_date": f"{year - 3}-01-01", "end_date": f"{year - 2}-08-31"})
    owed = [row["id"] for row in lease["schedule"]]
    return [
        Job(
            {
                "lease": lease["id"],
                "charges": [{"charge": charge}],
                "rail": rng.choice(RAILS),
                "bank_account": rng.choices(sources, weights=list(NUMBERS.values()))[0],
                "allow_duplicate": True,
                "metadata": {"storm": "yes"},
            }
        )
        for charge in owed
    ]


class Clients:
    """Threads that post jobs in order, no faster than `pace()` (0…1) allows, and send each again until it is answered."""

    def __init__(self, api: Client, jobs: list[Job], pace: Callable[[], float], threads: int = 6) -> None:
        self.api, self.jobs, self.pace = api, jobs, pace
        self._next, self._lock = 0, threading.Lock()
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join()

    def _take(self) -> Job | None:
        while True:
            with self._lock:
                if self._next >= len(self.jobs):
                    return None
                if self._next / len(self.jobs) <= self.pace():
                    self._next += 1
                    return self.jobs[self._next - 1]
            time.sleep(0.02)

    def _work(self) -> None:
        while (job := self._take()) is not None:
            self._insist(job)

    def _insist(self, job: Job) -> None:
        ends = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < ends:
            try:
                reply = self.api.call("POST", "/api/v1/payments", job.body, key=job.key)
            except (OSError, ValueError):  # refused, reset, or cut off in the middle
                job.lost += 1
                time.sleep(0.1)
                continue
            if reply.status == 503 or reply.body.get("error", {}).get("code") == "idempotency_key_in_use":
                job.unavailable += 1
                time.sleep(0.1)
                continue
            job.answers.append(reply)
            return
