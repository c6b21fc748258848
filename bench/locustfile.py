"""What each of Locust's users does: a renter with a debt of its own who pays parts of it, clicks twice, looks, and looks again."""

import itertools
import json
import os
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task

KEY, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
RENT = 150_000
PART = 1_000  # the smallest part, in cents; each of a user is one more, so that none is taken for a double
_numbers = itertools.count()
answers: dict[str, set[str]] = defaultdict(set)  # key → ids of payments that it was answered with


class Renter(FastHttpUser):
    """Pays, clicks twice, reads."""

    wait_time = between(0.2, 1.0)

    def on_start(self) -> None:
        secret = os.environ["LOAD_SECRET_KEY"]
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self.paid: list[str] = []
        self.parts = itertools.count(PART)
        mark = f"{next(_numbers)}{uuid.uuid4().hex[:6]}"
        alice = self.made("users", {"email": f"a{mark}@example.com", "name": "A", "role": "landlord"})
        bob = self.made("users", {"email": f"b{mark}@example.com", "name": "B", "role": "renter"})
        details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789"}
        self.source = self.made("bank-accounts", {"user": bob, "account_type": "checking", **details})
        self.made(f"bank-accounts/{self.source}/verify", {"amounts": [32, 45]}, name="bank-accounts/{id}/verify")
        where = {"address": {"line1": "1 A St", "city": "Columbus", "state": "OH", "postal_code": "43215"}, "currency": "usd"}
        home = self.send("properties", {"landlord": alice, "name": mark, "timezone": "America/New_York", "units": [{"name": "1"}], **where})
        terms = {"unit": home["units"][0]["id"], "renters": [{"user": bob}], "rent_amount": RENT, "due_day": 1}
        year = int(os.environ["LOAD_YEAR"]) - 1
        self.lease = self.made("leases", {**terms, "start_date": f"{year}-01-01", "end_date": f"{year}-12-31"})

    @task(5)
    def pay(self) -> None:
        key = uuid.uuid4().hex
        amount = next(self.parts)
        body = {"lease": self.lease, "amount": amount, "rail": "instant", "bank_account": self.source, "allow_duplicate": True}
        self.paid.append(self.send("payments", body, key=key)["id"])
        if amount % 2:
            self.send("payments", body, key=key, name="payments, once more")

    @task(3)
    def look(self) -> None:
        if self.paid:
            self.get(f"payments/{self.paid[-1]}", "payments/{id}")

    @task(2)
    def list(self) -> None:
        self.get(f"payments?lease={self.lease}&limit=20", "payments?lease=")

    @task(1)
    def owe(self) -> None:
        self.get(f"leases/{self.lease}/balance", "leases/{id}/balance")

    def get(self, path: str, name: str) -> None:
        self.client.get(f"/api/v1/{path}", headers=self.headers, name=f"GET {name}")

    def made(self, path: str, body: dict[str, Any], name: str = "") -> str:
        return str(self.send(path, body, name=name)["id"])

    def send(self, path: str, body: dict[str, Any], *, key: str = "", name: str = "") -> dict[str, Any]:
        """The decoded answer. A replay that does not say so, or that names another payment, is a failure of its own."""
        headers = {**self.headers, KEY: key or uuid.uuid4().hex}
        label = f"POST {name or path}"
        with self.client.post(f"/api/v1/{path}", data=json.dumps(body), headers=headers, name=label, catch_response=True) as answer:
            if answer.status_code not in (200, 201):
                answer.failure(f"{answer.status_code}: {(answer.text or '')[:200]}")
                self.environment.runner.quit() if path != "payments" else None
                return {"id": ""}
            found: dict[str, Any] = answer.json()
            if key:
                again = key in answers
                answers[key].add(found["id"])
                if again != (answer.headers.get(REPLAYED) == "true"):
                    answer.failure("a replay that is not marked as one")
            return found


@events.quitting.add_listener
def tell(environment: Any, **_: Any) -> None:
    """What only this process knows, for whoever started it."""
    total = environment.stats.total
    paying = environment.stats.get("POST payments", "POST")
    found = {
        "keys": len(answers),
        "duplicates": sum(len(ids) - 1 for ids in answers.values()),
        "requests": total.num_requests,
        "errors": total.num_failures + len(environment.runner.exceptions),
        "said": sorted({str(e.error)[:300] for e in environment.stats.errors.values()})[:5],
        "rate": total.total_rps,
        "milliseconds": {
            name: {q: entry.get_response_time_percentile(float(q)) for q in ("0.5", "0.95", "0.99")}
            for name, entry in (("all", total), ("accepting a payment", paying))
        },
    }
    Path(os.environ["LOAD_RESULT"]).write_text(json.dumps(found))
