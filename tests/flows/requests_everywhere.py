"""A valid request for every address that takes a POST, on objects of its own, and another that is as valid."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from leases.contracts.late_fee import LateFeeTerms
from leases.rent.actions.add_charge import NewCharge, add_charge
from payments.methods.actions import add_bank_account
from tests.flows.requests_of_customers import OfCustomers
from tests.world import ADDRESS


class House(OfCustomers):
    """Alice's house, and a valid request for every address; each call of `requests` gives objects of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.leased = self.lease()
        self.source = self.account(self.bob)
        self.secret = create_api_key(actor=SYSTEM, at=self.now, owner=None, mode="test", name="x").secret
        self.other_secret = create_api_key(actor=SYSTEM, at=self.now, owner=self.alice, mode="test", name="y").secret

    def requests(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        """Path of the schema → address, body, and another body that is as valid."""
        number = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
        where = {"landlord": self.alice.public_id, "timezone": "America/New_York", "currency": "usd", "address": ADDRESS}
        terms = {"rent_amount": 90_000, "currency": "usd", "start_date": "2026-11-01", "end_date": "2027-10-31", "due_day": 1}
        paying = {"lease": self.leased.public_id, "rail": "ach", "bank_account": self.source.public_id, "allow_duplicate": True}

        def lease() -> tuple[str, dict[str, Any], dict[str, Any]]:
            body = {"unit": self.unit().public_id, "renters": [{"user": self.bob.public_id}], **terms}
            return "/api/v1/leases", body, {**body, "rent_amount": 95_000}

        def verify() -> tuple[str, dict[str, Any], dict[str, Any]]:
            fresh = self.new_account()
            return f"/api/v1/bank-accounts/{fresh}/verify", {"amounts": [32, 45]}, {"amounts": [45, 33]}

        def user() -> tuple[str, dict[str, Any], dict[str, Any]]:
            self._units += 1
            body = {"email": f"p{self._units}@example.com", "name": "P", "role": "renter"}
            return "/api/v1/users", body, {**body, "email": f"q{self._units}@example.com"}

        def bank_account() -> tuple[str, dict[str, Any], dict[str, Any]]:
            body = {"user": self.bob.public_id, **number}
            return "/api/v1/bank-accounts", body, {**body, "account_type": "savings"}

        def cancel() -> tuple[str, dict[str, Any], dict[str, Any]]:
            flying = self.pay(self.leased, "ach", amount=1_000, source=self.source, allow_duplicate=True)
            return f"/api/v1/payments/{flying.public_id}/cancel", {}, {}

        def preferences() -> tuple[str, dict[str, Any], dict[str, Any]]:
            body = {"user": self.bob.public_id, "kinds": {"statement": "off"}}
            return "/api/v1/notification_preferences", body, {**body, "kinds": {"rent_reminder": "off"}}

        def ahead() -> tuple[str, dict[str, Any], dict[str, Any]]:
            return "/api/v1/sandbox/clock/advance", {"seconds": 60}, {"seconds": 61}

        return {
            "/api/v1/users": user,
            "/api/v1/bank-accounts": bank_account,
            "/api/v1/bank-accounts/{id}/verify": verify,
            "/api/v1/properties": lambda: ("/api/v1/properties", {**where, "name": "N", "units": [{"name": "1"}]}, {**where, "name": "M"}),
            "/api/v1/units": lambda: (
                "/api/v1/units",
                {"property": self.home.public_id, "name": f"U{self.count()}"},
                {"property": self.home.public_id, "name": f"V{self.count()}"},
            ),
            "/api/v1/leases": lease,
            "/api/v1/payments": lambda: ("/api/v1/payments", {**paying, "amount": 2_000}, {**paying, "amount": 2_001}),
            "/api/v1/payments/{id}/cancel": cancel,
            "/api/v1/sandbox/clock/advance": ahead,
            "/api/v1/notification_preferences": preferences,
            **self.requests_by_hand(),
            **self.requests_of_changes(),
            **self.requests_of_payouts(),
            **self.requests_of_cards(),
            **self.requests_of_intents(),
            **self.requests_of_customers(),
            **self.requests_of_late_fees(),
            **self.requests_of_arrears(),
            **self.requests_by_itself(),
        }

    def requests_of_late_fees(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        def late() -> tuple[str, list[str]]:
            """A lease that asks for proposals, and two charges of rent on it that are late."""
            lease = self.lease(late_fee=LateFeeTerms(0, flat_minor=5_000, mode="proposed"))
            more = add_charge(lease, NewCharge("rent", 10_000, lease.start_on), actor=SYSTEM, at=self.now)
            return lease.public_id, [lease.charges.earliest("id").public_id, more.public_id]

        def proposed() -> str:
            lease, (charge, _) = late()
            return str(self.post(f"/api/v1/leases/{lease}/late_fees", {"charge": charge}, f"setup-{self.count()}").json()["id"])

        def charged() -> tuple[str, dict[str, Any], dict[str, Any]]:
            lease, (one, other) = late()
            return f"/api/v1/leases/{lease}/late_fees", {"charge": one}, {"charge": other}

        def waived() -> tuple[str, dict[str, Any], dict[str, Any]]:
            fee = proposed()
            self.post(f"/api/v1/late_fees/{fee}/approve", {}, f"setup-{self.count()}")
            return f"/api/v1/late_fees/{fee}/waive", {"reason": "The bank was slow"}, {"reason": "The bank was slow", "amount": 100}

        agreed = {"grace_days": 5, "flat_amount": 5_000}
        of_lease = f"/api/v1/leases/{self.leased.public_id}/late_fee"
        return {
            "/api/v1/leases/{id}/late_fee": lambda: (of_lease, agreed, {**agreed, "grace_days": 6}),
            "/api/v1/leases/{id}/late_fees": charged,
            "/api/v1/late_fees/{id}/approve": lambda: (f"/api/v1/late_fees/{proposed()}/approve", {}, {}),
            "/api/v1/late_fees/{id}/dismiss": lambda: (f"/api/v1/late_fees/{proposed()}/dismiss", {}, {}),
            "/api/v1/late_fees/{id}/waive": waived,
        }

    def requests_of_arrears(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        """Each plan on a lease of its own, which owes November."""
        two = {"installments": 2, "start_date": "2026-12-10"}
        ladder, longer = ({"payee": self.payee.public_id, "steps": [{"kind": "reminder", "days_after_due": n}]} for n in (4, 9))

        def plans() -> str:
            return f"/api/v1/leases/{self.lease().public_id}/payment_plans"

        def proposed() -> str:
            return str(self.post(plans(), two, f"setup-{self.count()}").json()["id"])

        return {
            "/api/v1/arrears_policies": lambda: ("/api/v1/arrears_policies", ladder, longer),
            "/api/v1/leases/{id}/payment_plans": lambda: (plans(), two, {**two, "installments": 3}),
            "/api/v1/payment_plans/{id}/accept": lambda: (f"/api/v1/payment_plans/{proposed()}/accept", {}, {}),
            "/api/v1/payment_plans/{id}/cancel": lambda: (f"/api/v1/payment_plans/{proposed()}/cancel", {}, {}),
        }

    def requests_by_itself(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        agrees = {"bank_account": self.source.public_id, "customer_acceptance": {"type": "offline"}}

        def made(path: str, body: dict[str, Any]) -> str:
            return str(self.post(path, body, f"setup-{self.count()}").json()["id"])

        def order() -> dict[str, Any]:
            made("/api/v1/mandates", agrees)
            return {"lease": self.lease().public_id, "bank_account": self.source.public_id}

        def fresh() -> tuple[str, dict[str, Any], dict[str, Any]]:
            body = order()
            return "/api/v1/autopays", body, {**body, "day_of_month": 3}

        def change(verb: str, body: dict[str, Any], other: dict[str, Any]) -> Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]:
            return lambda: (f"/api/v1/autopays/{made('/api/v1/autopays', order())}{verb}", body, other)

        return {
            "/api/v1/mandates": lambda: ("/api/v1/mandates", agrees, {**agrees, "language": "es"}),
            "/api/v1/mandates/{id}/revoke": lambda: (f"/api/v1/mandates/{made('/api/v1/mandates', agrees)}/revoke", {}, {}),
            "/api/v1/autopays": fresh,
            "/api/v1/autopays/{id}": change("", {"day_of_month": 3}, {"day_of_month": 4}),
            "/api/v1/autopays/{id}/pause": change("/pause", {"reason": "one"}, {"reason": "two"}),
            "/api/v1/autopays/{id}/resume": change("/resume", {}, {}),
            "/api/v1/autopays/{id}/skip": change("/skip", {"date": "2026-12-01"}, {"date": "2027-01-01"}),
            "/api/v1/autopays/{id}/turn_off": change("/turn_off", {}, {}),
        }

    def requests_by_hand(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        today = self.now.date().isoformat()
        of_lease = f"/api/v1/leases/{self.leased.public_id}"
        taken = {"property": self.home.public_id, "amount": 900, "currency": "usd"}
        cheque = {"lease": self.leased.public_id, "method": "check", "amount": 700}
        charge, credit = {"category": "utilities", "amount": 800}, {"amount": 900, "reason": "Mended the tap"}

        def receipt() -> str:
            return str(self.post("/api/v1/receipts", cheque, f"setup-{self.count()}").json()["id"])

        return {
            "/api/v1/leases/{id}/charges": lambda: (f"{of_lease}/charges", charge, {**charge, "amount": 801}),
            "/api/v1/leases/{id}/credits": lambda: (f"{of_lease}/credits", credit, {**credit, "amount": 901}),
            "/api/v1/bank_charges": lambda: ("/api/v1/bank_charges", taken, {**taken, "amount": 901}),
            "/api/v1/receipts": lambda: ("/api/v1/receipts", cheque, {**cheque, "amount": 701}),
            "/api/v1/receipts/{id}/bank": lambda: (f"/api/v1/receipts/{receipt()}/bank", {}, {"banked_on": today}),
            "/api/v1/receipts/{id}/bounce": lambda: (f"/api/v1/receipts/{receipt()}/bounce", {}, {"bounced_on": today}),
        }

    def requests_of_changes(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        """Each on a lease of its own."""

        def change(verb: str, body: dict[str, Any], other: dict[str, Any]) -> Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]:
            return lambda: (f"/api/v1/leases/{self.lease().public_id}/{verb}", body, other)

        def shares() -> tuple[str, dict[str, Any], dict[str, Any]]:
            people = [self.bob, self.person(f"mate{self.count()}", "renter")]
            weights = [(1, 2), (2, 1)]
            bodies = [
                {
                    "from_date": "2027-01-01",
                    "renters": [{"user": user.public_id, "share": {"weight": weight}} for user, weight in zip(people, two, strict=True)],
                }
                for two in weights
            ]
            lease = self.lease(*((user, {"weight": 1}) for user in people))
            return f"/api/v1/leases/{lease.public_id}/shares", bodies[0], bodies[1]

        return {
            "/api/v1/leases/{id}/end": change("end", {"end_date": "2027-01-31"}, {"end_date": "2027-02-28"}),
            "/api/v1/leases/{id}/renew": change("renew", {"end_date": "2028-01-31"}, {"end_date": "2028-02-29"}),
            "/api/v1/leases/{id}/rent_steps": change(
                "rent_steps", {"from_date": "2027-01-01", "rent_amount": 160_000}, {"from_date": "2027-01-01", "rent_amount": 170_000}
            ),
            "/api/v1/leases/{id}/shares": shares,
            "/api/v1/leases/{id}/transfers": self.credit_transfer,
            "/api/v1/leases/{id}/move": self.move,
            "/api/v1/leases/{id}/payment_policy": change("payment_policy", {"partial_payments": "none"}, {"blocked": True}),
        }

    def credit_transfer(self) -> tuple[str, dict[str, Any], dict[str, Any]]:
        mate = self.person(f"mate{self.count()}", "renter")
        lease = self.lease((self.bob, {"weight": 1}), (mate, {"weight": 1}))
        credit = {"renter": self.bob.public_id, "amount": 76_000, "reason": "He painted the stairs"}
        self.post(f"/api/v1/leases/{lease.public_id}/credits", credit, f"setup-{self.count()}")
        body = {"from_renter": self.bob.public_id, "to_renter": mate.public_id, "amount": 400, "reason": "As agreed"}
        return f"/api/v1/leases/{lease.public_id}/transfers", body, {**body, "amount": 401}

    def move(self) -> tuple[str, dict[str, Any], dict[str, Any]]:
        body = {"unit": self.unit().public_id, "from_date": "2026-12-01"}
        return f"/api/v1/leases/{self.lease().public_id}/move", body, {**body, "from_date": "2027-01-01"}

    def requests_of_payouts(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        def payout() -> tuple[str, dict[str, Any], dict[str, Any]]:
            self.until(self.pay(self.lease(), "instant", source=self.source), "settled")
            body = {"amount": 500, "currency": "usd", "bank_account": self.account(self.alice).public_id}
            return "/api/v1/payouts", body, {**body, "amount": 501}

        def overpayment() -> tuple[str, dict[str, Any], dict[str, Any]]:
            lease = self.lease(rent=20_000)
            self.until(self.pay(lease, "instant", amount=25_000, source=self.source), "settled")
            return f"/api/v1/leases/{lease.public_id}/overpayment_refunds", {"amount": 400}, {"amount": 401}

        def paid_back() -> dict[str, Any]:
            paid = self.until(self.pay(self.lease(), "instant", source=self.source), "settled")
            return {"payment": paid.public_id, "amount": 500}

        def refund() -> tuple[str, dict[str, Any], dict[str, Any]]:
            body = paid_back()
            return "/api/v1/refunds", body, {**body, "amount": 501}

        def note() -> tuple[str, dict[str, Any], dict[str, Any]]:
            made = self.post("/api/v1/refunds", paid_back(), f"setup-{self.count()}").json()["id"]
            return f"/api/v1/refunds/{made}", {"metadata": {"ticket": "1"}}, {"metadata": {"ticket": "2"}}

        def trust_bank() -> tuple[str, dict[str, Any], dict[str, Any]]:
            first, second = divmod(self.count(), 26)  # a state has one
            body = {"bank_account": self.account(self.alice).public_id, "state": chr(65 + first) + chr(65 + second)}
            return "/api/v1/trust_banks", body, {**body, "state": "ZZ"}

        def replace() -> tuple[str, dict[str, Any], dict[str, Any]]:
            made = self.post("/api/v1/trust_banks", trust_bank()[1], f"setup-{self.count()}").json()["id"]
            one, other = ({"bank_account": self.account(self.alice).public_id} for _ in range(2))
            return f"/api/v1/trust_banks/{made}/replace_account", one, other

        def move_out() -> tuple[str, dict[str, Any], dict[str, Any]]:
            body = {"lease": self.lease().public_id, "moved_out_on": self.now.date().isoformat()}
            return "/api/v1/move_outs", body, {**body, "damages": [{"description": "A door", "amount": 100}]}

        def cancel() -> tuple[str, dict[str, Any], dict[str, Any]]:
            made = self.post("/api/v1/move_outs", move_out()[1], f"setup-{self.count()}").json()["id"]
            return f"/api/v1/move_outs/{made}/cancel", {}, {}

        return {
            "/api/v1/payouts": payout,
            "/api/v1/leases/{id}/overpayment_refunds": overpayment,
            "/api/v1/refunds": refund,
            "/api/v1/refunds/{id}": note,
            "/api/v1/trust_banks": trust_bank,
            "/api/v1/trust_banks/{id}/replace_account": replace,
            "/api/v1/move_outs": move_out,
            "/api/v1/move_outs/{id}/cancel": cancel,
        }

    def requests_of_cards(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        typed = {"number": "4242424242424242", "exp_month": 11, "exp_year": 2029, "cvc": "314"}
        visa, methods = {"type": "card", "card": {"token": "tok_visa"}}, "/api/v1/payment_methods"

        def card() -> str:
            return f"{methods}/{self.post(methods, visa, f'setup-{self.count()}').json()['id']}"

        return {
            "/api/v1/tokens": lambda: ("/api/v1/tokens", {"card": typed}, {"card": {**typed, "exp_year": 2030}}),
            methods: lambda: (methods, visa, {"type": "card", "card": {"token": "tok_mastercard"}}),
            f"{methods}/{{id}}": lambda: (card(), {"card": {"exp_year": 2030}}, {"card": {"exp_year": 2031}}),
            f"{methods}/{{id}}/attach": lambda: (
                f"{card()}/attach",
                {"customer": self.bob.public_id},
                {"customer": self.alice.public_id},
            ),
            f"{methods}/{{id}}/detach": lambda: (f"{card()}/detach", {}, {}),
        }

    def requests_of_intents(self) -> dict[str, Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]]:
        def intent(**more: Any) -> dict[str, Any]:
            return {"amount": 3_000, "currency": "usd", "lease": self.leased.public_id, "payment_method": self.source.public_id, **more}

        def made_intent(**more: Any) -> str:
            return str(self.post("/api/v1/payment_intents", intent(**more), f"setup-{self.count()}").json()["id"])

        def wish(verb: str, body: dict[str, Any], other: dict[str, Any]) -> Callable[[], tuple[str, dict[str, Any], dict[str, Any]]]:
            return lambda: (f"/api/v1/payment_intents/{made_intent()}{verb}", body, other)

        def prove() -> tuple[str, dict[str, Any], dict[str, Any]]:
            waiting = made_intent(payment_method=self.new_account(), confirm=True)
            return f"/api/v1/payment_intents/{waiting}/verify_microdeposits", {"amounts": [32, 45]}, {"amounts": [45, 33]}

        def capture() -> tuple[str, dict[str, Any], dict[str, Any]]:
            by_card = {"payment_method": "pm_card_visa", "customer": self.bob.public_id, "capture_method": "manual"}
            promised = made_intent(**by_card, confirm=True, allow_duplicate=True)
            self.work()
            return f"/api/v1/payment_intents/{promised}/capture", {"amount_to_capture": 2_000}, {"amount_to_capture": 2_001}

        return {
            "/api/v1/payment_intents/{id}/capture": capture,
            "/api/v1/payment_intents": lambda: ("/api/v1/payment_intents", intent(confirm=True), intent(confirm=True, amount=3_001)),
            "/api/v1/payment_intents/{id}": wish("", {"description": "one"}, {"description": "two"}),
            "/api/v1/payment_intents/{id}/confirm": wish("/confirm", {"rail": "ach"}, {"rail": "instant"}),
            "/api/v1/payment_intents/{id}/cancel": wish("/cancel", {}, {"cancellation_reason": "duplicate"}),
            "/api/v1/payment_intents/{id}/verify_microdeposits": prove,
        }

    def count(self) -> int:
        self._units += 1
        return self._units

    def new_account(self) -> str:
        details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
        return add_bank_account(self.bob, details, actor=SYSTEM, at=self.now).public_id

    def post(self, path: str, body: dict[str, Any], key: str | None = None, secret: str = "") -> Any:
        headers = {"Authorization": f"Bearer {secret or self.secret}"} | ({} if key is None else {"Idempotency-Key": key})
        return Client().post(path, json.dumps(body), content_type="application/json", headers=headers)
