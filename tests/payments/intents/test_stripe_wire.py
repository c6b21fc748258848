"""What stripe-python was recorded to send, sent again byte for byte (but for keys and ids): the catalogue stands beside the repository."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.directpay.cast import error_of
from tests.payments.intents.conftest import payment_of, secret_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
RECORDED = ROOT.parent / "shared" / "cases" / "clients" / "stripe_python_wire.json"
RECORDING = json.loads(RECORDED.read_text()) if RECORDED.exists() else None
if RECORDING is None:
    pytest.skip(f"the catalogue of cases is not beside this repository: {RECORDED.name}", allow_module_level=True)

# The recorder answered these by itself, whatever was sent: here they are staged, or what they are: requests without a currency.
STAGED = {"unauth", "forbidden", "idem_mismatch", "notfound"}
WITHOUT_CURRENCY = {"declined", "bad_param", "conflict", "rate", "e500"}


class Wire:
    """Sends recorded requests with a key that is ours and ids that exist."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.ids: dict[str, str] = {}

    def send(self, request: dict[str, Any], **headers: str) -> Any:
        path = re.sub(r"(?:pi|cus)_\d+", lambda known: self.ids.get(known[0], known[0]), request["path"])
        path = re.sub(r"page=1$", f"page={self.ids.get('page', '1')}", path)
        sent = {**request["headers"], "Authorization": f"Bearer {self.secret}", **headers}
        kind = sent.pop("Content-Type", "application/octet-stream")
        return Client(raise_request_exception=False).generic(
            request["method"], f"/api{path}", request["body"], content_type=kind, headers=sent
        )


def recorded(step: str) -> list[dict[str, Any]]:
    found = [request for request in RECORDING["requests"] if request["step"] == step]
    assert found, f"{step} was not recorded"
    return found


@pytest.fixture
def wire(w) -> Wire:
    return Wire(secret_of(w, None))


@pytest.fixture
def first(wire) -> dict[str, Any]:
    """The recorded intent: `pi_1` means it from here on."""
    answer = wire.send(recorded("create")[0])
    assert answer.status_code == 201, answer.content
    wire.ids["pi_1"] = answer.json()["id"]
    return answer.json()


def test_every_recorded_step_is_replayed():
    replayed = {"create", "create_with_key", "retrieve_expand", "update_unset_metadata", "confirm", "capture", "cancel"}
    replayed |= {"list_autopage", "search_autopage", "delete_customer", "refund"}
    steps = {request["step"] for request in RECORDING["requests"]}
    assert steps == replayed | {"connected_account"} | STAGED | WITHOUT_CURRENCY


def test_creates(first):
    assert (first["amount"], first["currency"], first["metadata"]) == (120_000, "usd", {"lease": "L-1", "unit": "4B"})
    assert (first["customer"], first["latest_charge"], first["payment_method_types"]) == (None, None, ["card", "us_bank_account"])


def test_creates_once_under_a_key(wire):
    request = recorded("create_with_key")[0]
    made, again = wire.send(request), wire.send(request)
    assert (made.status_code, again.content, again["Idempotent-Replayed"]) == (201, made.content, "true")


def test_retrieves_and_expands(wire, first):
    answer = wire.send(recorded("retrieve_expand")[0])
    assert (answer.status_code, answer.json()["id"], answer.json()["latest_charge"]) == (200, first["id"], None)
    assert answer["Stripe-Version"] == recorded("retrieve_expand")[0]["headers"]["Stripe-Version"]


def test_unsets_metadata(wire, first):
    assert wire.send(recorded("update_unset_metadata")[0]).json()["metadata"] == {"lease": "L-1"}


def test_confirms_with_a_card_and_captures_a_part(w, wire, api, first, lease):
    """What the recorded client did not say, for its server knew no leases: who pays what, and that it is taken later."""
    told = {"lease": lease.public_id, "customer": w.bob.public_id, "capture_method": "manual"}
    assert api.post(f"/{first['id']}", told).status_code == 200
    sent = wire.send(recorded("confirm")[0]).json()
    assert (sent["id"], sent["status"], sent["payment_method"][:3]) == (first["id"], "processing", "pm_")
    w.until(payment_of(sent), "authorized")
    taken = wire.send(recorded("capture")[0]).json()
    assert (taken["id"], taken["status"]) == (first["id"], "processing")
    w.until(payment_of(sent), "settled")
    assert api.read(first["id"])["amount_received"] == 5_000


def test_gives_back_what_was_recorded(w, wire, api, rent):
    paid = api.created(**rent, amount=5_000, confirm=True, rail="instant")
    w.until(payment_of(paid), "settled")
    wire.ids["pi_1"] = paid["id"]
    request = recorded("refund")[0]
    named = {**request, "body": request["body"].replace("pi_1", paid["id"])}
    made, again = wire.send(named), wire.send(named)
    assert (made.status_code, again.content, again["Idempotent-Replayed"]) == (201, made.content, "true")
    shown = made.json()
    assert (shown["object"], shown["amount"], shown["reason"]) == ("refund", 100, "requested_by_customer")
    assert (shown["payment_intent"], shown["charge"], shown["status"]) == (paid["id"], paid["payment"], "pending")
    w.later(minutes=1)
    assert wire.send({**request, "method": "GET", "path": f"/v1/refunds/{shown['id']}", "body": ""}).json()["status"] == "succeeded"
    charge = api.read(paid["id"])["charges"]["data"][0]
    assert (charge["amount_refunded"], charge["refunded"]) == (100, False)


def test_cancels(wire, first):
    ended = wire.send(recorded("cancel")[0]).json()
    assert (ended["status"], ended["cancellation_reason"]) == ("canceled", "requested_by_customer")


def test_lists_the_seven_of_the_recording_in_three_pages(wire, api):
    made = [api.created()["id"] for _ in range(RECORDING["client_results"]["list_autopage"])][::-1]
    wire.ids |= {"pi_2": made[2], "pi_5": made[5]}
    pages = [wire.send(request).json() for request in recorded("list_autopage")]
    assert [row["id"] for page in pages for row in page["data"]] == made
    assert [page["has_more"] for page in pages] == [True, True, False]


def test_searches_page_by_page(w, wire, api, rent):
    paid = [api.created(**rent, amount=1000 + n, confirm=True, rail="instant") for n in range(2)]
    for made in paid:
        w.until(payment_of(made), "completed", "settled")
    first, second = recorded("search_autopage")
    one = wire.send({**first, "path": f"{first['path']}&limit=1"}).json()
    assert (one["object"], one["has_more"]) == ("search_result", True)
    wire.ids["page"] = one["next_page"]
    two = wire.send(second).json()
    assert [row["id"] for row in one["data"] + two["data"]] == [made["id"] for made in paid][::-1]


def test_deletes_a_customer_for_good(w, wire, api):
    made = api.caller.post("/api/v1/customers", {"email": "erin@example.com"}).json()["id"]
    wire.ids["cus_1"] = made
    gone = wire.send(recorded("delete_customer")[0])
    assert (gone.status_code, gone.json()) == (200, {"id": made, "object": "customer", "deleted": True})
    assert api.caller.get(f"/api/v1/customers/{made}").json() == gone.json()


def test_reads_for_a_connected_account(wire, first):
    assert wire.send(recorded("connected_account")[0]).json()["id"] == first["id"]


@pytest.mark.parametrize("step", sorted(WITHOUT_CURRENCY))
def test_names_the_currency_that_is_missing(wire, step):
    for request in recorded(step):
        answer = wire.send(request)
        wanted = RECORDING["client_results"]["bad_param"]
        assert (answer.status_code, error_of(answer)["code"], error_of(answer)["param"]) == (400, wanted["code"], wanted["param"])


def test_refuses_the_recorded_key(wire):
    request = recorded("unauth")[0]
    answer = wire.send(request, Authorization=request["headers"]["Authorization"])
    assert (answer.status_code, error_of(answer)["type"]) == (401, "authentication_error")


def test_refuses_a_key_that_may_only_read(w):
    answer = Wire(secret_of(w, None, scopes=["read"])).send(recorded("forbidden")[0])
    assert (answer.status_code, error_of(answer)["type"]) == (403, "permission_error")


def test_refuses_the_same_key_for_something_else(wire):
    good, other = recorded("create")[0], recorded("idem_mismatch")[0]
    key = {"Idempotency-Key": other["headers"]["Idempotency-Key"]}
    assert wire.send(good, **key).status_code == 201
    answer = wire.send(other)
    assert (answer.status_code, error_of(answer)["type"]) == (400, "idempotency_error")


def test_says_of_an_unknown_intent_what_was_recorded(wire):
    answer = wire.send(recorded("retrieve_expand")[0])
    wanted = RECORDING["client_results"]["notfound"]
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["param"]) == (404, wanted["code"], wanted["param"])
