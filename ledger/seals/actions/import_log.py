"""Reading an exported log into an empty installation, through the guards that judge every posting. All of it, or nothing."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, connection

from directpay.due.actions import schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict
from ledger.journal.actions.holds import EXPIRY_QUEUE
from ledger.journal.actions.watermarks import mark
from ledger.journal.invariants import JOURNAL, check_invariants
from ledger.journal.models import Hold, Limit, Watermark
from ledger.seals.actions.owner import demand_owner
from ledger.seals.check import check_log
from ledger.seals.kinds import BY_NAME
from ledger.seals.models import Seal
from ledger.seals.queries import instant
from ledger.seals.statements import ACCOUNT_STATES, EMPTY, GIVEN, HOLD_STATES, INSERTS, LEAVES, SEQUENCES
from ledger.seals.verify import Broken, Report, lines_of, split_line, verify

BATCH_ROWS = 1_000
MOMENT = timedelta(microseconds=1)  # what is imported is known from `at` on: the watermark before does not see it
PARENTS = ("directpay_event", "ledger_entry")
LOCK = "LOCK TABLE ledger_book, ledger_account, ledger_hold, ledger_transaction, ledger_entry, ledger_allocation, directpay_event"


class LogRefused(Conflict):
    """The export is not taken, and nothing of it is written. The code is what verify.py found (``imported_at_…`` for a moment that
    is out of range, in the future or before the last on its account), ``log_not_empty``,
    ``invariant_broken``, or what a guard of the database says."""

    code = "log_refused"


def import_log(path: Path, *, at: datetime, anchor: Path | None = None) -> Report:
    """Action: verify the export, write it row by row with its ids, hashes and moments, and check what then stands.

    As the owner, into an installation without books and events. Raises LogRefused, OwnerRequired.
    """
    demand_owner()
    try:
        report = verify(path, anchor=anchor, now=instant(at))
        with unit_of_work():
            _demand_empty()
            _make_partitions(report)
            watermark = mark(at - MOMENT)
            Limit.objects.update(known_after=watermark.at)
            _Importer(watermark).run(path, report)
            _promise_expiries()
            _demand_sound()
            check_log()
    except Broken as error:
        prefix = "imported_" if error.code.startswith("at_") else ""
        raise LogRefused(str(error), code=prefix + error.code, line=error.line, row=f"{error.kind} {error.row_id}") from error
    except (IntegrityError, DataError) as error:
        # What the guards of the database refuse names its code in the hint, as in `ledger_refuse`.
        said = getattr(error.__cause__, "diag", None)
        code = (said.message_hint if said else None) or LogRefused.code
        raise LogRefused(str(said.message_primary if said else error), code=code) from error
    return report


def _demand_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{LOCK} IN SHARE ROW EXCLUSIVE MODE")
        for table in EMPTY:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 our own
            if cursor.fetchone()[0]:
                raise LogRefused(f"only an empty installation takes a log, and {table} has rows", code="log_not_empty", table=table)


def _demand_sound() -> None:
    own = {invariant.code for invariant in JOURNAL}
    for finding in check_invariants(limit=1):
        if finding.code in own and finding.broken:
            raise LogRefused(f"{finding.sentence}: {finding.broken[0]}", code="invariant_broken")


def _make_partitions(report: Report) -> None:
    """For every month in which something was recorded."""
    with connection.cursor() as cursor:
        for month in sorted(report.months):
            for parent in PARENTS:
                cursor.execute("SELECT directpay_make_partitions(%s::regclass, %s::date, %s::date)", [parent, f"{month}-01", f"{month}-01"])


def _promise_expiries() -> None:
    """Who holds money holds it no longer than was said, here as there."""
    waiting = Hold.objects.filter(state="pending", expires_at__isnull=False).values_list("public_id", "expires_at")
    promises = ((public_id, expires_at) for public_id, expires_at in waiting.iterator(chunk_size=BATCH_ROWS) if expires_at)
    while batch := list(islice(promises, BATCH_ROWS)):
        schedule(EXPIRY_QUEUE, batch)


class _Importer:
    """Gathers rows of one kind and writes them in sets, in the order of the log."""

    def __init__(self, watermark: Watermark) -> None:
        self.watermark = watermark
        self.rows: list[str] = []
        self.kind = ""
        self.leaves: list[tuple[int, int, bytes]] = []
        self.through = 0

    def run(self, path: Path, report: Report) -> None:
        with connection.cursor() as cursor:
            # Foreign keys are looked at with each set: what waits to be looked at keeps a table from being altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            # A hold that was placed once need not be covered by what is available at the end; its sum is compared below.
            cursor.execute("ALTER TABLE ledger_hold DISABLE TRIGGER counted, DISABLE TRIGGER counted_off")
            for what, written, text, row in self._lines(path, report):
                if what == "seal":
                    self._seal(written, row)
                elif what in ("row", "tail", "state"):
                    self._take(what, written, text, row)
            self._flush()
            cursor.execute("ALTER TABLE ledger_hold ENABLE TRIGGER counted, ENABLE TRIGGER counted_off")
            for statement in SEQUENCES:
                cursor.execute(statement)

    def _lines(self, path: Path, report: Report) -> Iterator[tuple[str, bytes, str, dict[str, Any]]]:
        for n, (line, digest) in enumerate(lines_of(path)):
            if n == 0:
                continue
            what, written, canonical = split_line(line)
            if what == "end" and digest != report.sha256:
                raise Broken("file_changed", "the file has changed since it was verified")
            text = canonical.decode()
            yield what, written, text, json.loads(text)

    def _take(self, what: str, written: bytes, text: str, row: dict[str, Any]) -> None:
        kind = f"{what} {row['kind']}" if what == "state" else row["kind"]
        if kind != self.kind or len(self.rows) >= BATCH_ROWS:
            self._flush()
        self.kind = kind
        self.rows.append(text)
        if what == "row":
            self.leaves.append((BY_NAME[row["kind"]].code, row["id"], bytes.fromhex(written.decode())))

    def _flush(self) -> None:
        if self.rows:
            statement = {"state account": ACCOUNT_STATES, "state hold": HOLD_STATES}.get(self.kind) or INSERTS[self.kind]
            with connection.cursor() as cursor:
                cursor.execute(GIVEN + statement, [self.rows])
        self.rows = []

    def _seal(self, written: bytes, row: dict[str, Any]) -> None:
        self._flush()
        kinds, ids, hashes = zip(*self.leaves, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(LEAVES, [self.through, list(kinds), list(ids), list(hashes)])
        self.leaves = []
        self.through = row["through"]
        Seal.objects.create(
            id=row["id"],
            through=row["through"],
            rows=row["rows"],
            first_kind=BY_NAME[row["first_kind"]].code,
            first_id=row["first_id"],
            last_kind=BY_NAME[row["last_kind"]].code,
            last_id=row["last_id"],
            head=bytes.fromhex(row["head"]),
            at=datetime.fromisoformat(row["at"]),
            snapshot=row["snapshot"],
            complete=row["complete"],
            previous=bytes.fromhex(row["previous"]),
            hash=bytes.fromhex(written.decode()),
            watermark=self.watermark,
        )
