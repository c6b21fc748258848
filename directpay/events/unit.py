"""One action, one transaction: an action opens it, or joins the one that its door or queue has opened for it.

An action has asked itself whether its actor may, so within it the database shows every row; a door sees those of who asks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from directpay.kernel.row_scope import every_row

_open: ContextVar[bool] = ContextVar("unit_of_work_open", default=False)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """An action's durable transaction. Within another of the same thread it joins, and commits with it."""
    with every_row(), door_transaction():
        yield


@contextmanager
def door_transaction() -> Iterator[None]:
    """The same for a door, which looks for rows and shows them around the action that it calls: as far as who asks may see."""
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
