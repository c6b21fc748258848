import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.seals.actions import export_log
from ledger.seals.queries import EntriesAway


class Command(BaseCommand):
    help = "Write the whole log as JSON Lines (compressed if the name ends in .gz), for verify.py or another installation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a file, or a directory to write log.jsonl.gz into")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        path = path / "log.jsonl.gz" if path.is_dir() else path
        began = time.perf_counter()
        try:
            told = export_log(path)
        except EntriesAway as error:
            raise CommandError(f"{error.message} [{error.code}]") from error
        seconds = time.perf_counter() - began
        self.stdout.write(f"{path}: {told.seals} seals over {told.sealed} rows, {told.tail} rows not sealed yet")
        self.stdout.write(", ".join(f"{count} {kind}" for kind, count in told.kinds.items()) or "no rows")
        self.stdout.write(f"{told.lines} lines in {seconds:.1f} s, {told.lines / max(seconds, 0.001):,.0f} a second; SHA-256 {told.sha256}")
