"""A new key takes over: secrets of second steps that older keys have sealed are sealed again, a batch at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db.models import Q

from directpay.due.actions import A_DAY, renew
from directpay.events.unit import unit_of_work
from directpay.people.keys_at_rest import newest_version

RESEAL_QUEUE = "people.reseal"
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}
AT_ONCE = 200
SOON = timedelta(seconds=1)


def reseal_some() -> int:
    """Seal one batch again under the newest key, in a transaction; rows that somebody works on wait. Returns how many."""
    prefix, adapter = f"{newest_version()}:", get_adapter()
    stale = Q(pk__in=[])
    for kind, name in SEALED.items():
        stale |= Q(type=kind, data__has_key=name) & ~Q(**{f"data__{name}__startswith": prefix})
    with unit_of_work():
        rows = list(Authenticator.objects.filter(stale).select_for_update(skip_locked=True, of=("self",)).order_by("id")[:AT_ONCE])
        for row in rows:
            name = SEALED[Authenticator.Type(row.type)]
            row.data[name] = adapter.encrypt(adapter.decrypt(row.data[name]))
        Authenticator.objects.bulk_update(rows, ["data"])
    return len(rows)


def reseal(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: once a day there is nothing to do; after a new key, batch after batch."""
    more = reseal_some() == AT_ONCE
    with unit_of_work():
        renew(RESEAL_QUEUE, keys, at, after=SOON if more else A_DAY)
