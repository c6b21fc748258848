from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from ledger.seals.actions.archive import archive_month, attach_month


class Command(BaseCommand):
    help = "Take the entries of an old month off for archive, oldest first, or put them on again; as the owner."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=lambda text: date.fromisoformat(f"{text}-01"), help="YYYY-MM")
        parser.add_argument("--attach", action="store_true", help="put the month on again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["attach"]:
                done = attach_month(options["month"])
            else:
                done = archive_month(options["month"], at=clock.now())
        except DirectPayError as error:
            raise CommandError(f"{error.message} [{error.code}]") from error
        self.stdout.write(f"{done.entries} entries of {done.month:%Y-%m} stand in {done.table}.")
