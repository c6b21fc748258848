"""What every test may ask for. The services are started by the process that runs the tests, once."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
import redis

from tests import counted, log_of_the_run, services

_running = ExitStack()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    log_of_the_run.register(config)
    counted.register(config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if not _is_worker(config) and not config.option.collectonly:
        _running.enter_context(services.running())


def pytest_collection_finish() -> None:
    """What stands now stays until the end: looking through it again and again is a tenth of what Python does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    _running.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """Replaces pytest-django's: the worker's database is a copy of the migrated template, used in the runtime role."""
    from django.db import connections

    try:
        services.ensure_database()
    except services.MigrationsFailedError as error:
        pytest.fail(str(error), pytrace=False)
    yield
    for connection in connections.all():
        connection.close()


@pytest.fixture
def runtime_url(db: None) -> str:
    """This worker's database in the role that the application has."""
    return services.addresses().runtime_url(services.database_name())


@pytest.fixture
def owner_url(db: None) -> str:
    """This worker's database in the role that migrates."""
    return services.addresses().owner_url(services.database_name())


@pytest.fixture
def superuser_url(db: None) -> str:
    """This worker's database with every right: to look, or to break what nobody else may break."""
    return services.addresses().superuser_url(services.database_name())


@pytest.fixture
def superuser(superuser_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def valkey() -> Iterator["redis.Redis"]:
    """A client of this worker's own, empty Valkey database (`settings.REDIS_URL`)."""
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.flushdb()
    yield client
    client.flushdb()
    client.close()
