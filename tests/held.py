"""A world that several tests begin from: made once, in a transaction, and as it was before each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def held(blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a fixture of a class or a module that asks for `django_db_setup`: what is written within stands for as long as it does.

    The `db` of each test is a savepoint in it; not for tests with `transaction=True`, whose other connections see nothing of it.
    """
    whole = transaction.atomic()
    whole._from_testcase = True  # type: ignore[attr-defined]  # as of Django's own tests: a durable block may stand in it
    with blocker.unblock(), whole:
        yield
        transaction.set_rollback(True)
