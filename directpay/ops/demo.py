"""`make demo`: the main job over the real HTTP API, told step by step. It stops at the first step that is not as promised."""

import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from directpay.kernel.money import words
from directpay.ops.http_story import Client, StoryFailed, Telling

SETTLED_WITHIN_SECONDS = 40


class Story(Telling):
    """`run` raises StoryFailed at a broken promise."""

    def __init__(self, base_url: str, secret_key: str, out: Callable[[str], None]) -> None:
        super().__init__(out)
        self.api = Client(base_url, secret_key)
        self.mark = uuid.uuid4().hex[:8]

    def run(self) -> None:
        started = time.monotonic()
        alice, bob = self.people()
        source = self.bank_accounts(alice, bob)
        lease = self.lease_with_schedule(alice, bob)
        payment = self.pay(lease, source)
        self.pay_again(lease, source, payment)
        slow = self.pay_slowly(lease, source)
        self.follow(payment)
        self.history(payment)
        self.ledger(lease, payment, slow)
        self.out(f"\nDone: {self.steps} steps in {time.monotonic() - started:.1f} s. Everything was as promised.")

    def people(self) -> tuple[dict[str, Any], dict[str, Any]]:
        self.step("Two people: Alice lets, Bob rents")
        made = []
        for name, role in (("Alice", "landlord"), ("Bob", "renter")):
            person = self.api.post("/api/v1/users", {"email": f"{name.lower()}.{self.mark}@example.com", "name": name, "role": role})
            self.say(f"{name}, {role}: {person['id']}")
            made.append(person)
        return made[0], made[1]

    def bank_accounts(self, alice: dict[str, Any], bob: dict[str, Any]) -> str:
        self.step("Their bank accounts, each proven by two small deposits (simulated bank)")
        source = ""
        for person in (alice, bob):
            details = {"account_holder_name": person["name"], "routing_number": "110000000", "account_number": "000123456789"}
            account = self.api.post("/api/v1/bank-accounts", {"user": person["id"], "account_type": "checking", **details})
            account = self.api.post(f"/api/v1/bank-accounts/{account['id']}/verify", {"amounts": [32, 45]})
            self.promise(account["status"] == "verified", f"{account['bank_name']} ••{account['last4']} of {person['name']} is verified")
            source = account["id"]
        return source

    def lease_with_schedule(self, alice: dict[str, Any], bob: dict[str, Any]) -> dict[str, Any]:
        self.step("A property, and a lease whose schedule appears by itself")
        address = {"line1": "114 Linden St", "city": "Columbus", "state": "OH", "postal_code": "43215"}
        body = {"landlord": alice["id"], "name": f"Linden House {self.mark}", "timezone": "America/New_York", "currency": "usd"}
        home = self.api.post("/api/v1/properties", {**body, "address": address, "units": [{"name": "Unit 2B"}]})
        now = datetime.fromisoformat(self.api.get("/api/v1/sandbox/clock")["now"]).astimezone(UTC)
        start = now.date().replace(day=1)
        terms = {"unit": home["units"][0]["id"], "renters": [{"user": bob["id"]}], "rent_amount": 150_000, "due_day": 1, "currency": "usd"}
        end = start.replace(year=start.year + 1, month=12, day=31)
        lease = self.api.post("/api/v1/leases", {**terms, "start_date": start.isoformat(), "end_date": end.isoformat()})
        for row in lease["schedule"][:3]:
            self.say(f"due {row['due_date']}  {words(row['amount'], 'usd'):>12}  {row['status']}")
        self.promise(len(lease["schedule"]) >= 12, f"{len(lease['schedule'])} charges stand in the schedule")
        return lease

    def pay(self, lease: dict[str, Any], source: str) -> dict[str, Any]:
        self.step("Bob pays the rent: the answer comes at once, the money moves in the background")
        began = time.monotonic()
        reply = self.api.call("POST", "/api/v1/payments", self._payment(lease, source, "instant", 0), key=f"rent-{self.mark}")
        took_ms = (time.monotonic() - began) * 1000
        if reply.status not in (200, 201):
            raise StoryFailed(f"the payment was refused: {reply.body}")
        payment = reply.body
        self.say(f"{payment['id']}  {words(payment['amount'], 'usd')}  {payment['rail']}  {payment['status']}")
        self.promise(payment["status"] == "initiated", f"answered {reply.status} in {took_ms:.0f} ms, before any bank was asked")
        return payment

    def pay_again(self, lease: dict[str, Any], source: str, payment: dict[str, Any]) -> None:
        self.step("The same POST again: nothing happens twice")
        reply = self.api.call("POST", "/api/v1/payments", self._payment(lease, source, "instant", 0), key=f"rent-{self.mark}")
        self.promise(reply.body == payment and reply.replayed, f"the same answer, {reply.body.get('id')}, marked Idempotent-Replayed")
        other = self.api.call("POST", "/api/v1/payments", self._payment(lease, source, "instant", 0), key=f"other-{self.mark}")
        code = other.body.get("error", {}).get("code")
        self.promise(other.status == 409, f"with another key the same rent is refused: {other.status} {code}")

    def pay_slowly(self, lease: dict[str, Any], source: str) -> dict[str, Any]:
        self.step("Next month's rent by bank transfer (ACH): on its way, with a date")
        body = {**self._payment(lease, source, "ach", 1), "allow_duplicate": True}  # the same amount within minutes, and meant
        payment = self.api.post("/api/v1/payments", body, key=f"ach-{self.mark}")
        self.promise(bool(payment["expected_on"]), f"{payment['id']} is {payment['status']}, expected to clear on {payment['expected_on']}")
        return payment

    def follow(self, payment: dict[str, Any]) -> None:
        self.step("The instant payment, followed until it is the landlord's")
        seen, ends = [payment["status"]], time.monotonic() + SETTLED_WITHIN_SECONDS
        while seen[-1] not in ("settled", "failed") and time.monotonic() < ends:
            time.sleep(0.25)
            status = self.api.get(f"/api/v1/payments/{payment['id']}")["status"]
            if status != seen[-1]:
                seen.append(status)
        self.promise(seen[-1] == "settled", " → ".join(seen))

    def history(self, payment: dict[str, Any]) -> None:
        self.step("Its history: four events that nobody can change")
        events = self.api.get(f"/api/v1/payments/{payment['id']}/history")["data"]
        for event in events:
            self.say(f"{event['at']}  {event['type']:<20} {event['from'] or '·'} → {event['to']}")
        wanted = [f"payment.{name}" for name in ("initiated", "processing", "completed", "settled")]
        self.promise([event["type"] for event in events] == wanted, "initiated, processing, completed, settled")
        then = self.api.get(f"/api/v1/payments/{payment['id']}/history?at={events[1]['at']}")
        self.promise(then["snapshot"]["status"] == "processing", f"at {events[1]['at']} it was {then['snapshot']['status']}")

    def ledger(self, lease: dict[str, Any], payment: dict[str, Any], slow: dict[str, Any]) -> None:
        self.step("The books: every cent twice, and the sum is zero")
        found = self.api.get(f"/api/v1/ledger/transactions?reference=payment.completed:{payment['id']}")["data"]
        for leg in found[0]["entries"] if found else []:
            mark = "Dr" if leg["side"] == "debit" else "Cr"
            self.say(f"{mark} {leg['code'].split('/')[0]:<6} {words(leg['amount'], 'usd'):>12}")
        self.promise(len(found) == 1, "the payment stands in the books exactly once")
        balance = self.api.get(f"/api/v1/leases/{lease['id']}/balance")
        self.promise(balance["owed"] == 0, f"Bob owes {words(balance['owed'], 'usd')}; on its way {words(balance['in_flight'], 'usd')}")
        trial = self.api.get("/api/v1/ledger/trial_balance")
        self.promise(trial["balanced"], f"the trial balance of {len(trial['data'])} books is zero")
        state = self.api.get(f"/api/v1/payments/{slow['id']}")
        self.say(f"the bank transfer {slow['id']} is {state['status']}, expected on {state['expected_on']}")

    def _payment(self, lease: dict[str, Any], source: str, rail: str, row: int) -> dict[str, Any]:
        charge = lease["schedule"][row]["id"]
        return {"lease": lease["id"], "charges": [{"charge": charge}], "rail": rail, "bank_account": source}


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(demo: dict[str, Any]) -> int:
    """Run the story against a running sandbox (`demo` is its demo.json). Returns the exit status."""
    return Story(demo["base_url"], demo["secret_key"], _write).tell()
