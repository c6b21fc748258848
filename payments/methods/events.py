"""Facts about bank accounts: ids and states, never numbers or names."""

from datetime import datetime

from directpay.events.actions import NewEvent
from payments.methods.models import BankAccount


def fact(kind: str, account: BankAccount, *, actor: str, at: datetime, was: str | None) -> NewEvent:
    """``bank_account.<kind>`` with the account as it stands."""
    return NewEvent(
        type=f"bank_account.{kind}",
        object_id=account.public_id,
        version=account.version,
        actor=actor,
        at=at,
        account_ids=[account.user.public_id],
        data={
            "id": account.public_id,
            "user": account.user.public_id,
            "status": account.status,
            "from": was,
            "last4": account.last4,
            "verification_tries": account.verification_tries,
        },
    )
