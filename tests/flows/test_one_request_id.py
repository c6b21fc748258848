"""One request id, given by the caller: in the answer, the access log, the events, the due work and the log of the background."""

from datetime import timedelta

import pytest

from directpay.due.models import Due
from directpay.due.run import run_all
from directpay.events.models import Event
from directpay.events.queries import history_of
from directpay.ops import tasks
from directpay.ops.clock import set_clock
from payments.payins.models import Payment
from tests.directpay.cast import platform
from tests.directpay.ops.test_logs import Lines
from tests.payments.conftest import bank  # noqa: F401  a fixture
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
MINE = "rent-of-November.7"


@pytest.fixture
def w() -> World:
    return World()


def body_for(w: World) -> dict:
    return {"lease": w.lease().public_id, "rail": "instant", "bank_account": w.account(w.bob).public_id}


def sent(w: World, body: dict, key: str = "k", request: str = MINE):
    answer = platform().post("/api/v1/payments", body, key=key, **{"Request-Id": request})
    assert answer.status_code == 201, answer.content
    return answer


def test_goes_all_the_way_and_back(w):
    body = body_for(w)
    with Lines("json") as lines:
        answer = sent(w, body)
        payment = Payment.objects.get()
        assert set(Due.objects.filter(key=payment.public_id).values_list("request_id", flat=True)) == {MINE}
        tasks.run_due()
        for _ in range(20):
            set_clock(w.now + timedelta(seconds=5), frozen=True)
            tasks.run_due()
            tasks.relay()
    assert answer["Request-Id"] == MINE
    assert w.fresh(payment).status == "settled"
    assert {(e.type, e.request_id) for e in history_of(payment.public_id)} == {
        (f"payment.{kind}", MINE) for kind in ("initiated", "processing", "completed", "settled")
    }
    told = [line["event"] for line in lines.objects if line.get("request_id") == MINE]
    assert told == [
        "payment_creation_started",
        "payment_lock_acquired",
        "payment_created_successfully",
        "idempotency_key_recorded",
        "request_answered",
        "payment_submitted_to_rail",
        "payment_completed",
        "payment_settled",
    ]
    assert {line["payment"] for line in lines.objects if "payment" in line} == {payment.public_id}


def test_payments_that_are_worked_on_together_keep_their_own(w):
    requests = [f"mine-{n}" for n in range(3)]
    bodies = [body_for(w) for _ in requests]
    for request, body in zip(requests, bodies, strict=True):
        sent(w, body, request, request)
    with Lines("json") as lines:
        run_all()
    found = {(line["payment"], line["request_id"]) for line in lines.objects if line.get("event") == "payment_submitted_to_rail"}
    assert found == set(Event.objects.filter(type="payment.processing").values_list("object_id", "request_id"))
    assert {request for _, request in found} == set(requests)


def test_what_fails_in_the_background_is_logged_under_it(w, bank):  # noqa: F811
    def broken(order, at):
        raise RuntimeError("the bank is on fire")

    bank("instant", submit=broken)
    sent(w, body_for(w))
    with Lines("json") as lines:
        run_all()
    (line,) = [line for line in lines.objects if "exception" in line]
    assert line["request_id"] == MINE
    (lost,) = [line for line in lines.objects if line.get("event") == "payment_answer_lost"]
    assert lost["request_id"] == MINE
