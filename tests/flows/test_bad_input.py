"""Bad input gets a 4xx that names the parameter and says why, and changes nothing."""

import json
from typing import Any

import pytest
from django.test import Client

from directpay.api.reference.document import document
from directpay.events.models import Event
from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.contracts.models import Lease
from leases.rent.models import Charge
from ledger.journal.models import Entry
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.world import World

pytestmark = pytest.mark.django_db
HUGE = 10**30


class Api:
    """Calls as the owner of a key."""

    def __init__(self, owner: User | None, w: World) -> None:
        self.secret = create_api_key(owner=owner, mode="test", actor=SYSTEM, at=w.now).secret
        self.n = 0

    def post(self, path: str, body: Any, key: str | None = "", content_type: str = "application/json", **headers: str) -> tuple[int, dict]:
        self.n += 1
        extra = {} if key is None else {"Idempotency-Key": key or f"bad-{self.n}"}
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        answer = Client(raise_request_exception=False).post(
            f"/api/v1/{path}", data, content_type=content_type, headers={"Authorization": f"Bearer {self.secret}", **extra, **headers}
        )
        return answer.status_code, json.loads(answer.content)

    def get(self, path: str) -> tuple[int, dict]:
        answer = Client(raise_request_exception=False).get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.secret}"})
        return answer.status_code, json.loads(answer.content)


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def api(w) -> Api:
    return Api(None, w)


@pytest.fixture
def lease(w) -> Lease:
    return w.lease()


@pytest.fixture
def payment(w, lease) -> dict[str, Any]:
    """A payment that would be accepted as it is."""
    return {"lease": lease.public_id, "rail": "ach", "bank_account": w.account(w.bob).public_id, "amount": 150_000}


@pytest.fixture
def terms(w) -> dict[str, Any]:
    """A lease that would be accepted as it is."""
    unit = w.unit()
    return {
        "property": w.home.public_id,
        "unit": unit.public_id,
        "renters": [{"user": w.bob.public_id}],
        "rent_amount": 150_000,
        "currency": "usd",
        "start_date": "2026-11-01",
        "end_date": "2027-10-31",
        "due_day": 1,
        "deposit_amount": 0,
    }


def state() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Payment, Entry, Event, Lease, Charge, User, BankAccount))


def refused(answer: tuple[int, dict], status: int, param: str | None, code: str | None = None) -> dict[str, Any]:
    error = answer[1]["error"]
    assert answer[0] == status, error
    assert error["param"] == param, error
    assert error["message"]
    assert error["request_id"].startswith("req_")
    if code:
        assert error["code"] == code, error
    return error


def test_the_good_ones_are_accepted(api, payment, terms):
    assert api.post("payments", payment)[0] == 201
    assert api.post("leases", terms)[0] == 201


@pytest.mark.parametrize("amount", [-1, 0, 1500.5, 1500.0, HUGE, "150000", "lots", True, [], {}, 100_000_001])
def test_amounts(api, payment, amount):
    before = state()
    refused(api.post("payments", {**payment, "amount": amount}), 400, "amount")
    assert state() == before


@pytest.mark.parametrize("name", ["rent_amount", "deposit_amount"])
@pytest.mark.parametrize("amount", [-1, 1500.5, HUGE, "1"])
def test_amounts_of_a_lease(api, terms, name, amount):
    before = state()
    refused(api.post("leases", {**terms, name: amount}), 400, name)
    assert state() == before


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"currency": "xxx"}, "currency", None),
        ({"currency": "eur"}, "currency", None),
        ({"surprise": 1}, "surprise", "parameter_unknown"),
        ({"due_day": 0}, "due_day", None),
        ({"due_day": 32}, "due_day", None),
        ({"end_date": "2026-10-31"}, "end_date", None),
        ({"start_date": "2026-02-30"}, "start_date", None),
        ({"start_date": "01/11/2026"}, "start_date", None),
        ({"renters": []}, "renters", None),
        ({"renters": [{"user": "usr_nobody"}]}, "renters[0][user]", "resource_missing"),
        ({"renters": [{"user": "usr_nobody", "share": {"slice": 1}}]}, "renters[0][share][slice]", "parameter_unknown"),
        ({"unit": "unit_nowhere"}, "unit", "resource_missing"),
        ({"property": "prop_nowhere"}, "property", "resource_missing"),
    ],
)
def test_leases(api, terms, change, param, code):
    before = state()
    refused(api.post("leases", {**terms, **change}), 400, param, code)
    assert state() == before


def test_shares_that_do_not_add_up(w, api, terms):
    carol = w.person("carol", "renter")
    shares = [{"user": w.bob.public_id, "share": {"percent": 60}}, {"user": carol.public_id, "share": {"percent": "39.99"}}]
    before = state()
    refused(api.post("leases", {**terms, "renters": shares}), 400, "renters")
    assert state() == before


def test_overlapping_leases_of_a_unit(api, terms):
    status, first = api.post("leases", terms)
    assert status == 201
    before = state()
    overlapping = {**terms, "start_date": "2027-10-31", "end_date": "2028-10-30"}
    error = refused(api.post("leases", overlapping), 409, "start_date", "lease_overlaps")
    assert error["lease"] == first["id"]
    assert state() == before
    assert api.post("leases", {**terms, "start_date": "2027-11-01", "end_date": "2028-10-31"})[0] == 201


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"surprise": 1}, "surprise", "parameter_unknown"),
        ({"rail": "pigeon"}, "rail", None),
        ({"lease": "lse_nowhere"}, "lease", "resource_missing"),
        ({"lease": "pay_wrong"}, "lease", None),
        ({"bank_account": "ba_nowhere"}, "bank_account", "resource_missing"),
        ({"amount": 300_001}, "amount", "amount_exceeds_payable"),
        ({"charges": [{"charge": "chg_nowhere"}]}, "charges[0][charge]", "amount_exceeds_payable"),
        ({"charges": [{"charge": "chg_x", "amount": 0}]}, "charges[0][amount]", None),
        ({"currency": "zzz"}, "currency", None),
        ({"metadata": {"a": {"b": 1}}}, "metadata", None),
        ({"applies_to": "acct_x"}, "applies_to", None),
    ],
)
def test_payments(api, payment, change, param, code):
    before = state()
    refused(api.post("payments", {**payment, **change}), 400, param, code)
    assert state() == before


def test_an_unverified_bank_account(w, api, payment):
    from payments.methods.actions import add_bank_account

    details = {"account_holder_name": "B", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
    fresh = add_bank_account(w.bob, details, actor=SYSTEM, at=w.now)
    before = state()
    refused(api.post("payments", {**payment, "bank_account": fresh.public_id}), 400, "bank_account", "bank_account_not_verified")
    assert state() == before


def test_a_bank_account_of_somebody_else(w, payment):
    mallory = w.person("mallory", "renter")
    theirs = w.account(mallory)
    before = state()
    refused(Api(w.bob, w).post("payments", {**payment, "bank_account": theirs.public_id}), 400, "bank_account", "resource_missing")
    refused(Api(None, w).post("payments", {**payment, "bank_account": theirs.public_id}), 400, "bank_account")
    assert state()[:3] == (before[0], before[1], before[2] + 2)  # but for the two keys that were made here


@pytest.mark.parametrize("number", ["000000000", "123456789", "11000000", "abcdefghi", "1100000000"])
def test_routing_numbers(w, api, number):
    body = {"user": w.bob.public_id, "account_holder_name": "B", "account_number": "000123456789", "account_type": "checking"}
    before = state()
    refused(api.post("bank-accounts", {**body, "routing_number": number}), 400, "routing_number")
    assert state() == before


def test_wrong_deposits_are_counted_and_the_third_ends_it(w, api):
    body = {"user": w.bob.public_id, "account_holder_name": "B", "account_number": "000123456789", "account_type": "checking"}
    account = api.post("bank-accounts", {**body, "routing_number": "110000000"})[1]["id"]
    for left in (2, 1, 0):
        error = refused(api.post(f"bank-accounts/{account}/verify", {"amounts": [1, 2]}), 400, "amounts", "amounts_mismatch")
        assert error["tries_left"] == left
    assert api.get(f"bank-accounts/{account}")[1]["status"] == "verification_failed"
    refused(api.post(f"bank-accounts/{account}/verify", {"amounts": [32, 45]}), 409, None, "bank_account_not_verifiable")


def test_keys_of_header_and_body_that_differ(api, payment):
    before = state()
    refused(api.post("payments", {**payment, "idempotency_key": "one"}, key="other"), 400, "idempotency_key")
    assert state() == before
    assert api.post("payments", {**payment, "idempotency_key": "same"}, key="same")[0] == 201


def test_keys(api, payment):
    before = state()
    refused(api.post("payments", payment, key=None), 400, "Idempotency-Key", "idempotency_key_required")
    refused(api.post("payments", payment, key="k" * 256), 400, "Idempotency-Key")
    assert state() == before
    assert api.post("payments", payment, key="k" * 255)[0] == 201


def test_other_peoples_objects_do_not_exist(w, api, lease, payment):
    made = api.post("payments", payment)[1]["id"]
    stranger = Api(w.person("mallory", "renter"), w)
    other = Api(w.person("lex", "landlord"), w)
    known = [f"payments/{made}", f"payments/{made}/history", f"leases/{lease.public_id}", f"leases/{lease.public_id}/balance"]
    for who in (stranger, other):
        for path in [*known, f"users/{w.bob.public_id}", f"bank-accounts/{payment['bank_account']}", f"properties/{w.home.public_id}"]:
            assert who.get(path)[0] == 404, path
        assert who.post(f"payments/{made}/cancel", {})[0] == 404
        assert who.get("payments")[1]["data"] == []
        assert who.get("leases")[1]["data"] == []
        refused(who.post("payments", payment), 400, "lease", "resource_missing")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"amount": NaN}', 400),
        (b'{"amount": 1, "amount": 2}', 400),
        (b'{"rail": "a\\u0000b"}', 400),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, 400),
        (b'{"metadata": ' + b'{"a":' * 30 + b"1" + b"}" * 31, 400),
        (b'{"amount": ' + b"9" * 5_000 + b"}", 400),
        (b'{"metadata": {"a": "' + b"x" * 300_000 + b'"}}', 413),
    ],
)
def test_bodies(api, payment, body, status):
    before = state()
    answer, told = api.post("payments", body)
    assert (answer, told["error"]["type"]) == (status, "invalid_request_error")
    assert state() == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/mixed"])
def test_content_types(api, content_type):
    assert api.post("payments", b"amount=1", content_type=content_type)[0] in (400, 415)


def test_a_nul_byte_in_an_address(api):
    assert api.get("payments/pay_%00")[0] == 404
    assert api.get("payments?status=a%00b")[0] == 400


def test_no_key_a_wrong_key_and_a_publishable_key(w, lease):
    anonymous = Client().get(f"/api/v1/leases/{lease.public_id}")
    assert anonymous.status_code == 401
    assert json.loads(anonymous.content)["error"]["type"] == "authentication_error"
    wrong = Client().get("/api/v1/leases", headers={"Authorization": "Bearer sk_test_wrong"})
    assert wrong.status_code == 401


def test_a_landlord_sees_a_payment_and_may_not_call_it_off(w, api, payment):
    made = api.post("payments", payment)[1]["id"]
    alice = Api(w.alice, w)
    assert alice.get(f"payments/{made}")[0] == 200
    assert alice.post(f"payments/{made}/cancel", {})[0] == 403
    assert Api(w.bob, w).post(f"payments/{made}/cancel", {})[1]["status"] == "canceled"


def test_roommates_do_not_learn_each_others_addresses(w):
    carol = w.person("carol", "renter")
    w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}))
    assert Api(carol, w).get(f"users/{w.bob.public_id}")[0] == 404
    assert Api(w.alice, w).get(f"users/{w.bob.public_id}")[0] == 200


def test_bank_accounts_without_end(w, api):
    body = {"user": w.bob.public_id, "account_holder_name": "B", "account_number": "000123456789", "account_type": "checking"}
    for _ in range(10):
        assert api.post("bank-accounts", {**body, "routing_number": "110000000"})[0] == 201
    before = state()
    refused(api.post("bank-accounts", {**body, "routing_number": "110000000"}), 409, None, "bank_accounts_unverified")
    assert state() == before


def test_a_payee_beside_an_account(w, api, lease, payment):
    account = lease.parties.get().account.public_id
    body = {"applies_to": account, "amount": 1_000, "currency": "usd", "rail": "ach", "bank_account": payment["bank_account"]}
    refused(api.post("payments", {**body, "payee": w.payee.public_id}), 400, "payee")
    assert api.post("payments", body)[0] == 201


def test_every_operation_names_a_parameter_of_the_query_that_it_does_not_know(api):
    wrong = {}
    for path, methods in document()["paths"].items():
        address = path.removeprefix("/api/v1/").replace("{id}", "nobody")
        for method in methods:
            status, answer = api.get(f"{address}?colour=red") if method == "get" else api.post(f"{address}?colour=red", {})
            if (status, answer["error"]["code"], answer["error"]["param"]) != (400, "parameter_unknown", "colour"):
                wrong[f"{method} {path}"] = (status, answer)
    assert wrong == {}


def test_every_operation_names_a_parameter_of_the_body_that_it_does_not_know(api):
    """Those with an id in their address look for the object first, or not: either way nobody is left in doubt."""
    for path, methods in document()["paths"].items():
        if "post" in methods and "{id}" not in path:
            status, answer = api.post(path.removeprefix("/api/v1/"), {"colour": "red"})
            assert (status, answer["error"]["param"]) == (400, "colour"), path
