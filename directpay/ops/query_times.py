"""How long statements take. One in eight is timed, by chance, so that the others cost next to nothing."""

import random
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from directpay.kernel.instruments import Histogram

SHARE_BITS = 3  # one in 2³
DURATION = Histogram(
    "database_query_duration_seconds",
    "Until PostgreSQL has answered a statement, of one statement in eight, chosen by chance.",
    ["statement"],
    bounds=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
KINDS = {"SELECT": "select", "INSERT": "insert", "UPDATE": "update", "DELETE": "delete", "WITH": "with"}
OTHER = "other"


def timed(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """A wrapper as `connection.execute_wrappers` takes it."""
    if random.getrandbits(SHARE_BITS):
        return execute(sql, params, many, context)
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        DURATION.observe(time.perf_counter() - started, kind_of(sql))


def kind_of(sql: Any) -> str:
    """The verb of a statement."""
    first = str(sql)[:40].split(None, 1)
    return KINDS.get(first[0].upper(), OTHER) if first else OTHER


def time_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def install() -> None:
    connection_created.connect(time_connection, dispatch_uid="directpay.query_times")
