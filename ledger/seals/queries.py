"""The log in its canonical form: what is sealed, what is not yet, and the links of the chain."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from directpay.kernel.errors import Conflict
from ledger.journal.models import ArchivedMonth
from ledger.seals.kinds import BY_CODE, ENTRY_TABLE, KINDS, STAMP, Kind
from ledger.seals.models import Leaf, Seal
from ledger.seals.verify import Broken

GENESIS = bytes(32)  # stands for the seal before the first
CHUNK_ROWS = 2_000  # read at once
ARCHIVE = "ledger_archive"  # the schema of months that were taken off
ENTRY_COLUMNS = "id, transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq, item, effective_on, at"
WITHIN_REACH = """SELECT c.relname::text FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE s.nspname = %s AND c.relname = ANY(%s) AND has_schema_privilege(s.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')"""
# What of a row changes: not sealed, but needed to set it up elsewhere. Balances stand here to be compared with the entries.
STATES = (
    f"""SELECT jsonb_build_object('kind', 'hold', 'id', r.id, 'account', r.account_id, 'amount', r.amount_minor, 'state', r.state,
        'posted', r.posted_minor, 'resolved_at', {STAMP.format("r.resolved_at")})::text FROM ledger_hold r ORDER BY r.id""",  # noqa: S608
    f"""SELECT jsonb_build_object('kind', 'account', 'id', r.id, 'balance', r.balance_minor, 'held', r.held_minor,
        'last_seq', r.last_seq, 'last_at', {STAMP.format("r.last_at")}, 'closed_at', {STAMP.format("r.closed_at")},
        'accepts_payments', r.accepts_payments, 'payable_limit', r.payable_limit, 'pays_into', r.pays_into,
        'cost_account', r.cost_account_id)::text FROM ledger_account r ORDER BY r.id""",  # noqa: S608
)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything within it is read as it stood at its first question."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def chained(before: bytes, canonical: bytes) -> bytes:
    """The hash of a row: SHA-256 of the 32 bytes of the hash before it and of its canonical bytes."""
    return hashlib.sha256(before + canonical).digest()


def instant(at: datetime) -> str:
    """As the canonical form writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def printed(row: dict[str, Any]) -> bytes:
    """A flat row in canonical form, as PostgreSQL would print its jsonb."""
    return json.dumps({key: row[key] for key in sorted(row, key=lambda k: (len(k), k))}, ensure_ascii=False).encode()


def seal_row(seal: Seal) -> bytes:
    """The canonical bytes of a seal; its hash is their SHA-256, and holds the hash of the seal before."""
    return printed(
        {
            "kind": "seal",
            "id": seal.id,
            "previous": bytes(seal.previous).hex(),
            "rows": seal.rows,
            "through": seal.through,
            "first_kind": BY_CODE[seal.first_kind].name,
            "first_id": seal.first_id,
            "last_kind": BY_CODE[seal.last_kind].name,
            "last_id": seal.last_id,
            "head": bytes(seal.head).hex(),
            "at": instant(seal.at),
            "snapshot": seal.snapshot,
            "complete": seal.complete,
        }
    )


def seal_hash(seal: Seal) -> bytes:
    return hashlib.sha256(seal_row(seal)).digest()


def last_seal() -> Seal | None:
    return Seal.objects.order_by("-id").first()


def canonical_rows(kind: Kind, ids: Sequence[int], *, entries: str = ENTRY_TABLE) -> dict[int, bytes]:
    """Id → canonical bytes, of those that are there. Raises Broken for one that is there twice.

    `entries` is what `all_entries` says, where those of archived months are needed.
    """
    rows, twice = _rows(kind, ids, entries)
    if twice:
        raise Broken("row_twice", "it stands twice", kind=kind.name, row_id=min(twice))
    return rows


def shown_rows(kind: Kind, ids: Sequence[int], *, entries: str = ENTRY_TABLE) -> dict[int, bytes]:
    """The same, to be shown: what is there twice is said to be."""
    rows, twice = _rows(kind, ids, entries)
    return rows | {row_id: no_row(kind.name, row_id, "twice") for row_id in twice}


def _rows(kind: Kind, ids: Sequence[int], entries: str) -> tuple[dict[int, bytes], set[int]]:
    """And the ids of those that are there twice: the key of events has their moment in it, and forbids it not."""
    rows: dict[int, bytes] = {}
    twice = set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.id, jsonb_build_object({kind.canonical_from(entries)})::text FROM {kind.table} r WHERE r.id = ANY(%s)",  # noqa: S608 our own
            [list(ids)],
        )
        for row_id, text in cursor.fetchall():
            if row_id in rows:
                twice.add(row_id)
            rows[row_id] = text.encode()
    return rows, twice


def no_row(kind: str, row_id: int, what: str) -> bytes:
    """Stands for a row that is ``missing`` or there ``twice``: nothing has a hash that would fit it."""
    return printed({"kind": kind, "id": row_id, what: True})


def floor_xid() -> int:
    """Every row that an older database transaction made is sealed."""
    complete = Seal.objects.filter(complete=True).select_related("watermark").order_by("-id").first()
    return int(complete.watermark.snapshot.partition(":")[0]) if complete else 0


def unsealed_ids(kind: Kind, *, floor: int, snapshot: str | None, after: int = 0, limit: int) -> list[int]:
    """At most `limit` ids above `after`, in order, of rows that have no leaf; with a snapshot, those that it knew."""
    known = "" if snapshot is None else "AND ledger_known(r.created_xid, %(snapshot)s)"
    given = {"floor": floor, "after": after, "limit": limit, "kind": kind.code, "snapshot": snapshot}
    with connection.cursor() as cursor:
        # Where the young rows begin, by the index on created_xid; the sum keeps the planner from walking the primary key instead.
        cursor.execute(f"SELECT min(r.id + 0) FROM {kind.table} r WHERE r.created_xid >= %(floor)s", given)  # noqa: S608 our own
        (given["first"],) = cursor.fetchone()
        if given["first"] is None:
            return []
        cursor.execute(
            f"""SELECT r.id FROM {kind.table} r WHERE r.id >= %(first)s AND r.id > %(after)s AND r.created_xid >= %(floor)s {known}
                AND NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.kind = %(kind)s AND l.row_id = r.id)
                ORDER BY r.id LIMIT %(limit)s""",  # noqa: S608 our own
            given,
        )
        return [row_id for (row_id,) in cursor.fetchall()]


def leaf_runs(first: int, through: int) -> Iterator[list[tuple[int, Kind | None, int, bytes]]]:
    """Leaves `first` to `through` in order, in chunks of one kind each: place, kind, row id, hash."""
    while first <= through:
        chunk = list(
            Leaf.objects.filter(id__gte=first, id__lte=through).order_by("id").values_list("id", "kind", "row_id", "hash")[:CHUNK_ROWS]
        )
        run: list[tuple[int, Kind | None, int, bytes]] = []
        for place, code, row_id, hash_ in chunk:
            kind = BY_CODE.get(code)
            if run and run[0][1] is not kind:
                yield run
                run = []
            run.append((place, kind, row_id, bytes(hash_)))
        if run:
            yield run
        if len(chunk) < CHUNK_ROWS:
            return
        first = chunk[-1][0] + 1


def tail_rows() -> Iterator[tuple[Kind, int, bytes]]:
    """What is committed and not sealed yet, in the order in which it would be."""
    floor = floor_xid()
    for kind in KINDS:
        after = 0
        while ids := unsealed_ids(kind, floor=floor, snapshot=None, after=after, limit=CHUNK_ROWS):
            rows = shown_rows(kind, ids)
            for row_id in ids:
                yield kind, row_id, rows[row_id]
            after = ids[-1]


class EntriesAway(Conflict):
    """The whole log is needed, and entries of an archived month are not within reach."""

    code = "entries_archived"


def demand_nothing_archived() -> None:
    """Raises EntriesAway."""
    months = [str(month) for month in ArchivedMonth.objects.order_by("month")]
    if months:
        raise EntriesAway(f"entries are archived ({', '.join(months)}): attach their months again first")


def all_entries() -> str:
    """What to select every entry from: their table and, where they stand, the months that were taken off it.

    Raises EntriesAway for months that are gone, or that the role of this connection may not read.
    """
    months = {f"{ENTRY_TABLE}_{away.month:%Y_%m}": str(away) for away in ArchivedMonth.objects.order_by("month")}
    if not months:
        return ENTRY_TABLE
    with connection.cursor() as cursor:
        cursor.execute(WITHIN_REACH, [ARCHIVE, list(months)])
        within_reach = {table for (table,) in cursor.fetchall()}
    beyond = [month for table, month in months.items() if table not in within_reach]
    if beyond:
        raise EntriesAway(f"entries are archived ({', '.join(beyond)}): attach their months again first, or ask as the owner")
    parts = (f"SELECT {ENTRY_COLUMNS} FROM {table}" for table in (ENTRY_TABLE, *(f"{ARCHIVE}.{name}" for name in months)))  # noqa: S608
    return f"({' UNION ALL '.join(parts)})"
