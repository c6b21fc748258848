"""Letting a customer go: never what they did, and never while something is open."""

from datetime import date

import pytest
from django.test import Client

from directpay.people.actions import set_password
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.autopay.actions.turn_on import Order, turn_on
from leases.credits.actions import NewCredit, grant_credit
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from payments.methods.cards.models import Card
from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.directpay.cast import Caller, error_of, key_of
from tests.payments.intents.conftest import unproven

pytestmark = pytest.mark.django_db
OVER = {"start": date(2025, 11, 1), "end_on": date(2026, 10, 31), "rent": 10_000}


def test_it_works(w, api):
    """Bob has paid what he owed on a lease that is over, and goes."""
    his, account = Caller(key_of(w.bob)), w.account(w.bob)
    set_password(actor=SYSTEM, at=w.now, user=w.bob, password="linden-court-2026")
    visitor = Client()
    visitor.force_login(User.objects.get(id=w.bob.id))
    assert visitor.get("/renter/").status_code == 200
    lease = w.lease(**OVER)
    due = w.balance("L1500", lease=lease)
    paid = w.until(w.pay(lease, "instant", amount=due, source=account), "settled")
    agree_to_mandate(account, Agreement(), actor=w.actor(w.bob), at=w.now)
    wish = {"amount": 100, "currency": "usd", "customer": w.bob.public_id, "payment_method": "pm_card_visa"}
    assert api.caller.post("/api/v1/payment_intents", wish).status_code == 201
    fresh = unproven(w, w.bob)
    gone = api.delete(w.bob.public_id)
    deleted = {"id": w.bob.public_id, "object": "customer", "deleted": True}
    assert (gone.status_code, gone.json()) == (200, deleted)
    assert api.get(f"/{w.bob.public_id}").json() == deleted
    assert w.bob.public_id not in {row["id"] for row in api.get("").json()["data"]}
    assert api.delete(w.bob.public_id).json() == deleted, "again it is the same"

    assert not Card.objects.filter(detached_at=None).exists()
    assert not BankAccount.objects.filter(user=w.bob, detached_at=None).exists()
    assert not Mandate.objects.filter(revoked_at=None).exists()
    assert Mandate.objects.get().revoked_reason == "owner_deleted"
    assert api.get(f"/{w.bob.public_id}/payment_methods").json()["data"] == []
    assert api.caller.post(f"/api/v1/bank-accounts/{fresh.public_id}/verify", {"amounts": [32, 45]}).status_code == 409

    assert his.get("/api/v1/customers").status_code == 401
    assert visitor.get("/renter/").status_code in (302, 403)
    assert not User.objects.get(id=w.bob.id).has_usable_password()

    shown = api.caller.get(f"/api/v1/payments/{paid.public_id}").json()
    assert (shown["status"], shown["payer"]) == ("settled", w.bob.public_id)
    assert api.caller.get(f"/api/v1/users/{w.bob.public_id}").json()["name"] == "Bob"
    w.check()


@pytest.fixture
def gone(w, api):
    """Erin, who was made and deleted; an intent of hers stands still."""
    made = api.created(payment_method="pm_card_visa")
    card = api.get(f"/{made['id']}/payment_methods").json()["data"][0]["id"]
    wish = {"amount": 1000, "currency": "usd", "lease": w.lease().public_id, "customer": made["id"], "payment_method": card}
    made["intent"] = api.caller.post("/api/v1/payment_intents", wish).json()["id"]
    made["card"] = card
    assert api.delete(made["id"]).status_code == 200
    return made


class TestNothingNewIsDoneForThem:
    def test_no_method_is_added(self, api, gone):
        number = {"account_holder_name": "E", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
        card = api.caller.post("/api/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"}}).json()["id"]
        for address, body in (
            (f"payment_methods/{card}/attach", {"customer": gone["id"]}),
            ("bank-accounts", {"user": gone["id"], **number}),
            ("setup_intents", {"customer": gone["id"]}),
            ("payment_intents", {"amount": 1000, "currency": "usd", "customer": gone["id"]}),
        ):
            answer = api.caller.post(f"/api/v1/{address}", body)
            assert (answer.status_code, error_of(answer)["code"]) == (400, "resource_missing"), address

    @pytest.mark.parametrize("named", [{}, {"payment_method": "pm_card_visa"}])
    def test_what_was_wished_is_not_paid(self, api, gone, named):
        answer = api.caller.post(f"/api/v1/payment_intents/{gone['intent']}/confirm", named, "key-1")
        assert (answer.status_code, error_of(answer)["code"]) in ((409, "payment_method_detached"), (400, "customer_deleted"))
        assert not Payment.objects.exists()

    def test_no_lease_is_opened(self, w, api, gone):
        terms = {"rent_amount": 90_000, "currency": "usd", "start_date": "2026-11-01", "end_date": "2027-10-31", "due_day": 1}
        body = {"unit": w.unit().public_id, "renters": [{"user": gone["id"]}], **terms}
        assert error_of(api.caller.post("/api/v1/leases", body))["param"] == "renters[0][user]"

    def test_nothing_is_changed(self, api, gone):
        answer = api.post(f"/{gone['id']}", {"name": "X"})
        assert (answer.status_code, error_of(answer)["code"]) == (400, "customer_deleted")

    def test_an_intent_says_that_its_customer_was_deleted(self, api, gone):
        shown = api.caller.get(f"/api/v1/payment_intents/{gone['intent']}?expand[]=customer").json()
        assert shown["customer"] == {"id": gone["id"], "object": "customer", "deleted": True}


class TestKeeps:
    def refused(self, api, w, code: str) -> dict:
        answer = api.delete(w.bob.public_id)
        assert (answer.status_code, error_of(answer)["code"]) == (409, code), answer.content
        w.bob.refresh_from_db()
        assert (w.bob.deleted_at, w.bob.is_active) == (None, True)
        return error_of(answer)

    def test_whoever_rents(self, w, api):
        lease = w.lease()
        assert self.refused(api, w, "customer_has_leases")["lease"] == lease.public_id

    def test_whoever_will_rent(self, w, api):
        w.lease(start=date(2027, 1, 1), end_on=date(2027, 12, 31))
        self.refused(api, w, "customer_has_leases")

    def test_whoever_owes(self, w, api):
        w.lease(**OVER)
        self.refused(api, w, "customer_has_balance")

    def test_whoever_has_paid_ahead(self, w, api):
        lease = w.lease(**OVER)
        credit = NewCredit(lease.parties.get(), "credit", w.balance("L1500", lease=lease) + 500, "Painted the stairs")
        grant_credit(lease, credit, actor=SYSTEM, at=w.now)
        self.refused(api, w, "customer_has_balance")

    def test_whoever_pays_by_itself(self, w, api):
        lease, account = w.lease(rent=10_000), w.account(w.bob)
        agree_to_mandate(account, Agreement(), actor=w.actor(w.bob), at=w.now)
        turn_on(lease, Order(account), actor=w.actor(w.bob), at=w.now)
        lease.end_on = date(2026, 11, 1)  # it has ended yesterday, and nobody has told autopay
        lease.save(update_fields=["end_on"])
        due = w.balance("L1500", lease=lease)
        grant_credit(lease, NewCredit(lease.parties.get(), "credit", due, "Forgiven"), actor=SYSTEM, at=w.now)
        self.refused(api, w, "customer_has_autopay")

    def test_whoever_is_paying(self, w, api):
        lease = w.lease(**OVER)
        due = w.balance("L1500", lease=lease)
        request = PayRequest(rail="ach", bank_account=w.account(w.bob), amount_minor=due)
        flying = pay_rent(lease, request, actor=SYSTEM, at=w.now)
        grant_credit(lease, NewCredit(lease.parties.get(), "credit", due, "Forgiven"), actor=SYSTEM, at=w.now)
        assert self.refused(api, w, "customer_has_payments")["payment"] == flying.public_id


class TestWho:
    def test_a_landlord_lets_go_of_whom_it_made(self, w, alice):
        made = alice.created()
        assert alice.delete(made["id"]).json()["deleted"] is True
        assert alice.get(f"/{made['id']}").json() == {"id": made["id"], "object": "customer", "deleted": True}

    def test_and_of_nobody_else(self, w, alice):
        w.lease(**OVER)
        assert alice.delete(w.bob.public_id).status_code == 403

    def test_nor_of_one_who_has_to_do_with_another(self, w, alice):
        made = alice.created()
        erin = User.objects.get(public_id=made["id"])
        w.home = w.property(w.person("carol", "landlord"), name="Elsewhere")
        w.lease(erin)
        answer = alice.delete(made["id"])
        assert (answer.status_code, "lease" in error_of(answer)) == (403, False)

    def test_a_renter_does_not_let_go_of_itself(self, w, bob):
        assert bob.delete(w.bob.public_id).status_code == 403
