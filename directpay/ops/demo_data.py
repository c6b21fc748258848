"""The demo: Alice lets, Bob, Mia and Noor rent. Made through the HTTP API; only keys, passwords and capital are set from inside."""

import secrets
import time
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command

from directpay.events.unit import unit_of_work
from directpay.kernel import clock
from directpay.ops.http_story import Client
from directpay.people.actions import create_api_key, create_user, set_password
from directpay.people.actor import SYSTEM
from directpay.people.models import Role, User

STAFF, LANDLORD, RENTER = "staff@example.com", "alice@example.com", "bob@example.com"
ROOMMATE, BEHIND = "mia@example.com", "noor@example.com"
CAPITAL_MINOR = 1_000_000
DEPOSITS = [32, 45]
EXTRAS = (("tok_visa", "Two spare keys", 4_500), ("tok_refundRefused", "Parking for visitors", 6_000))
GIVEN_BACK_MINOR = 2_000
CLEARED_WITHIN_SECONDS = 30  # by card it takes none, on a machine that is not busy: the worker has done it while the rest was made
LINDEN = {"line1": "114 Linden St", "city": "Columbus", "state": "OH", "postal_code": "43215", "country": "US"}


def seed(base_url: str) -> dict[str, Any]:
    """Fill an empty sandbox. Returns what `var/demo.json` holds."""
    at = clock.now()
    call_command("pay_in_capital", CAPITAL_MINOR)
    with unit_of_work():
        platform = create_api_key(actor=SYSTEM, at=at, owner=None, mode="test", name="demo platform").secret
        publishable = create_api_key(actor=SYSTEM, at=at, owner=None, mode="test", kind="publishable", name="demo publishable").secret
    api = Client(base_url, platform)
    people = {role: _person(api, role, email, name) for role, email, name in _cast()}
    logins = _log_ins(people)
    given = _homes(api, people)
    _give_back(api, given)
    return {
        "base_url": base_url,
        "secret_key": platform,
        "publishable_key": publishable,
        **logins,
    }


def _cast() -> list[tuple[str, str, str]]:
    return [
        ("landlord", LANDLORD, "Alice Moreno"),
        ("renter", RENTER, "Bob Okafor"),
        ("roommate", ROOMMATE, "Mia Lindqvist"),
        ("behind", BEHIND, "Noor Haddad"),
    ]


def _person(api: Client, role: str, email: str, name: str) -> dict[str, Any]:
    kind = "landlord" if role == "landlord" else "renter"
    user = api.post("/api/v1/users", {"email": email, "name": name, "role": kind}, key=f"demo-user-{email}")
    number = "000123456789"
    details = {
        "user": user["id"],
        "account_holder_name": name,
        "routing_number": "110000000",
        "account_number": number,
        "account_type": "checking",
    }
    account = api.post("/api/v1/bank-accounts", details, key=f"demo-bank-{email}")
    api.post(f"/api/v1/bank-accounts/{account['id']}/verify", {"amounts": DEPOSITS}, key=f"demo-verify-{email}")
    return {**user, "bank_account": account["id"]}


def _log_ins(people: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Passwords are new for each installation; the staff member has no door in the API."""
    at = clock.now()
    staff_password = _password()
    with unit_of_work():
        create_user(email=STAFF, name="Dana Reyes", role=Role.STAFF, password=staff_password, superuser=True, actor=SYSTEM, at=at)
        found = {"staff": {"email": STAFF, "password": staff_password}}
        for role in ("landlord", "renter", "roommate", "behind"):
            user, password = User.objects.get(public_id=people[role]["id"]), _password()
            set_password(user=user, password=password, actor=SYSTEM, at=at)
            found[role] = {"email": user.email, "password": password, "id": user.public_id, "bank_account": people[role]["bank_account"]}
        owner = User.objects.get(public_id=people["landlord"]["id"])
        found["landlord"]["secret_key"] = create_api_key(actor=SYSTEM, at=at, owner=owner, mode="test", name="demo landlord").secret
    return found


def _password() -> str:
    return f"demo-{secrets.token_urlsafe(9)}"


def _homes(api: Client, people: dict[str, dict[str, Any]]) -> list[str]:
    """Bob alone in 2B since last month, one rent settled; Bob and Mia share 4A at sixty to forty. Payments of which a part goes back."""
    today = clock.now().date()
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    details = {
        "landlord": people["landlord"]["id"],
        "name": "Linden House",
        "timezone": "America/New_York",
        "currency": "usd",
        "address": LINDEN,
    }
    names = ("Unit 2B", "Unit 4A", "Unit 1C", "Unit 3D")  # the last is empty
    house = api.post("/api/v1/properties", {**details, "units": [{"name": name} for name in names]}, key="demo-house")
    taken = {"property": house["id"], "amount": 1_200, "currency": "usd", "description": "Account fee"}
    api.post("/api/v1/bank_charges", taken, key="demo-bank-charge")
    units = {unit["name"]: unit["id"] for unit in house["units"]}
    alone = _lease(api, units["Unit 2B"], [{"user": people["renter"]["id"]}], 150_000, before)
    last_month = alone["schedule"][0]["id"]
    paid = {"lease": alone["id"], "charges": [{"charge": last_month}], "rail": "instant", "bank_account": people["renter"]["bank_account"]}
    api.post("/api/v1/payments", paid, key="demo-last-month")
    by_card = [_by_card(api, alone, people["renter"], *extra) for extra in EXTRAS]
    shared = [
        {"user": people["roommate"]["id"], "share": {"percent": 60}},
        {"user": people["renter"]["id"], "share": {"percent": 40}},
    ]
    home = _lease(api, units["Unit 4A"], shared, 240_000, first)
    _trust_account(api, people["landlord"])
    ours = {"lease": home["id"], "rail": "ach", "bank_account": people["roommate"]["bank_account"]}
    api.post("/api/v1/payments", ours, key="demo-roommate")
    _by_itself(api, home, people["roommate"])
    _behind(api, units["Unit 1C"], people["behind"], before, today)
    return by_card


def _by_card(api: Client, home: dict[str, Any], renter: dict[str, Any], token: str, what: str, minor: int) -> str:
    """Something besides the rent, paid by a card at once."""
    extra = api.post(
        f"/api/v1/leases/{home['id']}/charges", {"category": "other", "amount": minor, "description": what}, key=f"demo-{what}"
    )
    card = api.post("/api/v1/payment_methods", {"type": "card", "card": {"token": token}}, key=f"demo-card-{what}")
    api.post(f"/api/v1/payment_methods/{card['id']}/attach", {"customer": renter["id"]}, key=f"demo-attach-{what}")
    body = {"lease": home["id"], "charges": [{"charge": extra["id"]}], "rail": "card", "payment_method": card["id"]}
    return str(api.post("/api/v1/payments", body, key=f"demo-paid-{what}")["id"])


def _give_back(api: Client, payments: list[str]) -> None:
    """A part of each goes back: of the first it arrives at once; the card of the second is gone, and a person has to see to it."""
    ends = time.monotonic() + CLEARED_WITHIN_SECONDS
    for payment, reason in zip(payments, ("other", "requested_by_customer"), strict=True):
        status = _status(api, payment)
        while status in ("initiated", "processing") and time.monotonic() < ends:
            time.sleep(0.05)
            status = _status(api, payment)
        if status in ("completed", "settled"):  # a demo without it is better than none
            api.post("/api/v1/refunds", {"payment": payment, "amount": GIVEN_BACK_MINOR, "reason": reason}, key=f"demo-refund-{payment}")


def _status(api: Client, payment: str) -> str:
    return str(api.get(f"/api/v1/payments/{payment}")["status"])


def _behind(api: Client, unit: str, renter: dict[str, Any], start: date, today: date) -> None:
    """Noor owes since last month, and is offered to pay it in three parts."""
    home = _lease(api, unit, [{"user": renter["id"]}], 120_000, start)
    offer = {"installments": 3, "start_date": (today + timedelta(days=7)).isoformat(), "interval": "two_weeks", "amount": 120_000}
    words = {"note": "Three parts, as we said on the phone."}
    plan = api.post(f"/api/v1/leases/{home['id']}/payment_plans", {**offer, **words}, key="demo-plan")
    api.post(f"/api/v1/payment_plans/{plan['id']}/accept", {}, key="demo-plan-accepted")


def _by_itself(api: Client, home: dict[str, Any], roommate: dict[str, Any]) -> None:
    """From next month on Mia's share pays itself."""
    agreed = {"bank_account": roommate["bank_account"], "customer_acceptance": {"type": "offline"}}
    api.post("/api/v1/mandates", agreed, key="demo-mandate")
    api.post("/api/v1/autopays", {"lease": home["id"], "bank_account": roommate["bank_account"]}, key="demo-autopay")


def _trust_account(api: Client, landlord: dict[str, Any]) -> None:
    """A simulated trust bank in Ohio: from now on the deposits of both homes are asked for."""
    details = {
        "user": landlord["id"],
        "account_holder_name": f"{landlord['name']}, in trust",
        "routing_number": "110000000",
        "account_number": "000123456780",
        "account_type": "checking",
    }
    account = api.post("/api/v1/bank-accounts", details, key="demo-trust-account")
    api.post(f"/api/v1/bank-accounts/{account['id']}/verify", {"amounts": DEPOSITS}, key="demo-verify-trust-account")
    api.post("/api/v1/trust_banks", {"bank_account": account["id"], "state": "OH"}, key="demo-trust-bank")


def _lease(api: Client, unit: str, renters: list[dict[str, Any]], rent: int, start: date) -> dict[str, Any]:
    end = date(start.year + 1, start.month, 1) - timedelta(days=1)
    late = {"grace_days": 5, "percent": "5", "cap_amount": 5_000, "mode": "proposed", "returned_payment_fee": 2_500}
    days = {"start_date": start.isoformat(), "end_date": end.isoformat(), "due_day": 1}
    body = {"unit": unit, "renters": renters, "rent_amount": rent, "currency": "usd", "deposit_amount": rent, **days, "late_fee": late}
    return api.post("/api/v1/leases", body, key=f"demo-lease-{unit}")


def may_seed() -> bool:
    """An empty sandbox, and nothing else."""
    return settings.SANDBOX and not User.objects.exists()
