"""`/v1/refunds`, as landlords, renters and Stripe's clients meet it."""

import pytest

from payments.refunds.models import Refund
from tests.directpay.cast import Caller, error_of, key_of

pytestmark = pytest.mark.django_db
LIST = "/api/v1/refunds"


@pytest.fixture
def alice(owing) -> Caller:
    return Caller(key_of(owing.alice))


@pytest.fixture
def bob(owing) -> Caller:
    return Caller(key_of(owing.bob))


def test_gives_back_a_part_and_says_so_on_the_payment(owing, paid, alice, bob):
    answer = alice.post(LIST, {"payment": paid.public_id, "amount": 4_000, "reason": "duplicate", "metadata": {"n": "1"}}, "one")
    made = answer.json()
    assert answer.status_code == 201
    assert (made["id"][:3], made["object"], made["amount"], made["currency"], made["status"]) == ("re_", "refund", 4_000, "usd", "pending")
    assert (made["payment"], made["charge"], made["reason"], made["metadata"]) == (paid.public_id, paid.public_id, "duplicate", {"n": "1"})
    assert (made["payer"], made["payment_intent"], made["failure_reason"]) == (owing.bob.public_id, None, None)
    assert alice.get(f"/api/v1/payments/{paid.public_id}").json()["amount_refunded"] == 4_000
    owing.later(seconds=1)
    for who in (alice, bob):
        assert who.get(f"{LIST}/{made['id']}").json()["status"] == "succeeded"
        assert [row["id"] for row in who.get(f"{LIST}?payment={paid.public_id}&status=succeeded").json()["data"]] == [made["id"]]
    assert alice.get(f"{LIST}?status=failed").json()["data"] == []


def test_gives_back_what_is_left_without_an_amount(owing, claws, paid, alice):
    alice.post(LIST, {"payment": paid.public_id, "amount": 4_000}, "one")
    made = alice.post(LIST, {"payment": paid.public_id}, "two").json()
    assert (made["amount"], made["fee_refunded"]) == (6_000, 174)
    refused = alice.post(LIST, {"payment": paid.public_id}, "three")
    assert (refused.status_code, error_of(refused)["code"]) == (400, "charge_already_refunded")


def test_the_same_key_gives_back_once(paid, alice):
    body = {"payment": paid.public_id, "amount": 100}
    one, again = alice.post(LIST, body, "one"), alice.post(LIST, body, "one")
    assert (again.content, again["Idempotent-Replayed"], Refund.objects.count()) == (one.content, "true", 1)
    assert error_of(alice.post(LIST, body))["code"] == "idempotency_key_required"


@pytest.mark.parametrize("body", [{}, {"payment": "pay_x", "payment_intent": "pi_x"}])
def test_exactly_one_name(alice, body):
    answer = alice.post(LIST, body, "one")
    assert (answer.status_code, error_of(answer)["param"]) == (400, "payment")


@pytest.mark.parametrize("name", ["payment", "payment_intent"])
def test_what_is_not_there_or_not_ones_own_looks_the_same(owing, paid, name):
    carol = Caller(key_of(owing.person("carol", "landlord")))
    known = paid.public_id if name == "payment" else "pi_x"
    answers = [carol.post(LIST, {name: one}, f"k-{one}") for one in (known, f"{known[:4]}nowhere")]
    assert {(a.status_code, error_of(a)["code"], error_of(a)["param"]) for a in answers} == {(400, "resource_missing", name)}


def test_a_renter_gives_back_nothing_and_writes_nothing(paid, alice, bob):
    made = alice.post(LIST, {"payment": paid.public_id, "amount": 100}, "one").json()
    assert bob.post(LIST, {"payment": paid.public_id, "amount": 100}, "two").status_code == 403
    assert bob.post(f"{LIST}/{made['id']}", {"metadata": {"a": "1"}}).status_code == 403
    assert Refund.objects.count() == 1


def test_only_what_is_written_on_it_is_changed(paid, alice):
    made = alice.post(LIST, {"payment": paid.public_id, "amount": 100, "metadata": {"a": "1"}}, "one").json()
    changed = alice.post(f"{LIST}/{made['id']}", {"metadata": {"b": "2"}}).json()
    assert changed == {**made, "metadata": {"a": "1", "b": "2"}}
    assert alice.post(f"{LIST}/{made['id']}", {"amount": 1}).status_code == 400


def test_says_what_is_missing(paid, alice):
    answer = alice.post(LIST, {"payment": paid.public_id}, "one")
    said = error_of(answer)
    assert (answer.status_code, said["code"], said["available"], said["missing"]) == (409, "balance_insufficient", 9_710, 290)


def test_an_authorized_payment_is_to_be_canceled(owing, pay, alice):
    promised = owing.until(pay(captures_later=True), "authorized")
    answer = alice.post(LIST, {"payment": promised.public_id, "amount": 100}, "one")
    assert (answer.status_code, error_of(answer)["code"]) == (400, "payment_not_captured")
    assert "cancel" in error_of(answer)["message"]


def test_the_story_of_a_failed_one(owing, pay, alice):
    paid = owing.until(pay(name="pm_card_refundFail"), "settled")
    made = alice.post(LIST, {"payment": paid.public_id, "amount": 100}, "one").json()
    owing.later(minutes=1)
    shown = alice.get(f"{LIST}/{made['id']}").json()
    assert (shown["status"], shown["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert shown["failure_message"]
    told = [event["type"] for event in alice.get("/api/v1/events?type=refund.returned").json()["data"]]
    assert told == ["refund.returned"]
