import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.seals.check import check_log
from ledger.seals.queries import EntriesAway, one_snapshot
from ledger.seals.verify import Broken, reach, read_anchor


class Command(BaseCommand):
    help = "Compute every hash of the sealed log anew and name the first broken row. Exit status 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="the file that was kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        try:
            anchor = read_anchor(options["anchor"]) if options["anchor"] else None
            with one_snapshot():
                checked = check_log(anchor)
        except Broken as error:
            raise CommandError(f"BROKEN {error}") from error
        except EntriesAway as error:
            raise CommandError(f"{error.message} [{error.code}]") from error
        except OSError as error:
            raise CommandError(f"the anchor cannot be read: {error}") from error
        seconds = time.perf_counter() - began
        self.stdout.write(
            f"ok: {checked.seals} seals over {checked.rows} rows in {seconds:.1f} s, {checked.rows / max(seconds, 0.001):,.0f} a second"
        )
        self.stdout.write(reach(checked.anchored, checked.seals))
