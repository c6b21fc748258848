import os
from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError

from directpay.ops import roles

ADDRESSES = ("DATABASE_SUPERUSER_URL", "DATABASE_OWNER_URL", "DATABASE_URL")


class Command(BaseCommand):
    help = "Make the database roles and the database on a server of your own: needs the address of a superuser once."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """As often as one likes. Roles are made with the passwords that their addresses name."""
        missing = [name for name in ADDRESSES if not os.environ.get(name)]
        if missing:
            raise CommandError(f"Set {' and '.join(missing)}.")
        owner, runtime = (environ.Env.db_url_config(os.environ[name]) for name in ADDRESSES[1:])
        if (owner["USER"], runtime["USER"]) != (roles.OWNER, roles.RUNTIME):
            raise CommandError(f"DATABASE_OWNER_URL must name the role {roles.OWNER}, and DATABASE_URL the role {roles.RUNTIME}.")
        passwords = roles.Passwords(owner["PASSWORD"], runtime["PASSWORD"])
        made = roles.bootstrap(os.environ["DATABASE_SUPERUSER_URL"], passwords, owner["NAME"])
        self.stdout.write(f"The roles are there, the database {owner['NAME']} {'is new' if made else 'was there already'}.")
