"""The whole log as JSON Lines, for the stand-alone verifier, for another installation, for the auditor."""

import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.db import connection

from ledger.seals.models import Seal
from ledger.seals.queries import STATES, all_entries, leaf_runs, no_row, one_snapshot, printed, seal_row, shown_rows, tail_rows

HEADER = {"format": "directpay.log", "version": 1}
BATCH_ROWS = 2_000


@dataclass
class Exported:
    """What was written."""

    seals: int = 0
    sealed: int = 0
    tail: int = 0
    lines: int = 0
    sha256: str = ""
    kinds: dict[str, int] = field(default_factory=dict)


class _Lines:
    """Writes lines and keeps the digest of all of them."""

    def __init__(self, file: IO[bytes], told: Exported) -> None:
        self.file, self.told, self.digest = file, told, hashlib.sha256()

    def write(self, *parts: bytes) -> None:
        line = b"".join((*parts, b"\n"))
        self.digest.update(line)
        self.file.write(line)
        self.told.lines += 1


def export_log(path: Path) -> Exported:
    """Action: write everything that is committed now to `path`, compressed if its name ends in .gz. Constant memory.

    One snapshot of the database throughout. The same log gives the same bytes, wherever it stands. Raises EntriesAway.
    """
    all_entries()  # before there is a file
    told = Exported()
    with _opened(path) as file, one_snapshot():
        lines = _Lines(file, told)
        lines.write(printed(HEADER))
        _write_seals(lines)
        for kind, _, canonical in tail_rows():
            lines.write(b'{"tail":', canonical, b"}")
            told.tail += 1
            told.kinds[kind.name] = told.kinds.get(kind.name, 0) + 1
        for statement in STATES:
            for text in _streamed(statement):
                lines.write(b'{"state":', text.encode(), b"}")
        told.sha256 = lines.digest.hexdigest()
        lines.write(b'{"end":', printed({"lines": told.lines, "sha256": told.sha256}), b"}")
    return told


def _write_seals(lines: _Lines) -> None:
    told, first, entries = lines.told, 1, all_entries()
    for seal in Seal.objects.order_by("id").iterator(chunk_size=BATCH_ROWS):
        for run in leaf_runs(first, seal.through):
            kind = run[0][1]
            rows = shown_rows(kind, [row_id for _, _, row_id, _ in run], entries=entries) if kind else {}
            name = kind.name if kind else "unknown"
            for _, _, row_id, leaf in run:
                lines.write(b'{"hash":"', leaf.hex().encode(), b'","row":', rows.get(row_id) or no_row(name, row_id, "missing"), b"}")
            told.sealed += len(run)
            told.kinds[name] = told.kinds.get(name, 0) + len(run)
        lines.write(b'{"hash":"', bytes(seal.hash).hex().encode(), b'","seal":', seal_row(seal), b"}")
        first = seal.through + 1
        told.seals += 1


def _streamed(statement: str) -> Iterator[str]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(BATCH_ROWS):
            for (text,) in rows:
                yield text


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file is there under its name only when it is whole."""
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed, io.BufferedWriter(packed) as file:
                yield file
        else:
            yield raw
    unfinished.replace(path)
