"""Over the API: with a key once, seen by those whom it concerns, refused with codes that say why."""

import pytest

from tests.directpay.cast import Caller, key_of
from tests.leases.overpayments.cast import Overpaid

pytestmark = pytest.mark.django_db
LIST = "/api/v1/overpayment_refunds"


def address(w: Overpaid) -> str:
    return f"/api/v1/leases/{w.leased.public_id}/overpayment_refunds"


def test_all_that_can_go_goes_without_an_amount_and_once_with_the_same_key():
    w = Overpaid()
    alice = Caller(key_of(w.alice))
    made = alice.post(address(w), {"metadata": {"why": "paid twice"}}, "one")
    assert made.status_code == 200, made.content
    again = alice.post(address(w), {"metadata": {"why": "paid twice"}}, "one")
    assert (again.content, again["Idempotent-Replayed"]) == (made.content, "true")
    found = made.json()
    (part,) = found["payouts"]
    assert (found["amount"], found["amount_came_back"], found["status"], found["renter"]) == (10_000, 0, "pending", None)
    assert (part["payment"], part["amount"], part["status"]) == (w.paid.public_id, 10_000, "created")
    assert alice.get(f"/api/v1/payments/{w.paid.public_id}").json()["amount_refunded"] == 10_000
    w.sent("paid")
    shown = alice.get(f"{LIST}/{found['id']}?expand[]=payouts.payout").json()
    assert (shown["status"], shown["payouts"][0]["payout"]["purpose"], shown["metadata"]) == (
        "paid",
        "overpayment_refund",
        {"why": "paid twice"},
    )


def test_it_needs_a_key_and_a_landlord():
    w = Overpaid()
    assert Caller(key_of(w.alice)).post(address(w), {}, None).json()["error"]["code"] == "idempotency_key_required"
    refused = Caller(key_of(w.bob)).post(address(w), {}, "one")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    assert Caller(key_of(w.person("mia", "landlord"))).post(address(w), {}, "one").status_code == 404
    assert w.owed == -10_000


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"amount": 10_001}, 400, "amount_exceeds_overpayment", "amount"),
        ({"amount": 0}, 400, "amount_too_small", "amount"),
        ({"amount": -5}, 400, "amount_too_small", "amount"),
        ({"amount": "ten"}, 400, "parameter_invalid", "amount"),
        ({"renter": "usr_" + 24 * "a"}, 400, "resource_missing", "renter"),
        ({"whom": "bob"}, 400, "parameter_unknown", "whom"),
    ],
)
def test_each_wrong_field_is_named(body, status, code, param):
    w = Overpaid()
    error = Caller(key_of(w.alice)).post(address(w), body, "one")
    assert (error.status_code, error.json()["error"]["code"], error.json()["error"]["param"]) == (status, code, param)


def test_those_whom_it_concerns_see_it():
    w = Overpaid()
    carol, mia = w.person("carol", "renter"), w.person("mia", "renter")
    shared = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1}), rent=20_000)
    w.until(w.pay(shared, "instant", amount=15_000, source=w.source, on_behalf_of=carol), "settled")
    body = {"renter": carol.public_id, "amount": 4_000}
    made = Caller(key_of(w.alice)).post(f"/api/v1/leases/{shared.public_id}/overpayment_refunds", body, "one").json()
    assert made["renter"] == carol.public_id
    seen = {user.name: [row["id"] for row in Caller(key_of(user)).get(LIST).json()["data"]] for user in (w.alice, carol, w.bob, mia)}
    assert seen == {"Alice": [made["id"]], "Carol": [made["id"]], "Bob": [], "Mia": []}
    assert Caller(key_of(carol)).get(f"{LIST}/{made['id']}").json()["payouts"][0]["amount"] == 4_000  # though Bob had paid it
    assert Caller(key_of(w.alice)).get(f"{LIST}?lease={w.leased.public_id}").json()["data"] == []
    refused = Caller(key_of(w.alice)).post(f"/api/v1/leases/{shared.public_id}/overpayment_refunds", {}, "two")
    assert refused.json()["error"]["param"] == "renter"
