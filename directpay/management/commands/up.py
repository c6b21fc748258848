import os
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Start everything that DirectPay needs, in the foreground (the same as `make up`)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        """Becomes the supervisor: it starts before there are services to configure Django for."""
        os.execv(sys.executable, [sys.executable, "-m", "directpay.ops.up"])  # noqa: S606
