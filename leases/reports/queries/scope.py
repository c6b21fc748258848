"""Whose books a report is of, and what decides what was known.

Payees and properties are looked up as the person who asks, so row security has shown each of them. Their entries are then summed
as the house (`as_the_house`): a policy that is asked for each of a million entries would cost more than the report.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from directpay.kernel.clock import EASTERN, today
from directpay.kernel.errors import InvalidInput
from directpay.kernel.row_scope import every_row
from directpay.people.actor import Actor, not_for_renters
from directpay.people.models import Payee
from directpay.people.queries import visible_payees
from leases.properties.models import Property
from leases.properties.queries import visible_properties
from ledger.journal.actions.watermarks import known_until
from ledger.journal.queries.past import EntriesArchived, require_told

FIRST_ZONE = timedelta(hours=14)
FOR_LANDLORDS = "Reports are for landlords."


@dataclass(frozen=True, slots=True)
class Scope:
    """Payees of one landlord (or one of them), and the properties let for them (or one of those)."""

    payees: Sequence[Payee]
    properties: Sequence[Property]
    only: Property | None = None  # where one property was asked for

    @property
    def property_ids(self) -> list[int]:
        return [home.id for home in self.properties]

    @property
    def of_payees(self) -> dict[str, list[Property]]:
        """Payee's public id → its properties here."""
        return {payee.public_id: [home for home in self.properties if home.payee_id == payee.id] for payee in self.payees}


@dataclass(frozen=True, slots=True)
class Wish:
    """Public ids; empty where it was not asked for. `landlord` is for the platform's own key, which acts for every account."""

    landlord: str = ""
    payee: str = ""
    property: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at `at`: recorded until then, and seen by the watermark's `snapshot`."""

    at: datetime
    snapshot: str

    @property
    def given(self) -> dict[str, Any]:
        return {"known_at": self.at, "snapshot": self.snapshot}


def scope_of(actor: Actor, wish: Wish) -> Scope:
    """Raises NotAllowed for renters; InvalidInput for what does not exist, or is not this actor's, and where nobody is named."""
    not_for_renters(actor, FOR_LANDLORDS)
    if actor.may_see_all and not (wish.landlord or wish.payee or wish.property):
        raise InvalidInput("Say whose report: landlord, payee or property.", param="landlord", code="parameter_missing")
    payees = visible_payees(actor).order_by("id")
    if wish.landlord:
        payees = payees.filter(owner__public_id=wish.landlord)
        if not payees.exists():
            raise _unknown("landlord", wish.landlord)
    if wish.payee:
        payees = payees.filter(public_id=wish.payee)
        if not payees.exists():
            raise _unknown("payee", wish.payee)
    homes = visible_properties(actor).prefetch_related(None).filter(payee__in=payees.values("id")).order_by("id")
    if not wish.property:
        return Scope(list(payees), list(homes))
    found = homes.filter(public_id=wish.property).first()
    if found is None:
        raise _unknown("property", wish.property)
    return Scope([found.payee], [found], found)


def _unknown(param: str, public_id: str) -> InvalidInput:
    return InvalidInput(f"No such {param}: {public_id}.", param=param, code="resource_missing")


def known(known_at: datetime | None, *, now: datetime) -> Known:
    """What is known now, or was at `known_at`. Raises NotYetKnown, EntriesArchived, NotKnownHere."""
    require_told(known_at)
    at = known_at or now
    return Known(at, known_until(at, now=now).snapshot)


def today_of(scope: Scope, at: datetime) -> date:
    """The day where the first property stands; without any, that of the banks."""
    return today(ZoneInfo(scope.properties[0].timezone) if scope.properties else EASTERN, at)


def as_the_house() -> AbstractContextManager[None]:
    """For sums over the entries of books, leases and properties that a `Scope` holds."""
    return every_row()


def asked(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement, as the house."""
    with as_the_house(), connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def has_come(day: date, at: datetime) -> bool:
    """Somewhere: the zone where a day begins first is fourteen hours ahead."""
    return day <= (at + FIRST_ZONE).date()


ARCHIVED = """
SELECT EXISTS (
    SELECT FROM ledger_archivedsum r JOIN ledger_account a ON a.id = r.account_id JOIN ledger_book b ON b.id = a.book_id
    WHERE b.kind = 'L' AND b.subject = ANY(%(payees)s) AND r.effective_on >= %(since)s
)
"""


def require_entries(payees: Sequence[Payee], since: date) -> None:
    """Raises EntriesArchived where a report that begins on this day needs entries that were taken off."""
    if asked(ARCHIVED, {"payees": [payee.public_id for payee in payees], "since": since})[0][0]:
        raise EntriesArchived("Entries that this report needs are archived: attach their months again to ask.", param="known_at")
