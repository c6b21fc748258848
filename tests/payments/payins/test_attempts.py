"""What is counted of payments: after the commit, once, and never at their cost."""

from datetime import timedelta

import pytest
from django.db import transaction

from directpay.events.actions import record
from directpay.people.actor import SYSTEM
from payments.payins.actions.cancel import cancel_payment
from payments.payins.attempts import MILESTONES, attempt
from payments.payins.events import facts
from payments.payins.models import Status
from tests.directpay.cast import Caller, platform
from tests.leases.portal.reading import hidden, signed_in
from tests.payments.conftest import answer
from tests.signals import growth

DURATION = "payment_processing_duration_seconds"
pytestmark = pytest.mark.django_db(transaction=True)


def test_counts_a_payment_when_it_is_accepted_and_when_it_has_succeeded(w, accept):
    with growth() as grown:
        made = accept(rail="instant")
        assert grown.payments() == {("initiated", "instant"): 1}
        w.until(made, "settled")
    assert grown.payments() == {("initiated", "instant"): 1, ("succeeded", "instant"): 1}


def test_times_it_from_acceptance_to_its_outcome(w, accept, bank):
    bank("ach", submit=lambda order, at: answer("processing", at, ask_again_at=at + timedelta(hours=30)), look_up=_completed)
    with growth() as grown:
        made = accept(rail="ach")
        w.work()
        assert grown.of(f"{DURATION}_count", status="succeeded", rail="ach") == 0
        w.later(hours=40)
        made = w.fresh(made)
    assert made.completed_at - made.created_at == timedelta(hours=30)
    assert grown.of(f"{DURATION}_count", status="succeeded", rail="ach") == 1
    assert grown.of(f"{DURATION}_sum", status="succeeded", rail="ach") == pytest.approx(
        (made.completed_at - made.created_at).total_seconds()
    )


def _completed(order, at):
    return answer("completed", at)


def test_counts_failures_returns_and_what_was_called_off_by_their_names(w, accept, bank):
    bank("wire", submit=lambda order, at: answer("failed", at, code="R01"))
    with growth() as grown:
        w.until(accept(rail="wire"), "failed")
        called_off = accept(rail="ach", allow_duplicate=True)
        cancel_payment(called_off, actor=SYSTEM, at=w.now)
        disputed = accept(rail="ach", allow_duplicate=True, bank_account=w.account(w.bob, "000555555559"))
        for _ in range(90):
            w.later(days=1)
            if w.fresh(disputed).status == "returned":
                break
    assert grown.payments() == {
        ("initiated", "wire"): 1,
        ("failed", "wire"): 1,
        ("initiated", "ach"): 2,
        ("canceled", "ach"): 1,
        ("succeeded", "ach"): 1,
        ("returned", "ach"): 1,
    }


def test_counts_nothing_that_was_rolled_back(w, accept):
    payment = accept(rail="instant")
    with growth() as grown, transaction.atomic():
        record(facts([payment], "completed", was=[None], actor="system:test", at=w.now))
        transaction.set_rollback(True)
    assert grown.payments() == {}


class TestOverTheApi:
    @pytest.fixture
    def send(self, w, debt):
        caller, account = platform(), w.account(w.bob)
        body = {"lease": w.owed.public_id, "rail": "instant", "bank_account": account.public_id, "amount": 150_000}
        return lambda key="k", **changes: caller.post("/api/v1/payments", {**body, **changes}, key=key)

    def test_a_payment_is_counted_once_however_often_it_is_sent(self, send):
        with growth() as grown:
            assert [send().status_code for _ in range(3)] == [201, 201, 201]
        assert grown.payments() == {("initiated", "instant"): 1}
        assert grown.of("idempotency_cache_hits_total") == 2

    @pytest.mark.parametrize(
        ("changes", "status", "rail"),
        [
            ({"amount": 1}, 400, "instant"),  # the fee would eat it, or whatever the action says
            ({"amount": 99_999_999}, 400, "instant"),
            ({"amount": "much"}, 400, "instant"),
            ({"rail": "pigeon"}, 400, "none"),
            ({"rail": ["instant"]}, 400, "none"),
            ({"key": None}, 400, "instant"),
        ],
    )
    def test_what_is_refused_is_counted_as_that(self, send, w, changes, status, rail):
        w.fee("instant", 100)
        with growth() as grown:
            assert send(**changes).status_code == status
        assert grown.payments() == {("refused", rail): 1}

    def test_a_second_payment_for_the_same_debt_is_refused(self, send):
        send()
        with growth() as grown:
            assert send(key="another").status_code == 409
        assert grown.payments() == {("refused", "instant"): 1}

    def test_our_own_fault_is_no_refusal(self, send, superuser):
        superuser.execute("ALTER TABLE payments_claim ADD CONSTRAINT broken CHECK (amount_minor < 0) NOT VALID")
        try:
            with growth() as grown:
                assert send().status_code == 500
            assert grown.payments() == {("error", "instant"): 1}
            with growth() as grown:
                assert send().status_code == 500
            assert grown.payments() == {}, "the saved answer is sent again: nothing was tried"
        finally:
            superuser.execute("ALTER TABLE payments_claim DROP CONSTRAINT broken")

    def test_who_may_not_ask_has_tried_nothing(self, send):
        with growth() as grown:
            assert Caller("sk_test_madeup").post("/api/v1/payments", {"rail": "ach"}, key="k").status_code == 401
        assert grown.payments() == {}

    def test_an_intent_is_counted_when_it_is_confirmed(self, w, debt):
        caller, account = platform(), w.account(w.bob)
        body = {"amount": 150_000, "currency": "usd", "lease": w.owed.public_id, "payment_method": account.public_id}
        with growth() as grown:
            made = caller.post("/api/v1/payment_intents", body, key="k1").json()
            assert grown.payments() == {}
            assert caller.post(f"/api/v1/payment_intents/{made['id']}/confirm", {}, key="k2").status_code == 200
            assert grown.payments() == {("initiated", "ach"): 1}
            again = caller.post("/api/v1/payment_intents", {**body, "confirm": True}, key="k3")
        assert again.status_code == 409
        assert grown.payments() == {("initiated", "ach"): 1, ("refused", "ach"): 1}


def test_a_press_on_the_page_is_counted_once_too(w, debt):
    account, client = w.account(w.bob), signed_in(w.bob)
    address = f"/renter/pay/{w.owed.public_id}/"
    page = client.get(address)
    given = {"rail": "ach", "bank_account": account.public_id, "how_much": "all", "part": ""}
    with growth() as grown:
        for _ in range(2):
            client.post(address, {**given, "attempt": hidden(page, "attempt"), "shown": hidden(page, "shown")})
        assert grown.payments() == {("initiated", "ach"): 1}
        assert client.post(address, {**given, "how_much": "part", "part": "nonsense"}).status_code == 422
    assert grown.payments() == {("initiated", "ach"): 1, ("refused", "ach"): 1}


def test_what_breaks_inside_an_attempt_goes_on_and_is_counted_as_our_own():
    with growth() as grown, pytest.raises(ZeroDivisionError), attempt("ach"):
        raise ZeroDivisionError
    assert grown.payments() == {("error", "ach"): 1}


def test_every_state_that_a_payment_reaches_has_a_milestone():
    assert {"payment_answer_lost", "payment_answer_found"} < set(MILESTONES.values())
    said = {kind.removeprefix("payment.") for kind in MILESTONES}
    later = {"requires_action", "in_review", "authorized"}  # no verb of ours leads there yet
    assert {str(status) for status in Status} - later <= said
