import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from ledger.seals.actions import import_log
from ledger.seals.verify import reach


class Command(BaseCommand):
    help = "Read an exported log into an empty installation, as the owner (DIRECTPAY_DATABASE_ROLE=owner). All of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="refuse a log that contradicts it")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        try:
            report = import_log(options["path"], at=clock.now(), anchor=options["anchor"])
        except DirectPayError as error:
            raise CommandError(f"{error.message} [{error.code}]") from error
        except OSError as error:
            raise CommandError(f"it cannot be read: {error}") from error
        rows, seconds = report.sealed + report.tail, time.perf_counter() - began
        self.stdout.write(f"{report.seals} seals, {rows} rows in {seconds:.1f} s, {rows / max(seconds, 0.001):,.0f} a second")
        self.stdout.write(reach(report.anchored, report.seals))
