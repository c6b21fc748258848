"""Facts about deposits: ids and figures."""

from datetime import datetime
from typing import Any

from directpay.events.actions import NewEvent
from directpay.people.actor import SYSTEM, Actor
from leases.contracts.queries import concerned
from leases.deposits.models import Deposit, Movement, TrustBank
from leases.rent.models import Charge


def named(bank: TrustBank, actor: Actor, at: datetime) -> NewEvent:
    return _of_bank("named", bank, actor, at)


def moved_to(bank: TrustBank, before: str, actor: Actor, at: datetime) -> NewEvent:
    """``trust_bank.account_replaced``: `before` is the bank account in which it was."""
    return _of_bank("account_replaced", bank, actor, at, previous_bank_account=before)


def _of_bank(kind: str, bank: TrustBank, actor: Actor, at: datetime, **more: str) -> NewEvent:
    data = {
        "id": bank.public_id,
        "payee": bank.payee.public_id,
        "bank_account": bank.bank_account.public_id,
        "state": bank.state,
        "currency": bank.currency,
        **more,
    }
    return NewEvent(
        f"trust_bank.{kind}", bank.public_id, bank.version, actor.label, at, data, [bank.payee.owner.public_id, bank.payee.public_id]
    )


def asked(deposit: Deposit, actor: Actor, at: datetime) -> NewEvent:
    return NewEvent("deposit.asked", deposit.public_id, 1, actor.label, at, snapshot(deposit), concerned(deposit.lease, deposit.party))


def moved(movement: Movement, actor: Actor, at: datetime) -> NewEvent:
    """``deposit.<kind>``, e.g. ``deposit.interest``."""
    data = {
        "id": movement.public_id,
        "deposit": movement.deposit.public_id,
        "lease": movement.deposit.lease.public_id,
        "kind": movement.kind,
        "amount": movement.amount_minor,
        "owners_part": movement.owners_minor,
        "currency": movement.deposit.account.currency,
        "charge": movement.charge.public_id if movement.charge else None,
        "moved_on": movement.moved_on.isoformat(),
    }
    who = concerned(movement.deposit.lease, movement.deposit.party)
    return NewEvent(f"deposit.{movement.kind}", movement.public_id, 1, actor.label, at, data, who)


def reclaimed(deposit: Deposit, charge: Charge, payment: str, at: datetime) -> NewEvent:
    """``deposit.reclaimed``: a payment of it was taken back after its money had gone on, and `charge` asks the renter for that."""
    data = {
        "id": charge.public_id,
        "deposit": deposit.public_id,
        "lease": deposit.lease.public_id,
        "party": deposit.party.label,
        "payment": payment,
        "amount": charge.amount_minor,
        "currency": deposit.account.currency,
        "due_date": charge.due_on.isoformat(),
    }
    return NewEvent("deposit.reclaimed", charge.public_id, 1, SYSTEM.label, at, data, concerned(deposit.lease, deposit.party))


def snapshot(deposit: Deposit) -> dict[str, Any]:
    return {
        "id": deposit.public_id,
        "lease": deposit.lease.public_id,
        "party": deposit.party.label,
        "trust_bank": deposit.trust_bank.public_id,
        "amount": deposit.amount_minor,
        "currency": deposit.account.currency,
        "due_date": deposit.due_on.isoformat(),
    }
