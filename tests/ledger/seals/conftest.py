"""A log with a row of every kind, and a way to change it as nobody may."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from ledger.allocation.actions import allocate
from ledger.journal.actions import Leg, credit, debit, place_hold, resolve_hold, reverse
from ledger.journal.models import Transaction
from ledger.seals import verify
from tests.ledger.books import AT, Books, open_books, post, posting

LATER = AT + timedelta(hours=1)
Break = Callable[..., None]


def history(b: Books, name: str = "a") -> None:
    """A charge and its payment, allocated; a reversal; a hold that is posted and one that is pending; an event with odd data."""
    post(
        posting(f"rent:{name}", debit(b.bob, 150_000), credit(b.rent, 150_000)),
        posting(f"paid:{name}", credit(b.bob, 60_000), debit(b.rent, 60_000)),
        posting(f"capital:{name}", debit(b.bank, 5_000), credit(b.revenue, 5_000)),
        posting(f"mistake:{name}", debit(b.bank, 700), credit(b.clearing, 700, f"pay_{name}")),
    )
    with unit_of_work():
        allocate([b.bob.id], at=AT)
        reverse(Transaction.objects.get(reference=f"mistake:{name}"), at=AT)
        promise = Leg(b.bank.id, -100)
        resolve_hold(place_hold(b.bank, promise, reference=f"posted:{name}", at=AT), "posted", at=AT, posted_minor=100)
        place_hold(b.bank, promise, reference=f"pending:{name}", at=AT, expires_at=LATER)
        odd = {"é": '“\\"\n\u2028', "rate": 1.10, "big": 2**60, "deep": [None, True, {"b": 1, "aa": 2}]}
        record([NewEvent("odd.recorded", f"odd_{name}", 1, "system", AT, odd, ["usr_1"])])


@pytest.fixture
def b(db: None) -> Books:
    books = open_books()
    history(books)
    return books


@pytest.fixture
def tamper(superuser_url: str) -> Break:
    """Statements of a superuser, with triggers and foreign keys silenced; each must do something."""

    def run(*statements: str) -> None:
        with psycopg.connect(superuser_url) as link:
            link.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                assert link.execute(statement).rowcount != 0, f"nothing was broken by: {statement}"

    return run


@contextmanager
def owner() -> Iterator[None]:
    """Commands of the owner, as DIRECTPAY_DATABASE_ROLE=owner runs them."""
    from tests import services

    password, user = services.addresses().password, "directpay_owner"
    before = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=user, PASSWORD=password)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def alone(export: Path, *arguments: str) -> tuple[int, str]:
    """The verifier as a stranger runs it: by its path, isolated, from somewhere else."""
    command = [sys.executable, "-I", str(Path(verify.__file__)), str(export), *arguments]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def rewritten(path: Path, change) -> Path:
    """The export with its lines changed, and an honest last line."""
    lines = change(path.read_bytes().splitlines(keepends=True))[:-1]
    digest = hashlib.sha256(b"".join(lines)).hexdigest()
    lines.append(b'{"end":{"lines": %d, "sha256": "%s"}}\n' % (len(lines), digest.encode()))
    path.write_bytes(b"".join(lines))
    return path


def place_of(lines: list[bytes], text: bytes) -> int:
    return next(n for n, line in enumerate(lines) if text in line)
