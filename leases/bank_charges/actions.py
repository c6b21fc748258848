"""Recording what the owner's bank charged the owner: it stands on the bank's statement, so it stands in the owner's book."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.clock import today
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import Payee
from leases.bank_charges.models import BankCharge
from leases.properties.models import Property
from leases.receipts.postings import bank_charge_recorded
from leases.rent.days import day_in_book
from ledger.journal.actions import open_book, post_many
from payments.chart.kinds import NO_PROPERTY


@dataclass(frozen=True, slots=True)
class NewBankCharge:
    """`property` None: of none in particular. Amounts in minor units."""

    payee: Payee
    currency: str
    amount_minor: int
    property: Property | None = None
    charged_on: date | None = None  # today, where the property stands (UTC without one)
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


def record_bank_charge(wish: NewBankCharge, *, actor: Actor, at: datetime) -> BankCharge:
    """A8. Raises InvalidInput for a day that is yet to come or a property of another owner's, PeriodClosed with the first open day."""
    home = wish.property
    if home is not None and home.payee_id != wish.payee.id:
        raise InvalidInput("This property is another owner's.", param="property")
    if home is not None and home.currency != wish.currency:
        raise InvalidInput(f"This property's books are in {home.currency.upper()}.", param="currency")
    with unit_of_work():
        now_there = today(ZoneInfo(home.timezone if home else "UTC"), at)
        book = open_book("L", wish.payee.public_id, at=at)
        day = day_in_book(book, wish.charged_on, now_there, param="charged_on")
        charge = BankCharge.objects.create(
            public_id=public_id("bch"),
            payee=wish.payee,
            property=home,
            currency=wish.currency,
            amount_minor=wish.amount_minor,
            description=wish.description,
            charged_on=day,
            created_at=at,
            metadata=dict(wish.metadata),
        )
        posting = bank_charge_recorded(
            bank_charge=charge.public_id,
            payee=wish.payee.public_id,
            currency=wish.currency,
            amount_minor=wish.amount_minor,
            on=day,
            at=at,
            property_id=home.public_id if home else NO_PROPERTY,
        )
        post_many([posting], at=at)
        record([_fact(charge, actor, at)])
        return charge


def _fact(charge: BankCharge, actor: Actor, at: datetime) -> NewEvent:
    data = {
        "id": charge.public_id,
        "payee": charge.payee.public_id,
        "property": charge.property.public_id if charge.property else None,
        "amount": charge.amount_minor,
        "currency": charge.currency,
        "charged_on": charge.charged_on.isoformat(),
    }
    return NewEvent("bank_charge.recorded", charge.public_id, 1, actor.label, at, data, [charge.payee.public_id])
