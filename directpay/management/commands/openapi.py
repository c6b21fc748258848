from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.api.reference.files import AGAIN, DOCS, outdated, write


class Command(BaseCommand):
    help = "Write docs/openapi.yaml, and the curl script and Postman collection that are made from it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--docs", type=Path, default=DOCS, help="the directory, docs/ unless it is said")
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not what the code says")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if old := outdated(options["docs"]):
                raise CommandError(f"Not what the code says: {', '.join(old)}; {AGAIN}")
            return
        for name in write(options["docs"]):
            self.stdout.write(str(options["docs"] / name))
