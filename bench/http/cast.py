"""Leases that owe much, over many landlords or of one: what the requests of the benchmark pay."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from directpay.kernel import clock
from directpay.people.actions import create_api_key
from directpay.people.actions.users import create_user
from directpay.people.actor import SYSTEM
from leases.contracts.actions import Terms
from leases.properties.actions import add_property, add_unit
from leases.rent.actions.open_lease import open_lease
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.reconciliation.actions import pay_in_capital

RENT = 900_000  # a month; payments are small parts of it
SMALLEST = 1_000
ADDRESS = {"line1": "114 Linden St", "city": "Columbus", "state": "OH", "postal_code": "43215", "country": "US"}


@dataclass
class Debts:
    """`requests(n)` are the bodies and keys of n payments, each of the next lease in turn, no two alike."""

    landlords: int
    leases: int
    mark: str

    def __post_init__(self) -> None:
        at = clock.now()
        self.secret = create_api_key(actor=SYSTEM, at=at, owner=None, mode="test").secret
        pay_in_capital(100_000_000, currency="usd", reference=f"opening:{self.mark}", at=at)
        homes, sources = [], []
        for n in range(self.landlords):
            owner = create_user(email=f"{self.mark}-l{n}@example.com", name="L", role="landlord", actor=SYSTEM, at=at)
            details = {"name": "Home", "timezone": "America/New_York", "currency": "usd", "address": ADDRESS, "units": []}
            homes.append(add_property(owner, owner.payees.get(), details, actor=SYSTEM, at=at))
        self.pairs = []
        for n in range(self.leases):
            renter = create_user(email=f"{self.mark}-r{n}@example.com", name="R", role="renter", actor=SYSTEM, at=at)
            account = {
                "account_holder_name": "R",
                "routing_number": "110000000",
                "account_number": "000123456789",
                "account_type": "checking",
            }
            sources.append(verify_bank_account(add_bank_account(renter, account, actor=SYSTEM, at=at), [32, 45], actor=SYSTEM, at=at))
            unit = add_unit(homes[n % self.landlords], {"name": f"Unit {n}"}, actor=SYSTEM, at=at)
            start = at.date().replace(day=1) - timedelta(days=90)
            terms = Terms(unit, [(renter, None)], RENT, 0, start, start + timedelta(days=364), 1, {})
            self.pairs.append((open_lease(terms, actor=SYSTEM, at=at).public_id, sources[-1].public_id))
        self.numbers = count()

    def requests(self, how_many: int) -> Iterator[tuple[str, str]]:
        """(key, body)"""
        for _ in range(how_many):
            n = next(self.numbers)
            lease, source = self.pairs[n % self.leases]
            body = {"lease": lease, "amount": SMALLEST + n // self.leases, "rail": "instant", "bank_account": source}
            yield uuid.uuid4().hex, json.dumps(body | {"allow_duplicate": True})
