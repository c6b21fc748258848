"""The harness itself: whose database a test runs on, and in which role."""

import os

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from tests import services

pytestmark = pytest.mark.django_db


def role_at(url: str) -> tuple | None:
    with psycopg.connect(url) as other:
        return other.execute(
            "SELECT current_user::text, current_database()::text, usesuper FROM pg_user WHERE usename = current_user"
        ).fetchone()


def test_tests_run_in_the_runtime_role_on_the_worker_s_own_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, current_database()::text")
        assert cursor.fetchone() == ("directpay_runtime", services.database_name())


def test_the_three_addresses_lead_to_three_roles(runtime_url: str, owner_url: str, superuser_url: str) -> None:
    database = services.database_name()
    assert role_at(runtime_url) == ("directpay_runtime", database, False)
    assert role_at(owner_url) == ("directpay_owner", database, False)
    assert role_at(superuser_url) == ("postgres", database, True)


def test_the_runtime_role_owns_nothing(superuser: psycopg.Connection) -> None:
    owned = superuser.execute("SELECT count(*) FROM pg_class WHERE relowner = 'directpay_runtime'::regrole").fetchone()
    assert owned == (0,)


def test_valkey_is_real_and_starts_empty(valkey: redis.Redis) -> None:
    assert valkey.dbsize() == 0
    valkey.set("a", 1)
    assert redis.Redis.from_url(settings.REDIS_URL).get("a") == b"1"


def test_commands_run_by_tests_inherit_the_addresses(runtime_url: str) -> None:
    assert os.environ["DATABASE_URL"] == runtime_url
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
