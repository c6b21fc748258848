"""The rules of idempotency on every POST that the schema lists: a new one is tried from the day it is routed, or fails here.

The cases are those of the IETF draft (draft-ietf-httpapi-idempotency-key-header) and of Stripe's documentation; where the two differ,
our API reference decides.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import pytest_django
from django.apps import apps
from django.db import connection
from drf_spectacular.generators import SchemaGenerator

from directpay.api.idempotency import keyed
from directpay.events.models import Event
from directpay.ops.clock import set_clock
from ledger.journal.models import Transaction
from tests.flows.requests_everywhere import House
from tests.held import held

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


NO_EFFECTS = frozenset({"directpay_idempotencykey", "directpay_apikey"})


def effects() -> tuple[int, ...]:
    """How much there is of everything that a POST could leave behind, in one round trip."""
    ours = [m for m in apps.get_models() if m._meta.app_label in ("directpay", "ledger", "payments", "leases", "webhooks")]
    tables = sorted({m._meta.db_table for m in ours if m._meta.managed} - NO_EFFECTS | {Event._meta.db_table, Transaction._meta.db_table})
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {connection.ops.quote_name(table)})" for table in tables))
        return cursor.fetchone()


def code_of(answer: Any) -> str:
    return answer.json()["error"]["code"]


@dataclass(frozen=True)
class Asked:
    """A valid request of one path, another body that is as valid, and whom to ask."""

    w: House
    path: str
    address: str
    body: dict[str, Any]
    other: dict[str, Any]

    def post(self, body: dict[str, Any] | None = None, key: str | None = "key-1", *, address: str = "", secret: str = "") -> Any:
        return self.w.post(address or self.address, self.body if body is None else body, key, secret)


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[House]:
    with held(django_db_blocker):
        yield House()


@pytest.fixture(scope="class")
def prepared(house: House, path: str, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Asked]:
    with held(django_db_blocker):
        w = deepcopy(house)
        yield Asked(w, path, *w.requests()[path]())


@pytest.fixture
def asked(prepared: Asked, db: None) -> Asked:
    return prepared


def test_every_post_of_the_schema_is_known_here(house, db):
    assert sorted(house.requests()) == posts()


@pytest.mark.parametrize("path", posts(), scope="class")
class TestEveryPost:
    def test_is_answered_again_without_a_second_effect(self, asked):
        first = asked.post()
        assert first.status_code in (200, 201), first.content
        assert "Idempotent-Replayed" not in first
        stands = effects()
        for again in (asked.post(), asked.post(key='"key-1"'), asked.post(address=f"{asked.address}/")):
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again["Idempotent-Replayed"] == "true"
        assert effects() == stands

    def test_refuses_other_parameters_under_the_same_key(self, asked):
        other = {"amount": 1} if asked.other == asked.body else asked.other  # it takes none
        assert asked.post().status_code in (200, 201)
        stands = effects()
        refused = asked.post(other)
        assert (refused.status_code, code_of(refused)) == (400, "idempotency_key_reused")
        assert refused.json()["error"]["type"] == "idempotency_error"
        assert effects() == stands

    def test_does_not_save_what_was_not_valid(self, asked):
        stands = effects()
        wrong = asked.post({**asked.body, "no_such_parameter": 1})
        assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "no_such_parameter")
        assert effects() == stands
        assert asked.post().status_code in (200, 201)

    def test_says_that_the_first_one_is_still_running(self, asked, superuser_url):
        running = keyed(account="platform", method="POST", path=asked.address, key="key-1", parameters=asked.body, moves_money=True)
        lock = int.from_bytes(running.digest.bytes[:8], "big", signed=True)
        stands = effects()
        with psycopg.connect(superuser_url) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
            busy = asked.post()
            assert (busy.status_code, code_of(busy)) == (409, "idempotency_key_in_use")
            assert int(busy["Retry-After"]) > 0
            assert effects() == stands
        assert asked.post().status_code in (200, 201)

    def test_takes_255_characters_and_no_more(self, asked):
        long = asked.post(key="k" * 256)
        assert (long.status_code, long.json()["error"]["param"]) == (400, "Idempotency-Key")
        assert asked.post(key="k" * 255).status_code in (200, 201)

    def test_requires_a_key_where_money_moves(self, asked):
        answer = asked.post(key=None)
        if asked.path in MOVES_MONEY:
            assert (answer.status_code, code_of(answer)) == (400, "idempotency_key_required")
        else:
            assert answer.status_code in (200, 201), answer.content

    def test_forgets_after_a_day_unless_money_moved(self, asked):
        first = asked.post()
        set_clock(asked.w.now + DAY + timedelta(seconds=1), frozen=True)
        late = asked.post()
        if asked.path in MOVES_MONEY:
            assert (late.status_code, code_of(late)) == (409, "idempotency_key_expired")
        else:
            assert "Idempotent-Replayed" not in late, "executed anew"
            assert late.status_code in (200, 201, 400, 409)
            assert first.status_code in (200, 201)

    def test_keeps_the_keys_of_two_accounts_apart(self, asked):
        assert asked.post().status_code in (200, 201)
        theirs = asked.post(asked.other or {"amount": 1}, secret=asked.w.other_secret)
        assert "Idempotent-Replayed" not in theirs
        assert theirs.status_code in (200, 201) or code_of(theirs) != "idempotency_key_reused"
