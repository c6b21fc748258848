"""Whose rows the database may show to what runs here: everybody's, one person's, or nobody's.

Kept per thread of work (a context variable). Outside of a request everybody's: workers and commands act for all. A request begins
with nobody's, and has one person's once it is known who asks; `directpay.database` tells PostgreSQL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

EVERYBODY: Final = -1
NOBODY: Final = 0  # no row has this id

_scope: ContextVar[int] = ContextVar("row_scope", default=EVERYBODY)


def row_scope() -> int:
    """EVERYBODY, NOBODY, or the id of the one person."""
    return _scope.get()


def narrow_to(user_id: int) -> None:
    """From here to the end of the `rows_of` around it."""
    _scope.set(user_id)


@contextmanager
def rows_of(user_id: int) -> Iterator[None]:
    """Within the block, the rows of this person (or NOBODY, or EVERYBODY)."""
    token = _scope.set(user_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def every_row() -> Iterator[None]:
    """Within the block, everybody's: for an action, which has asked itself whether this actor may, and for finding out who asks."""
    with rows_of(EVERYBODY):
        yield
