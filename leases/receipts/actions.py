"""Recording money given by hand, bringing it to the bank, and its coming back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from directpay.database.rows import update_rows
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease, lock_lease_rows
from leases.contracts.models import Lease, Party
from leases.credits.actions import reinstate_for
from leases.receipts.models import Receipt
from leases.receipts.postings import receipt_banked, receipt_bounced, receipt_recorded
from leases.receipts.queries import with_lease
from leases.rent.days import day_recorded
from ledger.allocation.actions import allocate, reopen
from ledger.journal.actions import post_many

SLIP_LIMIT = 100  # receipts on one deposit slip
MAY_BOUNCE = (Receipt.Method.CHECK, Receipt.Method.MONEY_ORDER, Receipt.Method.OTHER)


class ReceiptNotBankable(Conflict):
    """It is banked already, or has bounced."""

    code = "receipt_not_bankable"


class ReceiptNotBounceable(Conflict):
    """Cash does not come back, and nothing comes back twice."""

    code = "receipt_not_bounceable"


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """Amounts in minor units of the lease's currency."""

    party: Party
    method: str
    amount_minor: int
    received_on: date | None = None  # today, where the property stands
    number: str = ""
    note: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def record_receipt(lease: Lease, wish: NewReceipt, *, actor: Actor, at: datetime) -> Receipt:
    """The money pays what is owed, oldest first; what is left over stands as paid ahead.

    Raises InvalidInput for a day that is yet to come, PeriodClosed with the first day that is open.
    """
    with unit_of_work():
        lease = lock_lease(lease)
        received_on = day_recorded(lease, wish.received_on, at, param="received_on")
        receipt = Receipt.objects.create(
            public_id=public_id("rcp"),
            lease=lease,
            party=wish.party,
            method=wish.method,
            amount_minor=wish.amount_minor,
            received_on=received_on,
            number=wish.number,
            note=wish.note,
            created_at=at,
            metadata=dict(wish.metadata),
        )
        # Of a debt that was given up already, as much is owed again as this pays of it.
        reinstate_for(lease, wish.party, wish.amount_minor, on=received_on, actor=actor, at=at)
        post_many([_recorded(receipt, at)], at=at)
        allocate([wish.party.account_id], at=at)
        record([_fact("recorded", receipt, actor, at)])
        return receipt


def bank_receipts(receipts: Sequence[Receipt], *, banked_on: date | None = None, actor: Actor, at: datetime) -> list[Receipt]:
    """One deposit slip: they went to the owner's bank together. All of one payee and currency. Raises ReceiptNotBankable, InvalidInput."""
    if not 1 <= len(receipts) <= SLIP_LIMIT:
        raise InvalidInput(f"A deposit slip has 1 to {SLIP_LIMIT} receipts.", param="receipts")
    with unit_of_work():
        rows = _locked(receipts)
        first = rows[0].lease
        if len({(row.lease.unit.property.payee_id, row.lease.currency) for row in rows}) != 1:
            raise InvalidInput("One slip goes to one owner's bank, in one currency.", param="receipts")
        day, slip = day_recorded(first, banked_on, at, param="banked_on"), public_id("slip")
        for row in rows:
            if row.status != Receipt.Status.RECORDED:
                raise ReceiptNotBankable(f"This receipt is {row.status} already.", param="receipts", receipt=row.public_id)
            if day < row.received_on:
                raise InvalidInput("It was received after that day.", param="banked_on")
            row.banked_on, row.slip, row.version = day, slip, row.version + 1
        payee, total = first.unit.property.payee.public_id, sum(row.amount_minor for row in rows)
        post_many([receipt_banked(slip=slip, payee=payee, currency=first.currency, amount_minor=total, on=day, at=at)], at=at)
        update_rows(Receipt, rows, ["banked_on", "slip", "version"])
        record([_fact("banked", row, actor, at) for row in rows])
        return rows


def bounce_receipt(receipt: Receipt, *, bounced_on: date | None = None, actor: Actor, at: datetime) -> Receipt:
    """The bank did not honour it: what it paid is owed again, on the bank's day.

    Raises ReceiptNotBounceable, InvalidInput, PeriodClosed.
    """
    with unit_of_work():
        (row,) = _locked([receipt])
        if row.bounced_on or row.method not in MAY_BOUNCE:
            said = "This receipt has bounced already." if row.bounced_on else "Cash does not bounce."
            raise ReceiptNotBounceable(said, receipt=row.public_id)
        day = day_recorded(row.lease, bounced_on, at, param="bounced_on")
        if day < (row.banked_on or row.received_on):
            raise InvalidInput("It was not yet received, or not yet banked, on that day.", param="bounced_on")
        payee, account = row.lease.unit.property.payee.public_id, row.party.account
        banked = row.banked_on is not None
        post_many(
            [
                receipt_bounced(
                    receipt=row.public_id, party=account, payee=payee, amount_minor=row.amount_minor, banked=banked, on=day, at=at
                )
            ],
            at=at,
        )
        reopen([(account.id, f"receipt.recorded:{row.public_id}", f"receipt.bounced:{row.public_id}")], at=at)
        row.bounced_on, row.version = day, row.version + 1
        row.save(update_fields=["bounced_on", "version"])
        record([_fact("bounced", row, actor, at)])
        return row


def _recorded(receipt: Receipt, at: datetime) -> Any:
    return receipt_recorded(
        receipt=receipt.public_id,
        party=receipt.party.account,
        payee=receipt.lease.unit.property.payee.public_id,
        amount_minor=receipt.amount_minor,
        on=receipt.received_on,
        at=at,
    )


def _locked(receipts: Sequence[Receipt]) -> list[Receipt]:
    """Their leases first, then they, by id."""
    lock_lease_rows({row.lease_id for row in receipts})
    ids = [row.id for row in receipts]
    rows = list(with_lease().filter(id__in=ids).order_by("id").select_for_update(of=("self",)))
    if len(rows) != len(ids):
        raise InvalidInput("The same receipt is named twice.", param="receipts")
    return rows


def _fact(kind: str, receipt: Receipt, actor: Actor, at: datetime) -> NewEvent:
    home = receipt.lease.unit.property
    data = {
        "id": receipt.public_id,
        "lease": receipt.lease.public_id,
        "party": receipt.party.label,
        "method": receipt.method,
        "amount": receipt.amount_minor,
        "currency": receipt.lease.currency,
        "status": receipt.status,
        "received_on": receipt.received_on.isoformat(),
        "banked_on": receipt.banked_on.isoformat() if receipt.banked_on else None,
        "bounced_on": receipt.bounced_on.isoformat() if receipt.bounced_on else None,
        "slip": receipt.slip,
    }
    known = [home.landlord.public_id, home.payee.public_id]
    return NewEvent(f"receipt.{kind}", receipt.public_id, receipt.version, actor.label, at, data, known)
