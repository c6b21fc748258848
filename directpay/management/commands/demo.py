import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from directpay.ops.demo import tell
from directpay.ops.http import ServerError, running_demo
from directpay.ops.temporary import temporary_stack
from directpay.ops.up import why_not_ready

MAIL_SECONDS = 10


class Command(BaseCommand):
    help = "Tell DirectPay's story over its HTTP API: on the running server, or on a temporary one."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 1 if a step is not as promised."""
        sys.exit(self._told())

    def _told(self) -> int:
        try:
            demo = running_demo(Path(settings.DIRECTPAY_HOME))
        except ServerError:
            demo = {}
        if demo and not why_not_ready(demo["base_url"]):
            self.stdout.write(f"On the server that is running at {demo['base_url']}.")
            return int(tell(demo) or self._shown_mail(Path(settings.EMAIL_FILE_PATH)))
        self.stdout.write("No server is running here: starting a temporary one …")
        self.stdout.flush()
        home = Path(tempfile.mkdtemp(prefix="directpay-demo-"))
        try:
            with temporary_stack(home) as stack:
                return int(tell(stack.demo) or self._shown_mail(home / "mail"))
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def _shown_mail(self, directory: Path) -> int:
        """The newest receipt that came by mail, where mails are files."""
        if settings.MAIL_URL:
            return 0
        ends = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < ends:
            if receipts := sorted(directory.glob("*-receipt-*.eml")):
                self.stdout.write(f"\nAnd a receipt came by mail, as a file: {receipts[-1]}")
                return 0
            time.sleep(0.5)
        return 0
