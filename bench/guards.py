"""What each guard of the database costs a set of 1,000 payments: each left out by turns, and the foreign keys that we do without."""

import itertools
import time
from collections.abc import Callable

import psycopg
from django.db import connection

from bench.cast import AT, Cast, make_cast
from bench.measure import Result, Row, in_turns, median, per_second, ratio
from bench.place import Place
from ledger.journal.actions.post import POST, _arrays

JUDGE_ENTRIES = "ALTER TABLE ledger_entry DISABLE TRIGGER entries_judged"
JUDGE_TRANSACTIONS = "ALTER TABLE ledger_transaction DISABLE TRIGGER transactions_judged"
APPEND_ONLY = [f"ALTER TABLE {table} DISABLE TRIGGER append_only" for table in ("ledger_entry", "ledger_transaction")] + [
    f"ALTER TABLE ledger_account DISABLE TRIGGER {name}" for name in ("kept", "nature", "closes_at_zero")
]
CHECKS = [
    "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_amount_minor_check, DROP CONSTRAINT ledger_entry_leg_check",
    "ALTER TABLE ledger_account DROP CONSTRAINT account_floor, DROP CONSTRAINT account_normal, DROP CONSTRAINT account_floor_known,"
    " DROP CONSTRAINT account_held",
]
ALL = [JUDGE_ENTRIES, JUDGE_TRANSACTIONS, *APPEND_ONLY, *CHECKS]
FOREIGN_KEYS = [
    "ALTER TABLE ledger_account ADD UNIQUE (id, book_id, currency)",
    "ALTER TABLE ledger_entry ADD FOREIGN KEY (account_id, book_id, currency) REFERENCES ledger_account (id, book_id, currency)",
    "ALTER TABLE ledger_entry ADD FOREIGN KEY (transaction_id) REFERENCES ledger_transaction (id)",
    "ALTER TABLE ledger_entry ADD FOREIGN KEY (book_id) REFERENCES ledger_book (id)",
]
VARIANTS: dict[str, list[str]] = {
    "as it is": [],
    "without the judge of entries (sums, floors, mirrors, sequence, existence)": [JUDGE_ENTRIES],
    "without the judge of transactions (none without entries)": [JUDGE_TRANSACTIONS],
    "without the triggers that refuse changes": APPEND_ONLY,
    "without the check constraints": CHECKS,
    "without any of these": ALL,
    "with foreign keys as well": FOREIGN_KEYS,
}


def guards(place: Place, *, short: bool = False) -> Result:
    size, rounds = (20, 1) if short else (1_000, 25)
    cast = make_cast(50 if short else 10_000, "guard")
    connection.close()
    connections = {name: _variant(place, f"bench_guard_{n}", changes) for n, (name, changes) in enumerate(VARIANTS.items())}
    numbers = itertools.count()
    ways = {name: _way(own, cast, size, numbers) for name, own in connections.items()}
    taken = in_turns(ways, rounds)
    result = Result(f"What each guard costs (sets of {size:,}, six entries each)", ["payments", "rate, of that without guards"])
    free = taken["without any of these"]
    for name, seconds in taken.items():
        share = ratio(seconds, free)
        goal = ("≥ 0.8", share >= 0.8) if name == "as it is" else ("", None)
        result.rows.append(Row(name, [per_second(size, median(seconds)), f"{share:.2f}"], *goal))
    for own in connections.values():
        own.close()
    return result


def _variant(place: Place, name: str, changes: list[str]) -> psycopg.Connection:
    """A copy of the cast's own database with these changes, and a connection of the runtime role to it."""
    from directpay.ops import roles
    from tests import services

    addresses, template = services.addresses(), services.database_name()
    with psycopg.connect(addresses.superuser_url(), autocommit=True) as superuser:
        superuser.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        roles.ensure_database(superuser, name, template)
    with psycopg.connect(addresses.owner_url(name), autocommit=True) as owner:
        for change in changes:
            owner.execute(change)
    return psycopg.connect(addresses.runtime_url(name))


def _way(own: psycopg.Connection, cast: Cast, size: int, numbers: "itertools.count[int]") -> Callable[[], float]:
    def post() -> float:
        arrays = _arrays([cast.payment(n, n) for n in itertools.islice(numbers, size)])
        start = time.perf_counter()
        rows = own.execute(POST, [AT, "", False, *arrays]).fetchall()
        own.commit()
        assert rows[0][3] is None, rows[0]
        return time.perf_counter() - start

    return post
