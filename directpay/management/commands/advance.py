from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.ops.http import ServerError, post, running_demo


class Command(BaseCommand):
    help = "Move the sandbox's clock through the running server: an ISO time, or a number of seconds."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", help="2026-12-01T09:00:00-05:00, 2026-12-01, or 86400")

    def handle(self, *args: Any, **options: Any) -> None:
        to = options["to"]
        try:
            demo = running_demo(Path(settings.DIRECTPAY_HOME))
            body = {"seconds": int(to)} if to.isdigit() else {"to": to}
            answer = post(f"{demo['base_url']}/api/v1/sandbox/clock/advance", demo["secret_key"], body)
        except ServerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The clock stands at {answer.get('now', answer)}.")
