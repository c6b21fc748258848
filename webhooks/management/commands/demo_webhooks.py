import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from directpay.ops.secrets_file import derived
from directpay.ops.stage import Stage, a_stage
from webhooks.inbound.demo import InboxStory
from webhooks.inbound.signatures import secrets_of


class Command(BaseCommand):
    help = (
        "Tell the story of the inbox over HTTP: on the running server, or on a temporary one. Exit status 1 if a step is not as promised."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with a_stage(self._say) as stage:
            sys.exit(self._told(stage))

    def _told(self, stage: Stage) -> int:
        stripe, paypal = (os.environ.get(name, "") for name in ("STRIPE_WEBHOOK_SECRET", "PAYPAL_DEMO_SECRET"))
        if not stage.temporary:
            stripe, paypal = settings.STRIPE_WEBHOOK_SECRETS[0], settings.PAYPAL_DEMO_SECRET
        secrets = (stripe or derived(stage.secret_key, "stripe"), paypal or derived(stage.secret_key, "paypal"))
        return InboxStory(stage.demo, secrets_of(secrets[0])[0], secrets_of(secrets[1])[0], self._say).tell()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
