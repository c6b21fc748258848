"""`/health` and `/ready`: which part is missing, and why."""

from collections.abc import Iterator

import pytest
import redis
from django.test import Client

from directpay.ops import health, heartbeat, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(valkey: redis.Redis) -> Iterator[None]:
    """No client and no answer remembered from another test."""
    heartbeat.client.cache_clear()
    health._missing_migrations.cache_clear()
    yield
    heartbeat.client.cache_clear()
    health._missing_migrations.cache_clear()


def test_health_asks_nothing_of_anybody(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/health").json() == {"status": "ok"}


def test_ready_when_all_is_there(client: Client, fresh: None) -> None:
    tasks.heartbeat()
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}


def test_names_a_worker_that_is_not_there(client: Client, fresh: None) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "heartbeat" in answer.json()["checks"]["worker"]
    assert answer.json()["checks"]["postgres"] == "ok"


def test_names_a_redis_that_does_not_answer(client: Client, fresh: None, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "refused" in answer.json()["checks"]["redis"]


def test_names_migrations_that_are_not_applied(client: Client, fresh: None, superuser) -> None:
    tasks.heartbeat()
    row = superuser.execute("DELETE FROM django_migrations WHERE app = 'sessions' RETURNING app, name, applied").fetchone()
    try:
        answer = client.get("/ready")
    finally:
        superuser.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "1 migrations are not applied"
    assert client.get("/ready").status_code == 200


@pytest.mark.django_db(transaction=True)  # within a transaction the catalog is remembered
def test_names_a_table_that_is_open_to_everybody(client: Client, fresh: None, superuser) -> None:
    tasks.heartbeat()
    superuser.execute("ALTER TABLE payments_railfee DISABLE ROW LEVEL SECURITY")
    try:
        answer = client.get("/ready")
    finally:
        superuser.execute("ALTER TABLE payments_railfee ENABLE ROW LEVEL SECURITY")
    assert answer.status_code == 503
    assert "payments_railfee" in answer.json()["checks"]["row_security"]
    assert client.get("/ready").status_code == 200


def test_names_a_database_that_does_not_answer(client: Client, fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise health.DatabaseError("the connection is lost\nand more")

    monkeypatch.setitem(health.CHECKS, "postgres", gone)
    assert client.get("/ready").json()["checks"]["postgres"] == "the connection is lost"


def test_only_reads(client: Client) -> None:
    assert client.post("/ready").status_code == 405
    assert client.post("/health").status_code == 405


def test_a_new_start_forgets_an_old_heartbeat(fresh: None, settings) -> None:
    heartbeat.beat()
    heartbeat.forget_heartbeat(settings.REDIS_URL)
    assert not heartbeat.is_beating()
