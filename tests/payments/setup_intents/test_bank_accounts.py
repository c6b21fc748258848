"""Keeping a bank account: its owner names the two deposits, and has agreed to debits."""

import pytest

from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount
from tests.directpay.cast import error_of
from tests.payments.intents.conftest import unproven
from tests.payments.setup_intents.conftest import AGREED, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(w) -> BankAccount:
    return unproven(w, w.bob)


@pytest.fixture
def waits(api, of_bob, fresh) -> dict:
    return api.created(**of_bob, payment_method=fresh.public_id, confirm=True, mandate_data=AGREED)


def test_it_works(w, api, waits, fresh):
    deposits = waits["next_action"]["verify_with_microdeposits"]
    assert (waits["status"], waits["next_action"]["type"]) == ("requires_action", "verify_with_microdeposits")
    assert (deposits["microdeposit_type"], waits["mandate"]) == ("amounts", None)
    assert not Mandate.objects.exists(), "not before it is proven"
    kept = api.post(f"/{waits['id']}/verify_microdeposits", {"amounts": [45, 32]}).json()
    assert (kept["status"], kept["payment_method"], kept["next_action"]) == ("succeeded", fresh.public_id, None)
    mandate = Mandate.objects.get(public_id=kept["mandate"])
    assert (mandate.user, mandate.bank_account, mandate.ip_address, mandate.accepted_at) == (w.bob, fresh, "192.0.2.7", w.now)
    assert row_of(kept).agreement == {}, "the mandate keeps it"


def test_goes_on_where_they_are_named_elsewhere(w, api, waits, fresh):
    api.caller.post(f"/api/v1/bank-accounts/{fresh.public_id}/verify", {"amounts": [32, 45]})
    w.work()
    assert api.read(waits["id"])["status"] == "succeeded"
    assert Mandate.objects.count() == 1


def test_says_that_three_tries_were_wrong(w, api, waits, fresh):
    for left in (2, 1, 0):
        answer = api.post(f"/{waits['id']}/verify_microdeposits", {"amounts": [1, 2]})
        assert (answer.status_code, error_of(answer)["tries_left"]) == (400, left)
    failed = api.read(waits["id"])
    code = "payment_method_microdeposit_verification_attempts_exceeded"
    assert (failed["status"], failed["last_setup_error"]["code"]) == ("requires_payment_method", code)
    assert failed["last_setup_error"]["payment_method"]["id"] == fresh.public_id
    assert row_of(failed).agreement == {}


def test_fails_when_nobody_named_them_in_time(w, api, waits):
    w.later(days=11)
    assert api.read(waits["id"])["status"] == "requires_payment_method"


def test_a_proven_one_is_kept_at_once(w, api, of_bob):
    account = w.account(w.bob)
    made = api.created(**of_bob, payment_method=account.public_id, confirm=True, mandate_data=AGREED)
    assert (made["status"], made["mandate"]) == ("succeeded", Mandate.objects.get().public_id)


def test_the_mandate_that_stands_is_enough(w, api, of_bob):
    account = w.account(w.bob)
    standing = agree_to_mandate(account, Agreement(), actor=w.actor(w.bob), at=w.now)
    made = api.created(**of_bob, payment_method=account.public_id, confirm=True)
    assert (made["status"], made["mandate"], Mandate.objects.count()) == ("succeeded", standing.public_id, 1)


def test_fails_where_the_mandate_was_taken_back_on_the_way(w, api, of_bob, fresh):
    """The account is proven again, so to say: its mandate ends between confirming and naming the deposits."""
    made = api.created(**of_bob, payment_method=fresh.public_id, confirm=True, mandate_data=AGREED)
    row = row_of(made)
    row.agreement = {}
    row.save(update_fields=["agreement"])
    api.caller.post(f"/api/v1/bank-accounts/{fresh.public_id}/verify", {"amounts": [32, 45]})
    w.work()
    assert api.read(made["id"])["last_setup_error"]["code"] == "mandate_missing"


def test_what_was_agreed_to_of_one_account_is_no_word_on_another(w, api, waits):
    """Its owner agreed that the first is debited: of the second nobody has said anything."""
    other = w.account(w.bob, "000123456780")
    refused = api.post(f"/{waits['id']}/confirm", {"payment_method": other.public_id})
    assert (refused.status_code, error_of(refused)["code"]) == (400, "mandate_missing")
    assert not Mandate.objects.exists()


def test_nor_where_it_was_named_by_a_change(w, api, waits):
    other = w.account(w.bob, "000123456780")
    assert api.post(f"/{waits['id']}", {"payment_method": other.public_id}).status_code == 200
    assert error_of(api.post(f"/{waits['id']}/confirm"))["code"] == "mandate_missing"
    again = api.post(f"/{waits['id']}/confirm", {"mandate_data": AGREED}).json()
    assert (again["status"], Mandate.objects.get().bank_account) == ("succeeded", other)


def test_of_the_same_account_it_holds_where_that_is_named_again(w, api, waits, fresh):
    assert api.post(f"/{waits['id']}/confirm", {"payment_method": fresh.public_id}).json()["status"] == "requires_action"
    assert api.post(f"/{waits['id']}/verify_microdeposits", {"amounts": [45, 32]}).json()["status"] == "succeeded"


def test_speaks_the_owners_language(w, api, of_bob):
    w.bob.locale = "es"
    w.bob.save(update_fields=["locale"])
    api.created(**of_bob, payment_method=w.account(w.bob).public_id, confirm=True, mandate_data=AGREED)
    assert Mandate.objects.get().language == "es"


class TestRefuses:
    def test_without_consent(self, api, of_bob, fresh):
        answer = api.post("", {**of_bob, "payment_method": fresh.public_id, "confirm": True})
        assert (answer.status_code, error_of(answer)["code"], error_of(answer)["param"]) == (400, "mandate_missing", "mandate_data")

    def test_consent_online_from_nowhere(self, api, of_bob, fresh):
        said = {"customer_acceptance": {"type": "online"}}
        answer = api.post("", {**of_bob, "payment_method": fresh.public_id, "confirm": True, "mandate_data": said})
        assert error_of(answer)["param"] == "mandate_data[customer_acceptance][online]"

    def test_consent_of_tomorrow(self, w, api, of_bob, fresh):
        said = {"customer_acceptance": {"type": "offline", "accepted_at": int(w.now.timestamp()) + 60}}
        answer = api.post("", {**of_bob, "payment_method": fresh.public_id, "confirm": True, "mandate_data": said})
        assert error_of(answer)["param"] == "mandate_data[customer_acceptance][accepted_at]"

    def test_one_that_cannot_be_proven_any_more(self, api, of_bob, waits, fresh):
        for _ in range(3):
            api.post(f"/{waits['id']}/verify_microdeposits", {"amounts": [1, 2]})
        answer = api.post(f"/{waits['id']}/confirm", {"payment_method": fresh.public_id, "mandate_data": AGREED})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "bank_account_not_verified")

    def test_the_account_of_another(self, w, api, of_bob):
        mia = w.person("mia", "renter")
        answer = api.post("", {**of_bob, "payment_method": w.account(mia).public_id})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "payment_method_not_of_customer")

    def test_deposits_that_nobody_waits_for(self, api, of_bob):
        made = api.created(**of_bob, payment_method="pm_card_visa")
        answer = api.post(f"/{made['id']}/verify_microdeposits", {"amounts": [32, 45]})
        assert error_of(answer)["code"] == "setup_intent_unexpected_state"

    def test_deposits_named_by_the_landlord_who_made_it(self, w, as_user, of_bob, fresh):
        w.lease()
        alice, bob = as_user(w.alice), as_user(w.bob)
        made = alice.created(**of_bob)
        bob.confirmed(made["id"], payment_method=fresh.public_id, mandate_data=AGREED)
        answer = alice.post(f"/{made['id']}/verify_microdeposits", {"amounts": [32, 45]})
        assert (answer.status_code, error_of(answer)["param"]) == (400, "payment_method")
        assert bob.post(f"/{made['id']}/verify_microdeposits", {"amounts": [32, 45]}).json()["status"] == "succeeded"
        assert alice.read(made["id"])["mandate"] is None, "a mandate is its owner's to see"
        assert bob.read(made["id"])["mandate"]
