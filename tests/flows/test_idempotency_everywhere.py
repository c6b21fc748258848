"""The rules of idempotency on every POST that the schema lists: a new one is tried from the day it is routed, or fails here.

The cases are those of the IETF draft (draft-ietf-httpapi-idempotency-key-header) and of Stripe's documentation; where the two differ,
our API reference decides.
"""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps
from drf_spectacular.generators import SchemaGenerator

from directpay.api.idempotency import keyed
from directpay.events.models import Event
from directpay.ops.clock import set_clock
from ledger.journal.models import Transaction
from tests.flows.requests_everywhere import House

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)
MOVES_MONEY = {
    "/api/v1/payments",
    "/api/v1/payment_intents",  # with confirm=true
    "/api/v1/payment_intents/{id}/confirm",
    "/api/v1/payment_intents/{id}/capture",
    "/api/v1/payment_intents/{id}/verify_microdeposits",
    "/api/v1/move_outs",
    "/api/v1/payouts",
    "/api/v1/refunds",
    "/api/v1/leases/{id}/overpayment_refunds",
    "/api/v1/receipts",
    "/api/v1/receipts/{id}/bank",
    "/api/v1/receipts/{id}/bounce",
}


def posts() -> list[str]:
    """As the schema lists them."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return sorted(path for path, operations in schema["paths"].items() if "post" in operations)


def effects() -> tuple[int, ...]:
    """How much there is of everything that a POST could leave behind."""
    kept = [
        m for m in apps.get_models() if m._meta.app_label in ("directpay", "ledger", "payments", "leases", "webhooks") and m._meta.managed
    ]
    counted = [m._default_manager.count() for m in kept if m._meta.model_name not in ("idempotencykey", "apikey", "heartbeat")]
    return (Event.objects.count(), Transaction.objects.count(), *counted)


def code_of(answer: Any) -> str:
    return answer.json()["error"]["code"]


def needs_key(w: House, path: str) -> bool:
    address, body, _ = w.requests()[path]()
    answer = w.post(address, body)
    if answer.status_code == 400 and code_of(answer) == "idempotency_key_required":
        return True
    assert answer.status_code in (200, 201), answer.content
    return False


@pytest.fixture
def w(db: None) -> House:
    return House()


def test_every_post_of_the_schema_is_known_here(w):
    assert sorted(w.requests()) == posts()


@pytest.mark.parametrize("path", posts())
class TestEveryPost:
    def test_is_answered_again_without_a_second_effect(self, w, path):
        address, body, _ = w.requests()[path]()
        first = w.post(address, body, "key-1")
        assert first.status_code in (200, 201), first.content
        assert "Idempotent-Replayed" not in first
        stands = effects()
        for again in (w.post(address, body, "key-1"), w.post(address, body, '"key-1"'), w.post(f"{address}/", body, "key-1")):
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again["Idempotent-Replayed"] == "true"
        assert effects() == stands

    def test_refuses_other_parameters_under_the_same_key(self, w, path):
        address, body, other = w.requests()[path]()
        if other == body:  # it takes none
            other = {"amount": 1}
        assert w.post(address, body, "key-1").status_code in (200, 201)
        stands = effects()
        refused = w.post(address, other, "key-1")
        assert (refused.status_code, code_of(refused)) == (400, "idempotency_key_reused")
        assert refused.json()["error"]["type"] == "idempotency_error"
        assert effects() == stands

    def test_does_not_save_what_was_not_valid(self, w, path):
        address, body, _ = w.requests()[path]()
        stands = effects()
        wrong = w.post(address, {**body, "no_such_parameter": 1}, "key-1")
        assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "no_such_parameter")
        assert effects() == stands
        assert w.post(address, body, "key-1").status_code in (200, 201)

    def test_says_that_the_first_one_is_still_running(self, w, path, superuser_url):
        address, body, _ = w.requests()[path]()
        running = keyed(account="platform", method="POST", path=address, key="key-1", parameters=body, moves_money=True)
        lock = int.from_bytes(running.digest.bytes[:8], "big", signed=True)
        stands = effects()
        with psycopg.connect(superuser_url) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
            busy = w.post(address, body, "key-1")
            assert (busy.status_code, code_of(busy)) == (409, "idempotency_key_in_use")
            assert int(busy["Retry-After"]) > 0
            assert effects() == stands
        assert w.post(address, body, "key-1").status_code in (200, 201)

    def test_takes_255_characters_and_no_more(self, w, path):
        address, body, _ = w.requests()[path]()
        long = w.post(address, body, "k" * 256)
        assert (long.status_code, long.json()["error"]["param"]) == (400, "Idempotency-Key")
        assert w.post(address, body, "k" * 255).status_code in (200, 201)

    def test_requires_a_key_where_money_moves(self, w, path):
        assert needs_key(w, path) == (path in MOVES_MONEY)

    def test_forgets_after_a_day_unless_money_moved(self, w, path):
        moved = needs_key(w, path)
        address, body, _ = w.requests()[path]()
        first = w.post(address, body, "key-1")
        set_clock(w.now + DAY + timedelta(seconds=1), frozen=True)
        late = w.post(address, body, "key-1")
        if moved:
            assert (late.status_code, code_of(late)) == (409, "idempotency_key_expired")
        else:
            assert "Idempotent-Replayed" not in late, "executed anew"
            assert late.status_code in (200, 201, 400, 409)
            assert first.status_code in (200, 201)

    def test_keeps_the_keys_of_two_accounts_apart(self, w, path):
        address, body, other = w.requests()[path]()
        assert w.post(address, body, "key-1").status_code in (200, 201)
        theirs = w.post(address, other or {"amount": 1}, "key-1", w.other_secret)
        assert "Idempotent-Replayed" not in theirs
        assert theirs.status_code in (200, 201) or code_of(theirs) != "idempotency_key_reused"
