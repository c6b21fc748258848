import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from directpay.ops.demo import tell
from directpay.ops.stage import Stage, a_stage

MAIL_SECONDS = 10


class Command(BaseCommand):
    help = "Tell DirectPay's story over its HTTP API: on the running server, or on a temporary one."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 if a step is not as promised."""
        with a_stage(self._say) as stage:
            sys.exit(int(tell(stage.demo) or self._shown_mail(stage)))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _shown_mail(self, stage: Stage) -> int:
        """The newest receipt that came by mail, where mails are files."""
        if settings.MAIL_URL:
            return 0
        directory = stage.home / "mail" if stage.temporary else Path(settings.EMAIL_FILE_PATH)
        ends = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < ends:
            if receipts := sorted(directory.glob("*-receipt-*.eml")):
                self.stdout.write(f"\nAnd a receipt came by mail, as a file: {receipts[-1]}")
                return 0
            time.sleep(0.5)
        return 0
