"""Sealing: what is committed and not sealed yet becomes leaves and one more link of the chain. Off the hot path, in bounded sets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work
from ledger.journal.actions.watermarks import mark
from ledger.journal.models import Watermark
from ledger.seals.kinds import KINDS, Kind
from ledger.seals.models import Seal
from ledger.seals.queries import GENESIS, canonical_rows, chained, floor_xid, last_seal, seal_hash, unsealed_ids
from ledger.seals.statements import LEAVES

QUEUE = "ledger.seals"
EVERY = timedelta(hours=1)
SET_LIMIT = 10_000  # rows in one seal
SEALS_LIMIT = 100_000  # in one run of the command


def seal_once(*, at: datetime, limit: int = SET_LIMIT) -> Seal | None:
    """Action: one more seal over at most `limit` rows, or None when nothing new is committed.

    Who is covered is decided by a watermark's snapshot: a transaction that is still open, whatever its ids, waits for a later seal.
    A seal that leaves something of its watermark over is not `complete`, and the next goes on with the same watermark.
    Raises Broken for a row that is there twice.
    """
    with unit_of_work():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.seals'))")
        last, floor = last_seal(), floor_xid()
        if last and not last.complete:
            made = _seal(last, last.watermark, floor, at, limit)
            if made:
                return made
        if not any(unsealed_ids(kind, floor=floor, snapshot=None, limit=1) for kind in KINDS):
            return None
        return _seal(last, mark(at), floor, at, limit)


def seal_all(*, at: datetime, limit: int = SET_LIMIT) -> list[Seal]:
    """Seal after seal, each in a transaction of its own, until nothing that was committed at the start is left."""
    made: list[Seal] = []
    while len(made) < SEALS_LIMIT:
        seal = seal_once(at=at, limit=limit)
        if seal is None:
            break
        made.append(seal)
        if seal.complete:
            break
    return made


def seal_due(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: one seal, and the next in an hour, or at once when this one left something over."""
    with unit_of_work():
        seal = seal_once(at=at)
        schedule(QUEUE, [(key, at + EVERY if seal is None or seal.complete else at) for key in keys])


def _seal(last: Seal | None, watermark: Watermark, floor: int, at: datetime, limit: int) -> Seal | None:
    chosen: list[tuple[Kind, int]] = []
    goes_on = last is not None and last.watermark_id == watermark.id
    for kind in KINDS:
        if last and goes_on and kind.code < last.last_kind:
            continue
        after = last.last_id if last and goes_on and kind.code == last.last_kind else 0
        # One more than fits tells whether something is left over.
        ids = unsealed_ids(kind, floor=floor, snapshot=watermark.snapshot, after=after, limit=limit + 1 - len(chosen))
        chosen += [(kind, row_id) for row_id in ids]
        if len(chosen) > limit:
            break
    if not chosen:
        return None
    complete, chosen = len(chosen) <= limit, chosen[:limit]
    rows = {kind: canonical_rows(kind, [row_id for k, row_id in chosen if k is kind]) for kind in dict.fromkeys(k for k, _ in chosen)}
    previous = bytes(last.hash) if last else GENESIS
    hashes: list[bytes] = []
    head = previous
    for kind, row_id in chosen:
        head = chained(head, rows[kind][row_id])
        hashes.append(head)
    through = last.through if last else 0
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [through, [kind.code for kind, _ in chosen], [row_id for _, row_id in chosen], hashes])
    seal = Seal(
        id=last.id + 1 if last else 1,
        through=through + len(chosen),
        rows=len(chosen),
        first_kind=chosen[0][0].code,
        first_id=chosen[0][1],
        last_kind=chosen[-1][0].code,
        last_id=chosen[-1][1],
        head=head,
        at=max(at, last.at) if last else at,
        snapshot=watermark.snapshot,
        complete=complete,
        previous=previous,
        watermark=watermark,
    )
    seal.hash = seal_hash(seal)
    seal.save(force_insert=True)
    return seal
