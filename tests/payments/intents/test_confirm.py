"""Paying through an intent: one attempt at a time, followed to its end."""

import pytest

from directpay.events.queries import history_of
from payments.intents.models import PaymentIntent
from payments.methods.actions import verify_bank_account
from payments.methods.models import BankAccount
from payments.payins.actions.cancel import cancel_payment
from payments.payins.models import Payment
from tests.directpay.cast import error_of
from tests.payments.intents.conftest import Api, payment_of, row_of, secret_of, unproven
from tests.world import DISPUTED, NO_FUNDS

pytestmark = pytest.mark.django_db


def test_pays_the_rent_and_succeeds(w, api, rent, lease):
    made = api.created(**rent, metadata={"lease": "L-1"})
    assert (made["status"], made["payment"], Payment.objects.count()) == ("requires_confirmation", None, 0)
    sent = api.confirmed(made["id"])
    assert (sent["status"], sent["amount_received"], sent["latest_charge"]) == ("processing", 0, sent["payment"])
    payment = payment_of(sent)
    assert (payment.origin, payment.rail, payment.metadata) == (lease.public_id, "ach", {"lease": "L-1"})
    w.until(payment, "settled")
    paid = api.read(made["id"])
    assert (paid["status"], paid["amount_received"], paid["last_payment_error"]) == ("succeeded", 150_000, None)
    assert w.balance("L1500", lease=lease) == 0
    assert [e.type for e in history_of(made["id"])] == ["payment_intent.created", "payment_intent.confirmed"]
    w.check()


def test_is_made_and_confirmed_in_one_request(api, rent):
    made = api.created(**rent, confirm=True, rail="instant")
    assert (made["status"], made["rail"], payment_of(made).rail) == ("processing", "instant", "instant")


def test_pays_an_account_of_the_books(w, api, lease, source):
    account = lease.parties.get().account
    made = api.created(applies_to=account.public_id, payment_method=source.public_id, confirm=True)
    assert (made["applies_to"], made["lease"], payment_of(made).applies_to_id) == (account.public_id, None, account.id)


def test_takes_at_the_end_what_was_not_said_before(api, rent):
    made = api.created()
    assert (made["status"], made["payment_method"], made["customer"]) == ("requires_payment_method", None, None)
    sent = api.confirmed(made["id"], **rent, rail="same_day_ach")
    assert (sent["status"], payment_of(sent).rail) == ("processing", "same_day_ach")


def test_takes_the_speed_of_stripe_for_a_rail(api, rent):
    options = {"us_bank_account": {"preferred_settlement_speed": "fastest"}}
    assert payment_of(api.created(**rent, confirm=True, payment_method_options=options)).rail == "same_day_ach"


def test_keeps_the_consent_that_the_caller_recorded(api, rent):
    consent = {"customer_acceptance": {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "curl"}}}
    made = api.created(**rent, confirm=True, mandate_data=consent)
    assert row_of(made).mandate_data == consent
    assert "192.0.2.7" not in str([e.data for e in history_of(made["id"])])


class TestAfterAFailure:
    @pytest.fixture
    def failed(self, w, api, lease):
        poor = w.account(w.bob, NO_FUNDS)
        made = api.created(lease=lease.public_id, payment_method=poor.public_id, confirm=True, rail="instant")
        w.until(payment_of(made), "failed")
        return api.read(made["id"])

    def test_a_payment_method_is_required_and_the_reason_said(self, failed):
        assert (failed["status"], failed["payment_method"]) == ("requires_payment_method", None)
        error = failed["last_payment_error"]
        assert (error["code"], error["charge"]) == ("insufficient_funds", failed["payment"])
        assert error["payment_method"]["us_bank_account"]["last4"] == "2227"
        assert failed["charges"]["data"][0]["failure_code"] == "insufficient_funds"

    def test_it_is_confirmed_again_with_another_payment(self, w, api, failed, source):
        again = api.confirmed(failed["id"], payment_method=source.public_id)
        assert (again["status"], again["last_payment_error"]) == ("processing", None)
        assert again["payment"] != failed["payment"]
        assert Payment.objects.count() == 2
        w.until(payment_of(again), "settled")
        assert api.read(failed["id"])["status"] == "succeeded"
        w.check()

    def test_another_payment_method_may_be_named_first(self, api, failed, source):
        changed = api.post(f"/{failed['id']}", {"payment_method": source.public_id}).json()
        assert (changed["status"], changed["payment_method"]) == ("requires_confirmation", source.public_id)
        assert api.confirmed(failed["id"])["status"] == "processing"

    def test_the_amount_may_be_changed(self, api, failed, source):
        assert api.post(f"/{failed['id']}", {"amount": 1000}).json()["status"] == "requires_payment_method"
        assert payment_of(api.confirmed(failed["id"], payment_method=source.public_id)).amount_minor == 1000

    def test_it_is_not_confirmed_with_nothing_new(self, api, failed):
        error = error_of(api.post(f"/{failed['id']}/confirm"))
        assert (error["code"], error["payment_intent"]["id"]) == ("payment_intent_unexpected_state", failed["id"])

    def test_what_was_tried_with_it_is_undone(self, api, failed):
        error = error_of(api.post(f"/{failed['id']}/confirm", {"rail": "wire"}))
        assert (error["payment_intent"]["rail"], row_of(failed).rail) == ("instant", "instant")

    def test_an_unproven_account_waits_to_be_proven(self, w, api, failed):
        new = unproven(w, w.bob)
        assert api.confirmed(failed["id"], payment_method=new.public_id)["status"] == "requires_action"
        assert row_of(failed).payment.status == "failed"


def test_stays_succeeded_with_a_dispute_when_the_bank_takes_it_back(w, api, lease):
    made = api.created(lease=lease.public_id, payment_method=w.account(w.bob, DISPUTED).public_id, confirm=True, rail="same_day_ach")
    w.until(payment_of(made), "returned")
    shown = api.read(made["id"], "?expand[]=latest_charge")
    charge = shown["latest_charge"]
    assert (shown["status"], shown["amount_received"], charge["status"], charge["disputed"]) == ("succeeded", 150_000, "succeeded", True)
    dispute = charge["dispute"]
    assert (dispute["object"], dispute["reason"], dispute["status"]) == ("dispute", "debit_not_authorized", "lost")
    assert (dispute["charge"], dispute["payment_intent"], dispute["amount"]) == (charge["id"], made["id"], 150_000)


class TestAnUnprovenAccount:
    @pytest.fixture
    def new(self, w):
        return unproven(w, w.bob)

    @pytest.fixture
    def waiting(self, api, new, lease):
        return api.created(lease=lease.public_id, payment_method=new.public_id, confirm=True)

    def test_requires_an_action_first(self, waiting):
        assert (waiting["status"], waiting["payment"]) == ("requires_action", None)
        assert waiting["next_action"]["type"] == "verify_with_microdeposits"

    def test_is_proven_and_pays(self, w, api, new, waiting):
        verify_bank_account(new, [32, 45], actor=w.actor(w.bob), at=w.now)
        assert api.read(waiting["id"])["status"] == "requires_confirmation"
        assert api.confirmed(waiting["id"])["status"] == "processing"

    def test_is_proven_through_the_intent_and_pays_at_once(self, api, new, waiting):
        answer = api.post(f"/{waiting['id']}/verify_microdeposits", {"amounts": [45, 32]})
        assert (answer.status_code, answer.json()["status"]) == (200, "processing")
        assert BankAccount.objects.get(id=new.id).status == "verified"

    def test_stays_proven_when_the_payment_is_refused(self, api, new, waiting, rent):
        for _ in range(2):
            api.created(**rent, confirm=True, allow_duplicate=True)  # all that is owed, and all that may be paid ahead
        answer = api.post(f"/{waiting['id']}/verify_microdeposits", {"amounts": [32, 45]}, key="named")
        assert (answer.status_code, error_of(answer)["code"]) == (409, "obligation_in_progress")
        assert BankAccount.objects.get(id=new.id).status == "verified"
        assert (api.read(waiting["id"])["status"], row_of(waiting).version) == ("requires_confirmation", 2)
        assert [e.type for e in history_of(waiting["id"])][-1] == "payment_intent.requires_action"

    def test_counts_and_keeps_wrong_tries_through_the_intent(self, api, new, waiting):
        answer = api.post(f"/{waiting['id']}/verify_microdeposits", {"amounts": [1, 2]})
        error = error_of(answer)
        assert (answer.status_code, error["code"], error["param"], error["tries_left"]) == (400, "amounts_mismatch", "amounts", 2)
        assert BankAccount.objects.get(id=new.id).verification_tries == 1

    def test_is_proven_by_its_owner_alone(self, w, api, as_user, new, waiting):
        answer = as_user(w.alice).post(f"/{waiting['id']}/verify_microdeposits", {"amounts": [32, 45]})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "resource_missing")
        assert BankAccount.objects.get(id=new.id).verification_tries == 0

    def test_is_proven_only_where_it_is_waited_for(self, api, rent):
        made = api.created(**rent)
        error = error_of(api.post(f"/{made['id']}/verify_microdeposits", {"amounts": [32, 45]}))
        assert error["code"] == "payment_intent_unexpected_state"

    def test_still_requires_it_when_confirmed_again(self, api, waiting):
        assert api.confirmed(waiting["id"])["status"] == "requires_action"
        assert Payment.objects.count() == 0

    def test_that_is_never_proven_requires_another(self, w, api, new, waiting, source):
        for _ in range(3):
            verify_bank_account(new, [1, 2], actor=w.actor(w.bob), at=w.now)
        shown = api.read(waiting["id"])
        assert (shown["status"], shown["next_action"]) == ("requires_payment_method", None)
        assert shown["last_payment_error"]["code"] == "payment_method_microdeposit_verification_attempts_exceeded"
        assert error_of(api.post(f"/{waiting['id']}/confirm"))["code"] == "payment_intent_unexpected_state"
        again = api.post(f"/{waiting['id']}/confirm", {"payment_method": new.public_id})
        assert (again.status_code, error_of(again)["code"]) == (400, "bank_account_not_verified")
        assert api.confirmed(waiting["id"], payment_method=source.public_id)["status"] == "processing"

    def test_is_refused_off_session_where_nobody_can_prove_it(self, api, new, lease):
        answer = api.post(
            "",
            {
                "amount": 1,
                "currency": "usd",
                "lease": lease.public_id,
                "payment_method": new.public_id,
                "confirm": True,
                "off_session": True,
            },
        )
        assert (error_of(answer)["code"], error_of(answer)["param"]) == ("bank_account_not_verified", "payment_method")
        assert PaymentIntent.objects.count() == 0


def test_refuses_a_second_confirmation(api, rent):
    made = api.created(**rent, confirm=True)
    answer = api.post(f"/{made['id']}/confirm", {})
    error = error_of(answer)
    assert (answer.status_code, error["type"], error["code"]) == (400, "invalid_request_error", "payment_intent_unexpected_state")
    assert error["payment_intent"]["status"] == "processing"
    assert Payment.objects.count() == 1


def test_refuses_an_intent_whose_payment_was_called_off(w, api, rent):
    made = api.created(**rent, confirm=True)
    cancel_payment(payment_of(made), actor=w.actor(w.bob), at=w.now)
    shown = api.read(made["id"])
    assert (shown["status"], shown["canceled_at"]) == ("canceled", int(w.now.timestamp()))
    assert error_of(api.post(f"/{made['id']}/confirm"))["code"] == "payment_intent_unexpected_state"


def test_refuses_to_pay_nobody_knows_what(api, source):
    error = error_of(api.post("", {"amount": 1, "currency": "usd", "payment_method": source.public_id, "confirm": True}))
    assert (error["code"], error["param"]) == ("parameter_missing", "lease")
    assert PaymentIntent.objects.count() == 0


def test_refuses_a_lease_in_another_currency(api, rent):
    made = api.created(**rent)
    api.post(f"/{made['id']}", {"currency": "eur"})
    assert error_of(api.post(f"/{made['id']}/confirm"))["param"] == "currency"


def test_refuses_to_pay_from_nowhere(api, lease):
    error = error_of(api.post("", {"amount": 1, "currency": "usd", "lease": lease.public_id, "confirm": True}))
    assert error["code"] == "payment_intent_unexpected_state"
    assert "payment_intent" not in error  # it was never made
    assert PaymentIntent.objects.count() == 0


def test_refuses_more_than_is_owed_and_keeps_the_wish(api, rent):
    made = api.created(**rent, amount=9_000_000)
    error = error_of(api.post(f"/{made['id']}/confirm"))
    assert (error["code"], error["param"]) == ("amount_exceeds_payable", "amount")
    assert api.read(made["id"])["status"] == "requires_confirmation"


def test_refuses_a_second_intent_for_the_same_debt(api, rent):
    first = api.created(**rent, confirm=True)
    answer = api.post("", {"amount": 160_000, "currency": "usd", **rent, "confirm": True})
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["payment"]) == (409, "obligation_in_progress", first["payment"])
    assert answer["Stripe-Should-Retry"] == "false"


def test_refuses_the_same_again_unless_it_is_meant(api, rent):
    api.created(**rent, amount=1000, confirm=True)
    same = {"amount": 1000, "currency": "usd", **rent, "confirm": True}
    assert error_of(api.post("", same))["code"] == "duplicate_suspected"
    assert api.post("", {**same, "allow_duplicate": True}).status_code == 201


@pytest.mark.parametrize("verb", ["confirm", "create"])
def test_refuses_to_move_money_without_a_key(api, rent, verb):
    made = api.created(**rent)
    answer = api.post(f"/{made['id']}/confirm", key=None) if verb == "confirm" else api.post("", {**rent, "confirm": "true"}, key=None)
    assert (answer.status_code, error_of(answer)["code"]) == (400, "idempotency_key_required")


def test_answers_the_same_key_again_and_pays_once(api, rent):
    made = api.created(**rent)
    first, second = (api.post(f"/{made['id']}/confirm", {}, key="once") for _ in range(2))
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert Payment.objects.count() == 1


def test_never_pays_again_under_a_key_that_is_too_old(w, api, rent):
    paying = {"amount": 150_000, "currency": "usd", **rent, "confirm": True}
    assert api.post("", paying, key="old").status_code == 201
    wish = api.post("", {"amount": 1, "currency": "usd"}, key="old wish").json()["id"]
    w.later(hours=25)
    assert error_of(api.post("", paying, key="old"))["code"] == "idempotency_key_expired"
    assert api.post("", {"amount": 1, "currency": "usd"}, key="old wish").json()["id"] != wish
    assert Payment.objects.count() == 1


class TestWhoMay:
    def test_the_landlord_asks_and_the_renter_pays(self, w, as_user, lease, source):
        landlord, renter = as_user(w.alice), as_user(w.bob)
        made = landlord.created(lease=lease.public_id, customer=w.bob.public_id)
        assert renter.read(made["id"])["status"] == "requires_payment_method"
        assert renter.confirmed(made["id"], payment_method=source.public_id)["status"] == "processing"
        assert landlord.read(made["id"])["charges"]["data"][0]["payment_method_details"]["us_bank_account"] == {}

    def test_the_landlord_does_not_pay_from_the_renters_account(self, w, as_user, rent):
        made = as_user(w.bob).created(**rent)
        assert as_user(w.alice).post(f"/{made['id']}/confirm").status_code == 403
        error = error_of(as_user(w.alice).post(f"/{made['id']}/confirm", {"payment_method": rent["payment_method"]}))
        assert (error["code"], error["param"]) == ("resource_missing", "payment_method")

    def test_the_renter_does_not_change_what_the_landlord_asks(self, w, as_user, lease):
        made = as_user(w.alice).created(lease=lease.public_id, customer=w.bob.public_id)
        answer = as_user(w.bob).post(f"/{made['id']}", {"amount": 1})
        assert (answer.status_code, error_of(answer)["type"]) == (403, "permission_error")
        assert as_user(w.bob).post(f"/{made['id']}/confirm", {"lease": lease.public_id}).status_code == 403

    @pytest.mark.parametrize("who", ["bob", "alice"])
    def test_an_account_is_named_by_who_has_to_do_with_it(self, w, as_user, lease, who):
        account = lease.parties.get().account.public_id
        assert as_user(getattr(w, who)).created(applies_to=account)["applies_to"] == account

    def test_an_account_is_hidden_from_strangers(self, w, as_user, lease):
        given = {"amount": 1, "currency": "usd", "applies_to": lease.parties.get().account.public_id}
        error = error_of(as_user(w.person("mallory", "renter")).post("", given))
        assert (error["code"], error["param"]) == ("resource_missing", "applies_to")

    def test_a_stranger_sees_nothing(self, w, as_user, rent):
        made = as_user(w.bob).created(**rent)
        stranger = as_user(w.person("mallory", "renter"))
        answer = stranger.get(f"/{made['id']}")
        assert (answer.status_code, error_of(answer)["param"]) == (404, "intent")
        assert stranger.found() == []
        assert stranger.post(f"/{made['id']}/confirm").status_code == 404

    def test_a_key_that_may_only_read_pays_nothing(self, w, api, rent):
        made = api.created(**rent)
        reading = Api(secret_of(w, None, scopes=["read"]))
        assert reading.read(made["id"])["id"] == made["id"]
        assert error_of(reading.post(f"/{made['id']}/confirm"))["type"] == "permission_error"
