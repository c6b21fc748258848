import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.ops.demo_data import seed
from directpay.ops.secrets_file import write_private
from directpay.people.models import User


class Command(BaseCommand):
    help = "Fill a fresh sandbox with demo data through its HTTP API, and write demo.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("base_url")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does nothing if there are people already; goes on where an earlier run of it was interrupted."""
        if not settings.SANDBOX:
            raise CommandError("Demo data is for the sandbox alone.")
        home, base_url = Path(settings.DIRECTPAY_HOME), options["base_url"]
        begun = home / "demo.begun"
        if User.objects.exists() and not begun.exists():
            return
        begun.touch()
        write_private(home / "demo.json", json.dumps({**seed(base_url), "base_url": base_url}, indent=2) + "\n")
        begun.unlink()
