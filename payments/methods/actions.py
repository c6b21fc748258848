"""Adding a bank account and proving that its owner can read its statement."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from stdnum.us import rtn

from directpay.due.actions import done, schedule
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actions.change_user import keep_living
from directpay.people.actor import SYSTEM, Actor
from directpay.people.models import User
from ledger.journal.actions import post_many
from payments.methods.events import fact
from payments.methods.models import BankAccount
from payments.methods.postings import deposits_sent
from payments.rails.sandbox import MICRO_DEPOSITS_FAIL
from payments.vault.encryption import decrypt, encrypt, fingerprint

EXPIRY_QUEUE = "methods.verification_expiry"
EXPIRES_AFTER = timedelta(days=10)
TRIES = 3
UNPROVEN_LIMIT, UNPROVEN_WITHIN = 10, timedelta(days=1)
SANDBOX_DEPOSITS = (32, 45)
BANKS = {"11" + 7 * "0": "First Linden Bank"}  # in parts, as in directpay.api.examples, and for the same reason


class NotVerifiable(Conflict):
    """The account is verified already, or cannot be any more."""

    code = "bank_account_not_verifiable"


class TooManyUnproven(Conflict):
    """More accounts were added in a day than anybody has (409)."""

    code = "bank_accounts_unverified"


class AmountsWrong(InvalidInput):
    """The amounts are not those that we sent. Counted: the third time ends it."""

    code = "amounts_mismatch"


def check_routing_number(text: str) -> str:
    """Nine digits whose weighted sum is a multiple of ten (ABA). Raises InvalidInput."""
    digits = len(text) == 9 and text.isascii() and text.isdigit()  # stdnum trims, and takes the digits of other scripts
    if not digits or text == "000000000" or not rtn.is_valid(text):
        raise InvalidInput("This is not a routing number of a bank: its check digit does not fit.", param="routing_number")
    return text


def check_account_number(text: str) -> str:
    if not (4 <= len(text) <= 17 and text.isascii() and text.isdigit()):
        raise InvalidInput("An account number has 4 to 17 digits.", param="account_number")
    return text


def add_bank_account(user: User, details: dict[str, Any], *, actor: Actor, at: datetime) -> BankAccount:
    """Keep the account, encrypted, and send two small deposits to it. Raises InvalidInput."""
    routing, number = check_routing_number(details["routing_number"]), check_account_number(details["account_number"])
    identity = public_id("ba")
    with unit_of_work():
        keep_living(user, param="user")
        _check_not_too_many(user, at)
        account = BankAccount.objects.create(
            public_id=identity,
            user=user,
            account_holder_name=details["account_holder_name"],
            account_holder_type=details.get("account_holder_type") or "individual",
            account_type=details["account_type"],
            routing_number=routing,
            number_encrypted=encrypt(number, context=identity),
            fingerprint=fingerprint(f"{routing}:{number}"),
            last4=number[-4:],
            bank_name=BANKS.get(routing, "Simulated bank"),
            verification_expires_at=at + EXPIRES_AFTER,
            micro_deposits_encrypted=encrypt(json.dumps(_choose_deposits()), context=identity),
            metadata=details.get("metadata") or {},
            created_at=at,
            changed_at=at,
        )
        facts = [fact("created", account, actor=actor.label, at=at, was=None)]
        if number == MICRO_DEPOSITS_FAIL:
            account.mark_errored()
            facts.append(_changed("errored", account, actor=SYSTEM, at=at, was="new"))
        else:
            post_many([deposits_sent(account, sum(SANDBOX_DEPOSITS), at)], at=at)
            schedule(EXPIRY_QUEUE, [(identity, account.verification_expires_at)])
        record(facts)
    return account


def _check_not_too_many(user: User, at: datetime) -> None:
    """Step, with the person locked, so that of several at once none is overlooked.

    Each account costs us its deposits and gives three guesses: neither is for the taking without end.
    """
    unproven = BankAccount.objects.filter(user=user, created_at__gt=at - UNPROVEN_WITHIN).exclude(status=BankAccount.Status.VERIFIED)
    if unproven.count() >= UNPROVEN_LIMIT:
        raise TooManyUnproven("Too many accounts are waiting to be verified: verify one of them, or try again tomorrow.")


def _choose_deposits() -> tuple[int, int]:
    """In the sandbox everybody knows them (API.md). Live rails will draw them; live mode does not start before there are any."""
    if not settings.SANDBOX:
        raise RuntimeError("there is no live bank yet")
    return SANDBOX_DEPOSITS


def _changed(kind: str, account: BankAccount, *, actor: Actor, at: datetime, was: str):
    account.version += 1
    account.changed_at = at
    account.save(update_fields=["status", "version", "verification_tries", "changed_at"])
    return fact(kind, account, actor=actor.label, at=at, was=was)


def verify_bank_account(account: BankAccount, amounts: Sequence[int], *, actor: Actor, at: datetime) -> BankAccount:
    """Compare `amounts` (minor units, any order) with what was sent; a wrong try is counted and kept.

    Returns the account: verified, still new after a wrong try, or failed after the third. Raises NotVerifiable.
    """
    with unit_of_work():
        row = BankAccount.objects.select_for_update(of=("self",)).select_related("user").get(id=account.id)
        if row.status != BankAccount.Status.NEW or row.detached_at is not None or at >= row.verification_expires_at:
            raise NotVerifiable("This account is not waiting for its deposits to be named.", bank_account=row.public_id)
        sent = json.loads(decrypt(row.micro_deposits_encrypted, context=row.public_id))
        row.verification_tries += 1
        if sorted(amounts) == sorted(sent):
            row.verify()
            kind = "verified"
        elif row.verification_tries >= TRIES:
            row.fail_verification()
            kind = "verification_failed"
        else:
            kind = "verification_attempted"
        if kind != "verification_attempted":
            done(EXPIRY_QUEUE, [row.public_id])
        record([_changed(kind, row, actor=actor, at=at, was="new")])
    return row


def keep_for_trust(account: BankAccount) -> None:
    """Step, with its row locked: from now on renters' deposits alone go there and come from there."""
    account.purpose = "trust"
    account.save(update_fields=["purpose"])


def detach_bank_accounts(user: User, *, actor: Actor, at: datetime) -> None:
    """Step: nothing is paid from them any more, and nothing is proven of them. What was paid from them stays paid."""
    rows = list(
        BankAccount.objects.select_for_update(of=("self",)).select_related("user").filter(user=user, detached_at=None).order_by("id")
    )
    for row in rows:
        row.detached_at, row.changed_at, row.version = at, at, row.version + 1
        row.save(update_fields=["detached_at", "changed_at", "version"])
    done(EXPIRY_QUEUE, [row.public_id for row in rows])
    record([fact("detached", row, actor=actor.label, at=at, was=str(row.status)) for row in rows])


def expire_verifications(public_ids: Sequence[str], at: datetime) -> None:
    """Deposits that nobody named in ten days verify nothing any more."""
    with unit_of_work():
        rows = BankAccount.objects.filter(public_id__in=list(public_ids), status=BankAccount.Status.NEW).select_related("user")
        facts = []
        for row in rows.select_for_update(of=("self",)).order_by("id"):
            row.fail_verification()
            facts.append(_changed("verification_failed", row, actor=SYSTEM, at=at, was="new"))
        record(facts)
