"""Agreeing to a mandate, taking it back, and its end where the payer told the bank that it never stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from directpay.database.rows import update_rows
from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import InvalidInput, NotAllowed
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM, Actor
from directpay.people.models import User
from payments.methods.mandates.models import Mandate
from payments.methods.mandates.texts import LANGUAGES, NEWEST, mandate_text
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified

BY_PAYER, BY_STAFF, OWNER_DELETED = "revoked_by_payer", "revoked_by_staff", "owner_deleted"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How it was agreed to. `accepted_at` None: now."""

    acceptance: str = Mandate.Acceptance.ONLINE
    language: str = "en"
    text_version: str = NEWEST
    accepted_at: datetime | None = None
    ip_address: str = ""
    user_agent: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def agree_to_mandate(account: BankAccount, how: Agreement, *, actor: Actor, at: datetime) -> Mandate:
    """Keep the permission with the words. Raises BankAccountNotVerified, InvalidInput for words that are not today's or a time to come."""
    if account.status != BankAccount.Status.VERIFIED:
        raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account")
    if how.language not in LANGUAGES:
        raise InvalidInput(f"The text is written in {' and '.join(LANGUAGES)}.", param="language")
    if how.text_version != NEWEST:
        raise InvalidInput(f"The text of today is version {NEWEST}: show that one.", param="text_version")
    if how.accepted_at is not None and how.accepted_at > at:
        raise InvalidInput("Nobody has agreed to it yet at that time.", param="customer_acceptance[accepted_at]")
    with unit_of_work():
        return keep_mandate(account, how, actor=actor, at=at)


def keep_mandate(account: BankAccount, how: Agreement, *, actor: Actor, at: datetime) -> Mandate:
    """Step: the permission, with the words of the version that was agreed to, be there newer ones by now."""
    require_transaction()
    mandate = Mandate.objects.create(
        public_id=public_id("mandate"),
        user=account.user,
        bank_account=account,
        text_version=how.text_version,
        language=how.language,
        text=mandate_text(account, how.language, version=how.text_version),
        acceptance=how.acceptance,
        accepted_at=how.accepted_at or at,
        ip_address=how.ip_address,
        user_agent=how.user_agent[:300],
        created_at=at,
        metadata=dict(how.metadata),
    )
    record([_fact("created", mandate, actor, at)])
    return mandate


def revoke_mandate(mandate: Mandate, *, actor: Actor, at: datetime) -> Mandate:
    """Taken back by its payer, or by staff for it; twice is the same as once. Raises NotAllowed."""
    if not actor.may_see_all and mandate.user_id != actor.user_id:
        raise NotAllowed("Only the payer can take this back.")
    reason = BY_STAFF if actor.user_id != mandate.user_id else BY_PAYER
    with unit_of_work():
        _revoke([mandate.id], reason, actor, at)
        return Mandate.objects.select_related("user", "bank_account").get(id=mandate.id)


def void_mandates(account_ids: Mapping[int, str], *, at: datetime) -> None:
    """Action: the bank said that these accounts may not be debited. Bank account id → the code of its return, the reason that is kept."""
    with unit_of_work():
        for account_id, code in account_ids.items():
            standing = Mandate.objects.filter(bank_account_id=account_id, revoked_at=None).values_list("id", flat=True)
            _revoke(list(standing), code, SYSTEM, at)


def end_mandates(user: User, *, actor: Actor, at: datetime) -> None:
    """Step: of somebody who is deleted, all that stand."""
    standing = Mandate.objects.filter(user=user, revoked_at=None).values_list("id", flat=True)
    _revoke(list(standing), OWNER_DELETED, actor, at)


def _revoke(ids: Sequence[int], reason: str, actor: Actor, at: datetime) -> None:
    """Step: those that stand still."""
    rows = Mandate.objects.select_related("user", "bank_account").filter(id__in=ids, revoked_at=None)
    standing = list(rows.order_by("id").select_for_update(of=("self",)))
    for row in standing:
        row.revoked_at, row.revoked_reason, row.version = at, reason, row.version + 1
    update_rows(Mandate, standing, ["revoked_at", "revoked_reason", "version"])
    record([_fact("revoked", row, actor, at) for row in standing])


def _fact(kind: str, mandate: Mandate, actor: Actor, at: datetime) -> NewEvent:
    data = {
        "id": mandate.public_id,
        "user": mandate.user.public_id,
        "bank_account": mandate.bank_account.public_id,
        "status": str(mandate.status),
        "text_version": mandate.text_version,
        "language": mandate.language,
        "reason": mandate.revoked_reason or None,
    }
    return NewEvent(f"mandate.{kind}", mandate.public_id, mandate.version, actor.label, at, data, [mandate.user.public_id])
