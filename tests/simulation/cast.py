"""Who lives in a history: landlords with their books, renters with their bank accounts, leases, payments."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from directpay.kernel.clock import today
from directpay.people.actions.users import create_user
from directpay.people.actor import SYSTEM
from directpay.people.models import Payee, User
from leases.contracts.models import Lease
from leases.properties.actions import add_property
from leases.properties.models import Property, Unit
from leases.receipts.models import Receipt
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.methods.cards.actions import create_card
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from payments.pricing.models import RailFee
from payments.rails.cards.simulated import CardRail
from payments.rails.registry import FROM_BANK_ACCOUNTS
from payments.rails.sandbox import MICRO_DEPOSITS_FAIL
from payments.rails.timetable import bank_day_of
from payments.reconciliation.actions import pay_in_capital
from tests.world import ADDRESS

if TYPE_CHECKING:
    from tests.simulation.history import History

ZONES = ("America/New_York", "America/Los_Angeles", "America/Chicago", "Pacific/Honolulu")
STATES = ("OH", "NY", "MD", "FL", "AK")  # the last has no rule on file for deposits
PAYS = "000123456789"
NUMBERS = {
    PAYS: 5.0,
    "000222222227": 1.2,  # no funds
    "000111111113": 0.5,
    "000333333335": 0.5,
    "000555555559": 2,  # disputed later
    "000000000009": 0.15,  # stuck
    "000770000001": 0.25,  # no answer, then paid; asked every hour meanwhile, which takes long
    "000770000002": 0.25,  # no answer, then failed
    "000880000059": 0.4,
    "009901010000": 0.5,  # R01 on the first day: before it clears
    "009910040000": 1.2,  # R10 on the fourth day: after it cleared, before it is ready
    "009929070000": 1.5,  # R29 on the seventh: after settlement
}

CARDS = {
    "pm_card_visa": 6.0,
    "pm_card_mastercard_debit": 1.0,
    "pm_card_visa_chargeDeclinedInsufficientFunds": 1.0,
    "pm_card_authenticationRequired": 2.5,
    "pm_card_noAnswerThenPaid": 0.8,
    "pm_card_noAnswerThenDeclined": 0.4,
}


def comes_back(number: str) -> bool:
    """Whether the bank may take back what was paid from an account of this number, after it cleared."""
    return number.startswith("0099") or number in ("000555555559", "000880000059")


@dataclass
class Renter:
    user: User
    sources: list[BankAccount] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)


@dataclass
class Home:
    property: Property
    units: list[Unit]
    free_from: dict[int, date] = field(default_factory=dict)


@dataclass
class Cast:
    history: "History"
    homes: list[Home] = field(default_factory=list)
    renters: list[Renter] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    people_on: dict[str, list[Renter]] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    owners: dict[str, Renter] = field(default_factory=dict)  # payee → its owner, with the bank accounts of theirs
    numbered: int = 0

    def begin(self) -> None:
        h = self.history
        h.say(f"seed {h.seed}, {h.profile}")
        pay_in_capital(1_000_000, currency="usd", reference="opening", at=h.now)
        h.auditor.capital_paid_in("opening", 1_000_000, bank_day_of(h.now))
        for _ in range(h.rng.choice([1, 1, 2])):
            self.add_home()
        for _ in range(3):
            self.add_renter(PAYS if not self.renters and not h.numbers else None)

    def name(self) -> str:
        self.numbered += 1
        return f"p{self.numbered}"

    def add_home(self) -> Home:
        h, name = self.history, self.name()
        landlord = create_user(email=f"{name}@example.com", name=name, role="landlord", actor=SYSTEM, at=h.now)
        payee: Payee = landlord.payees.get()
        details = {
            "name": name,
            "timezone": h.rng.choice(ZONES),
            "currency": "usd",
            "address": ADDRESS | {"state": STATES[(h.seed + self.numbered) % len(STATES)]},
            "units": [{"name": str(n)} for n in range(6)],
        }
        made = add_property(landlord, payee, details, actor=SYSTEM, at=h.now)
        for rail in FROM_BANK_ACCOUNTS:
            if h.rng.random() < 0.4:
                fee, payer = h.rng.choice([0, 1, 99, 250]), h.rng.choice(["payee", "payer"])
                RailFee.objects.create(payee=payee, rail=rail, fee_minor=fee, fee_payer=payer)
                h.auditor.fee_set(payee.public_id, rail, fee, payer)
        if h.rng.random() < 0.3:
            fee, payer = h.rng.choice([0, 99, 250]), h.rng.choice(["payee", "payer"])
            RailFee.objects.create(payee=payee, rail=CardRail.name, fee_minor=fee, fee_payer=payer)
            h.auditor.fee_set(payee.public_id, CardRail.name, fee, payer)
        h.auditor.trust.states[made.public_id] = made.state
        home = Home(made, list(made.units.order_by("id")))
        self.owners[payee.public_id] = Renter(landlord)
        self.homes.append(home)
        return home

    def add_renter(self, number: str | None = None) -> Renter:
        h, name = self.history, self.name()
        renter = Renter(create_user(email=f"{name}@example.com", name=name, role="renter", actor=SYSTEM, at=h.now))
        self.renters.append(renter)
        self.add_source(renter, number, verified=True)
        if h.rng.random() < 0.6:
            self.add_card(renter)
        return renter

    def add_card(self, renter: Renter) -> Card:
        """By a published name, as the sandbox takes them."""
        h = self.history
        name = h.rng.choices(list(CARDS), list(CARDS.values()))[0]
        made = create_card(name, user=renter.user, actor=SYSTEM, at=h.now)
        h.auditor.cards[made.public_id] = name
        h.say(f"  {made.public_id} of {renter.user.name}: {name}")
        renter.cards.append(made)
        return made

    def add_source(self, renter: Renter, number: str | None = None, *, verified: bool) -> BankAccount:
        h = self.history
        numbers = h.numbers or NUMBERS
        number = number or h.rng.choices(list(numbers), list(numbers.values()))[0]
        details = {
            "account_holder_name": renter.user.name,
            "routing_number": "110000000",
            "account_number": number,
            "account_type": "checking",
        }
        made = add_bank_account(renter.user, details, actor=SYSTEM, at=h.now)
        h.auditor.bank_account_added(
            made.public_id,
            renter.user.public_id,
            number,
            bank_day_of(h.now),
            h.now,
            h.now + timedelta(days=10),
            taken=number != MICRO_DEPOSITS_FAIL,
        )
        h.say(f"  {made.public_id} of {renter.user.name}: {number}")
        h.check()
        if verified:
            self.verify(made, right=True)
        renter.sources.append(made)
        return made

    def verify(self, account: BankAccount, *, right: bool) -> None:
        h = self.history
        predicted = h.auditor.verification_refused(account.public_id, h.now)
        if not predicted:
            h.auditor.amounts_named(account.public_id, right)
        amounts = [45, 32] if right else [1, 2]
        known = h.attempt("verify", predicted, lambda: verify_bank_account(account, amounts, actor=SYSTEM, at=h.now))
        if known is not None:
            account.__dict__.update(known.__dict__)  # as a door would fetch it anew
        h.check()

    def today(self, lease: Any) -> date:
        return today(self.history.auditor.leases[lease.public_id].zone, self.history.now)
