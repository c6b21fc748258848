from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from ledger.seals.actions import append_anchor, seal_all
from ledger.seals.verify import Broken


class Command(BaseCommand):
    help = "Seal what is committed and not sealed yet, and write the anchor: a line for each seal, in a file to keep elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="append the seals that it does not have yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seals = seal_all(at=clock.now())
        except Broken as error:
            raise CommandError(f"BROKEN {error}") from error
        for seal in seals:
            self.stdout.write(f"seal {seal.id}: {seal.rows} rows, {bytes(seal.hash).hex()}")
        if options["anchor"]:
            path: Path = options["anchor"]
            had_none = not path.exists() or not path.stat().st_size
            try:
                lines = append_anchor(path)
            except DirectPayError as error:
                raise CommandError(f"{error.message} [{error.code}]") from error
            self.stdout.write(f"{lines} lines appended to {path}{', which had none' if had_none else ''}")
