from typing import Any

from django.core.management.base import BaseCommand

from directpay.kernel import clock
from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.people.queries import mode


class Command(BaseCommand):
    help = "Make a key of the platform that may only read, for Prometheus. It is printed once, and revoked in the admin."

    def handle(self, *args: Any, **options: Any) -> None:
        made = create_api_key(actor=SYSTEM, at=clock.now(), owner=None, mode=mode(), scopes=["read"], name="prometheus")
        self.stdout.write(made.secret)
