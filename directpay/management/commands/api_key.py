"""Keys for programs, from the shell of whoever runs the installation."""

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from directpay.people.actions import NewKey, create_api_key, revoke_api_key, roll_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import ApiKey, User
from directpay.people.queries import mode


class Command(BaseCommand):
    help = "Make, roll, revoke and list API keys. A key is printed once, when it is made, and stands nowhere afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="does", required=True, parser_class=argparse.ArgumentParser)
        create = does.add_parser("create", help="of a person, or of the platform itself, which sees all")
        create.add_argument("--for", dest="email", default="", help="whose: their email address; without it the platform's own")
        create.add_argument("--name", default="", help="what it is for, as the admin shows it")
        create.add_argument("--kind", choices=ApiKey.Kind.values, default=ApiKey.Kind.SECRET)
        create.add_argument("--read-only", action="store_true")
        roll = does.add_parser("roll", help="a new one with the same rights; the old one ends")
        roll.add_argument("key", help="its id (ak_…), as `list` shows it")
        roll.add_argument("--overlap-hours", type=int, default=0, help="for so long both work; at most 168")
        does.add_parser("revoke", help="end one at once").add_argument("key")
        does.add_parser("list", help="those that work")

    def handle(self, *args: Any, does: str, **given: Any) -> None:
        try:
            getattr(self, f"_{does}")(**given)
        except DirectPayError as error:
            raise CommandError(error.message) from error

    def _create(self, *, email: str, name: str, kind: str, read_only: bool, **_: Any) -> None:
        owner = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
        if email and owner is None:
            raise CommandError(f"There is nobody with the address {email}.")
        scopes = ["read"] if read_only else ["read", "write"]
        self._tell(create_api_key(actor=SYSTEM, at=clock.now(), owner=owner, mode=mode(), kind=kind, scopes=scopes, name=name))

    def _roll(self, *, key: str, overlap_hours: int, **_: Any) -> None:
        self._tell(roll_api_key(actor=SYSTEM, at=clock.now(), key=_named(key), overlap=timedelta(hours=overlap_hours)))

    def _revoke(self, *, key: str, **_: Any) -> None:
        revoke_api_key(actor=SYSTEM, at=clock.now(), key=_named(key))

    def _list(self, **_: Any) -> None:
        at = clock.now()
        for key in ApiKey.objects.filter(revoked_at=None).select_related("owner").order_by("id"):
            if key.expires_at is None or key.expires_at > at:
                whose = key.owner.email if key.owner else "the platform"
                self.stdout.write(f"{key.public_id}  {key.kind:<11}  {'+'.join(key.scopes):<10}  {whose}  {key.name}")

    def _tell(self, made: NewKey) -> None:
        self.stderr.write(f"{made.key.public_id}: keep it now, it is not shown again")
        self.stdout.write(made.secret)


def _named(name: str) -> ApiKey:
    """Raises CommandError."""
    found = ApiKey.objects.filter(public_id=name).first()
    if found is None:
        raise CommandError(f"There is no key {name}: `manage.py api_key list` shows what there is.")
    return found
