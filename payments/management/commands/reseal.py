"""Everything that is encrypted at rest, under the newest key at once; the due queues do the same within a day."""

from typing import Any

from django.core.management.base import BaseCommand

from directpay.people.sign_in import resealing as people
from payments.methods import resealing as methods


class Command(BaseCommand):
    help = "Seal under the newest key of DIRECTPAY_VAULT_KEYS what older ones have sealed. Safe while everything works, and again."

    def handle(self, *args: Any, **options: Any) -> None:
        for what, reseal_some in (("bank accounts", methods.reseal_some), ("second steps", people.reseal_some)):
            count = 0
            while found := reseal_some():
                count += found
            self.stdout.write(f"{what}: {count} sealed again")
