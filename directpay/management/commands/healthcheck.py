import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.ops.health import NotReady, check_worker
from directpay.ops.http import ServerError, get


class Command(BaseCommand):
    help = "For container engines: exit status 0 if the web server of this container answers, or a worker is alive."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=["web", "worker"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["part"] == "web":
                get(f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/health")
            else:
                check_worker()
        except (ServerError, NotReady) as error:
            raise CommandError(str(error)) from error
