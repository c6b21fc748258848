"""What the owner's bank took: of a property or of none, today or some days ago; tomorrow, of another owner's, in another currency."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from directpay.kernel.clock import today
from directpay.people.actor import SYSTEM
from leases.bank_charges.actions import NewBankCharge, record_bank_charge
from leases.bank_charges.models import BankCharge as Row
from tests.simulation.auditor import bank_charges
from tests.simulation.auditor.bank_charges import BankCharge
from tests.simulation.cast import Home
from tests.simulation.crashes import NEVER, crash_at
from tests.simulation.moves.move import Move

if TYPE_CHECKING:
    from tests.simulation.history import History


def charge(h: "History") -> None:
    home = h.rng.choice(h.cast.homes)
    _record(h, home, h.rng.choice([home, None]), h.rng.choice([0, 0, 0, h.rng.randrange(1, 40)]))


def charge_wrongly(h: "History") -> None:
    home = h.rng.choice(h.cast.homes)
    other = h.rng.choice(h.cast.homes)
    _record(h, home, h.rng.choice([home, other, None]), h.rng.choice([0, -1, -30]), currency=h.rng.choice(["usd", "eur"]))


def charge_and_die(h: "History") -> None:
    home = h.rng.choice(h.cast.homes)
    _record(h, home, home, 0, dies=True)


def _record(h: "History", home: Home, of: Home | None, days_ago: int, *, currency: str = "usd", dies: bool = False) -> None:
    payee, before = home.property.payee, h.rng.random() < 0.5
    day = today(ZoneInfo(of.property.timezone if of else "UTC"), h.now)
    wished = BankCharge(
        "", payee.public_id, of.property.public_id if of else "", h.rng.choice([1, 1_200, 3_500]), day - timedelta(days=days_ago)
    )
    if of is None and currency != "usd":
        return  # an owner may have a bank account in any currency: other books than these
    owner = of.property.payee.public_id if of else ""
    predicted = bank_charges.judge(h.auditor, wished, owner_of_home=owner, currency=currency, today=day)
    wish = NewBankCharge(payee, currency, wished.amount, of.property if of else None, wished.on)
    made = None
    with crash_at(0 if dies else NEVER, before=before) as died:
        made = h.attempt(f"bank charge {wished}", predicted, lambda: record_bank_charge(wish, actor=SYSTEM, at=h.now))
    if died and not before:
        made = Row.objects.latest("id")
    if made is not None:
        bank_charges.recorded(h.auditor, replace(wished, id=made.public_id))
    h.check()


MOVES = (
    Move("bank_charge", 1.2, charge),
    Move("bank_charge_wrongly", 0.5, charge_wrongly),
    Move("bank_charge_and_die", 0.3, charge_and_die),
)
