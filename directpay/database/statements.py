"""Statements that need no round trip of their own: they go with the next one, in order, and see what it would see."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from directpay.database.ahead import Soon


def later(sql: str, params: Sequence[Any] = ()) -> None:
    """One whose answer nobody reads: with the next statement of this transaction, or with its commit.

    An error that it meets is raised there. Outside of a transaction it is sent at once.
    """
    connection.later(sql, params)  # type: ignore[attr-defined]  # directpay.database


def soon(sql: str, params: Sequence[Any] = ()) -> Soon:
    """One whose rows are looked at after another question has been asked too."""
    asked: Soon = connection.soon(sql, params)  # type: ignore[attr-defined]  # directpay.database
    return asked
