"""Dying between two steps: the process ends just before or just after one of its commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

NEVER = 1_000_000


class Crash(BaseException):
    """Not an Exception: like `kill -9`, no handler of the product may catch it and go on."""


@contextmanager
def crash_at(commit: int, *, before: bool) -> Iterator[list[bool]]:
    """The `commit`-th commit from here (0 is the first) is the last thing that happens, or does not happen any more.

    Yields a list that gets True when it died.
    """
    died: list[bool] = []
    left = [commit]
    real = connection.commit

    def commit_or_die() -> None:
        left[0] -= 1
        if left[0] >= 0:
            return real()
        connection.commit = real  # type: ignore[method-assign]
        died.append(True)
        if before:
            connection.rollback()
        else:
            real()
        raise Crash

    connection.commit = commit_or_die  # type: ignore[method-assign]
    try:
        yield died
    except Crash:
        pass
    finally:
        connection.commit = real  # type: ignore[method-assign]
