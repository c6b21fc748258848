import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.kernel.errors import DirectPayError
from ledger.seals.actions import replay_log


class Command(BaseCommand):
    help = "Build from the log what stands beside it, and compare byte for byte; as the owner. Exit status 1 if something differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="rewrite the accounts that differ, if the sealed log verifies")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = replay_log(apply=options["apply"])
        except DirectPayError as error:
            raise CommandError(f"{error.message} [{error.code}]") from error
        for replayed in told:
            verdict = "equal" if replayed.equal else "DIFFERS"
            self.stdout.write(f"{replayed.name:<12} {verdict}  {replayed.rows} rows, {replayed.standing_sha256}")
            for difference in replayed.differences:
                self.stdout.write(f"    {difference}")
            if options["apply"] and replayed.rewritten:
                self.stdout.write(f"    {replayed.rewritten} rewritten")
        sys.exit(0 if all(replayed.equal or replayed.rewritten for replayed in told) else 1)
