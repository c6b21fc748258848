"""`/health`: this process answers. `/ready`: everything that a request needs is there, or which part is not and why."""

from collections.abc import Callable
from functools import cache

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from directpay.kernel.row_scope import NOBODY, rows_of
from directpay.ops import heartbeat
from directpay.row_security.policies import walled


class NotReady(Exception):
    """One dependency is missing; the message is the reason."""


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 as long as this process can answer at all; asks nothing of anybody."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200, or 503 with the reason beside each part that is missing."""
    checks = {name: _reason(check) for name, check in CHECKS.items()}
    missing = {name: reason for name, reason in checks.items() if reason}
    answer = {"status": "unavailable" if missing else "ok", "checks": {name: reason or "ok" for name, reason in checks.items()}}
    return JsonResponse(answer, status=503 if missing else 200)


def _reason(check: Callable[[], None]) -> str:
    try:
        check()
    except (NotReady, DatabaseError, redis.RedisError) as error:
        return str(error).strip().partition("\n")[0] or type(error).__name__
    return ""


def check_postgres() -> None:
    """Asks a question; a connection that broke while idle is dropped, so that the next request gets a new one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        raise


def check_row_security() -> None:
    """Doors can look as one person, and no table that belongs to an account is open to them. Asks the catalog, never the tables."""
    with rows_of(NOBODY), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE NOT row_security_active(name)", [list(walled())])
        if open_tables := [name for (name,) in cursor.fetchall()]:
            raise NotReady(f"row security is not in force on {', '.join(open_tables)}: run `manage.py migrate` as the owner")


def check_redis() -> None:
    heartbeat.client().ping()


def check_worker() -> None:
    if not heartbeat.is_beating():
        raise NotReady(f"no worker finished a heartbeat task in the last {heartbeat.EXPIRES_SECONDS} seconds")


def check_migrations() -> None:
    missing = _missing_migrations()
    if missing:
        _missing_migrations.cache_clear()  # only "none is missing" is worth remembering
        raise NotReady(f"{missing} migrations are not applied")


@cache
def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


CHECKS: dict[str, Callable[[], None]] = {
    "postgres": check_postgres,
    "redis": check_redis,
    "worker": check_worker,
    "migrations": check_migrations,
    "row_security": check_row_security,
}
