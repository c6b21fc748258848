"""The database against its own leaves: what was sealed stands as it was, in the links of the chain, and nothing has been slipped in."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from ledger.seals.kinds import EVENT, KINDS, Kind
from ledger.seals.models import Leaf, Seal
from ledger.seals.queries import CHUNK_ROWS, GENESIS, all_entries, canonical_rows, chained, floor_xid, leaf_runs, seal_hash
from ledger.seals.verify import Broken

STRAY = """
SELECT e.id, e.transaction_id FROM {entries} e WHERE NOT EXISTS (
    SELECT FROM ledger_transaction t WHERE t.id = e.transaction_id AND t.at = e.at AND t.effective_on = e.effective_on)
ORDER BY e.id LIMIT 1
"""
TWICE = f"SELECT r.id FROM {EVENT.table} r WHERE r.created_xid >= %s GROUP BY r.id HAVING count(*) > 1 ORDER BY r.id LIMIT 1"  # noqa: S608


@dataclass
class Checked:
    """What was found as it should be."""

    seals: int = 0
    rows: int = 0
    anchored: int = 0  # the last seal that the anchor names


def check_log(anchor: Mapping[int, str] | None = None) -> Checked:
    """Query: compute every hash anew, in order. Raises Broken for the first row, leaf or seal that is not as it was sealed.

    Call it within one snapshot (`one_snapshot`). Raises EntriesAway. Who recomputes leaves and seals alike is found by `anchor` alone.
    """
    entries = all_entries()
    checked, last = Checked(anchored=max(anchor or {}, default=0)), None
    for seal in Seal.objects.order_by("id").iterator(chunk_size=CHUNK_ROWS):
        _check_seal(seal, last, (anchor or {}).get(seal.id))
        _check_leaves(seal, last, entries)
        checked.seals, checked.rows, last = seal.id, seal.through, seal
    if checked.anchored > checked.seals:
        message = f"the anchor knows seals up to {checked.anchored}: the chain has been cut off"
        raise _broken("tail_cut", "seal", checked.seals + 1, message)
    stray = Leaf.objects.filter(id__gt=checked.rows).order_by("id").first()
    if stray:
        raise _broken("leaf_added", "leaf", stray.id, "it belongs to no seal")
    _check_additions(entries)
    return checked


def _broken(code: str, kind: str, row_id: int, message: str) -> Broken:
    return Broken(code, message, kind=kind, row_id=row_id)


def _check_seal(seal: Seal, last: Seal | None, anchored: str | None) -> None:
    number = last.id + 1 if last else 1
    if seal.id != number:
        raise _broken("seal_missing", "seal", number, f"it was expected, and seal {seal.id} found")
    found = seal_hash(seal)
    if bytes(seal.hash) != found:
        raise _broken("seal_changed", "seal", seal.id, f"hash {bytes(seal.hash).hex()} was expected, found {found.hex()}")
    if bytes(seal.previous) != (bytes(last.hash) if last else GENESIS):
        raise _broken("seal_changed", "seal", seal.id, "it does not name the hash of the seal before it")
    if anchored and found.hex() != anchored:
        raise _broken("anchor_differs", "seal", seal.id, f"the anchor has {anchored}, the chain {found.hex()}")
    if seal.through != (last.through if last else 0) + seal.rows:
        raise _broken("seal_changed", "seal", seal.id, f"{seal.rows} rows up to place {seal.through} do not follow the seal before it")


def _check_leaves(seal: Seal, last: Seal | None, entries: str) -> None:
    before, place = (bytes(last.hash), last.through) if last else (GENESIS, 0)
    for run in leaf_runs(place + 1, seal.through):
        kind = run[0][1]
        rows = canonical_rows(kind, [row_id for _, _, row_id, _ in run], entries=entries) if kind else {}
        for found, _, row_id, leaf in run:
            place += 1
            if found != place:
                raise _broken("leaf_missing", "leaf", place, f"it was sealed by seal {seal.id}, and is not there any more")
            if kind is None:
                raise _broken("leaf_changed", "leaf", place, "of a kind that is not known")
            if row_id not in rows:
                raise _broken(
                    "row_missing", kind.name, row_id, f"it was sealed by seal {seal.id} at place {place}, and is not there any more"
                )
            hash_ = chained(before, rows[row_id])
            if hash_ != leaf:
                raise _reason(seal, place, kind, row_id, leaf, hash_, entries)
            before = leaf
    if place != seal.through:
        raise _broken("leaf_missing", "leaf", place + 1, f"it was sealed by seal {seal.id}, and is not there any more")
    if before != bytes(seal.head):
        raise _broken("leaf_changed", "leaf", place, f"it is not the head of seal {seal.id}")


def _reason(seal: Seal, place: int, kind: Kind, row_id: int, leaf: bytes, found: bytes, entries: str) -> Broken:
    """A row was changed or its leaf: what comes after was computed from the leaf as it was."""
    if place == seal.through:
        innocent = found == bytes(seal.head)
    else:
        following = next(leaf_runs(place + 1, place + 1), [(0, None, 0, b"")])[0]
        rows = canonical_rows(following[1], [following[2]], entries=entries) if following[1] else {}
        innocent = chained(found, rows.get(following[2], b"")) == following[3]
    expected = f"hash {leaf.hex()} was expected, found {found.hex()}"
    if innocent:
        return _broken("leaf_changed", "leaf", place, f"{expected}: the leaf was changed, {kind.name} {row_id} was not")
    return _broken("row_changed", kind.name, row_id, f"{expected}: it is not what seal {seal.id} sealed at place {place}")


def _check_additions(entries: str) -> None:
    """Rows that the last complete seal must have seen and did not, of the future, or twice in the tail; entries of no transaction."""
    complete = Seal.objects.filter(complete=True).select_related("watermark").order_by("-id").first()
    with connection.cursor() as cursor:
        for kind in KINDS:
            if complete:
                cursor.execute(
                    f"""SELECT r.id FROM {kind.table} r WHERE ledger_known(r.created_xid, %s)
                        AND NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.kind = %s AND l.row_id = r.id) ORDER BY r.id LIMIT 1""",  # noqa: S608
                    [complete.watermark.snapshot, kind.code],
                )
                if row := cursor.fetchone():
                    raise _broken("row_added", kind.name, row[0], f"it claims to be older than seal {complete.id}, which did not see it")
            cursor.execute(
                f"""SELECT r.id FROM {kind.table} r WHERE r.created_xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                    AND r.created_xid <> coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0) ORDER BY r.id LIMIT 1"""  # noqa: S608
            )
            if row := cursor.fetchone():
                raise _broken("row_added", kind.name, row[0], "it claims to be made by a database transaction of the future")
        # Of those that are sealed `canonical_rows` tells.
        cursor.execute(TWICE, [floor_xid()])
        if row := cursor.fetchone():
            raise _broken("row_twice", EVENT.name, row[0], "it stands twice, and is not sealed yet")
        cursor.execute(STRAY.format(entries=entries))
        if row := cursor.fetchone():
            raise _broken("entry_added", "entry", row[0], f"it does not belong to transaction {row[1]} as that stands")
