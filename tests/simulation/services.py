"""A PostgreSQL for simulating: every commit is real, none waits for a disk; the data directory is in memory where there is some."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests import services

MEMORY = Path("/dev/shm")
QUICK = {
    "plan_cache_mode": "force_generic_plan",  # tables of a life stay small: planning for one value each costs a seventh of the time
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "20s",
    "max_wal_size": "256MB",
    "min_wal_size": "64MB",
}


def announce() -> None:
    """Before settings are read: where this run's services will be."""
    if services.ANNOUNCED in os.environ:
        return
    place = MEMORY if os.access(MEMORY, os.W_OK) else Path("/tmp")
    home = place / f"{services.PREFIX}{os.getpid()}-{secrets.token_hex(3)}"
    decided = services.Addresses(str(home), secrets.token_hex(16), services.free_port(20_000 + os.getpid() % 20_000))
    os.environ[services.ANNOUNCED] = json.dumps(asdict(decided))
    services.SETTINGS |= QUICK


@contextmanager
def running() -> Iterator[None]:
    with services.running():
        yield
