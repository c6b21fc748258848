"""Where benchmarks run: a PostgreSQL of their own, as durable as the real one, its schema migrated as a real one is."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql


@dataclass(frozen=True)
class Place:
    runtime_url: str
    owner_url: str
    superuser_url: str

    def clone(self, name: str) -> "Place":
        """A copy of the migrated schema under another name, for a variant of it."""
        from directpay.ops import roles
        from tests import services

        here = services.addresses()
        with psycopg.connect(here.superuser_url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            roles.ensure_database(connection, name, services.TEMPLATE)
        return Place(here.runtime_url(name), here.owner_url(name), here.superuser_url(name))


def here() -> Place:
    """The running test services' own database."""
    from tests import services

    addresses, name = services.addresses(), services.database_name()
    return Place(addresses.runtime_url(name), addresses.owner_url(name), addresses.superuser_url(name))


def _log_to(home: str) -> None:
    """Log lines are written as in an installation, to a file: they are part of the work, but not of what a terminal shows."""
    file = (Path(home) / "bench.log").open("a")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(file)


@contextmanager
def a_place() -> Iterator[Place]:
    """Start PostgreSQL, migrate, set Django up; all of it gone afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.without_mail")
    from tests import services

    services.MONTHS = None  # as an installation has them
    with services.running():
        import django

        django.setup()
        _log_to(services.addresses().home)
        services.ensure_database()
        yield here()
        from django.db import connection

        connection.close()
