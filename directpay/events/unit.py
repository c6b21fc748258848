"""One action, one transaction: an action opens it, or joins the one that its door or queue has opened for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_open: ContextVar[bool] = ContextVar("unit_of_work_open", default=False)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """A durable transaction. Within another `unit_of_work` of the same thread it joins, and commits with it."""
    if _open.get() and connection.in_atomic_block:
        yield
        return
    with transaction.atomic(durable=True):
        token = _open.set(True)
        try:
            yield
        finally:
            _open.reset(token)


def require_transaction() -> None:
    """A step changes things only inside somebody's action."""
    if not connection.in_atomic_block:
        raise RuntimeError("a step needs an open transaction: call it from an action")
