"""Building anew, from entries, holds and events, what stands beside them, and comparing it byte for byte."""

import hashlib
from dataclasses import dataclass, field

from django.db import connection

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict
from ledger.seals.actions.owner import demand_owner
from ledger.seals.check import check_log
from ledger.seals.projections import ACCOUNTS, PROJECTIONS, Projection
from ledger.seals.queries import demand_nothing_archived, one_snapshot
from ledger.seals.verify import Broken

SHOWN = 20  # differences that are told of each projection
BATCH_ROWS = 2_000
LOCK = "LOCK TABLE ledger_account, ledger_entry, ledger_hold, directpay_event IN SHARE ROW EXCLUSIVE MODE"
APPLY = """
UPDATE ledger_account a SET balance_minor = s.balance_minor, last_seq = s.last_seq, last_at = s.last_at, held_minor = s.held_minor
FROM shadow_accounts s WHERE a.id = s.key::bigint
    AND (a.balance_minor, a.last_seq, a.last_at, a.held_minor) IS DISTINCT FROM (s.balance_minor, s.last_seq, s.last_at, s.held_minor)
"""


class LogBroken(Conflict):
    """Nothing is rewritten from a log that is not what was sealed."""

    code = "log_broken"


@dataclass
class Replayed:
    """One projection: digests of its canonical dump as it stands and as it was built anew, and where they differ."""

    name: str
    rows: int
    standing_sha256: str
    derived_sha256: str
    differences: list[str] = field(default_factory=list)
    rewritten: int = 0

    @property
    def equal(self) -> bool:
        return self.standing_sha256 == self.derived_sha256


def replay_log(*, apply: bool = False) -> list[Replayed]:
    """Action: build each projection into a shadow table, compare, and with `apply` rewrite the accounts that differ.

    As the owner. Only accounts are rewritten: the rest is told. Raises OwnerRequired, and LogBroken if `apply` is asked of a
    log that does not verify.
    """
    demand_owner()
    demand_nothing_archived()
    if not apply:
        with one_snapshot():
            return [_replay(projection) for projection in PROJECTIONS.values()]
    with unit_of_work(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        try:
            check_log()
        except Broken as error:
            raise LogBroken(str(error)) from error
        told = [_replay(projection) for projection in PROJECTIONS.values()]
        cursor.execute(APPLY)
        next(replayed for replayed in told if replayed.name == ACCOUNTS.name).rewritten = cursor.rowcount
        return told


def _replay(projection: Projection) -> Replayed:
    shadow = f"shadow_{projection.name}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {shadow} ON COMMIT DROP AS {projection.derived}")
        derived = f"SELECT * FROM {shadow}"  # noqa: S608 our own
        cursor.execute(
            f"""SELECT coalesce(s.line, 'nothing'), coalesce(d.line, 'nothing')
                FROM ({_dump(projection.standing)}) s FULL JOIN ({_dump(derived)}) d ON d.key = s.key
                WHERE d.line IS DISTINCT FROM s.line ORDER BY coalesce(s.key, d.key) LIMIT %s""",  # noqa: S608 our own
            [SHOWN],
        )
        differences = [f"stands {standing}, was built as {built}" for standing, built in cursor.fetchall()]
    rows, standing = digest_of(projection.standing)
    return Replayed(projection.name, rows, standing, digest_of(derived)[1], differences)


def digest_of(select: str) -> tuple[int, str]:
    """Rows and SHA-256 of a canonical dump: a line of JSON for each row, in order of its key."""
    digest, rows = hashlib.sha256(), 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT line FROM ({_dump(select)}) dumped ORDER BY key")  # noqa: S608 our own
        while batch := cursor.fetchmany(BATCH_ROWS):
            for (line,) in batch:
                digest.update(line.encode() + b"\n")
            rows += len(batch)
    return rows, digest.hexdigest()


def _dump(select: str) -> str:
    """Key and line of each row; instants in UTC whatever the connection's time zone is."""
    return f"""SELECT x.key COLLATE "C" AS key, to_jsonb(x)::text AS line FROM ({select}) x"""  # noqa: S608
