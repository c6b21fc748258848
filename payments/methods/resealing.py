"""A new key takes over: what older ones have sealed is sealed again, a batch at a time, while everything works."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from directpay.database.rows import update_rows
from directpay.due.actions import A_DAY, renew
from directpay.events.unit import unit_of_work
from directpay.people.keys_at_rest import newest_version
from payments.methods.models import BankAccount
from payments.vault.encryption import decrypt, encrypt

RESEAL_QUEUE = "methods.reseal"
SEALED = ("number_encrypted", "micro_deposits_encrypted")
AT_ONCE = 200
SOON = timedelta(seconds=1)


def reseal_some() -> int:
    """Seal the accounts of one batch again under the newest key, in a transaction; rows that somebody works on wait. Returns how many."""
    with unit_of_work():
        stale = BankAccount.objects.exclude(**{f"{name}__startswith": f"{newest_version()}:" for name in SEALED})
        rows = list(stale.select_for_update(skip_locked=True, of=("self",)).order_by("id")[:AT_ONCE])
        for row in rows:
            for name in SEALED:
                setattr(row, name, encrypt(decrypt(getattr(row, name), context=row.public_id), context=row.public_id))
        update_rows(BankAccount, rows, SEALED)
    return len(rows)


def reseal(keys: Sequence[str], at: datetime) -> None:
    """The due queue's work: once a day there is nothing to do; after a new key, batch after batch."""
    more = reseal_some() == AT_ONCE
    with unit_of_work():
        renew(RESEAL_QUEUE, keys, at, after=SOON if more else A_DAY)
